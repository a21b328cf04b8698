/** The debiased exponential moving average that TensorBoard calls smoothing. */

/** Where an average stands: lets a live series be continued instead of recomputed. */
export interface SmoothingState {
  last: number;
  count: number;
}

/**
 * Smooths `values`, continuing from `state` and leaving it where the next call goes on.
 * Non-finite values pass through and do not touch the average.
 */
export function smooth(
  values: Float64Array,
  weight: number,
  state: SmoothingState = { last: 0, count: 0 },
): Float64Array {
  const out = new Float64Array(values.length);
  let { last, count } = state;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) {
      out[i] = value;
      continue;
    }
    last = last * weight + (1 - weight) * value;
    count += 1;
    out[i] = last / debias(weight, count);
  }
  state.last = last;
  state.count = count;
  return out;
}

/** True when every value equals the first. NaN equals nothing, so a series of NaN is not constant. */
export function isConstant(values: Float64Array): boolean {
  const first = values[0];
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== first) return false;
  }
  return true;
}

/** Smooths a whole series. A constant series is returned as it is: averaging would only add rounding. */
export function smoothSeries(values: Float64Array, weight: number): Float64Array {
  return isConstant(values) ? values : smooth(values, weight);
}

/**
 * An approximation for points picked out of a longer series: point i stands at row `rows[i]`, and the rows
 * skipped before it are taken to have had its value. With consecutive rows it equals `smooth`.
 */
export function smoothDecimated(
  values: Float64Array,
  rows: ArrayLike<number>,
  weight: number,
): Float64Array {
  if (isConstant(values)) return values;
  const out = new Float64Array(values.length);
  let last = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) {
      out[i] = value;
      continue;
    }
    // Nothing is known before the first point, so it counts as one row wherever it stands.
    const gap = i === 0 ? 1 : Math.max(1, (rows[i] as number) - (rows[i - 1] as number));
    const kept = weight ** gap;
    last = last * kept + (1 - kept) * value;
    count += gap;
    out[i] = last / debias(weight, count);
  }
  return out;
}

/** A weight of 1 never leaves its start, so there is no bias to divide out. */
function debias(weight: number, count: number): number {
  return weight === 1 ? 1 : 1 - weight ** count;
}
