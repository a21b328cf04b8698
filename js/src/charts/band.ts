/** The area between a lower and an upper limit, such as the spread of several runs about their mean. */

import type { Frame } from "./axes";
import type { Slice } from "./decimate";
import type { Painter } from "./painter";
import { near } from "./path";

export interface Limits {
  low: Float64Array;
  high: Float64Array;
}

/** A stretch of a band without a gap: for each pixel column its place, the lowest and the highest limit in it. */
export interface Stretch {
  x: number[];
  /** In pixels, as everything here: `bottom` is below `top` and thus larger. */
  top: number[];
  bottom: number[];
}

/** How wide to show what only one point holds. */
const LONE_WIDTH = 1.5;

/**
 * A limit that is not finite is a gap, and so is an upper one without a place on a log axis. A lower one without a
 * place there is at the foot of the plot, as "mean less deviation" often is.
 */
export function traceBand(frame: Frame, x: Float64Array, limits: Limits, slice: Slice): Stretch[] {
  const stretches: Stretch[] = [];
  let stretch: Stretch | null = null;
  let column = Number.NaN;
  for (let i = slice.start; i < slice.end; i++) {
    const px = frame.x.pixel(x[i] as number);
    if (!Number.isFinite(px)) continue;
    const top = near(frame.y.pixel(limits.high[i] as number));
    const low = limits.low[i] as number;
    const foot = frame.y.pixel(low);
    const bottom = Number.isFinite(low) && Number.isNaN(foot) ? frame.bottom : near(foot);
    if (!Number.isFinite(limits.high[i]) || !Number.isFinite(low) || Number.isNaN(top)) {
      stretch = null;
      continue;
    }
    const here = Math.floor(Math.max(frame.left - 1, Math.min(frame.right + 1, px)));
    if (stretch === null) {
      stretch = { x: [], top: [], bottom: [] };
      stretches.push(stretch);
    } else if (here === column) {
      const end = stretch.x.length - 1;
      stretch.top[end] = Math.min(stretch.top[end] as number, top);
      stretch.bottom[end] = Math.max(stretch.bottom[end] as number, bottom);
      continue;
    }
    column = here;
    stretch.x.push(near(px));
    stretch.top.push(top);
    stretch.bottom.push(bottom);
  }
  return stretches;
}

/** Fills the stretches: along the upper limit, and back along the lower one. */
export function fillBand(context: Painter, stretches: readonly Stretch[]): void {
  context.beginPath();
  for (const { x, top, bottom } of stretches) {
    if (x.length === 1) {
      const [left, upper, lower] = [x[0] as number, top[0] as number, bottom[0] as number];
      context.rect(left - LONE_WIDTH / 2, upper, LONE_WIDTH, lower - upper);
      continue;
    }
    context.moveTo(x[0] as number, top[0] as number);
    for (let i = 1; i < x.length; i++) context.lineTo(x[i] as number, top[i] as number);
    for (let i = x.length - 1; i >= 0; i--) context.lineTo(x[i] as number, bottom[i] as number);
    context.closePath();
  }
  context.fill();
}
