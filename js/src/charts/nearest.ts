/** Points near a place on the chart, and the next ones to it. */

import { type Frame, frameOf } from "./axes";
import { lowerBound, nearestIndex, upperBound } from "./decimate";
import type { Line, NearestPoint } from "./types";
import { sortedX } from "./view";

/** How far outside the plot a line's nearest point may stand and still be named. */
const OUTSIDE_TOLERANCE = 12;

/** For every line its point nearest in x, the one nearest in height first. */
export function nearestPoints(
  lines: readonly Line[],
  frame: Frame,
  x: number,
  py: number,
  log: boolean,
): NearestPoint[] {
  const points: NearestPoint[] = [];
  for (const line of lines) {
    const index = nearestIndex(line.x, x, sortedX(line.x), log);
    const at = line.x[index];
    const raw = line.raw[index];
    if (at === undefined || raw === undefined) continue;
    const px = frame.x.pixel(at);
    if (!(px >= frame.left - OUTSIDE_TOLERANCE && px <= frame.right + OUTSIDE_TOLERANCE)) continue;
    const smoothed = line.smoothed?.[index] ?? null;
    const height = frameOf(frame, line).y.pixel(smoothed ?? raw);
    const placed = Number.isFinite(height);
    points.push({
      id: line.id,
      index,
      x: at,
      raw,
      smoothed,
      px,
      py: placed ? height : Number.NaN,
      distance: placed ? Math.abs(height - py) : Number.POSITIVE_INFINITY,
    });
  }
  return points.sort((a, b) => compare(a.distance, b.distance));
}

/** The x of the next point of any line to the right (by 1) or left (by -1) of a place; null if there is none. */
export function nextX(lines: readonly Line[], from: number, by: 1 | -1): number | null {
  let next = by * Number.POSITIVE_INFINITY;
  for (const { x } of lines) {
    if (sortedX(x)) {
      const at = x[by > 0 ? upperBound(x, from) : lowerBound(x, from) - 1];
      if (at !== undefined && (at - next) * by < 0) next = at;
    } else {
      for (let i = 0; i < x.length; i++) {
        const at = x[i] as number;
        if (by > 0 ? at > from && at < next : at < from && at > next) next = at;
      }
    }
  }
  return Number.isFinite(next) ? next : null;
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
