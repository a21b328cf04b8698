/**
 * What of a long series reaches the canvas. Per pixel column the first, lowest, highest and last point are kept, so no
 * spike is lost however narrow it is; where points are sparser than pixels, that is every point.
 */

/** A half-open range of indices. */
export interface Slice {
  start: number;
  end: number;
}

/**
 * Pixel columns over the x axis: column 0 starts at `origin`, and a unit of x (of its logarithm, if `log`) is `perUnit`
 * columns wide.
 */
export interface Columns {
  origin: number;
  perUnit: number;
  count: number;
  log?: boolean;
  /** With many points in each column its lowest and highest are enough. */
  crowded?: boolean;
}

/** Receives the kept points by index. `dot` marks a point with a gap on both sides, which a line cannot show. */
export interface PathSink {
  move(index: number): void;
  line(index: number): void;
  dot(index: number): void;
}

/** Whether x ascends. Wall times need not, and a NaN among them counts as disorder. */
export function isSorted(x: Float64Array): boolean {
  // Of values that ascend, only the ends can be infinite.
  if (x.length > 0 && !(Number.isFinite(x[0]) && Number.isFinite(x[x.length - 1]))) return false;
  for (let i = 1; i < x.length; i++) {
    if (!((x[i] as number) >= (x[i - 1] as number))) return false;
  }
  return true;
}

/** The first index whose x is at least `value`. */
export function lowerBound(x: Float64Array, value: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((x[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first index whose x is above `value`. */
export function upperBound(x: Float64Array, value: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((x[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The points inside [low, high]; of unsorted x every point, as any of them may be inside. */
export function insideSlice(x: Float64Array, low: number, high: number, sorted: boolean): Slice {
  if (!sorted) return { start: 0, end: x.length };
  const start = lowerBound(x, low);
  return { start, end: Math.max(start, upperBound(x, high)) };
}

/** The points to draw for [low, high]: one neighbour more on either side, so that lines run out of the view. */
export function visibleSlice(x: Float64Array, low: number, high: number, sorted: boolean): Slice {
  const { start, end } = insideSlice(x, low, high, sorted);
  return { start: Math.max(0, start - 1), end: Math.min(x.length, end + 1) };
}

/** The index of the point whose x is nearest to `value` (on a log axis, if `log`), or -1 without points. */
export function nearestIndex(x: Float64Array, value: number, sorted: boolean, log = false): number {
  if (!sorted) return nearestByScan(x, value, log);
  if (x.length === 0) return -1;
  const after = lowerBound(x, value);
  if (after === 0) return 0;
  if (after === x.length) return lowerBound(x, x[after - 1] as number);
  const [before, beyond] = [x[after - 1] as number, x[after] as number];
  const nearer = log
    ? before > 0 && value / before <= beyond / value
    : value - before <= beyond - value;
  return nearer ? after - 1 : after;
}

function nearestByScan(x: Float64Array, value: number, log: boolean): number {
  let nearest = -1;
  let distance = Number.POSITIVE_INFINITY;
  for (let i = 0; i < x.length; i++) {
    const at = x[i] as number;
    const here = Math.abs(log ? Math.log(at / value) : at - value);
    if (here < distance) {
      distance = here;
      nearest = i;
    }
  }
  return nearest;
}

/**
 * Walks the points of `slice` in their own order and gives the kept ones to `sink`. A y that is not finite (or not
 * positive, for a log axis) ends the line; a point without a place in x is passed over.
 */
export function tracePath(
  x: Float64Array,
  y: Float64Array,
  slice: Slice,
  columns: Columns,
  sink: PathSink,
  positiveOnly = false,
): void {
  const leftmost = columns.log ? 0 : Number.NEGATIVE_INFINITY;
  const floor = positiveOnly ? 0 : Number.NEGATIVE_INFINITY;
  let runFirst = -1; // first point since the last gap
  let [columnStart, columnEnd] = [Number.NaN, Number.NaN]; // where in x the column being filled lies
  let first = -1; // first, lowest, highest and last point of it
  let low = -1;
  let high = -1;
  let last = -1;
  for (let i = slice.start; i < slice.end; i++) {
    const xi = x[i] as number;
    const yi = y[i] as number;
    if (!(xi > leftmost) || xi === Number.POSITIVE_INFINITY) continue;
    if (!(yi > floor) || yi === Number.POSITIVE_INFINITY) {
      if (first >= 0) emitColumn(sink, columns.crowded, first === runFirst, first, low, high, last);
      if (runFirst >= 0 && runFirst === last) sink.dot(last);
      runFirst = -1;
      first = -1;
      continue;
    }
    const same = xi >= columnStart && xi < columnEnd;
    if (first >= 0 && same) {
      last = i;
      if (yi < (y[low] as number)) low = i;
      else if (yi > (y[high] as number)) high = i;
      continue;
    }
    if (first >= 0) emitColumn(sink, columns.crowded, first === runFirst, first, low, high, last);
    if (runFirst < 0) runFirst = i;
    if (!same) {
      const column = columnAt(columns, xi);
      columnStart = column < 0 ? Number.NEGATIVE_INFINITY : startOf(columns, column);
      columnEnd = column < columns.count ? startOf(columns, column + 1) : Number.POSITIVE_INFINITY;
    }
    first = i;
    low = i;
    high = i;
    last = i;
  }
  if (first >= 0) emitColumn(sink, columns.crowded, first === runFirst, first, low, high, last);
  if (runFirst >= 0 && runFirst === last) sink.dot(last);
}

/** Everything left of the view shares one column, and everything right of it another. */
function columnAt({ origin, perUnit, count, log }: Columns, x: number): number {
  const place = log ? Math.log10(x) : x;
  return Math.max(-1, Math.min(count, Math.floor((place - origin) * perUnit)));
}

/** The x at which a column begins. */
function startOf({ origin, perUnit, log }: Columns, column: number): number {
  const place = origin + column / perUnit;
  return log ? 10 ** place : place;
}

function emitColumn(
  sink: PathSink,
  crowded: boolean | undefined,
  starts: boolean,
  first: number,
  low: number,
  high: number,
  last: number,
): void {
  const early = Math.min(low, high);
  const late = Math.max(low, high);
  if (starts) sink.move(first);
  else if (!crowded) sink.line(first);
  else sink.line(early);
  if (crowded && !starts) {
    if (late > early) sink.line(late);
    return;
  }
  if (early > first) sink.line(early);
  if (late > early && late > first) sink.line(late);
  if (last > late) sink.line(last);
}
