// The numbers of a data table. Names and meanings are TensorBoard's.
import type { RunLine } from "./lines";

export type Row = Record<string, number>;

/** The point at `step`, or the nearest one to it; the last one for null. */
export function stepRow(line: RunLine, step: number | null, start: number): Row | null {
  const { length } = line.raw;
  if (!length) return null;
  let at = length - 1;
  if (step !== null) {
    let distance = Number.POSITIVE_INFINITY;
    for (let i = 0; i < length; i++) {
      const here = Math.abs((line.step[i] as number) - step);
      if (here < distance) [distance, at] = [here, i];
    }
  }
  const value = line.raw[at] as number;
  const wall = line.wall[at] as number;
  return {
    smoothed: line.smoothed?.[at] ?? value,
    value,
    step: line.step[at] as number,
    time: wall,
    relative: wall - start,
  };
}

/** What the line does between two steps, both included; null if it has no point there. */
export function rangeRow(line: RunLine, [low, high]: [number, number]): Row | null {
  let first = -1;
  let last = -1;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < line.raw.length; i++) {
    const step = line.step[i] as number;
    if (step < low || step > high) continue;
    if (first < 0) first = i;
    last = i;
    const value = line.raw[i] as number;
    if (Number.isNaN(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    count++;
  }
  if (first < 0) return null;
  const start = line.raw[first] as number;
  const end = line.raw[last] as number;
  return {
    start,
    end,
    min: count ? min : Number.NaN,
    max: count ? max : Number.NaN,
    mean: sum / count,
    change: end - start,
    percent: (end - start) / start,
  };
}
