// Numbers that TensorBoard itself gave, taken by scripts/golden.py: ours are the same.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { quantiles } from "../../src/charts/quantiles";
import { smoothSeries } from "../../src/charts/smoothing";

interface Golden {
  smoothing: number;
  runs: Record<string, { values: number[] }>;
  smoothed: Record<string, number[]>;
  outliers: {
    name: string;
    log: boolean;
    columns: (number | string)[][];
    range: number[] | null;
  }[];
}

const PATH = new URL("../../../tests/golden/tensorboard.json", import.meta.url);
const golden = JSON.parse(readFileSync(PATH, "utf8")) as Golden;

describe("smoothed values", () => {
  test.each(Object.keys(golden.runs))("%s", (run) => {
    const values = Float64Array.from(golden.runs[run]?.values ?? []);
    const ours = smoothSeries(values, golden.smoothing);
    const theirs = golden.smoothed[run] ?? [];
    expect(ours.length).toBe(theirs.length);
    for (const [i, value] of theirs.entries()) expect(ours[i]).toBeCloseTo(value, 12);
  });
});

describe("ranges without outliers", () => {
  const usable = (log: boolean) => (value: number) => Number.isFinite(value) && (!log || value > 0);
  // Two values or fewer are no outliers of one another.
  const cases = golden.outliers
    .map((one) => ({ ...one, values: one.columns.flat().map(Number).filter(usable(one.log)) }))
    .filter(({ values }) => values.length > 2);

  test.each(cases)("$name", ({ values, range }) => {
    const part = { values: Float64Array.from(values), start: 0, end: values.length };
    const { low, high } = quantiles([part], 0.05, 0.95);
    expect([low, high]).toEqual(range);
  });
});
