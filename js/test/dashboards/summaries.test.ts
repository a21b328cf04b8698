import { describe, expect, test } from "vitest";
import {
  countOdd,
  distributionLine,
  distributionTooltip,
  PERCENTILES,
  withDetail,
} from "../../src/dashboards/distributions/lines";
import { summaryX } from "../../src/dashboards/summaries/lines";
import { joined, type Summary } from "../../src/dashboards/summaries/model";
import type { RunInfo } from "../../src/state/runs";
import type { Columns } from "../../src/wire/frame";

const RUN = { number: 4, name: "a/b", label: "a/b", color: "#123456" } as RunInfo;
const LOOK = { highlighted: null, dashes: false };

function columns(steps: number[]): Columns {
  const of = (make: (step: number) => number) => Float64Array.from(steps, make);
  return {
    step: of((step) => step),
    wall: of((step) => 1000 + 2 * step),
    ...Object.fromEntries(PERCENTILES.map(([name], i) => [name, of((step) => step + i)])),
  };
}

function item(from: number, n: number) {
  return { key: [4, 0] as [number, number], from, n, steps: n, unreadable: 0, columns: [] };
}

function summary(steps: number[]): Summary {
  return joined(undefined, item(0, steps.length), columns(steps)) as Summary;
}

describe("what follows what is held", () => {
  test("rows are kept, put in the place of others, or missed", () => {
    const held = summary([0, 4, 8, 9]);
    const next = joined(held, item(3, 5), columns([12, 13]));
    expect([...(next?.step ?? [])]).toEqual([0, 4, 8, 12, 13]);
    expect([...(next?.columns.p5000 ?? [])]).toEqual([4, 8, 12, 16, 17]);
    expect(joined(held, item(5, 6), columns([12]))).toBeNull();
    expect(joined(undefined, item(1, 2), columns([12]))).toBeNull();
  });

  test("a detail stands between the coarse rows", () => {
    const both = withDetail(summary([0, 10, 20, 30, 40]), summary([10, 12, 14, 20]));
    expect([...both.step]).toEqual([0, 10, 12, 14, 20, 30, 40]);
    expect([...both.wall]).toEqual([1000, 1020, 1024, 1028, 1040, 1060, 1080]);
    expect([...withDetail(summary([1, 2]), summary([])).step]).toEqual([1, 2]);
  });
});

test("steps without values, and those that count NaN, are counted", () => {
  const held = summary([0, 1, 2, 3]);
  const median = Float64Array.of(0, Number.NaN, Number.NaN, 5);
  const count = Float64Array.of(0, Number.NaN, Number.NaN, 9);
  const odd = { ...held, unreadable: 1, columns: { ...held.columns, p5000: median, count } };
  expect(countOdd(odd)).toEqual({ empty: 1, odd: 1 });
  expect(countOdd(held)).toEqual({ empty: 0, odd: 0 });
});

describe("lines of percentiles", () => {
  const line = distributionLine(
    { run: RUN, summary: summary([0, 5]) },
    undefined,
    "relative",
    LOOK,
  );

  test("the median is the line, and four pairs are bands", () => {
    expect([...line.raw]).toEqual([4, 9]);
    expect([...line.x]).toEqual([0, 10]);
    const bands = line.bands?.map(({ low, high }) => [low[1], high[1]]);
    expect(bands).toEqual([
      [5, 13],
      [6, 12],
      [7, 11],
      [8, 10],
    ]);
  });

  test("the tooltip names all nine, or fewer where it is narrow", () => {
    const point = { id: "4", index: 1, x: 5, raw: 9, smoothed: null, px: 0, py: 0, distance: 0 };
    const hover = { points: [point], x: 5, y: 0, px: 0, py: 0, clientX: 0, clientY: 0 };
    const show = (narrow: boolean) =>
      distributionTooltip(
        { ...hover, shift: false },
        [line],
        "step",
        { px: 0, py: 0 },
        { rows: 8, narrow },
      );
    expect(show(false)?.rows[0]?.cells).toEqual(["5", "6", "7", "8", "9", "10", "11", "12", "13"]);
    expect(show(false)?.heading).toHaveLength(10);
    expect(show(true)?.heading).toEqual(["step 5", "min", "15.9%", "median", "84.1%", "max"]);
  });
});

test("steps that are all equal are drawn in their order", () => {
  const same = [{ run: RUN, summary: summary([7, 7, 7]) }];
  expect(summaryX("step", same)).toBe("order");
  expect(summaryX("wall", same)).toBe("wall");
  expect(summaryX("tag:epoch", [{ run: RUN, summary: summary([1, 2]) }])).toBe("step");
});
