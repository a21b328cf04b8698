/** Which part of the data an axis shows when nobody has zoomed. */

import { type Domain, symlogScale } from "./scales";
import type { YScaleKind } from "./types";

const PADDING = 0.05;
/** Decades that a symmetric logarithm shows on one side at most. */
const SYMLOG_SPAN = 1e-5;
/** What values are counted by, to find a quantile of many. */
const BINS = 4096;
/** Far enough from the largest double that a domain's span stays finite. */
const LARGEST = Number.MAX_VALUE / 8;

/** The smallest and largest finite value seen; `low > high` means none was. */
export interface Extent {
  low: number;
  high: number;
}

export function emptyExtent(): Extent {
  return { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
}

/** The x axis runs from the first point to the last without padding; one point alone gets room around it. */
export function fitX(extent: Extent, room: number): Domain {
  if (!(extent.low <= extent.high)) return [0, 1];
  if (isFlat(extent.low, extent.high)) return [extent.low - room, extent.high + room];
  return [Math.max(-LARGEST, extent.low), Math.min(LARGEST, extent.high)];
}

/** The y axis has a little air above and below; a constant series is put in the middle. */
export function fitY(extent: Extent, kind: YScaleKind, threshold = 1): Domain {
  if (!(extent.low <= extent.high)) return kind === "log" ? [0.1, 10] : [0, 1];
  if (kind === "log") return fitLog(extent);
  const low = Math.max(-LARGEST, extent.low);
  const high = Math.min(LARGEST, extent.high);
  if (isFlat(low, high)) {
    const room = high === 0 ? 1 : Math.max(Math.abs(high) * 0.1, 1e-300);
    return [low - room, high + room];
  }
  if (kind === "symlog") return fitSymlog(low, high, threshold);
  const room = (high - low) * PADDING;
  return [low - room, high + room];
}

/** The air is measured on the axis, where it is as high as on any other. */
function fitSymlog(low: number, high: number, threshold: number): Domain {
  const { pixel, invert } = symlogScale([low, high], [0, 1], threshold);
  return [Math.max(-LARGEST, invert(pixel(low) - PADDING)), Math.min(LARGEST, invert(1 + PADDING))];
}

/**
 * Where a symmetric logarithm becomes linear: the decade of the smallest value, but never so small that the values near
 * zero take more of the axis than all others.
 */
export function symlogThreshold(extent: Extent, smallest: number): number {
  const largest = Math.max(Math.abs(extent.low), Math.abs(extent.high));
  if (!(largest > 0) || !Number.isFinite(largest)) return 1;
  const least = Math.max(Math.min(smallest, largest), largest * SYMLOG_SPAN);
  return 10 ** Math.floor(Math.log10(least));
}

function fitLog(extent: Extent): Domain {
  // Below the smallest normal double a logarithm has too few digits to place a tick.
  const low = Math.max(1e-300, extent.low);
  const high = Math.max(low, Math.min(LARGEST, extent.high));
  if (isFlat(low, high)) return [low / 3, high * 3];
  // By logarithms, as the quotient of extremes can exceed every double.
  const room = (Math.log10(high) - Math.log10(low)) * PADDING;
  return [Math.max(1e-305, low / 10 ** room), Math.min(LARGEST, high * 10 ** room)];
}

/** A domain someone asked for, made one that a scale can use. */
export function usableDomain(domain: Domain, fallback: Domain, log = false): Domain {
  const [low, high] = domain[0] <= domain[1] ? domain : [domain[1], domain[0]];
  if (!Number.isFinite(low) || !Number.isFinite(high) || low === high) return fallback;
  if (!log) return [low, high];
  if (high <= 0) return fallback;
  return [low > 0 ? low : Math.min(fallback[0], high / 10), high];
}

/** The values at two quantiles, by selection: `values` is reordered, never fully sorted. */
export function quantiles(values: Float64Array, lower: number, upper: number): Extent {
  if (values.length === 0) return emptyExtent();
  const last = values.length - 1;
  const [low, high] = [Math.ceil(last * lower), Math.floor(last * upper)];
  if (values.length <= BINS) return { low: select(values, low), high: select(values, high) };
  return selectOfMany(values, low, high);
}

/** The same for many values: most of them are only counted, by bins, and those of two bins selected from. */
function selectOfMany(values: Float64Array, lowRank: number, highRank: number): Extent {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const scale = (BINS - 1) / (most - least);
  if (!(scale > 0) || !Number.isFinite(scale)) {
    return { low: select(values, lowRank), high: select(values, highRank) };
  }
  const counts = new Uint32Array(BINS);
  const bins = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const bin = ((values[i] as number) - least) * scale;
    bins[i] = bin;
    counts[bin | 0] = (counts[bin | 0] as number) + 1;
  }
  const valueAt = (rank: number): number => {
    let [bin, before] = [0, 0];
    while (before + (counts[bin] as number) <= rank) before += counts[bin++] as number;
    const members = new Float64Array(counts[bin] as number);
    let found = 0;
    for (let i = 0; i < values.length; i++) {
      if (bins[i] === bin) members[found++] = values[i] as number;
    }
    return select(members, rank - before);
  };
  return { low: valueAt(lowRank), high: valueAt(highRank) };
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

/** Equal, or so close that rounding would show as a staircase. */
function isFlat(low: number, high: number): boolean {
  return high - low <= Math.max(Math.abs(low), Math.abs(high)) * 1e-13;
}
