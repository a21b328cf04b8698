// From series to the lines of a chart: which x, which points, what a zoom adds.
import { nearestIndex } from "../../charts/decimate";
import type { ChartOptions, Line } from "../../charts/line_chart";
import { sortedX } from "../../charts/view";
import { dashOf } from "../../state/palette";
import type { Series } from "../../state/series";
import type { RunInfo, XAxis } from "../../state/session";

const LIVE_SECONDS = 30;

/** A line that remembers its run and the columns the tooltip shows. */
export interface RunLine extends Line {
  run: RunInfo;
  tag: string;
  /** What it is called beside others: its run, and its tag where there are several. */
  name: string;
  step: Float64Array;
  wall: Float64Array;
  band?: Band;
  /** Whether these are points that were replaced. */
  superseded?: boolean;
}

export type ChartX = ChartOptions["x"];

/** The limits of a band; of a group's also how many runs took part, and the mean time since their start. */
export interface Band {
  low: Float64Array;
  high: Float64Array;
  count?: Float64Array;
  relative?: Float64Array;
}

/** A series, and finer points of the part of it that a zoom shows. */
export interface Pair {
  series: Series;
  detail: Series | undefined;
}

export interface LineSource {
  run: RunInfo;
  tag: string;
  /** 0 for the card's own tag, 1 and up for those that are drawn with it. */
  place: number;
  series: Series;
  /** Of a group of runs: how far its members lie apart. */
  band?: Band | undefined;
  /** Tags of the same run that are the limits of a band about it. */
  limits?: { lower: Pair; upper: Pair } | undefined;
  /** Of points that were replaced: which stretch of ascending steps it is, from 1 on. */
  superseded?: number;
  /** Where tags are told apart by colour: its own. */
  color?: string;
  /** Finer points of the part that a zoom shows. */
  detail: Series | undefined;
}

/** The x axis to draw on: if no series has two different steps, the order of writing. */
export function chartX(axis: XAxis, sources: readonly LineSource[]): ChartX {
  const long = sources.filter(({ series }) => series.length > 1);
  if (axis === "step" && long.length && long.every(({ series }) => series.allStepsEqual))
    return "order";
  return axis === "step" || axis === "relative" || axis === "wall" ? axis : "value";
}

export interface LineStyle {
  smoothing: number;
  /** Number of the run under the pointer in the run list. */
  highlighted: number | null;
  dashes: boolean;
  rightAxis: boolean;
  /** Whether lines are called by their tags too, though these be all the same. */
  named?: boolean;
  /** Whether there is but one run, so that a tag says enough. */
  alone?: boolean;
}

export function toLines(sources: readonly LineSource[], x: ChartX, style: LineStyle): RunLine[] {
  const now = Date.now() / 1000;
  const { smoothing, highlighted, rightAxis } = style;
  const named = style.named || sources.some((source) => source.place > 0);
  return sources.map((source) => {
    const { run, tag, place, series, color } = source;
    const points = pointsOf(source, smoothing);
    const band = source.limits ? bandOf(points, source.limits, smoothing) : source.band;
    const last = points.wall[points.wall.length - 1] ?? 0;
    const superseded = source.superseded !== undefined;
    const label = superseded ? `${run.label} (replaced ${source.superseded})` : run.label;
    return {
      id: idOf(source),
      run,
      tag,
      name: !named ? label : style.alone && !superseded ? tag : `${label} · ${tag}`,
      color: color ?? run.color,
      dash: dashOf(superseded ? 2 : color ? 0 : dashNumber(run, place, style.dashes)),
      ...(band && { band }),
      axis: rightAxis && place > 0 ? "right" : "left",
      x: (x === "relative" && band?.relative) || xOf(points, x, startOf(series.wall)),
      step: points.step,
      wall: points.wall,
      raw: points.value,
      smoothed: smoothing > 0 && !source.band ? points.smoothed : null, // a group's members were
      live: !superseded && now - last < LIVE_SECONDS,
      dimmed: highlighted !== null && (superseded || highlighted !== run.number),
      highlighted: !superseded && highlighted === run.number,
      superseded,
    };
  });
}

export function idOf({ run, tag, place, superseded }: LineSource): string {
  const id = place ? `${run.number}:${tag}` : String(run.number);
  return superseded ? `${id}~${superseded}` : id;
}

/** Whether the page holds all points of what is drawn. */
export function isExact({ series, limits }: LineSource): boolean {
  return series.exact && (!limits || (limits.lower.series.exact && limits.upper.series.exact));
}

/** Children of one run and tags in one chart differ by dashes alone; runs only if asked for. */
function dashNumber(run: RunInfo, place: number, dashes: boolean): number {
  if (place > 0) return place;
  if (run.parent !== null) return 1 + (run.number % 4);
  return dashes ? run.number : 0;
}

interface Points {
  step: Float64Array;
  wall: Float64Array;
  value: Float64Array;
  smoothed: Float64Array;
  /** The values of another tag, where that is the x axis. */
  x: Float64Array | null;
}

function pointsOf({ series, detail }: Pair, smoothing: number): Points {
  return detail ? joinTail(detail, series, smoothing) : wholeOf(series, smoothing);
}

/** A band about some points. It is smoothed like its line, which would leave it else. */
function bandOf(
  { step }: Points,
  limits: NonNullable<LineSource["limits"]>,
  smoothing: number,
): Band {
  const [low, high] = [limits.lower, limits.upper].map((pair) => {
    const points = pointsOf(pair, smoothing);
    return valuesAt(step, points.step, smoothing > 0 ? points.smoothed : points.value);
  });
  return { low, high } as Band;
}

/**
 * What a series has at the steps of another, both in order: between two of its own steps, on the
 * line between them; before the first and after the last, NaN.
 */
export function valuesAt(
  steps: Float64Array,
  own: Float64Array,
  values: Float64Array,
): Float64Array {
  const last = own.length - 1;
  const found = new Float64Array(steps.length).fill(Number.NaN);
  if (own[0] === own[last]) {
    // Equal steps are told apart by their order alone.
    steps.forEach((step, i) => {
      if (step === own[i]) found[i] = values[i] as number;
    });
    return found;
  }
  let at = 0;
  steps.forEach((step, i) => {
    while (at < last && (own[at + 1] as number) <= step) at++;
    const [before, after] = [own[at] as number, own[at + 1] as number];
    const value = values[at] as number;
    if (before === step) found[i] = value;
    else if (before < step && at < last) {
      const part = (step - before) / (after - before);
      found[i] = value + part * ((values[at + 1] as number) - value);
    }
  });
  return found;
}

function wholeOf(series: Series, smoothing: number): Points {
  const { step, wall, value, x } = series;
  return { step, wall, value, x, smoothed: series.smoothed(smoothing) };
}

/** The detail, and what has been written since it was asked for. */
function joinTail(detail: Series, series: Series, smoothing: number): Points {
  const fine = wholeOf(detail, smoothing);
  const whole = wholeOf(series, smoothing);
  const last = fine.step[fine.step.length - 1];
  if (last === undefined) return whole;
  let from = whole.step.length;
  while (from > 0 && (whole.step[from - 1] as number) > last) from--;
  const join = (a: Float64Array, b: Float64Array) => {
    const joined = new Float64Array(a.length + b.length - from);
    joined.set(a);
    joined.set(b.subarray(from), a.length);
    return joined;
  };
  return {
    step: join(fine.step, whole.step),
    wall: join(fine.wall, whole.wall),
    value: join(fine.value, whole.value),
    smoothed: join(fine.smoothed, whole.smoothed),
    x: fine.x && whole.x && join(fine.x, whole.x),
  };
}

/** Where relative time begins: a wall time may be missing (NaN). */
export function startOf(wall: ArrayLike<number>): number {
  for (let i = 0; i < wall.length; i++) if (Number.isFinite(wall[i])) return wall[i] as number;
  return 0;
}

function xOf(points: Points, x: ChartX, start: number): Float64Array {
  if (x === "step") return points.step;
  if (x === "wall") return points.wall;
  if (x === "relative") return points.wall.map((wall) => wall - start);
  if (x === "value") return points.x ?? points.step.map(() => Number.NaN);
  return points.step.map((_, i) => i);
}

/** Where a step stands on the x axis of a chart: as the first line that has points tells. */
export function placeOfStep(lines: readonly RunLine[], step: number, x: ChartX): number | null {
  if (x === "step") return step;
  const line = longest(lines);
  const index = line ? nearestIndex(line.step, step, true) : -1;
  return line?.x[index] ?? null;
}

/** The step at a place on the x axis: that of the nearest point of the longest line. */
export function stepAt(lines: readonly RunLine[], at: number, x: ChartX): number | null {
  if (x === "step") return Math.round(at);
  const line = longest(lines);
  const index = line ? nearestIndex(line.x, at, sortedX(line.x)) : -1;
  return line?.step[index] ?? null;
}

function longest(lines: readonly RunLine[]): RunLine | undefined {
  return lines.reduce<RunLine | undefined>(
    (best, line) => (line.x.length > (best?.x.length ?? 0) ? line : best),
    undefined,
  );
}
