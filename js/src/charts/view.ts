/** From lines and options to what is in view: domains, slices and counts. No drawing. */

import { insideSlice, isSorted, type Slice, visibleSlice } from "./decimate";
import { emptyExtent, extend, fitX, fitY, quantiles, usableDomain } from "./domain";
import type { Domain } from "./scales";
import type { ChartOptions, DrawnLine, Line } from "./types";

const OUTLIER_QUANTILES = [0.05, 0.95] as const;
const ROOM_AROUND_ONE_POINT = { step: 1, order: 1, relative: 1, wall: 60 };

/** A line together with what the current view shows of it. */
export interface LineView {
  line: Line;
  /** The series drawn at full strength. */
  main: Float64Array;
  sorted: boolean;
  /** Points in the x domain (all, when x is unsorted). */
  inside: Slice;
  /** `inside` and one neighbour on either side. */
  drawn: Slice;
}

const sortedness = new WeakMap<Float64Array, boolean>();

/** Whether x ascends, remembered: an array that was handed over does not change. */
export function sortedX(x: Float64Array): boolean {
  let sorted = sortedness.get(x);
  if (sorted === undefined) {
    sorted = isSorted(x);
    sortedness.set(x, sorted);
  }
  return sorted;
}

export function xDomainOf(lines: readonly Line[], options: ChartOptions): Domain {
  const extent = emptyExtent();
  for (const { x } of lines) {
    if (!sortedX(x)) extend(extent, x, 0, x.length);
    else if (x.length > 0) {
      extent.low = Math.min(extent.low, x[0] as number);
      extent.high = Math.max(extent.high, x[x.length - 1] as number);
    }
  }
  const fitted = fitX(extent, ROOM_AROUND_ONE_POINT[options.x]);
  return options.xDomain ? usableDomain(options.xDomain, fitted, false) : fitted;
}

export function viewLines(lines: readonly Line[], xDomain: Domain): LineView[] {
  return lines.map((line) => {
    const sorted = sortedX(line.x);
    return {
      line,
      main: line.smoothed ?? line.raw,
      sorted,
      inside: insideSlice(line.x, xDomain[0], xDomain[1], sorted),
      drawn: visibleSlice(line.x, xDomain[0], xDomain[1], sorted),
    };
  });
}

export function yDomainOf(
  views: readonly LineView[],
  xDomain: Domain,
  options: ChartOptions,
): Domain {
  const log = options.y === "log";
  const extent = emptyExtent();
  for (const view of views) {
    extend(extent, view.line.raw, view.inside.start, view.inside.end, log);
    if (view.line.smoothed) extend(extent, view.main, view.inside.start, view.inside.end, log);
  }
  const everything = fitY(extent, log);
  if (options.yDomain) return usableDomain(options.yDomain, everything, log);
  if (!options.ignoreOutliers) return everything;
  const typical = quantiles(valuesInView(views, xDomain, log), ...OUTLIER_QUANTILES);
  return typical.low <= typical.high ? fitY(typical, log) : everything;
}

function valuesInView(
  views: readonly LineView[],
  xDomain: Domain,
  positiveOnly: boolean,
): Float64Array {
  const room = views.reduce((sum, { inside }) => sum + inside.end - inside.start, 0);
  const values = new Float64Array(room);
  let count = 0;
  for (const { line, main, sorted, inside } of views) {
    for (let i = inside.start; i < inside.end; i++) {
      const value = main[i] as number;
      if (!Number.isFinite(value) || (positiveOnly && value <= 0)) continue;
      if (!sorted && !isInside(line.x[i] as number, xDomain)) continue;
      values[count++] = value;
    }
  }
  return values.subarray(0, count);
}

/** Whether there is a number to read off the y axis. */
export function hasFinite({ line, drawn }: LineView): boolean {
  for (let i = drawn.start; i < drawn.end; i++) {
    if (Number.isFinite(line.raw[i])) return true;
  }
  return false;
}

/** Counts what the view holds of a line; `onOutside` hears of each point above or below the y domain. */
export function measureLine(
  view: LineView,
  xDomain: Domain,
  yDomain: Domain,
  log: boolean,
  onOutside?: (x: number, above: boolean) => void,
): DrawnLine {
  const { line, sorted, inside } = view;
  const { x, raw } = line;
  const extent = emptyExtent();
  let [points, nonFinite, nonPositive, outside, first, last] = [0, 0, 0, 0, Number.NaN, Number.NaN];
  for (let i = inside.start; i < inside.end; i++) {
    const xi = x[i] as number;
    if (!sorted && !isInside(xi, xDomain)) continue;
    const value = raw[i] as number;
    if (points === 0) first = value;
    last = value;
    points += 1;
    if (!Number.isFinite(value)) {
      nonFinite += 1;
      continue;
    }
    if (value < extent.low) extent.low = value;
    if (value > extent.high) extent.high = value;
    if (log && value <= 0) nonPositive += 1;
    else if (value < yDomain[0] || value > yDomain[1]) {
      outside += 1;
      onOutside?.(xi, value > yDomain[1]);
    }
  }
  const some = extent.low <= extent.high;
  const min = some ? extent.low : Number.NaN;
  const max = some ? extent.high : Number.NaN;
  return { id: line.id, points, min, max, first, last, nonFinite, nonPositive, outside };
}

function isInside(x: number, domain: Domain): boolean {
  return x >= domain[0] && x <= domain[1];
}
