import { describe, expect, test } from "vitest";
import { fitX, fitY, usableDomain } from "../../src/charts/domain";
import { quantiles } from "../../src/charts/quantiles";
import type { ChartOptions, Line } from "../../src/charts/types";
import { measureLine, viewLines, xDomainOf, yDomainOf } from "../../src/charts/view";

const OPTIONS: ChartOptions = {
  x: "step",
  y: "linear",
  ignoreOutliers: false,
  xDomain: null,
  yDomain: null,
};

function line(raw: number[], x: number[] = raw.map((_, i) => i)): Line {
  return {
    id: "a",
    color: "red",
    x: new Float64Array(x),
    raw: new Float64Array(raw),
    smoothed: null,
    live: false,
  };
}

describe("domains", () => {
  test("x runs from the first to the last point of all lines", () => {
    expect(xDomainOf([line([1, 2, 3]), line([1, 2], [5, 9])], OPTIONS)).toEqual([0, 9]);
    expect(xDomainOf([line([1, 2, 3], [4, Number.NaN, 2])], OPTIONS)).toEqual([2, 4]);
    expect(xDomainOf([line([1], [7])], OPTIONS)).toEqual([6, 8]);
    expect(xDomainOf([], OPTIONS)).toEqual([0, 1]);
  });

  test("y has room above and below, also for a constant, nothing, or extremes", () => {
    expect(fitY({ low: 0, high: 10 }, "linear")).toEqual([-0.5, 10.5]);
    expect(fitY({ low: 0, high: 0 }, "linear")).toEqual([-1, 1]);
    expect(fitY({ low: 2, high: 2 }, "linear")).toEqual([1.8, 2.2]);
    expect(
      fitY({ low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY }, "linear"),
    ).toEqual([0, 1]);
    const [low, high] = fitY({ low: -Number.MAX_VALUE, high: Number.MAX_VALUE }, "linear");
    expect(Number.isFinite(high - low)).toBe(true);
    const [logLow, logHigh] = fitY({ low: 5e-324, high: 1e308 }, "log");
    expect(logLow).toBeGreaterThan(0);
    expect(Number.isFinite(logHigh)).toBe(true);
    expect(fitX({ low: 3, high: 3 }, 60)).toEqual([-57, 63]);
  });

  test("a domain that was asked for is put in order or refused", () => {
    expect(usableDomain([5, 1], [0, 1], false)).toEqual([1, 5]);
    expect(usableDomain([1, 1], [0, 1], false)).toEqual([0, 1]);
    expect(usableDomain([Number.NaN, 1], [0, 1], false)).toEqual([0, 1]);
    expect(usableDomain([-1, 100], [0.5, 200], true)).toEqual([0.5, 100]);
  });

  test("y fits what the x domain shows", () => {
    const lines = [line([0, 100, 1, 2, 3])];
    const options: ChartOptions = { ...OPTIONS, xDomain: [2, 4] };
    const xDomain = xDomainOf(lines, options);
    expect(yDomainOf(viewLines(lines, xDomain), xDomain, options).domain).toEqual([0.9, 3.1]);
  });

  test("a logarithmic x axis begins at the first positive x", () => {
    const options: ChartOptions = { ...OPTIONS, xScale: "log" };
    expect(xDomainOf([line([1, 2, 3], [0, 1, 100])], options)).toEqual([1, 100]);
    expect(xDomainOf([line([1], [0])], options)).toEqual([1, 10]);
    expect(xDomainOf([line([1], [9])], options)).toEqual([3, 27]);
  });

  test("a symmetric logarithm becomes linear below the smallest value, within reason", () => {
    const lines = [line([-20, 0, 0.03, 500])];
    const options: ChartOptions = { ...OPTIONS, y: "symlog" };
    const { domain, threshold } = yDomainOf(viewLines(lines, [0, 3]), [0, 3], options);
    expect(threshold).toBeCloseTo(0.01, 12);
    expect(domain[0]).toBeLessThan(-20);
    expect(domain[1]).toBeGreaterThan(500);
    const tiny = viewLines([line([1e-30, 1])], [0, 1]);
    expect(yDomainOf(tiny, [0, 1], options).threshold).toBeCloseTo(1e-5, 12);
  });

  test("a symmetric logarithm keeps its shape while the view moves", () => {
    const lines = [line([0.001, 5, 50, 500])];
    const options: ChartOptions = { ...OPTIONS, y: "symlog" };
    const thresholds = [[0, 3] as const, [2, 3] as const].map((domain) => {
      return yDomainOf(viewLines(lines, domain), domain, options).threshold;
    });
    expect(thresholds[0]).toBe(thresholds[1]);
  });

  test("a band has room too", () => {
    const one = {
      ...line([5, 5]),
      band: { low: Float64Array.of(1, 4), high: Float64Array.of(6, 9) },
    };
    const { domain } = yDomainOf(viewLines([one], [0, 1]), [0, 1], OPTIONS);
    expect(domain).toEqual([0.6, 9.4]);
  });

  test("a log axis looks at positive values only", () => {
    const lines = [line([-5, 0, 1, 100])];
    const options: ChartOptions = { ...OPTIONS, y: "log" };
    const [low, high] = yDomainOf(viewLines(lines, [0, 3]), [0, 3], options).domain;
    expect(low).toBeCloseTo(1 / 100 ** 0.05, 9);
    expect(high).toBeCloseTo(100 * 100 ** 0.05, 9);
  });
});

const part = (values: Float64Array) => ({ values, start: 0, end: values.length });

test("quantiles are those of sorting", () => {
  const values = Float64Array.from({ length: 1001 }, (_, i) => (i * 7919) % 1001);
  expect(quantiles([part(values)], 0.05, 0.95)).toEqual({ low: 50, high: 950 });
  expect(quantiles([part(new Float64Array(1000).fill(3))], 0.05, 0.95)).toEqual({
    low: 3,
    high: 3,
  });
  const none = quantiles([part(new Float64Array(0))], 0.05, 0.95);
  expect(none.low).toBeGreaterThan(none.high);
});

test("ignoring outliers leaves a spike outside and counts it", () => {
  const lines = [line(Array.from({ length: 100 }, (_, i) => (i === 50 ? 1e9 : i)))];
  const options: ChartOptions = { ...OPTIONS, ignoreOutliers: true };
  const views = viewLines(lines, [0, 99]);
  const { domain: yDomain } = yDomainOf(views, [0, 99], options);
  expect(yDomain[1]).toBeLessThan(101);
  const outside: [number, boolean][] = [];
  const measured = views.map((view) =>
    measureLine(view, [0, 99], yDomain, false, (x, above) => outside.push([x, above])),
  );
  expect(outside).toContainEqual([50, true]);
  expect(measured[0]?.outside).toBe(outside.length);
});

test("measureLine counts what the view holds", () => {
  const [view] = viewLines([line([1, Number.NaN, -3, 0, 8, Number.POSITIVE_INFINITY, 2])], [1, 5]);
  if (view === undefined) throw new Error("no view");
  const { points, min, max, first, last, nonFinite, nonPositive, outside } = measureLine(
    view,
    [1, 5],
    [0.5, 5],
    true,
  );
  expect({ points, min, max, nonFinite, nonPositive, outside }).toEqual({
    points: 5,
    min: -3,
    max: 8,
    nonFinite: 2,
    nonPositive: 2,
    outside: 1,
  });
  expect(first).toBeNaN();
  expect(last).toBe(Number.POSITIVE_INFINITY);
});
