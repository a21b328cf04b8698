/** From lines and options to what is in view: domains, slices and counts. No drawing. */

import { insideSlice, isSorted, type Slice, visibleSlice } from "./decimate";
import {
  emptyExtent,
  extend,
  fitX,
  fitY,
  quantiles,
  symlogThreshold,
  usableDomain,
} from "./domain";
import type { Domain } from "./scales";
import type { ChartOptions, DrawnLine, Line } from "./types";

const OUTLIER_QUANTILES = [0.05, 0.95] as const;
const ROOM_AROUND_ONE_POINT = { step: 1, order: 1, relative: 1, wall: 60, value: 1 };

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

/** A calendar has no logarithm, and neither have positions, which begin at zero. */
export function isLogX({ x, xScale }: ChartOptions): boolean {
  return xScale === "log" && x !== "wall" && x !== "order";
}

export function xDomainOf(lines: readonly Line[], options: ChartOptions): Domain {
  const log = isLogX(options);
  const extent = emptyExtent();
  for (const { x } of lines) {
    const positive = log && !((x[0] as number) > 0);
    if (positive || !sortedX(x)) extend(extent, x, 0, x.length, log);
    else if (x.length > 0) {
      extent.low = Math.min(extent.low, x[0] as number);
      extent.high = Math.max(extent.high, x[x.length - 1] as number);
    }
  }
  const fitted = log ? fitLogX(extent) : fitX(extent, ROOM_AROUND_ONE_POINT[options.x]);
  return options.xDomain ? usableDomain(options.xDomain, fitted, log) : fitted;
}

function fitLogX({ low, high }: { low: number; high: number }): Domain {
  if (!(low <= high)) return [1, 10];
  return low < high ? [low, high] : [low / 3, high * 3];
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

/** What a y axis shows, and where its symmetric logarithm becomes linear. */
export interface YView {
  domain: Domain;
  threshold: number;
}

export function yDomainOf(
  views: readonly LineView[],
  xDomain: Domain,
  options: ChartOptions,
): YView {
  const log = options.y === "log";
  const extent = emptyExtent();
  for (const { line, main, inside } of views) {
    const columns = [line.raw, line.smoothed && main, line.band?.low, line.band?.high];
    for (const values of columns) if (values) extend(extent, values, inside.start, inside.end, log);
  }
  const everything = fitY(extent, options.y);
  const threshold = options.y === "symlog" ? symlogThreshold(extent, smallestOf(views)) : 1;
  if (options.yDomain) return { domain: usableDomain(options.yDomain, everything, log), threshold };
  if (!options.ignoreOutliers) return { domain: everything, threshold };
  const typical = quantiles(valuesInView(views, xDomain, log), ...OUTLIER_QUANTILES);
  const domain = typical.low <= typical.high ? fitY(typical, options.y) : everything;
  return { domain, threshold };
}

/** The smallest distance from zero of any value in view that is not zero. */
function smallestOf(views: readonly LineView[]): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (const { main, inside } of views) {
    for (let i = inside.start; i < inside.end; i++) {
      const size = Math.abs(main[i] as number);
      if (size > 0 && size < smallest) smallest = size;
    }
  }
  return smallest;
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
  let [points, nonFinite, nonPositive, outside, above] = [0, 0, 0, 0, 0];
  let [first, last] = [Number.NaN, Number.NaN];
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
      if (value > yDomain[1]) above += 1;
      onOutside?.(xi, value > yDomain[1]);
    }
  }
  const some = extent.low <= extent.high;
  const min = some ? extent.low : Number.NaN;
  const max = some ? extent.high : Number.NaN;
  return { id: line.id, points, min, max, first, last, nonFinite, nonPositive, outside, above };
}

function isInside(x: number, domain: Domain): boolean {
  return x >= domain[0] && x <= domain[1];
}
