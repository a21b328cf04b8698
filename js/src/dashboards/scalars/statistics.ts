// The numbers of a data table, as `tbwidget/analysis/table.py` (and TensorBoard) compute them.
import { nearestIndex } from "../../charts/decimate";
import type { RunLine } from "./lines";

export type Row = Record<string, number>;

/** The point at `step`, or the nearest one to it; the last one for null. */
export function stepRow(line: RunLine, step: number | null, start: number): Row | null {
  const { length } = line.raw;
  if (!length) return null;
  const at = step === null ? length - 1 : nearestIndex(line.step, step, true);
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

/**
 * What the line does between the points nearest to two steps: start, end, lowest, highest and
 * change of the smoothed curve, the mean of the values as written. What is not finite is left out.
 */
export function rangeRow(line: RunLine, [low, high]: readonly [number, number]): Row | null {
  if (!line.raw.length) return null;
  const first = nearestIndex(line.step, low, true);
  const last = nearestIndex(line.step, high, true);
  const main = line.smoothed ?? line.raw;
  let [min, minStep] = [Number.POSITIVE_INFINITY, Number.NaN];
  let [max, maxStep] = [Number.NEGATIVE_INFINITY, Number.NaN];
  let sum = 0;
  let count = 0;
  for (let i = first; i <= last; i++) {
    const smoothed = main[i] as number;
    if (Number.isFinite(smoothed)) {
      if (smoothed < min) [min, minStep] = [smoothed, line.step[i] as number];
      if (smoothed > max) [max, maxStep] = [smoothed, line.step[i] as number];
    }
    const value = line.raw[i] as number;
    if (!Number.isFinite(value)) continue;
    sum += value;
    count++;
  }
  const start = main[first] as number;
  const end = main[last] as number;
  return {
    start,
    end,
    start_step: line.step[first] as number,
    end_step: line.step[last] as number,
    min_step: minStep,
    max_step: maxStep,
    min: min <= max ? min : Number.NaN,
    max: min <= max ? max : Number.NaN,
    mean: count ? sum / count : Number.NaN,
    change: end - start,
    percent: (end - start) / start,
    raw_change: (line.raw[last] as number) - (line.raw[first] as number),
  };
}

/** The kernel's row of a point or of a range, under the names used here. */
export function rowOfAnswer(answer: Record<string, unknown>): Row {
  const number = (value: unknown) => (value === null ? Number.NaN : Number(value));
  const point = (value: unknown) => (value ?? {}) as Record<string, unknown>;
  if (!("start" in answer)) {
    return {
      smoothed: number(answer.smoothed),
      value: number(answer.value),
      step: number(answer.step),
      time: number(answer.wall_time),
      relative: number(answer.relative),
    };
  }
  return {
    start: number(point(answer.start).smoothed),
    end: number(point(answer.end).smoothed),
    start_step: number(point(answer.start).step),
    end_step: number(point(answer.end).step),
    min_step: number(answer.step_at_min),
    max_step: number(answer.step_at_max),
    min: number(answer.min),
    max: number(answer.max),
    mean: number(answer.mean),
    change: number(answer.change),
    percent: number(answer.percent_change),
    raw_change: number(answer.raw_change),
  };
}
