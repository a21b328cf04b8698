/** Lines and their marks on a canvas. */

import { type Frame, frameOf } from "./axes";
import { type Columns, type PathSink, tracePath } from "./decimate";
import type { Painter } from "./painter";
import type { ChartOptions } from "./types";
import type { LineView } from "./view";

const RAW_ALPHA = 0.25;
const BAND_ALPHA = 0.16;
const DIMMED_ALPHA = 0.2;
const LIVE_RADIUS = 2.6;
const DOT_RADIUS = 2.2;
/** Beyond this distance the canvas loses precision; lines that far out are vertical anyway. */
export const FAR = 1e5;
const MANY_DOTS = 2000;
const LINE_WIDTH = 1.5;
const RAW_WIDTH = 1;
/** With more points than this the lines are drawn 1 pixel wide: a canvas without a GPU strokes those ten times faster. */
const MANY_POINTS = 2000;

/** Puts the kept points of one line into the path, and remembers the dots. */
class PainterSink implements PathSink {
  readonly dots: number[] = [];

  constructor(
    private readonly context: Painter,
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

/** All lines: bands and raw values behind, so that no noise covers another line's smoothed course. */
export function paintLines(
  context: Painter,
  frame: Frame,
  views: readonly LineView[],
  options: ChartOptions,
): void {
  const ordered = [...views].sort((a, b) => rank(a) - rank(b));
  const width = countPoints(views, columnsOf(frame, options)) > MANY_POINTS ? 1 : LINE_WIDTH;
  context.save();
  clipToPlot(context, frame, 3);
  for (const view of ordered) {
    if (view.line.band) paintBand(context, frameOf(frame, view.line), view, options);
  }
  for (const view of ordered) {
    if (view.line.smoothed && !view.line.band) {
      const pen = { width: RAW_WIDTH, alpha: RAW_ALPHA * strength(view), dash: [] };
      paintSeries(context, frameOf(frame, view.line), view, view.line.raw, pen, options);
    }
  }
  for (const view of ordered) {
    const own = frameOf(frame, view.line);
    const { highlighted, dash = [], live } = view.line;
    const pen = { width: highlighted ? 2.5 : width, alpha: strength(view), dash };
    paintSeries(context, own, view, view.main, pen, options);
    if (live) paintLiveEnd(context, own, view);
  }
  context.restore();
}

/** How many points reach the canvas, about: a column keeps four at most. */
function countPoints(views: readonly LineView[], columns: Columns): number {
  const most = 4 * columns.count;
  return views.reduce((sum, { drawn }) => sum + Math.min(drawn.end - drawn.start, most), 0);
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

function paintSeries(
  context: Painter,
  frame: Frame,
  view: LineView,
  values: Float64Array,
  pen: Pen,
  options: ChartOptions,
): void {
  const sink = new PainterSink(context, frame, view.line.x, values);
  context.globalAlpha = pen.alpha;
  context.strokeStyle = view.line.color;
  context.fillStyle = view.line.color;
  context.lineWidth = pen.width;
  context.lineJoin = pen.width > 1 ? "round" : "bevel";
  context.setLineDash([...pen.dash]);
  context.beginPath();
  const columns = columnsOf(frame, options);
  tracePath(view.line.x, values, view.drawn, columns, sink, options.y === "log");
  context.stroke();
  context.setLineDash([]);
  paintDots(context, sink.dots, DOT_RADIUS);
  context.globalAlpha = 1;
}

/** Remembers where a path goes, so that it can be walked back. */
class OutlineSink implements PathSink {
  /** The stretches between gaps, as indices. */
  readonly stretches: number[][] = [];

  move(index: number): void {
    this.stretches.push([index]);
  }

  line(index: number): void {
    this.stretches.at(-1)?.push(index);
  }

  dot(): void {}
}

/** The area between the limits: along the upper one, and back along the lower one. */
function paintBand(context: Painter, frame: Frame, view: LineView, options: ChartOptions): void {
  const { line, drawn } = view;
  if (!line.band) return;
  const { low, high } = line.band;
  const columns = columnsOf(frame, options);
  const outline = (values: Float64Array) => {
    const sink = new OutlineSink();
    tracePath(line.x, values, drawn, columns, sink, options.y === "log");
    return sink.stretches.map((stretch) =>
      stretch.map((i): [number, number] => [
        near(frame.x.pixel(line.x[i] as number)),
        near(frame.y.pixel(values[i] as number)),
      ]),
    );
  };
  const lower = outline(low);
  context.globalAlpha = BAND_ALPHA * strength(view);
  context.fillStyle = line.color;
  context.beginPath();
  for (const [number, there] of outline(high).entries()) {
    const [first, ...rest] = there.concat((lower[number] ?? []).reverse());
    if (!first) continue;
    context.moveTo(...first);
    for (const place of rest) context.lineTo(...place);
    context.closePath();
  }
  context.fill();
  context.globalAlpha = 1;
}

function columnsOf(frame: Frame, options: ChartOptions): Columns {
  const { domain, range } = frame.x;
  const width = range[1] - range[0];
  const log = options.xScale === "log";
  const [low, high] = log ? (domain.map(Math.log10) as [number, number]) : domain;
  return { origin: low, perUnit: width / (high - low), count: Math.ceil(width), log };
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

export function near(pixel: number): number {
  return clamp(pixel, -FAR, FAR);
}

export function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
