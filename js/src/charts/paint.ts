/** Lines and their marks on a canvas. */

import type { Frame } from "./axes";
import { type Columns, type PathSink, tracePath } from "./decimate";
import type { ChartTheme } from "./types";
import type { LineView } from "./view";

const RAW_ALPHA = 0.25;
const DIMMED_ALPHA = 0.2;
const LIVE_RADIUS = 2.6;
const DOT_RADIUS = 2.2;
const MARK_SIZE = 4;
/** Marks nearer to one another than this would only be a smear. */
const MARK_SPACING = 10;
const OUTLIER_LENGTH = 4;
/** Beyond this distance the canvas loses precision; lines that far out are vertical anyway. */
const FAR = 1e5;
const MANY_DOTS = 2000;

/** Puts the kept points of one line into the canvas path, and remembers the dots. */
class CanvasSink implements PathSink {
  readonly dots: number[] = [];

  constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly frame: Frame,
    private readonly x: Float64Array,
    private readonly y: Float64Array,
  ) {}

  move(index: number): void {
    this.context.moveTo(this.pixelX(index), this.pixelY(index));
  }

  line(index: number): void {
    this.context.lineTo(this.pixelX(index), this.pixelY(index));
  }

  dot(index: number): void {
    this.dots.push(this.pixelX(index), this.pixelY(index));
  }

  private pixelX(index: number): number {
    return near(this.frame.x.pixel(this.x[index] as number));
  }

  private pixelY(index: number): number {
    return near(this.frame.y.pixel(this.y[index] as number));
  }
}

/** All lines: the raw ones behind, so that no noise covers another line's smoothed course. */
export function paintLines(
  context: CanvasRenderingContext2D,
  frame: Frame,
  views: readonly LineView[],
  log: boolean,
): void {
  const ordered = [...views].sort((a, b) => rank(a) - rank(b));
  context.save();
  clipToPlot(context, frame, 3);
  for (const view of ordered) {
    if (view.line.smoothed)
      paintSeries(context, frame, view, view.line.raw, 1, RAW_ALPHA * strength(view), log);
  }
  for (const view of ordered) {
    paintSeries(
      context,
      frame,
      view,
      view.main,
      view.line.highlighted ? 2.5 : 1.5,
      strength(view),
      log,
    );
    if (view.line.live) paintLiveEnd(context, frame, view);
  }
  context.restore();
}

function rank({ line }: LineView): number {
  if (line.highlighted) return 2;
  return line.dimmed ? 0 : 1;
}

function strength({ line }: LineView): number {
  return line.dimmed && !line.highlighted ? DIMMED_ALPHA : 1;
}

function paintSeries(
  context: CanvasRenderingContext2D,
  frame: Frame,
  view: LineView,
  values: Float64Array,
  lineWidth: number,
  alpha: number,
  log: boolean,
): void {
  const sink = new CanvasSink(context, frame, view.line.x, values);
  context.globalAlpha = alpha;
  context.strokeStyle = view.line.color;
  context.fillStyle = view.line.color;
  context.lineWidth = lineWidth;
  context.lineJoin = lineWidth > 1 ? "round" : "bevel";
  context.beginPath();
  tracePath(view.line.x, values, view.drawn, columnsOf(frame), sink, log);
  context.stroke();
  paintDots(context, sink.dots, DOT_RADIUS);
  context.globalAlpha = 1;
}

function columnsOf(frame: Frame): Columns {
  const { domain, range } = frame.x;
  const width = range[1] - range[0];
  return { origin: domain[0], perUnit: width / (domain[1] - domain[0]), count: Math.ceil(width) };
}

function paintDots(
  context: CanvasRenderingContext2D,
  dots: readonly number[],
  radius: number,
): void {
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

function paintLiveEnd(context: CanvasRenderingContext2D, frame: Frame, view: LineView): void {
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

/**
 * Triangles where a value is not a number: hollow at the height of the last finite value for NaN, solid at the top
 * edge for infinity and at the bottom edge for negative infinity.
 */
export function paintNonFinite(
  context: CanvasRenderingContext2D,
  frame: Frame,
  view: LineView,
): void {
  const { line, main, drawn } = view;
  const nextAllowed = [FAR, FAR, FAR].map((far) => -far);
  let height = heightBefore(frame, view);
  context.save();
  clipToPlot(context, frame, MARK_SIZE + 1);
  context.globalAlpha = strength(view);
  context.strokeStyle = line.color;
  context.fillStyle = line.color;
  context.lineWidth = 1.25;
  context.lineJoin = "miter";
  for (let i = drawn.start; i < drawn.end; i++) {
    const value = main[i] as number;
    if (Number.isFinite(value)) {
      const py = frame.y.pixel(value);
      if (Number.isFinite(py)) height = py;
      continue;
    }
    const px = frame.x.pixel(line.x[i] as number);
    const kind = Number.isNaN(value) ? 0 : value > 0 ? 1 : 2;
    if (!(px >= frame.left - 1 && px <= frame.right + 1)) continue;
    const allowed = nextAllowed[kind] as number;
    // Of unsorted times a mark may also stand left of the one before.
    if (px < allowed && px > allowed - 2 * MARK_SPACING) continue;
    nextAllowed[kind] = px + MARK_SPACING;
    if (kind === 0)
      triangle(
        context,
        px,
        clamp(height, frame.top + MARK_SIZE, frame.bottom - MARK_SIZE),
        true,
        false,
      );
    else if (kind === 1) triangle(context, px, frame.top + MARK_SIZE, true, true);
    else triangle(context, px, frame.bottom - MARK_SIZE, false, true);
  }
  context.restore();
}

/** The height to mark NaN at before any finite value is in view: the last one to the left, else the first to come. */
function heightBefore(frame: Frame, { main, drawn }: LineView): number {
  for (let i = drawn.start - 1; i >= 0; i--) {
    const py = frame.y.pixel(main[i] as number);
    if (Number.isFinite(py)) return py;
  }
  for (let i = drawn.start; i < main.length; i++) {
    const py = frame.y.pixel(main[i] as number);
    if (Number.isFinite(py)) return py;
  }
  return (frame.top + frame.bottom) / 2;
}

function triangle(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  up: boolean,
  solid: boolean,
): void {
  const tip = up ? -MARK_SIZE : MARK_SIZE;
  context.beginPath();
  context.moveTo(x, y + tip);
  context.lineTo(x + MARK_SIZE, y - tip * 0.7);
  context.lineTo(x - MARK_SIZE, y - tip * 0.7);
  context.closePath();
  if (solid) context.fill();
  else context.stroke();
}

/** Collects where points lie beyond the top or bottom edge, at most one mark a pixel. */
export class OutlierMarks {
  private readonly above = new Set<number>();
  private readonly below = new Set<number>();

  constructor(private readonly frame: Frame) {}

  add(x: number, isAbove: boolean): void {
    (isAbove ? this.above : this.below).add(Math.round(this.frame.x.pixel(x)));
  }

  paint(context: CanvasRenderingContext2D, color: string, alpha: number): void {
    context.globalAlpha = alpha;
    context.strokeStyle = color;
    context.lineWidth = 1;
    context.beginPath();
    for (const [columns, edge, length] of this.edges()) {
      for (const column of columns) {
        context.moveTo(column + 0.5, edge);
        context.lineTo(column + 0.5, edge + length);
      }
    }
    context.stroke();
    context.globalAlpha = 1;
  }

  private edges(): [Set<number>, number, number][] {
    return [
      [this.above, this.frame.top - 3, OUTLIER_LENGTH],
      [this.below, this.frame.bottom + 3, -OUTLIER_LENGTH],
    ];
  }
}

/** The crosshair and the lines' points nearest to it. */
export function paintCursor(
  context: CanvasRenderingContext2D,
  frame: Frame,
  theme: ChartTheme,
  x: number,
  dots: readonly { px: number; py: number; color: string }[],
): void {
  const px = frame.x.pixel(x);
  if (!(px >= frame.left - 1 && px <= frame.right + 1)) return;
  context.strokeStyle = theme.muted;
  context.lineWidth = 1;
  context.setLineDash([2, 3]);
  context.beginPath();
  context.moveTo(Math.round(px) + 0.5, frame.top);
  context.lineTo(Math.round(px) + 0.5, frame.bottom);
  context.stroke();
  context.setLineDash([]);
  for (const dot of dots) {
    if (!(dot.py >= frame.top - 3 && dot.py <= frame.bottom + 3)) continue;
    context.fillStyle = theme.background;
    paintDots(context, [dot.px, dot.py], 3.8);
    context.fillStyle = dot.color;
    paintDots(context, [dot.px, dot.py], 2.6);
  }
}

/** The rectangle being dragged. */
export function paintSelection(
  context: CanvasRenderingContext2D,
  theme: ChartTheme,
  box: { left: number; top: number; right: number; bottom: number },
): void {
  const width = box.right - box.left;
  const height = box.bottom - box.top;
  context.fillStyle = theme.foreground;
  context.globalAlpha = 0.08;
  context.fillRect(box.left, box.top, width, height);
  context.globalAlpha = 0.35;
  context.strokeStyle = theme.foreground;
  context.lineWidth = 1;
  context.strokeRect(
    Math.round(box.left) + 0.5,
    Math.round(box.top) + 0.5,
    Math.round(width),
    Math.round(height),
  );
  context.globalAlpha = 1;
}

function clipToPlot(context: CanvasRenderingContext2D, frame: Frame, margin: number): void {
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

function near(pixel: number): number {
  return clamp(pixel, -FAR, FAR);
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
