/** Quantiles of the values in view: of many of them most are only counted, and none are sorted. */

import { type Extent, emptyExtent } from "./domain";
import { extend } from "./summary";

/** A range of values. */
export interface Part {
  values: Float64Array;
  start: number;
  end: number;
}

const BINS = 4096;

/**
 * The finite values at two quantiles of all parts together, as sorting would find them; of those above zero only, if
 * `positiveOnly`. Without a value low is above high.
 */
export function quantiles(
  parts: readonly Part[],
  lower: number,
  upper: number,
  positiveOnly = false,
): Extent {
  const extent = emptyExtent();
  for (const { values, start, end } of parts) extend(extent, values, start, end, positiveOnly);
  if (!(extent.low <= extent.high)) return emptyExtent();
  if (extent.low === extent.high) return extent;
  const scale = (BINS - 1) / (extent.high - extent.low);
  // A span near the largest or the smallest double has no bins: then all values are in one.
  const bins = new Bins(parts, extent, scale > 0 && Number.isFinite(scale) ? scale : 0);
  const last = bins.total - 1;
  return {
    low: bins.valueAt(Math.ceil(last * lower)),
    high: bins.valueAt(Math.floor(last * upper)),
  };
}

class Bins {
  total = 0;
  private readonly counts = new Uint32Array(BINS);

  constructor(
    private readonly parts: readonly Part[],
    private readonly extent: Extent,
    private readonly scale: number,
  ) {
    const { counts } = this;
    const { low, high } = extent;
    for (const { values, start, end } of parts) {
      for (let i = start; i < end; i++) {
        const value = values[i] as number;
        if (!(value >= low && value <= high)) continue;
        const bin = ((value - low) * scale) | 0;
        counts[bin] = (counts[bin] as number) + 1;
        this.total++;
      }
    }
  }

  /** The value that sorting would put at `rank`. */
  valueAt(rank: number): number {
    let [bin, before] = [0, 0];
    while (before + (this.counts[bin] as number) <= rank) before += this.counts[bin++] as number;
    return select(this.membersOf(bin), rank - before);
  }

  private membersOf(bin: number): Float64Array {
    const members = new Float64Array(this.counts[bin] as number);
    const { low, high } = this.extent;
    let found = 0;
    for (const { values, start, end } of this.parts) {
      for (let i = start; i < end; i++) {
        const value = values[i] as number;
        if (!(value >= low && value <= high)) continue;
        if ((((value - low) * this.scale) | 0) === bin) members[found++] = value;
      }
    }
    return members;
  }
}

/** Quickselect: the value that sorting would put at `rank`. */
function select(values: Float64Array, rank: number): number {
  let left = 0;
  let right = values.length - 1;
  while (left < right) {
    const pivot = values[(left + right) >>> 1] as number;
    let i = left;
    let j = right;
    while (i <= j) {
      while ((values[i] as number) < pivot) i++;
      while ((values[j] as number) > pivot) j--;
      if (i <= j) {
        const swapped = values[i] as number;
        values[i++] = values[j] as number;
        values[j--] = swapped;
      }
    }
    if (rank <= j) right = j;
    else if (rank >= i) left = i;
    else break;
  }
  return values[rank] as number;
}
