import { describe, expect, test } from "vitest";
import { formatRelative, formatStep, formatValue, formatWallTime } from "../../src/charts/format";
import {
  linearScale,
  linearTicks,
  logScale,
  logTicks,
  symlogScale,
  symlogTicks,
  type Tick,
} from "../../src/charts/scales";
import { relativeTicks, timeTicks } from "../../src/charts/time_ticks";

const labels = (ticks: Tick[]) => ticks.map((tick) => tick.label);
const values = (ticks: Tick[]) => ticks.map((tick) => tick.value);

describe("scales", () => {
  test.each([
    ["linear", linearScale([10, 20], [40, 440])],
    ["upside down", linearScale([10, 20], [300, 0])],
    ["log", logScale([1e-4, 1e3], [300, 0])],
    ["symlog", symlogScale([-1000, 10], [300, 0])],
  ])("%s maps its domain to its range and back", (_name, scale) => {
    expect(scale.pixel(scale.domain[0])).toBeCloseTo(scale.range[0], 9);
    expect(scale.pixel(scale.domain[1])).toBeCloseTo(scale.range[1], 9);
    const middle = (scale.range[0] + scale.range[1]) / 2;
    expect(scale.pixel(scale.invert(middle))).toBeCloseTo(middle, 9);
  });

  test("a log scale has no place for zero", () => {
    expect(logScale([1, 10], [0, 1]).pixel(0)).toBeNaN();
  });
});

describe("linear ticks", () => {
  test.each([
    [[0, 10_000], 4, ["0", "2.5k", "5k", "7.5k", "10k"]],
    [[0, 2.3], 4, ["0", "1", "2"]],
    [[0.2, 2.3], 5, ["0.5", "1", "1.5", "2"]],
    [[6395, 6422], 5, ["6,400", "6,410", "6,420"]],
    [[990, 1012], 2, ["1,000"]],
    [[0, 3e6], 6, ["0", "500k", "1M", "1.5M", "2M", "2.5M", "3M"]],
    [[0.9999, 0.99995], 5, ["0.9999", "0.99991", "0.99992", "0.99993", "0.99994", "0.99995"]],
    [[0, 3e-5], 3, ["0", "1e-5", "2e-5", "3e-5"]],
    [[0, 3e-5], 6, ["0", "5e-6", "1e-5", "1.5e-5", "2e-5", "2.5e-5", "3e-5"]],
    [[0, 0.002], 2, ["0", "0.001", "0.002"]],
    [[-1, 1], 4, ["-1", "-0.5", "0", "0.5", "1"]],
    [[0, 2e20], 2, ["0", "1e20", "2e20"]],
    [[0, 0.3], 3, ["0", "0.1", "0.2", "0.3"]],
  ] as [[number, number], number, string[]][])("%j by %d", (domain, count, expected) => {
    expect(labels(linearTicks(domain, count))).toEqual(expected);
  });

  test("values are the nearest doubles of round numbers", () => {
    expect(values(linearTicks([0, 0.7], 7))).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
  });

  test("whole ticks have no fractions", () => {
    expect(labels(linearTicks([0, 2], 8, true))).toEqual(["0", "1", "2"]);
    expect(values(linearTicks([0, 10], 4, true)).every(Number.isInteger)).toBe(true);
  });

  test("no label is repeated and none is far from its value, whatever the domain", () => {
    for (let power = -40; power <= 40; power++) {
      for (const [low, width] of [
        [0, 1],
        [1, 1e-3],
        [-3, 7],
        [9.97, 0.1],
        [1, 1e-9],
      ] as const) {
        const unit = 10 ** power;
        const ticks = linearTicks([low * unit, (low + width) * unit], 6);
        expect(ticks.length).toBeGreaterThanOrEqual(3);
        expect(ticks.length).toBeLessThanOrEqual(8);
        expect(new Set(labels(ticks)).size).toBe(ticks.length);
      }
    }
  });

  test("a domain without extent has none", () => {
    expect(linearTicks([1, 1], 5)).toEqual([]);
    expect(linearTicks([Number.NaN, 1], 5)).toEqual([]);
    expect(linearTicks([-1.7e308, 1.7e308], 5)).toEqual([]);
  });
});

describe("log ticks", () => {
  test.each([
    [[1e-6, 1], 7, ["1e-6", "1e-5", "0.0001", "0.001", "0.01", "0.1", "1"]],
    [[0.5, 25], 6, ["0.5", "1", "2", "5", "10", "20"]],
    [[1, 1e12], 4, ["1", "1k", "1M", "1G", "1T"]],
    [[2, 4], 4, ["2", "2.5", "3", "3.5", "4"]],
  ] as [[number, number], number, string[]][])("%j by %d", (domain, count, expected) => {
    expect(labels(logTicks(domain, count))).toEqual(expected);
  });

  test("symlog names zero and decades of both signs", () => {
    const ticks = labels(symlogTicks([-100, 1000], 8));
    expect(ticks).toContain("0");
    expect(ticks).toContain("-100");
    expect(ticks).toContain("1k");
  });
});

describe("relative ticks", () => {
  test.each([
    [[0, 4], 4, ["0", "1 s", "2 s", "3 s", "4 s"]],
    [[0, 1], 4, ["0", "0.25 s", "0.5 s", "0.75 s", "1 s"]],
    [[0, 90], 3, ["0", "30 s", "60 s", "90 s"]],
    [[0, 1800], 3, ["0", "10 min", "20 min", "30 min"]],
    [[0, 4 * 3600], 4, ["0", "1 h", "2 h", "3 h", "4 h"]],
    [[7200, 9000], 3, ["120 min", "130 min", "140 min", "150 min"]],
    [[0, 10 * 86400], 5, ["0", "2 d", "4 d", "6 d", "8 d", "10 d"]],
  ] as [[number, number], number, string[]][])("%j by %d", (domain, count, expected) => {
    expect(labels(relativeTicks(domain, count))).toEqual(expected);
  });
});

describe("time ticks", () => {
  const local = (...parts: [number, number, number, number?, number?, number?]) => {
    const [year, month, day, hour = 0, minute = 0, second = 0] = parts;
    return new Date(year, month - 1, day, hour, minute, second).getTime() / 1000;
  };

  test.each([
    [
      local(2026, 11, 25, 14, 5, 2),
      local(2026, 11, 25, 14, 5, 21),
      4,
      ["14:05:05", "14:05:10", "14:05:15", "14:05:20"],
    ],
    [
      local(2026, 11, 25, 14, 3),
      local(2026, 11, 25, 15, 1),
      4,
      ["14:15", "14:30", "14:45", "15:00"],
    ],
    [local(2026, 11, 25, 17), local(2026, 11, 26, 13), 4, ["18:00", "Nov 26", "06:00", "12:00"]],
    [local(2026, 11, 25, 17), local(2026, 11, 29, 13), 4, ["Nov 26", "Nov 27", "Nov 28", "Nov 29"]],
    [
      local(2026, 1, 5),
      local(2026, 6, 20),
      6,
      ["Feb 2026", "Mar 2026", "Apr 2026", "May 2026", "Jun 2026"],
    ],
    [local(2019, 5, 5), local(2026, 6, 20), 4, ["2020", "2022", "2024", "2026"]],
  ])("from %d to %d by %d", (low, high, count, expected) => {
    expect(labels(timeTicks([low, high], count))).toEqual(expected);
  });

  test("below a second the fraction is told", () => {
    const start = local(2026, 11, 25, 14, 5, 2);
    const ticks = timeTicks([start + 0.2, start + 1.1], 4);
    expect(labels(ticks)).toEqual(["14:05:02.25", "14:05:02.5", "14:05:02.75", "14:05:03"]);
  });

  test("bounds that are no dates have no ticks", () => {
    expect(timeTicks([0, 1e20], 4)).toEqual([]);
  });
});

describe("text", () => {
  test.each([
    [0.34, "0.3400"],
    [1 / 3, "0.3333"],
    [12.3456, "12.35"],
    [1234.5678, "1,234.6"],
    [45678.9, "45,679"],
    [12, "12"],
    [123456, "123,456"],
    [1.5e-5, "1.500e-5"],
    [3.2e9, "3.200e9"],
    [0, "0"],
    [-0.5, "-0.5000"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "∞"],
    [Number.NEGATIVE_INFINITY, "-∞"],
  ])("value %d", (value, expected) => {
    expect(formatValue(value)).toBe(expected);
  });

  test.each([
    [45, "45 s"],
    [1.25, "1.25 s"],
    [59.97, "1.0 min"],
    [762, "12.7 min"],
    [3.2 * 3600, "3.2 h"],
    [2.5 * 86400, "2.5 d"],
    [0, "0 s"],
    [Number.NaN, "NaN"],
  ])("duration %d", (seconds, expected) => {
    expect(formatRelative(seconds)).toBe(expected);
  });

  test("steps", () => {
    expect(formatStep(6420)).toBe("6,420");
    expect(formatStep(1234567890)).toBe("1,234,567,890");
    expect(formatStep(-1200)).toBe("-1,200");
    expect(formatStep(0.5)).toBe("0.5");
    expect(formatStep(2 ** 62)).toBe("4.611686e18");
  });

  test("wall times", () => {
    expect(formatWallTime(new Date(2026, 10, 25, 4, 3, 12).getTime() / 1000)).toBe(
      "2026-11-25 04:03:12",
    );
    expect(formatWallTime(Number.NaN)).toBe("no time");
  });
});
