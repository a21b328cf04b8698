/** Which part of the data an axis shows when nobody has zoomed. */

import { type Domain, symlogScale } from "./scales";
import type { YScaleKind } from "./types";

const PADDING = 0.05;
/** Decades that a symmetric logarithm shows on one side at most. */
const SYMLOG_SPAN = 1e-5;
/** The end of every axis: far enough from the largest double that a domain's span stays finite. */
export const LARGEST = Number.MAX_VALUE / 8;

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

/** Equal, or so close that rounding would show as a staircase. */
function isFlat(low: number, high: number): boolean {
  return high - low <= Math.max(Math.abs(low), Math.abs(high)) * 1e-13;
}
