// What the page holds of one series: every point, or what keeps its shape, and the live tail.
import { isConstant, smooth, smoothDecimated, smoothSeries } from "../charts/smoothing";
import type { Columns } from "../wire/frame";
import type { SeriesItem } from "../wire/types";

/** A float64 column that grows by doubling. */
class Column {
  #array = new Float64Array(0);
  #length = 0;

  get values(): Float64Array {
    return this.#array.subarray(0, this.#length);
  }

  append(values: Float64Array): void {
    const length = this.#length + values.length;
    if (length > this.#array.length) {
      const grown = new Float64Array(Math.max(length, 2 * this.#length));
      grown.set(this.values);
      this.#array = grown;
    }
    this.#array.set(values, this.#length);
    this.#length = length;
  }
}

export class Series {
  readonly generation: number;
  readonly exact: boolean;
  /** Rows of the series in the kernel that the points here stand for. */
  rows = 0;
  #step = new Column();
  #wall = new Column();
  #value = new Column();
  #row = new Column();
  #x: Column | null;
  #sentSmoothed: Float64Array | null;
  #sentWeight: number;
  #average: [number, number];
  #smoothed: { weight: number; length: number; values: Float64Array } | null = null;

  constructor(item: SeriesItem, columns: Columns) {
    this.generation = item.generation;
    this.exact = item.exact ?? true;
    this.#sentSmoothed = columns.smoothed ?? null;
    this.#sentWeight = item.smoothing ?? Number.NaN;
    this.#average = item.average ?? [0, 0];
    this.#x = columns.x ? new Column() : null;
    this.#append(columns);
    this.rows = item.n ?? this.length;
  }

  get length(): number {
    return this.#value.values.length;
  }
  get step(): Float64Array {
    return this.#step.values;
  }
  get wall(): Float64Array {
    return this.#wall.values;
  }
  /** The values of another tag at these steps; null unless they are the x axis. */
  get x(): Float64Array | null {
    return this.#x?.values ?? null;
  }
  get value(): Float64Array {
    return this.#value.values;
  }

  /** Whether every step is the same, so that only the order of writing tells points apart. */
  get allStepsEqual(): boolean {
    const { step } = this;
    return step.length > 1 && step[0] === step[step.length - 1];
  }

  /** Add the points that follow; false if some in between are missing. */
  extend(item: SeriesItem, columns: Columns): boolean {
    if (item.generation !== this.generation || item.from !== this.rows) return false;
    this.#append(columns);
    this.rows = item.n;
    return true;
  }

  #append(columns: Columns): void {
    const { step, wall, value, row } = columns;
    if (!step || !wall || !value) throw new Error("a series came without its columns");
    this.#step.append(step);
    this.#wall.append(wall);
    this.#value.append(value);
    if (columns.x) this.#x?.append(columns.x);
    this.#row.append(row ?? value.map((_, i) => this.rows + i));
  }

  /**
   * The smoothed values. Exact unless the kernel sent a selection of points smoothed with another
   * weight: then close, until it sends the right ones.
   */
  smoothed(weight: number): Float64Array {
    const { value } = this;
    const cached = this.#smoothed;
    if (cached?.weight === weight && cached.length === value.length) return cached.values;
    const values = this.#smooth(value, weight);
    this.#smoothed = { weight, length: value.length, values };
    return values;
  }

  #smooth(value: Float64Array, weight: number): Float64Array {
    const sent = this.#sentSmoothed;
    if (!sent) return smoothSeries(value, weight);
    if (this.#sentWeight !== weight) return smoothDecimated(value, this.#row.values, weight);
    const values = new Float64Array(value.length);
    values.set(sent);
    const tail = value.subarray(sent.length);
    if (isConstant(value)) values.set(tail, sent.length);
    else {
      const [last, count] = this.#average;
      values.set(smooth(tail, weight, { last, count }), sent.length);
    }
    return values;
  }
}

/** The series of one dashboard by run and tag. */
export class SeriesStore {
  #series = new Map<string, Series>();

  get(run: number, tag: number): Series | undefined {
    return this.#series.get(`${run}:${tag}`);
  }

  /** Take in what was pushed; false if something is missing and must be sent again. */
  apply(item: SeriesItem, columns: Columns): boolean {
    const key = item.key.join(":");
    if (item.from === 0) {
      this.#series.set(key, new Series(item, columns));
      return true;
    }
    return this.#series.get(key)?.extend(item, columns) ?? false;
  }

  /** Drop all series but those wanted, so that only what is looked at takes memory. */
  keep(wanted: (run: number, tag: number) => boolean): void {
    for (const key of this.#series.keys()) {
      const [run, tag] = key.split(":").map(Number);
      if (!wanted(run as number, tag as number)) this.#series.delete(key);
    }
  }
}
