// The histograms of some steps of one series, as the kernel sent them.
import type { ColumnSpec, Columns } from "../../wire/frame";

/** What the kernel says of one series; field names as in `dashboards/histograms/view.py`. */
export interface SlicesItem {
  key: [run: number, tag: number];
  /** Steps that there are, and those in the range that is looked at. */
  n: number;
  in_range: number;
  /** Steps that could not be read, and buckets with a NaN. */
  unreadable: number;
  left_out: number;
  /** Equal bins from `low` to `high`; 0 for the buckets as written. */
  bins: number;
  low: number;
  high: number;
  /** Wall time of the first step of all; null if it has none. */
  start: number | null;
  columns: ColumnSpec[];
}

export interface Heights {
  log: boolean;
  density: boolean;
}

/** What one bucket holds, in numbers. */
export interface Bucket {
  left: number;
  right: number;
  count: number;
}

const NOTHING = new Float64Array(0);

export class Slices {
  readonly item: SlicesItem;
  readonly steps: Float64Array;
  readonly walls: Float64Array;
  readonly counts: Float64Array;
  #lefts: Float64Array;
  #rights: Float64Array;
  /** Where the buckets of each slice begin; one more than there are slices. */
  #starts: Int32Array;
  #totals: Float64Array | null = null;

  constructor(item: SlicesItem, columns: Columns) {
    this.item = item;
    this.steps = columns.step ?? NOTHING;
    this.walls = columns.wall ?? NOTHING;
    this.counts = columns.count ?? NOTHING;
    const { bins } = item;
    this.#starts = new Int32Array(this.steps.length + 1);
    for (let i = 0; i < this.steps.length; i++)
      this.#starts[i + 1] = (this.#starts[i] as number) + (bins || (columns.size?.[i] ?? 0));
    this.#lefts = columns.left ?? edges(item, 0);
    this.#rights = columns.right ?? edges(item, 1);
  }

  get length(): number {
    return this.steps.length;
  }

  /** How many buckets slice `i` has. */
  size(i: number): number {
    return (this.#starts[i + 1] ?? 0) - (this.#starts[i] ?? 0);
  }

  bucket(i: number, place: number): Bucket {
    const at = (this.#starts[i] ?? 0) + place;
    const edge = this.item.bins ? place : at;
    return {
      left: this.#lefts[edge] ?? Number.NaN,
      right: this.#rights[edge] ?? Number.NaN,
      count: this.counts[at] ?? 0,
    };
  }

  /** How many values slice `i` counts, in all buckets that are here. */
  total(i: number): number {
    this.#totals ??= this.steps.map((_, slice) => {
      let sum = 0;
      for (let at = this.#starts[slice] ?? 0; at < (this.#starts[slice + 1] ?? 0); at++)
        sum += this.counts[at] ?? 0;
      return sum;
    });
    return this.#totals[i] ?? 0;
  }

  /** How high a bucket is drawn: its count, or what is made of it. */
  height(i: number, place: number, { log, density }: Heights): number {
    const { left, right, count } = this.bucket(i, place);
    let height = Math.max(0, count);
    if (density) {
      const { low, high } = this.item;
      // What has no width has one that can still be seen.
      const width = Math.max(right - left, high / 500 - low / 500);
      const total = this.total(i);
      height = total > 0 && width > 0 ? height / total / width : 0;
    }
    if (log) height = Math.log10(1 + height);
    return Number.isFinite(height) ? height : Number.MAX_VALUE;
  }

  heights(i: number, of: Heights): Float64Array {
    return Float64Array.from({ length: this.size(i) }, (_, place) => this.height(i, place, of));
  }

  /** The highest of all slices; 0 if all are empty. */
  highest(of: Heights): number {
    let highest = 0;
    for (let i = 0; i < this.length; i++)
      for (let place = 0; place < this.size(i); place++)
        highest = Math.max(highest, this.height(i, place, of));
    return highest;
  }

  /** The slice at a step, or at the one nearest to it; -1 if there is none. */
  nearest(step: number): number {
    const last = this.length - 1;
    if (step >= (this.steps[last] as number)) return last; // even where all are infinitely far
    let best = -1;
    for (let i = 0; i < this.length; i++) {
      const far = Math.abs((this.steps[i] as number) - step);
      if (best < 0 || far < Math.abs((this.steps[best] as number) - step)) best = i;
    }
    return best;
  }

  /** The bucket of slice `i` that holds a value; -1 if none does. Of several it is the narrowest. */
  placeOf(i: number, value: number): number {
    if (this.item.bins) return this.#binOf(value);
    let best = -1;
    let width = Number.POSITIVE_INFINITY;
    for (let place = 0; place < this.size(i); place++) {
      const { left, right } = this.bucket(i, place);
      if (value < left || value > right || right - left > width) continue;
      if (best >= 0 && right - left === width) continue;
      best = place;
      width = right - left;
    }
    return best;
  }

  /** Of equal bins: the last one that begins at or before a value, if that is in the range. */
  #binOf(value: number): number {
    const { bins, high } = this.item;
    if (!(value <= high)) return -1;
    let [first, end] = [0, bins];
    while (first < end) {
      const middle = (first + end) >> 1;
      if ((this.#lefts[middle] as number) <= value) first = middle + 1;
      else end = middle;
    }
    return first - 1;
  }
}

/** The left (0) or right (1) edges of equal bins. */
function edges({ bins, low, high }: SlicesItem, side: 0 | 1): Float64Array {
  // Divided first: the width of the widest range there is is no finite number.
  const width = high / bins - low / bins;
  const edge = (at: number) => (at === 0 ? low : at === bins ? high : low + at * width);
  return Float64Array.from({ length: bins }, (_, place) => edge(place + side));
}

export type TimeAxis = "step" | "relative" | "wall";

/** Where each slice lies on the axis of time. An axis that histograms lack is read as steps. */
export function timesOf(slices: Slices, axis: string): { axis: TimeAxis; values: Float64Array } {
  if (axis === "wall") return { axis, values: slices.walls };
  if (axis !== "relative") return { axis: "step", values: slices.steps };
  const start = slices.item.start ?? slices.walls[0] ?? 0;
  return { axis, values: slices.walls.map((wall) => wall - start) };
}

/** What must be known to read a chart of these slices, or of `single` ones; empty if nothing. */
export function noteOf(slices: Slices, single = false): string {
  const { n, in_range, unreadable, left_out } = slices.item;
  const parts: string[] = [];
  const shown = slices.length;
  if (!single && shown + unreadable < in_range)
    parts.push(`${count(shown)} of ${count(in_range)} steps shown`);
  if (!single && in_range < n)
    parts.push(`steps limited to a range: ${count(in_range)} of ${count(n)}`);
  if (unreadable)
    parts.push(`${count(unreadable)} step${unreadable > 1 ? "s" : ""} cannot be read`);
  if (left_out === 1) parts.push("1 bucket holds NaN and is left out");
  if (left_out > 1) parts.push(`${count(left_out)} buckets hold NaN and are left out`);
  return parts.join("; ");
}

/** Why there is nothing to see; empty if there is. */
export function emptiness(slices: Slices): string {
  const { n, in_range, unreadable } = slices.item;
  if (!n) return "No step yet";
  if (!in_range) return "No step in the range";
  if (!slices.length) return unreadable ? "No step can be read" : "No step";
  return "";
}

function count(number: number): string {
  return number.toLocaleString("en");
}
