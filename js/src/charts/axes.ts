/** The frame of a chart: where the plot lies, its two scales, its ticks, and how these are drawn. */

import {
  type Domain,
  linearScale,
  linearTicks,
  logScale,
  logTicks,
  type Scale,
  type Tick,
} from "./scales";
import { relativeTicks, timeTicks } from "./time_ticks";
import type { ChartOptions, ChartTheme } from "./types";

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
  xTicks: Tick[];
  yTicks: Tick[];
}

export interface Size {
  width: number;
  height: number;
}

/** `previousGutter` is the left gutter of the frame this one replaces, or 0. */
export function layOut(
  context: CanvasRenderingContext2D,
  size: Size,
  xDomain: Domain,
  yDomain: Domain,
  options: ChartOptions,
  previousGutter: number,
): Frame {
  const { width, height } = size;
  const top = Math.min(TOP, height);
  const bottom = Math.max(top + 1, height - BOTTOM);
  const log = options.y === "log";
  const yCount = Math.max(2, Math.floor((bottom - top) / PIXELS_PER_Y_TICK));
  const yTicks = (log ? logTicks : linearTicks)(yDomain, yCount);
  const left = gutter(context, yTicks, previousGutter);
  const right = Math.max(left + 1, width - RIGHT);
  const x = linearScale(xDomain, [left, right]);
  const y = (log ? logScale : linearScale)(yDomain, [bottom, top]);
  const xTicks = fittingTicks(context, x, options.x, width);
  return { width, height, left, top, right, bottom, x, y, xTicks, yTicks };
}

/** Wide enough for the widest label, in coarse steps and slow to shrink, so that the plot stands still while data comes. */
function gutter(
  context: CanvasRenderingContext2D,
  ticks: readonly Tick[],
  previous: number,
): number {
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
  context: CanvasRenderingContext2D,
  scale: Scale,
  kind: ChartOptions["x"],
  width: number,
): Tick[] {
  const most = Math.max(2, Math.floor((scale.range[1] - scale.range[0]) / PIXELS_PER_X_TICK));
  for (let count = most; count >= 1; count--) {
    const ticks = xTicksOf(scale.domain, kind, count);
    if (labelsFit(context, ticks, scale, width)) return ticks;
  }
  return xTicksOf(scale.domain, kind, 1).slice(0, 1);
}

function xTicksOf(domain: Domain, kind: ChartOptions["x"], count: number): Tick[] {
  if (kind === "wall") return timeTicks(domain, count);
  if (kind === "relative") return relativeTicks(domain, count);
  return linearTicks(domain, count, true);
}

function labelsFit(
  context: CanvasRenderingContext2D,
  ticks: readonly Tick[],
  scale: Scale,
  width: number,
): boolean {
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

export function paintAxes(
  context: CanvasRenderingContext2D,
  frame: Frame,
  theme: ChartTheme,
): void {
  context.strokeStyle = theme.grid;
  context.lineWidth = 1;
  context.beginPath();
  for (const tick of frame.yTicks) {
    const y = Math.round(frame.y.pixel(tick.value)) + 0.5;
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
  paintXLabels(context, frame, theme);
}

function paintXLabels(context: CanvasRenderingContext2D, frame: Frame, theme: ChartTheme): void {
  context.fillStyle = theme.muted;
  context.textBaseline = "middle";
  context.textAlign = "center";
  for (const tick of frame.xTicks) {
    const wide = context.measureText(tick.label).width;
    const centre = labelCentre(frame.x.pixel(tick.value), wide, frame.width);
    context.fillText(tick.label, centre, frame.bottom + (frame.height - frame.bottom) / 2 + 2);
  }
}

/** The frame of a chart with nothing to show: its hairlines, without y numbers that would mean nothing. */
export function paintEmptyAxes(
  context: CanvasRenderingContext2D,
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
