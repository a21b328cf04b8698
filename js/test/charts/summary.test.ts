import { describe, expect, test } from "vitest";
import { emptyExtent } from "../../src/charts/domain";
import { quantiles } from "../../src/charts/quantiles";
import { count, extend, smallestSize } from "../../src/charts/summary";

const values = Float64Array.from({ length: 2000 }, (_, i) => {
  if (i % 97 === 5) return [Number.NaN, Infinity, -Infinity][i % 3] as number;
  return i % 89 === 0 ? 0 : (((i * 7919) % 2003) - 700) / 10;
});

describe("of any range, blocks tell what a walk through all values tells", () => {
  test.each([
    [0, 2000],
    [0, 256],
    [3, 250],
    [255, 257],
    [100, 1900],
    [256, 512],
    [1999, 2000],
    [700, 700],
  ])("from %d to %d", (start, end) => {
    const part = [...values.subarray(start, end)];
    const finite = part.filter(Number.isFinite);
    const positive = finite.filter((value) => value > 0);
    const [all, above] = [emptyExtent(), emptyExtent()];
    extend(all, values, start, end);
    extend(above, values, start, end, true);
    expect(all).toEqual({ low: Math.min(...finite), high: Math.max(...finite) });
    expect(above).toEqual({ low: Math.min(...positive), high: Math.max(...positive) });
    const sizes = finite.map(Math.abs).filter((size) => size > 0);
    expect(smallestSize(values, start, end)).toBe(Math.min(...sizes));
    const outside: number[] = [];
    const counts = count(values, start, end, [-20, 60], (index) => outside.push(index));
    expect(counts).toEqual({
      ...all,
      nonFinite: part.length - finite.length,
      nonPositive: finite.length - positive.length,
    });
    const expected = part.flatMap((value, i) =>
      Number.isFinite(value) && (value < -20 || value > 60) ? [start + i] : [],
    );
    expect(outside).toEqual(expected);
  });
});

describe("quantiles", () => {
  const part = (all: Float64Array) => ({ values: all, start: 0, end: all.length });

  test("of many values are those of sorting, also with a spike among them", () => {
    for (const spike of [0, 1e12, Number.MAX_VALUE]) {
      const many = Float64Array.from({ length: 20_001 }, (_, i) => ((i * 7919) % 20_001) / 7);
      many[77] = spike;
      many[78] = -spike;
      const sorted = Float64Array.from(many).sort();
      const { low, high } = quantiles([part(many)], 0.05, 0.95);
      expect([low, high]).toEqual([sorted[1000], sorted[19_000]]);
    }
  });

  test("are of all parts, and of positive finite values alone if so asked", () => {
    const parts = [
      { values: values.subarray(0, 900), start: 0, end: 900 },
      { values, start: 900, end: 1800 },
    ];
    for (const positive of [false, true]) {
      const expected = Float64Array.from(values.subarray(0, 1800))
        .filter((value) => Number.isFinite(value) && (!positive || value > 0))
        .sort();
      const last = expected.length - 1;
      expect(quantiles(parts, 0.05, 0.95, positive)).toEqual({
        low: expected[Math.ceil(last * 0.05)],
        high: expected[Math.floor(last * 0.95)],
      });
    }
    expect(quantiles([part(Float64Array.of(-1, Number.NaN))], 0.05, 0.95, true).low).toBe(Infinity);
  });
});
