/** Lines on a canvas. */

import { type Frame, frameOf } from "./axes";
import { fillBand, traceBand } from "./band";
import { type Columns, tracePath } from "./decimate";
import type { Painter } from "./painter";
import { near, Path, strokePath } from "./path";
import type { ChartOptions } from "./types";
import { isLogX, type LineView } from "./view";

const RAW_ALPHA = 0.25;
const BAND_ALPHA = 0.16;
/** Of several bands about one line: the widest must be seen too. */
const NESTED_ALPHA = 0.2;
/** Of more bands each is fainter: else nothing would be seen through all of them. */
const FEW_BANDS = 4;
const DIMMED_ALPHA = 0.2;
const WIDTH = 1.5;
const HIGHLIGHTED_WIDTH = 2.5;
const LIVE_RADIUS = 2.6;
const DOT_RADIUS = 2.2;
const MANY_DOTS = 2000;
/**
 * Browsers stroke a line one pixel thin many times faster than a wider one. What a stroke costs goes by its points and
 * its pixels; beyond this cost all lines become thin, which suits so crowded a chart anyway.
 */
const MOST_EFFORT = 40_000;
const EFFORT_PER_PIXEL = 0.3;
/** What strokes will cost once the browser carries them out, when the task has ended: points, and pixels of their length. */
export type Effort = number;
/** With more points than this in a column none of them can be told from its neighbours. */
const CROWD = 8;

interface Stroke {
  view: LineView;
  path: Path;
}

/**
 * All lines: bands and raw values behind, so that no noise covers another line's smoothed course. `thinnest` is the
 * width of a pixel of the screen, to which lines may shrink for speed, or null if they may not.
 */
export function* paintLines(
  context: Painter,
  frame: Frame,
  views: readonly LineView[],
  options: ChartOptions,
  thinnest: number | null = null,
): Generator<Effort, void> {
  const ordered = [...views].sort((a, b) => rank(a) - rank(b));
  const courseOf = (view: LineView, values: Float64Array): Stroke => {
    const path = new Path(frameOf(frame, view.line), view.line.x, values);
    const columns = columnsOf(frame, options, view);
    tracePath(view.line.x, values, view.drawn, columns, path, options.y === "log");
    return { view, path };
  };
  const behind = ordered.filter(({ line }) => line.smoothed && !line.band);
  const [raw, main]: [Stroke[], Stroke[]] = [[], []];
  for (const view of behind) {
    raw.push(courseOf(view, view.line.raw));
    yield 0;
  }
  for (const view of ordered) {
    main.push(courseOf(view, view.main));
    yield 0;
  }
  const thin = thinnest !== null && isCrowded(raw, main, thinnest);
  context.save();
  clipToPlot(context, frame, 3);
  const banded = ordered.filter(({ line }) => (line.band || line.bands) && !line.dimmed).length;
  const share = Math.min(1, FEW_BANDS / Math.max(1, banded));
  for (const view of ordered) paintBand(context, frameOf(frame, view.line), view, share);
  for (const { view, path } of raw) {
    const width = thin ? thinnest : 1;
    paintPath(context, view, path, { width, alpha: RAW_ALPHA * strength(view), dash: [] });
    yield effortOf(path);
  }
  for (const { view, path } of main) {
    const { highlighted, dash = [], live } = view.line;
    const width = thin && !highlighted ? thinnest : widthOf(view);
    paintPath(context, view, path, { width, alpha: strength(view), dash });
    if (live) paintLiveEnd(context, frameOf(frame, view.line), view);
    yield effortOf(path);
  }
  context.restore();
}

function isCrowded(raw: readonly Stroke[], main: readonly Stroke[], thinnest: number): boolean {
  // Raw lines are wider than the thinnest only on screens with more than one pixel for each of CSS.
  const wide = thinnest < 1 ? [...raw, ...main] : main;
  return wide.reduce((sum, { path }) => sum + effortOf(path), 0) > MOST_EFFORT;
}

function effortOf({ points, length }: Path): Effort {
  return points + length * EFFORT_PER_PIXEL;
}

function widthOf({ line }: LineView): number {
  const width = line.width ?? WIDTH;
  return line.highlighted ? Math.max(width + 1, HIGHLIGHTED_WIDTH) : width;
}

function rank({ line }: LineView): number {
  if (line.highlighted) return 2;
  return line.dimmed ? 0 : 1;
}

export function strength({ line }: LineView): number {
  return line.dimmed && !line.highlighted ? DIMMED_ALPHA : 1;
}

interface Pen {
  width: number;
  alpha: number;
  dash: readonly number[];
}

function paintPath(context: Painter, { line }: LineView, path: Path, pen: Pen): void {
  context.globalAlpha = pen.alpha;
  context.strokeStyle = line.color;
  context.fillStyle = line.color;
  context.lineWidth = pen.width;
  context.lineJoin = pen.width > 1 ? "round" : "bevel";
  context.setLineDash([...pen.dash]);
  // Where pieces meet, what shines through would be seen twice, and dashes would begin anew.
  strokePath(context, path, pen.alpha === 1 && pen.dash.length === 0);
  context.setLineDash([]);
  paintDots(context, path.dots, DOT_RADIUS);
  context.globalAlpha = 1;
}

function paintBand(context: Painter, frame: Frame, view: LineView, share: number): void {
  const { line, drawn } = view;
  const bands = line.band ? [line.band] : (line.bands ?? []);
  const alpha = line.bands ? NESTED_ALPHA : BAND_ALPHA;
  context.globalAlpha = alpha * (line.highlighted ? 1 : share * strength(view));
  context.fillStyle = line.color;
  for (const band of bands) fillBand(context, traceBand(frame, line.x, band, drawn));
  context.globalAlpha = 1;
}

function columnsOf(frame: Frame, options: ChartOptions, { drawn }: LineView): Columns {
  const { domain, range } = frame.x;
  const width = range[1] - range[0];
  const log = isLogX(options);
  const [low, high] = log ? [Math.log10(domain[0]), Math.log10(domain[1])] : domain;
  const crowded = drawn.end - drawn.start > width * CROWD;
  return { origin: low, perUnit: width / (high - low), count: Math.ceil(width), log, crowded };
}

export function paintDots(context: Painter, dots: readonly number[], radius: number): void {
  if (dots.length === 0) return;
  const many = dots.length > 2 * MANY_DOTS;
  context.beginPath();
  for (let i = 0; i < dots.length; i += 2) {
    const x = dots[i] as number;
    const y = dots[i + 1] as number;
    if (many) context.rect(x - 1, y - 1, 2, 2);
    else {
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    }
  }
  context.fill();
}

function paintLiveEnd(context: Painter, frame: Frame, view: LineView): void {
  const { x } = view.line;
  for (let i = x.length - 1; i >= 0; i--) {
    const px = frame.x.pixel(x[i] as number);
    const py = frame.y.pixel(view.main[i] as number);
    if (!Number.isFinite(px) || !Number.isFinite(py)) continue;
    context.globalAlpha = strength(view);
    context.fillStyle = view.line.color;
    paintDots(context, [near(px), near(py)], LIVE_RADIUS);
    context.globalAlpha = 1;
    return;
  }
}

export function clipToPlot(context: Painter, frame: Frame, margin: number): void {
  const width = frame.right - frame.left + 2 * margin;
  context.beginPath();
  context.rect(
    frame.left - margin,
    frame.top - margin,
    width,
    frame.bottom - frame.top + 2 * margin,
  );
  context.clip();
}

export function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
