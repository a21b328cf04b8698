import { describe, expect, test } from "vitest";
import { smoothSeries } from "../../src/charts/smoothing";
import { Series, SeriesStore } from "../../src/state/series";
import type { SeriesItem } from "../../src/wire/types";

const columns = (...values: number[]) => ({
  step: Float64Array.from(values, (_, i) => i),
  wall: Float64Array.from(values, (_, i) => 1000 + i),
  value: Float64Array.from(values),
});

const whole = (n: number, more: Partial<SeriesItem> = {}): SeriesItem => ({
  key: [0, 0],
  generation: 1,
  from: 0,
  n,
  exact: true,
  columns: [],
  ...more,
});

describe("SeriesStore", () => {
  test("points that follow are added", () => {
    const store = new SeriesStore();
    expect(store.apply(whole(2), columns(1, 2))).toBe(true);
    expect(store.apply({ ...whole(3), from: 2 }, columns(3))).toBe(true);
    expect([...(store.get(0, 0)?.value ?? [])]).toEqual([1, 2, 3]);
  });

  test("a gap or another generation asks for the series anew", () => {
    const store = new SeriesStore();
    store.apply(whole(2), columns(1, 2));
    expect(store.apply({ ...whole(9), from: 8 }, columns(9))).toBe(false);
    expect(store.apply({ ...whole(3, { generation: 2 }), from: 2 }, columns(3))).toBe(false);
    expect(store.apply({ ...whole(3), key: [7, 7], from: 2 }, columns(3))).toBe(false);
    expect([...(store.get(0, 0)?.value ?? [])]).toEqual([1, 2]);
  });

  test("a series sent anew replaces what was there", () => {
    const store = new SeriesStore();
    store.apply(whole(3), columns(1, 2, 3));
    store.apply(whole(1, { generation: 2 }), columns(9));
    expect([...(store.get(0, 0)?.value ?? [])]).toEqual([9]);
  });

  test("what nobody looks at is dropped", () => {
    const store = new SeriesStore();
    store.apply(whole(1, { key: [0, 1] }), columns(1));
    store.apply(whole(1, { key: [0, 2] }), columns(1));
    store.keep((_run, tag) => tag === 2);
    expect(store.get(0, 1)).toBeUndefined();
    expect(store.get(0, 2)).toBeDefined();
  });
});

describe("smoothed values", () => {
  const noisy = Array.from({ length: 50 }, (_, i) => Math.sin(i) + i / 10);

  test("an exact series is smoothed here, live tail included", () => {
    const series = new Series(whole(20), columns(...noisy.slice(0, 20)));
    series.smoothed(0.6);
    series.extend({ ...whole(50), from: 20 }, columns(...noisy.slice(20)));
    expect(series.smoothed(0.6)).toEqual(smoothSeries(Float64Array.from(noisy), 0.6));
  });

  test("a selection of points goes on from the kernel's average", () => {
    const full = smoothSeries(Float64Array.from(noisy), 0.9);
    let [last, count] = [0, 0];
    for (const value of noisy.slice(0, 40)) {
      last = last * 0.9 + 0.1 * value;
      count++;
    }
    const picked = [0, 13, 39];
    const part = {
      step: Float64Array.from(picked),
      wall: Float64Array.from(picked),
      value: Float64Array.from(picked, (i) => noisy[i] as number),
      smoothed: Float64Array.from(picked, (i) => full[i] as number),
      row: Float64Array.from(picked),
    };
    const item = whole(40, { exact: false, smoothing: 0.9, average: [last, count] });
    const series = new Series(item, part);
    series.extend({ ...whole(50), from: 40 }, columns(...noisy.slice(40)));
    const smoothed = series.smoothed(0.9);
    expect([...smoothed.slice(0, 3)]).toEqual(picked.map((i) => full[i]));
    for (let i = 0; i < 10; i++) expect(smoothed[3 + i]).toBeCloseTo(full[40 + i] as number, 12);
    // With another weight, an approximation until the kernel sends the right values.
    expect(series.smoothed(0.5).every(Number.isFinite)).toBe(true);
  });
});

test("equal steps are noticed", () => {
  const same = { ...columns(1, 2), step: Float64Array.of(4, 4) };
  expect(new Series(whole(2), same).allStepsEqual).toBe(true);
  expect(new Series(whole(1), columns(1)).allStepsEqual).toBe(false);
});
