/** The frame of a chart: where the plot lies, its two scales, its ticks, and how these are drawn. */

import type { Painter } from "./painter";
import {
  type Domain,
  linearScale,
  linearTicks,
  logScale,
  logTicks,
  type Scale,
  symlogScale,
  symlogTicks,
  type Tick,
} from "./scales";
import { logRelativeTicks, relativeTicks, timeTicks } from "./time_ticks";
import type { ChartOptions, ChartTheme, Line } from "./types";
import { isLogX, type YView } from "./view";

const TOP = 7;
const RIGHT = 9;
const BOTTOM = 19;
const LABEL_GAP = 6;
const GUTTER_QUANTUM = 8;
const SMALLEST_GUTTER = 32;
const PIXELS_PER_Y_TICK = 28;
const PIXELS_PER_X_TICK = 50;
const BETWEEN_X_LABELS = 12;
const HALF_LINE = 6;

export interface Frame {
  width: number;
  height: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
  x: Scale;
  y: Scale;
  /** The right axis, if any line is read off it. */
  y2: Scale | null;
  xTicks: Tick[];
  yTicks: Tick[];
  y2Ticks: Tick[];
}

export interface Size {
  width: number;
  height: number;
}

export interface Views {
  x: Domain;
  /** Null if every line is read off the right axis. */
  y: YView | null;
  y2: YView | null;
}

/** `previous` is the frame that this one replaces, whose gutters it keeps if they will do. */
export function layOut(
  context: Painter,
  size: Size,
  views: Views,
  options: ChartOptions,
  previous: Frame | null,
): Frame {
  const { width, height } = size;
  const top = Math.min(TOP, height);
  const bottom = Math.max(top + 1, height - BOTTOM);
  const yCount = Math.max(2, Math.floor((bottom - top) / PIXELS_PER_Y_TICK));
  const yTicks = views.y ? yTicksOf(options.y, views.y, yCount) : [];
  const y2Ticks = views.y2 ? yTicksOf(options.y, views.y2, yCount) : [];
  const left = views.y || !views.y2 ? gutter(context, yTicks, previous?.left ?? 0) : RIGHT;
  const before = previous?.y2 ? previous.width - previous.right : 0;
  const right = Math.max(left + 1, width - (views.y2 ? gutter(context, y2Ticks, before) : RIGHT));
  const x = (isLogX(options) ? logScale : linearScale)(views.x, [left, right]);
  const y2 = views.y2 && yScaleOf(options.y, views.y2, [bottom, top]);
  const y = views.y
    ? yScaleOf(options.y, views.y, [bottom, top])
    : (y2 ?? linearScale([0, 1], [bottom, top]));
  const xTicks = fittingTicks(context, x, options, width);
  return { width, height, left, top, right, bottom, x, y, y2, xTicks, yTicks, y2Ticks };
}

/** The frame as a line sees it: with the y axis that the line is read off. */
export function frameOf(frame: Frame, line: Line): Frame {
  return line.axis === "right" && frame.y2 ? { ...frame, y: frame.y2 } : frame;
}

function yScaleOf(kind: ChartOptions["y"], view: YView, range: Domain): Scale {
  if (kind === "symlog") return symlogScale(view.domain, range, view.threshold);
  return (kind === "log" ? logScale : linearScale)(view.domain, range);
}

function yTicksOf(kind: ChartOptions["y"], view: YView, count: number): Tick[] {
  if (kind === "symlog") return symlogTicks(view.domain, count, view.threshold);
  return (kind === "log" ? logTicks : linearTicks)(view.domain, count);
}

/** Wide enough for the widest label, in coarse steps and slow to shrink, so that the plot stands still while data comes. */
function gutter(context: Painter, ticks: readonly Tick[], previous: number): number {
  const widest = ticks.reduce(
    (width, tick) => Math.max(width, context.measureText(tick.label).width),
    0,
  );
  const needed = Math.ceil((widest + LABEL_GAP + 3) / GUTTER_QUANTUM) * GUTTER_QUANTUM;
  const wanted = Math.max(SMALLEST_GUTTER, needed);
  return previous > wanted && previous - wanted <= 2 * GUTTER_QUANTUM ? previous : wanted;
}

/** As many ticks as have room for their labels side by side. */
function fittingTicks(
  context: Painter,
  scale: Scale,
  options: ChartOptions,
  width: number,
): Tick[] {
  const most = Math.max(2, Math.floor((scale.range[1] - scale.range[0]) / PIXELS_PER_X_TICK));
  for (let count = most; count >= 1; count--) {
    const ticks = xTicksOf(scale.domain, options, count);
    if (labelsFit(context, ticks, scale, width)) return ticks;
  }
  return xTicksOf(scale.domain, options, 1).slice(0, 1);
}

function xTicksOf(domain: Domain, options: ChartOptions, count: number): Tick[] {
  const kind = options.x;
  if (isLogX(options))
    return kind === "relative" ? logRelativeTicks(domain, count) : logTicks(domain, count);
  if (kind === "wall") return timeTicks(domain, count);
  if (kind === "relative") return relativeTicks(domain, count);
  return linearTicks(domain, count, kind !== "value");
}

function labelsFit(context: Painter, ticks: readonly Tick[], scale: Scale, width: number): boolean {
  let free = Number.NEGATIVE_INFINITY;
  for (const tick of ticks) {
    const wide = context.measureText(tick.label).width;
    const start = labelCentre(scale.pixel(tick.value), wide, width) - wide / 2;
    if (start < free) return false;
    free = start + wide + BETWEEN_X_LABELS;
  }
  return true;
}

/** Under its tick, unless an edge of the canvas would cut it. */
function labelCentre(at: number, wide: number, width: number): number {
  return Math.max(wide / 2 + 1, Math.min(width - wide / 2 - 1, at));
}

export function paintAxes(context: Painter, frame: Frame, theme: ChartTheme): void {
  context.strokeStyle = theme.grid;
  context.lineWidth = 1;
  context.beginPath();
  const [ruled, ticks] =
    frame.y2 && frame.yTicks.length === 0 ? [frame.y2, frame.y2Ticks] : [frame.y, frame.yTicks];
  for (const tick of ticks) {
    const y = Math.round(ruled.pixel(tick.value)) + 0.5;
    context.moveTo(frame.left, y);
    context.lineTo(frame.right, y);
  }
  context.stroke();
  context.fillStyle = theme.muted;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const tick of frame.yTicks) {
    const y = frame.y.pixel(tick.value);
    context.fillText(
      tick.label,
      frame.left - LABEL_GAP,
      Math.max(HALF_LINE, Math.min(frame.height - HALF_LINE, y)),
    );
  }
  paintRightLabels(context, frame);
  paintXLabels(context, frame, theme);
}

function paintRightLabels(context: Painter, frame: Frame): void {
  if (!frame.y2) return;
  context.textAlign = "left";
  for (const tick of frame.y2Ticks) {
    const y = frame.y2.pixel(tick.value);
    context.fillText(
      tick.label,
      frame.right + LABEL_GAP,
      Math.max(HALF_LINE, Math.min(frame.height - HALF_LINE, y)),
    );
  }
}

function paintXLabels(context: Painter, frame: Frame, theme: ChartTheme): void {
  context.fillStyle = theme.muted;
  context.textBaseline = "middle";
  context.textAlign = "center";
  for (const { label, left, width, top, height } of labelBoxes(context, frame)) {
    context.fillText(label, left + width / 2, top + height / 2);
  }
}

/** Where the labels of the x axis stand. */
export function labelBoxes(
  context: Painter,
  frame: Frame,
): { label: string; left: number; width: number; top: number; height: number }[] {
  const top = frame.bottom + (frame.height - frame.bottom) / 2 + 2 - HALF_LINE;
  return frame.xTicks.map(({ value, label }) => {
    const { width } = context.measureText(label);
    const left = labelCentre(frame.x.pixel(value), width, frame.width) - width / 2;
    return { label, left, width, top, height: 2 * HALF_LINE };
  });
}

/** The frame of a chart with nothing to show: its hairlines, without y numbers that would mean nothing. */
export function paintEmptyAxes(
  context: Painter,
  frame: Frame,
  theme: ChartTheme,
  hasX: boolean,
): void {
  context.strokeStyle = theme.grid;
  context.lineWidth = 1;
  context.beginPath();
  for (let i = 0; i <= 4; i++) {
    const y = Math.round(frame.top + ((frame.bottom - frame.top) * i) / 4) + 0.5;
    context.moveTo(frame.left, y);
    context.lineTo(frame.right, y);
  }
  context.stroke();
  if (hasX) paintXLabels(context, frame, theme);
}
