/** What a chart shows after a drag, a turn of the wheel or a key: all by pixels, so that it is right on log axes too. */

import type { Frame } from "./axes";
import type { Domain, Scale } from "./scales";

/** Null leaves an axis as it is. */
export interface Target {
  x: [number, number];
  y: [number, number] | null;
  y2: [number, number] | null;
}

/** A narrower domain than this share of its values has no digits left to tell points apart. */
const NARROWEST = 1e-13;

/** The plot dragged by so many pixels; only sideways unless `upright`. Null if there is nothing to be seen there. */
export function panned(frame: Frame, dx: number, dy: number, upright: boolean): Target | null {
  return target(
    between(frame.x, frame.left - dx, frame.right - dx),
    upright ? frame : null,
    frame.bottom - dy,
    frame.top - dy,
  );
}

/** The x axis with `factor` of its length in view, what is at `px` staying there. */
export function scaledAcross(frame: Frame, px: number, factor: number): Target | null {
  const at = Math.max(frame.left, Math.min(frame.right, px));
  const low = at + (frame.left - at) * factor;
  return target(between(frame.x, low, at + (frame.right - at) * factor), null, 0, 0);
}

/** The same of the y axes. */
export function scaledUp(frame: Frame, py: number, factor: number): Target | null {
  const at = Math.max(frame.top, Math.min(frame.bottom, py));
  const foot = at + (frame.bottom - at) * factor;
  return target([...frame.x.domain], frame, foot, at + (frame.top - at) * factor);
}

/** What a rectangle holds; a band without `box` leaves y alone. */
export function selected(
  frame: Frame,
  rectangle: { left: number; right: number; top: number; bottom: number; box: boolean },
): Target | null {
  const { left, right, top, bottom, box } = rectangle;
  return target(between(frame.x, left, right), box ? frame : null, bottom, top);
}

function target(
  x: [number, number] | null,
  frame: Frame | null,
  foot: number,
  head: number,
): Target | null {
  const y = frame && between(frame.y, foot, head);
  if (x === null || (frame && y === null)) return null;
  return { x, y, y2: frame?.y2 ? between(frame.y2, foot, head) : null };
}

function between(scale: Scale, from: number, to: number): [number, number] | null {
  const [low, high]: Domain = [scale.invert(from), scale.invert(to)];
  const size = Math.max(Math.abs(low), Math.abs(high));
  // A span that overflows is as useless as one that vanishes.
  return Number.isFinite(high - low) && high - low > size * NARROWEST ? [low, high] : null;
}
