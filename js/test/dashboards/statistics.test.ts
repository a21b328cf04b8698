import { describe, expect, test } from "vitest";
import { csvOf, jsonOf } from "../../src/dashboards/scalars/card_export";
import type { RunLine } from "../../src/dashboards/scalars/lines";
import { rangeRow, rowOfAnswer, stepRow } from "../../src/dashboards/scalars/statistics";

const line = (steps: number[], values: number[], name = "run"): RunLine =>
  ({
    id: "0",
    run: { name },
    tag: "loss",
    name,
    x: Float64Array.from(steps),
    step: Float64Array.from(steps),
    wall: Float64Array.from(steps, (step) => 1000 + step),
    raw: Float64Array.from(values),
    smoothed: null,
  }) as unknown as RunLine;

describe("stepRow", () => {
  const one = line([0, 10, 20], [5, 6, 7]);
  test("the nearest point, and the last one where no step is set", () => {
    expect(stepRow(one, 12, 1000)).toMatchObject({ step: 10, value: 6, smoothed: 6, relative: 10 });
    expect(stepRow(one, null, 1000)).toMatchObject({ step: 20, value: 7, time: 1020 });
    expect(stepRow(line([], []), 3, 0)).toBeNull();
  });
});

describe("rangeRow", () => {
  test("between the points nearest to both ends", () => {
    const row = rangeRow(line([0, 1, 2, 3], [4, 2, 8, 1]), [0.9, 99]);
    expect(row).toEqual({
      start: 2,
      end: 1,
      min: 1,
      max: 8,
      mean: 11 / 3,
      change: -1,
      percent: -0.5,
      start_step: 1,
      end_step: 3,
      min_step: 3,
      max_step: 2,
      raw_change: -1,
    });
  });
  test("what is not finite is left out; a line without points has no row", () => {
    const odd = line([0, 1, 2, 3], [1, Number.NaN, Number.POSITIVE_INFINITY, 3]);
    expect(rangeRow(odd, [0, 3])).toMatchObject({ min: 1, max: 3, mean: 2 });
    expect(rangeRow(line([], []), [0, 1])).toBeNull();
  });
});

test("the kernel's rows", () => {
  const end = { step: 3, value: 1, smoothed: 1.5, wall_time: 9, relative: 2 };
  expect(rowOfAnswer({ run: 0, ...end })).toMatchObject({ smoothed: 1.5, value: 1, time: 9 });
  const start = { ...end, smoothed: null };
  const range = { start, end, min: 0, max: 2, mean: 1, change: null, percent_change: 0.5 };
  expect(rowOfAnswer(range)).toEqual({
    start: Number.NaN,
    end: 1.5,
    min: 0,
    max: 2,
    mean: 1,
    change: Number.NaN,
    start_step: 3,
    end_step: 3,
    min_step: Number.NaN,
    max_step: Number.NaN,
    raw_change: Number.NaN,
    percent: 0.5,
  });
});

describe("files", () => {
  test("CSV quotes what must be quoted and defuses formulas", () => {
    const text = csvOf([line([1], [0.5], '=a,"b"')]);
    expect(text).toBe('run,tag,step,wall_time,value,smoothed\n"\'=a,""b""",loss,1,1001,0.5,0.5\n');
  });
  test("the limits of a band are written beside it", () => {
    const band = { low: Float64Array.of(0, 1), high: Float64Array.of(2, 3) };
    const banded = { ...line([1, 2], [0.5, 1.5]), band };
    const [heading, first, second] = csvOf([banded, line([3], [4])]).split("\n");
    expect(heading).toBe("run,tag,step,wall_time,value,smoothed,lower,upper");
    expect(first).toBe("run,loss,1,1001,0.5,0.5,0,2");
    expect(second?.endsWith("1,3")).toBe(true);
    expect(csvOf([banded, line([3], [4])])).toContain("4,4,,\n");
    expect(JSON.parse(jsonOf([banded]))[0]).toMatchObject({ lower: [0, 1], upper: [2, 3] });
  });
  test("JSON holds what is not finite", () => {
    const [run] = JSON.parse(jsonOf([line([1, 2], [Number.NaN, Number.POSITIVE_INFINITY])]));
    expect(run).toMatchObject({
      run: "run",
      tag: "loss",
      step: [1, 2],
      value: ["NaN", "Infinity"],
    });
  });
});
