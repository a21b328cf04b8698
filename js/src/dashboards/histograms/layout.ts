// Where the slices of a chart lie: the axes, the baseline of each slice, and what is at the pointer.
import type { Frame } from "../../charts/axes";
import { formatValue } from "../../charts/format";
import type { Painter } from "../../charts/painter";
import { type Domain, linearScale, linearTicks, type Scale, type Tick } from "../../charts/scales";
import { relativeTicks, timeTicks } from "../../charts/time_ticks";
import { type Heights, type Slices, type TimeAxis, timesOf } from "./slices";

export type Mode = "offset" | "overlay" | "heatmap" | "runs";

/** One run's slices, and its colour and name. */
export interface Source {
  name: string;
  color: string;
  slices: Slices;
}

/** A slice of a source, and a bucket of it (-1: none). */
export interface Spot {
  source: number;
  slice: number;
  place: number;
}

export interface Options extends Heights {
  mode: Mode;
  axis: string;
  /** The steps that are marked: the linked one, and the one to compare. */
  marked: readonly number[];
}

export interface Layout {
  mode: Mode;
  frame: Frame;
  axis: TimeAxis;
  /** Where each slice stands, by source: its baseline, in pixels. */
  baselines: Float64Array[];
  /** Pixels of a height. */
  rise(height: number): number;
  highest: number;
}

const TOP = 6;
const BOTTOM = 19;
const LEFT = 8;
const GAP = 6;
const RIDGE = 0.42;
const PIXELS_PER_TICK = { x: 56, y: 22 };
const LEAST_RIGHT = 34;
/** Beyond these, differences and quotients of numbers may be none. */
const HUGE = 1e307;
const TINY = 1e-290;

export function layOut(
  painter: Painter,
  size: { width: number; height: number },
  sources: readonly Source[],
  options: Options,
): Layout {
  const { mode } = options;
  const timed = mode === "offset" || mode === "heatmap";
  const highest = sources.reduce((most, one) => Math.max(most, one.slices.highest(options)), 0);
  const bottom = Math.max(TOP + 1, size.height - BOTTOM);
  const ridge = mode === "offset" ? (bottom - TOP) * RIDGE : 0;
  const times = sources.map(({ slices }) => timesOf(slices, options.axis));
  const axis = times[0]?.axis ?? "step";
  const domain = timed
    ? extent(
        times.map(({ values }) => values),
        mode === "heatmap",
      )
    : ([0, highest || 1] as const);
  // Time runs downwards, so that what is new is in front of what is old.
  const range = timed ? ([TOP + ridge, bottom - (mode === "heatmap" ? 0 : 1)] as const) : null;
  const y = linearScale(domain, range ?? [bottom, TOP + 2]);
  const yTicks = timed
    ? ticksOf(axis, y, PIXELS_PER_TICK.y)
    : ticksOf("count", y, PIXELS_PER_TICK.y);
  const widest = yTicks.reduce(
    (most, tick) => Math.max(most, painter.measureText(tick.label).width),
    0,
  );
  const right = Math.max(LEFT + 1, size.width - Math.max(LEAST_RIGHT, widest + GAP + 4));
  const x = valueScale(sources, [LEFT, right]);
  const frame: Frame = {
    ...size,
    left: LEFT,
    top: TOP,
    right,
    bottom,
    x,
    y,
    y2: null,
    xTicks: valueTicks(x, painter),
    yTicks,
    y2Ticks: [],
  };
  const rise = mode === "offset" ? ridge : bottom - TOP - 2;
  const baselines = times.map(({ values }) =>
    values.map((value) => (timed ? finite(y.pixel(value), bottom) : bottom)),
  );
  const scale = highest > 0 ? rise / highest : 0;
  return { mode, frame, axis, baselines, highest, rise: (height) => height * scale };
}

/** The values on the x axis, and their ticks. At the ends of what numbers can be, multiples are taken. */
function valueScale(sources: readonly Source[], range: readonly [number, number]): Scale {
  const low = Math.min(...sources.map(({ slices }) => slices.item.low));
  const high = Math.max(...sources.map(({ slices }) => slices.item.high));
  if (!(low < high)) return linearScale([0, 1], range);
  const factor = factorOf([low, high]);
  const scale = linearScale([low * factor, high * factor], range);
  return {
    domain: [low, high],
    range,
    pixel: (value) => scale.pixel(value * factor),
    invert: (pixel) => Math.max(low, Math.min(high, scale.invert(pixel) / factor)),
  };
}

/** A power of two by which numbers of a domain can be computed with; nearly always 1. */
function factorOf([low, high]: Domain): number {
  const size = Math.max(Math.abs(low), Math.abs(high));
  return size > HUGE ? 1 / 4 : size < TINY ? 2 ** 900 : 1;
}

function valueTicks(x: Scale, painter: Painter): Tick[] {
  const [low, high] = x.domain;
  const wide = x.range[1] - x.range[0];
  if (factorOf(x.domain) !== 1)
    return [low, high].map((value) => ({ value, label: formatValue(value) }));
  for (let count = Math.max(2, Math.floor(wide / PIXELS_PER_TICK.x)); count >= 1; count--) {
    const ticks = linearTicks(x.domain, count);
    const taken = ticks.reduce((sum, { label }) => sum + painter.measureText(label).width + 10, 0);
    if (taken <= wide) return ticks;
  }
  return linearTicks(x.domain, 1);
}

function ticksOf(axis: TimeAxis | "count", y: Scale, apart: number): Tick[] {
  const count = Math.max(2, Math.floor(Math.abs(y.range[1] - y.range[0]) / apart));
  if (axis === "wall") return timeTicks(y.domain, count);
  if (axis === "relative") return relativeTicks(y.domain, count);
  return linearTicks(y.domain, count, axis === "step");
}

/** The domain of all of them, wide enough to be one; for `rows` with room for half a row around. */
function extent(columns: readonly Float64Array[], rows: boolean): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const column of columns)
    for (const value of column) {
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  if (!(low <= high)) return [0, 1];
  // A single step stands in front.
  if (low === high) return rows ? [low - 1, high + 1] : [low - 1, high];
  const room = rows ? (high - low) / 2 / Math.max(1, (columns[0]?.length ?? 2) - 1) : 0;
  return [low - room, high + room];
}

function finite(pixel: number, otherwise: number): number {
  return Number.isFinite(pixel) ? pixel : otherwise;
}

/** The outline of a slice from left to right, in pixels. */
export function outline(
  layout: Layout,
  { slices }: Source,
  source: number,
  i: number,
  heights: Heights,
): [x: number, y: number][] {
  const { x } = layout.frame;
  const base = layout.baselines[source]?.[i] ?? 0;
  const points: [number, number][] = [];
  const stepped = slices.item.bins === 0;
  for (let place = 0; place < slices.size(i); place++) {
    const { left, right } = slices.bucket(i, place);
    const y = base - layout.rise(slices.height(i, place, heights));
    const [from, to] = [x.pixel(left), x.pixel(right)];
    if (stepped) points.push([from, y], [Math.max(to, from + 1), y]);
    else points.push([(from + to) / 2, y]);
  }
  return points;
}

/** What an outline says of each bucket: its middle, and the height it is drawn at. */
export function drawnHeights(
  layout: Layout,
  source: Source,
  number: number,
  i: number,
  heights: Heights,
): [value: number, height: number][] {
  const base = layout.baselines[number]?.[i] ?? 0;
  const unit = layout.rise(1);
  const points = outline(layout, source, number, i, heights);
  return points.map(([x, y]) => [layout.frame.x.invert(x), unit ? (base - y) / unit : 0]);
}

/** From half-way to the slice before until half-way to the one after it: a row of the heat map. */
export function rowOf(layout: Layout, i: number): [top: number, bottom: number] {
  const { top, bottom } = layout.frame;
  const lines = layout.baselines[0] ?? new Float64Array(0);
  const at = lines[i] ?? bottom;
  const before = i > 0 ? ((lines[i - 1] as number) + at) / 2 : top;
  const after = i + 1 < lines.length ? ((lines[i + 1] as number) + at) / 2 : bottom;
  return [Math.min(before, after), Math.max(before, after)];
}

/** Which slices are drawn of a source; of several runs it is the one at the linked step, or the last. */
export function drawn({ slices }: Source, options: Options): number[] {
  if (options.mode !== "runs") return Array.from({ length: slices.length }, (_, i) => i);
  const step = options.marked[0];
  const one = step === undefined ? slices.length - 1 : slices.nearest(step);
  return one < 0 ? [] : [one];
}

/** What is at a pixel; null if nothing is. */
export function spotAt(
  layout: Layout,
  sources: readonly Source[],
  options: Options,
  at: { px: number; py: number },
): Spot | null {
  const { frame } = layout;
  if (at.px < frame.left - 4 || at.px > frame.right + 4) return null;
  const value = frame.x.invert(Math.max(frame.left, Math.min(frame.right, at.px)));
  let best: Spot | null = null;
  let nearest = Number.POSITIVE_INFINITY;
  for (const [number, source] of sources.entries()) {
    // From the front to the back: what is in front hides what is behind.
    for (const i of drawn(source, options).reverse()) {
      const place = source.slices.placeOf(i, value);
      const base = layout.baselines[number]?.[i] ?? 0;
      const height = place < 0 ? 0 : layout.rise(source.slices.height(i, place, options));
      const spot = { source: number, slice: i, place };
      if (layout.mode === "heatmap") {
        const [top, bottom] = rowOf(layout, i);
        if (at.py >= top && at.py < bottom) return spot;
      } else if (layout.mode === "offset" && at.py <= base && at.py >= base - height) return spot;
      const target = layout.mode === "offset" ? base : base - height;
      const far = Math.abs(target - at.py);
      if (far < nearest) {
        nearest = far;
        best = spot;
      }
    }
  }
  return best;
}
