/** From lines and options to what is in view: domains, slices and counts. No drawing. */

import { insideSlice, isSorted, type Slice, upperBound, visibleSlice } from "./decimate";
import { emptyExtent, fitX, fitY, symlogThreshold, usableDomain } from "./domain";
import { type Part, quantiles } from "./quantiles";
import type { Domain } from "./scales";
import { count, extend, smallestSize } from "./summary";
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
    for (const { low, high } of line.bands ?? []) columns.push(low, high);
    for (const values of columns) if (values) extend(extent, values, inside.start, inside.end, log);
  }
  const threshold = options.y === "symlog" ? thresholdOf(views) : 1;
  const everything = fitY(extent, options.y, threshold);
  if (options.yDomain) return { domain: usableDomain(options.yDomain, everything, log), threshold };
  if (!options.ignoreOutliers) return { domain: everything, threshold };
  const typical = quantiles(partsInView(views, xDomain), ...OUTLIER_QUANTILES, log);
  const domain = typical.low <= typical.high ? fitY(typical, options.y, threshold) : everything;
  return { domain, threshold };
}

/** Of all the data, not of the view: or the axis would change its shape while it is dragged. */
function thresholdOf(views: readonly LineView[]): number {
  const extent = emptyExtent();
  let smallest = Number.POSITIVE_INFINITY;
  for (const { main } of views) {
    extend(extent, main, 0, main.length);
    smallest = Math.min(smallest, smallestSize(main, 0, main.length));
  }
  return symlogThreshold(extent, smallest);
}

/** The values that are drawn, as ranges of the lines' own arrays where they are one. */
function partsInView(views: readonly LineView[], xDomain: Domain): Part[] {
  return views.map((view) => pointsInside(view, view.main, xDomain));
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
  const { x, values: raw, start, end } = pointsInside(view, view.line.raw, xDomain);
  let [outside, above] = [0, 0];
  const hear = (index: number): void => {
    const value = raw[index] as number;
    if (log && value <= 0) return;
    outside += 1;
    if (value > yDomain[1]) above += 1;
    onOutside?.(x[index] as number, value > yDomain[1]);
  };
  const counts = count(raw, start, end, yDomain, hear);
  const some = counts.low <= counts.high;
  return {
    id: view.line.id,
    points: end - start,
    min: some ? counts.low : Number.NaN,
    max: some ? counts.high : Number.NaN,
    first: end > start ? (raw[start] as number) : Number.NaN,
    last: end > start ? (raw[end - 1] as number) : Number.NaN,
    nonFinite: counts.nonFinite,
    nonPositive: log ? counts.nonPositive : 0,
    outside,
    above,
  };
}

/** As a range of the line's own arrays, or as copies if its points in view are not one range. */
function pointsInside(
  { line: { x }, sorted, inside }: LineView,
  values: Float64Array,
  xDomain: Domain,
): Part & { x: Float64Array } {
  if (sorted) return { x, values, ...inside };
  const kept = { x: new Float64Array(x.length), values: new Float64Array(x.length) };
  let end = 0;
  for (let i = inside.start; i < inside.end; i++) {
    const xi = x[i] as number;
    if (!isInside(xi, xDomain)) continue;
    kept.x[end] = xi;
    kept.values[end++] = values[i] as number;
  }
  return end === x.length ? { x, values, start: 0, end } : { ...kept, start: 0, end };
}

/** Points left of everything that a log x axis has a place for. */
export function countNonPositiveX(lines: readonly Line[], options: ChartOptions): number {
  if (!isLogX(options)) return 0;
  return lines.reduce((sum, { x }) => {
    if (sortedX(x)) return sum + upperBound(x, 0);
    return sum + x.reduce((own, xi) => own + Number(xi <= 0), 0);
  }, 0);
}

function isInside(x: number, domain: Domain): boolean {
  return x >= domain[0] && x <= domain[1];
}
