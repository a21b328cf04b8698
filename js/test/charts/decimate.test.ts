import { describe, expect, test } from "vitest";
import {
  type Columns,
  insideSlice,
  isSorted,
  nearestIndex,
  type PathSink,
  tracePath,
  visibleSlice,
} from "../../src/charts/decimate";

class Recorder implements PathSink {
  readonly lines: number[][] = [];
  readonly dots: number[] = [];
  move(index: number): void {
    this.lines.push([index]);
  }
  line(index: number): void {
    this.lines.at(-1)?.push(index);
  }
  dot(index: number): void {
    this.dots.push(index);
  }
}

function trace(x: Float64Array, y: Float64Array, columns: Columns, positiveOnly = false): Recorder {
  const recorder = new Recorder();
  tracePath(x, y, { start: 0, end: x.length }, columns, recorder, positiveOnly);
  return recorder;
}

function ramp(length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => i);
}

const ONE_TO_ONE: Columns = { origin: 0, perUnit: 1, count: 100 };

describe("tracePath", () => {
  test("keeps a spike of one step in 100,000, wherever it falls", () => {
    const x = ramp(100_000);
    for (const spike of [1, 333, 50_007, 99_998]) {
      for (const height of [5, -5]) {
        const y = new Float64Array(x.length).fill(1);
        y[spike] = height;
        const [line] = trace(x, y, { origin: 0, perUnit: 400 / 100_000, count: 400 }).lines;
        expect(line).toContain(spike);
        expect(line?.length).toBeLessThanOrEqual(4 * 400);
      }
    }
  });

  test("gives every point when pixels are plenty", () => {
    const y = Float64Array.from({ length: 50 }, (_, i) => Math.sin(i));
    expect(trace(ramp(50), y, { origin: 0, perUnit: 2, count: 100 }).lines).toEqual([
      [...ramp(50)],
    ]);
  });

  test("keeps first, lowest, highest and last of a column in order", () => {
    const y = new Float64Array([3, 4, 9, 4, 1, 2, 5]);
    expect(trace(ramp(7), y, { origin: 0, perUnit: 0.01, count: 10 }).lines).toEqual([
      [0, 2, 4, 6],
    ]);
  });

  test("breaks the line at values that are not finite", () => {
    const y = new Float64Array([1, 2, Number.NaN, 3, 4, Number.POSITIVE_INFINITY, 5, 6]);
    expect(trace(ramp(8), y, ONE_TO_ONE).lines).toEqual([
      [0, 1],
      [3, 4],
      [6, 7],
    ]);
    expect(trace(ramp(8), y, ONE_TO_ONE).dots).toEqual([]);
    const negative = new Float64Array([1, 2, Number.NEGATIVE_INFINITY, 3, 4]);
    expect(trace(ramp(5), negative, ONE_TO_ONE).lines).toEqual([
      [0, 1],
      [3, 4],
    ]);
  });

  test("breaks the line inside one column too", () => {
    const y = new Float64Array([1, 2, Number.NaN, 3, 4]);
    expect(trace(ramp(5), y, { origin: 0, perUnit: 0.01, count: 10 }).lines).toEqual([
      [0, 1],
      [3, 4],
    ]);
  });

  test("makes a dot of a lone point", () => {
    const y = new Float64Array([1, Number.NaN, 2, Number.NaN, Number.NaN, 3]);
    expect(trace(ramp(6), y, ONE_TO_ONE).dots).toEqual([0, 2, 5]);
    expect(trace(ramp(1), new Float64Array([7]), ONE_TO_ONE).dots).toEqual([0]);
  });

  test("leaves non-positive values out on a log axis", () => {
    const y = new Float64Array([1, 2, 0, 3, -1, 4, 5]);
    const { lines, dots } = trace(ramp(7), y, ONE_TO_ONE, true);
    expect(lines).toEqual([[0, 1], [3], [5, 6]]);
    expect(dots).toEqual([3]);
  });

  test("follows unsorted x in the order of writing and skips a NaN x", () => {
    const x = new Float64Array([0, 5, 3, Number.NaN, 8]);
    const y = new Float64Array([1, 2, 3, 4, 5]);
    expect(trace(x, y, ONE_TO_ONE).lines).toEqual([[0, 1, 2, 4]]);
  });

  test("is silent without points", () => {
    const { lines, dots } = trace(new Float64Array(0), new Float64Array(0), ONE_TO_ONE);
    expect([lines, dots]).toEqual([[], []]);
  });

  test("keeps four points a column at most", () => {
    const x = ramp(50_000);
    const y = Float64Array.from(x, (i) => Math.sin(i / 100) + Math.cos(i * 7));
    let kept = 0;
    const count = () => {
      kept += 1;
    };
    const sink: PathSink = { move: count, line: count, dot: count };
    const columns = { origin: 0, perUnit: 900 / 50_000, count: 900 };
    tracePath(x, y, { start: 0, end: x.length }, columns, sink);
    expect(kept).toBeLessThanOrEqual(4 * 901);
  });
});

describe("finding points", () => {
  const x = new Float64Array([0, 10, 20, 30, 40]);

  test("isSorted", () => {
    expect(isSorted(x)).toBe(true);
    expect(isSorted(new Float64Array([0, 0, 1]))).toBe(true);
    expect(isSorted(new Float64Array([0, 2, 1]))).toBe(false);
    expect(isSorted(new Float64Array([0, Number.NaN, 1]))).toBe(false);
    expect(isSorted(new Float64Array([0, 1, Number.POSITIVE_INFINITY]))).toBe(false);
    expect(isSorted(new Float64Array(0))).toBe(true);
  });

  test("slices hold the view and one neighbour on either side", () => {
    expect(insideSlice(x, 10, 25, true)).toEqual({ start: 1, end: 3 });
    expect(visibleSlice(x, 10, 25, true)).toEqual({ start: 0, end: 4 });
    expect(visibleSlice(x, 12, 18, true)).toEqual({ start: 1, end: 3 });
    expect(visibleSlice(x, -5, 100, true)).toEqual({ start: 0, end: 5 });
    expect(insideSlice(x, 50, 60, true)).toEqual({ start: 5, end: 5 });
    expect(visibleSlice(x, 12, 18, false)).toEqual({ start: 0, end: 5 });
  });

  test("nearestIndex", () => {
    expect(nearestIndex(x, -3, true)).toBe(0);
    expect(nearestIndex(x, 14, true)).toBe(1);
    expect(nearestIndex(x, 16, true)).toBe(2);
    expect(nearestIndex(x, 99, true)).toBe(4);
    expect(nearestIndex(new Float64Array(0), 1, true)).toBe(-1);
    expect(nearestIndex(new Float64Array([5, Number.NaN, 1]), 2, false)).toBe(2);
  });
});
