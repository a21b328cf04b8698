/** What values hold, block by block: read once, so that a draw need not walk through all of them again. */

import { type Extent, emptyExtent } from "./domain";

const BLOCK = 256;

/** Of each block of values. Without a finite value its lowest is above its highest. */
interface Summary {
  low: Float64Array;
  high: Float64Array;
  lowPositive: Float64Array;
  /** The smallest distance from zero of what is not zero. */
  smallest: Float64Array;
  nonFinite: Uint16Array;
  nonPositive: Uint16Array;
}

/** By array: one that was handed over does not change. */
const summaries = new WeakMap<Float64Array, Summary>();

function summaryOf(values: Float64Array): Summary {
  let summary = summaries.get(values);
  if (summary === undefined) {
    summary = summarise(values);
    summaries.set(values, summary);
  }
  return summary;
}

function summarise(values: Float64Array): Summary {
  const count = Math.ceil(values.length / BLOCK);
  const lowest = () => new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const summary: Summary = {
    low: lowest(),
    high: new Float64Array(count).fill(Number.NEGATIVE_INFINITY),
    lowPositive: lowest(),
    smallest: lowest(),
    nonFinite: new Uint16Array(count),
    nonPositive: new Uint16Array(count),
  };
  for (let block = 0; block < count; block++) summariseBlock(values, block, summary);
  return summary;
}

function summariseBlock(values: Float64Array, block: number, summary: Summary): void {
  let [low, lowPositive, smallest] = [Infinity, Infinity, Infinity];
  let high = Number.NEGATIVE_INFINITY;
  let [nonFinite, nonPositive] = [0, 0];
  const end = Math.min(values.length, (block + 1) * BLOCK);
  for (let i = block * BLOCK; i < end; i++) {
    const value = values[i] as number;
    if (!(value - value === 0)) {
      nonFinite++;
      continue;
    }
    if (value < low) low = value;
    if (value > high) high = value;
    if (value > 0) {
      if (value < lowPositive) lowPositive = value;
    } else nonPositive++;
    const size = Math.abs(value);
    if (size > 0 && size < smallest) smallest = size;
  }
  summary.low[block] = low;
  summary.high[block] = high;
  summary.lowPositive[block] = lowPositive;
  summary.smallest[block] = smallest;
  summary.nonFinite[block] = nonFinite;
  summary.nonPositive[block] = nonPositive;
}

/** Hands out whole blocks of the range [start, end) by their number, and the values at its ends one by one. */
function walk(
  start: number,
  end: number,
  onBlock: (block: number) => void,
  onValues: (start: number, end: number) => void,
): void {
  const first = Math.ceil(start / BLOCK);
  const last = Math.floor(end / BLOCK);
  if (first >= last) {
    onValues(start, end);
    return;
  }
  onValues(start, first * BLOCK);
  for (let block = first; block < last; block++) onBlock(block);
  onValues(last * BLOCK, end);
}

/** Widens `extent` by the finite values of a range (of the positive ones only, for a log axis). */
export function extend(
  extent: Extent,
  values: Float64Array,
  start: number,
  end: number,
  positiveOnly = false,
): void {
  const summary = summaryOf(values);
  const lows = positiveOnly ? summary.lowPositive : summary.low;
  const floor = positiveOnly ? 0 : Number.NEGATIVE_INFINITY;
  const onBlock = (block: number) => {
    const high = summary.high[block] as number;
    extent.low = Math.min(extent.low, lows[block] as number);
    if (high > floor) extent.high = Math.max(extent.high, high);
  };
  walk(start, end, onBlock, (from, to) => {
    for (let i = from; i < to; i++) {
      const value = values[i] as number;
      if (!(value > floor) || value === Number.POSITIVE_INFINITY) continue;
      if (value < extent.low) extent.low = value;
      if (value > extent.high) extent.high = value;
    }
  });
}

/** The smallest distance from zero of what in a range is not zero; infinite if all is. */
export function smallestSize(values: Float64Array, start: number, end: number): number {
  const { smallest } = summaryOf(values);
  let found = Number.POSITIVE_INFINITY;
  const onBlock = (block: number) => {
    found = Math.min(found, smallest[block] as number);
  };
  walk(start, end, onBlock, (from, to) => {
    for (let i = from; i < to; i++) {
      const size = Math.abs(values[i] as number);
      if (size > 0 && size < found) found = size;
    }
  });
  return found;
}

export interface Counts extends Extent {
  nonFinite: number;
  nonPositive: number;
}

/** Counts a range, and gives those indices to `onOutside` whose finite value is below `low` or above `high`. */
export function count(
  values: Float64Array,
  start: number,
  end: number,
  [low, high]: readonly [number, number],
  onOutside: (index: number) => void,
): Counts {
  const summary = summaryOf(values);
  const counts: Counts = { ...emptyExtent(), nonFinite: 0, nonPositive: 0 };
  const onValues = (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      const value = values[i] as number;
      if (!Number.isFinite(value)) {
        counts.nonFinite += 1;
        continue;
      }
      if (value < counts.low) counts.low = value;
      if (value > counts.high) counts.high = value;
      if (value <= 0) counts.nonPositive += 1;
      if (value < low || value > high) onOutside(i);
    }
  };
  const onBlock = (block: number) => {
    const [lowest, highest] = [summary.low[block] as number, summary.high[block] as number];
    if (lowest < low || highest > high) {
      onValues(block * BLOCK, (block + 1) * BLOCK);
      return;
    }
    counts.low = Math.min(counts.low, lowest);
    counts.high = Math.max(counts.high, highest);
    counts.nonFinite += summary.nonFinite[block] as number;
    counts.nonPositive += summary.nonPositive[block] as number;
  };
  walk(start, end, onBlock, onValues);
  return counts;
}
