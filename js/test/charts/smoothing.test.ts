import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isConstant, smooth, smoothDecimated, smoothSeries } from "../../src/charts/smoothing";

interface Golden {
  name: string;
  weight: number;
  values: (number | string)[];
  expected: (number | string)[];
}

const GOLDEN = new URL("../../../tests/golden/smoothing.json", import.meta.url);
const goldens = JSON.parse(readFileSync(GOLDEN, "utf8")) as Golden[];

function expectClose(actual: Float64Array, expected: Float64Array): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const want = expected[i] as number;
    if (!Number.isFinite(want)) expect(actual[i]).toBe(want);
    else
      expect(Math.abs((actual[i] as number) - want)).toBeLessThanOrEqual(
        1e-11 * Math.max(1e-12, Math.abs(want)),
      );
  }
}

describe("smoothSeries", () => {
  test.each(goldens)("$name", ({ weight, values, expected }) => {
    const result = smoothSeries(Float64Array.from(values, Number), weight);
    expectClose(result, Float64Array.from(expected, Number));
  });

  test("hands a constant series back untouched", () => {
    const values = new Float64Array([0.1, 0.1, 0.1]);
    expect(smoothSeries(values, 0.9)).toBe(values);
  });
});

test("smooth continues where it stopped", () => {
  const values = Float64Array.from(
    { length: 50 },
    (_, i) => Math.sin(i) + (i === 20 ? Number.NaN : 0),
  );
  const state = { last: 0, count: 0 };
  const parts = [
    smooth(values.subarray(0, 21), 0.9, state),
    smooth(values.subarray(21), 0.9, state),
  ];
  expect(Float64Array.from(parts.flatMap((part) => [...part]))).toEqual(smooth(values, 0.9));
  expect(state.count).toBe(49);
});

test("isConstant", () => {
  expect(isConstant(new Float64Array([2, 2, 2]))).toBe(true);
  expect(isConstant(new Float64Array([2, 2, 3]))).toBe(false);
  expect(isConstant(new Float64Array([Number.NaN, Number.NaN]))).toBe(false);
});

describe("smoothDecimated", () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => 1 + Math.exp(-i / 100));

  test("equals smooth when no row is left out", () => {
    const holed = values.slice(0, 40);
    holed[7] = Number.NaN;
    const rows = Int32Array.from(holed, (_, i) => i);
    expectClose(smoothDecimated(holed, rows, 0.9), smooth(holed, 0.9));
  });

  test("comes close to smooth where rows are left out", () => {
    const rows = Int32Array.from({ length: 100 }, (_, i) => i * 10);
    const exact = smooth(values, 0.95);
    const near = smoothDecimated(
      Float64Array.from(rows, (row) => values[row] as number),
      rows,
      0.95,
    );
    for (let i = 0; i < rows.length; i++) {
      expect(Math.abs((near[i] as number) - (exact[rows[i] as number] as number))).toBeLessThan(
        0.06,
      );
    }
  });
});
