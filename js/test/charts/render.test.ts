import { describe, expect, test } from "vitest";
import { type Frame, labelBoxes } from "../../src/charts/axes";
import { chipAt, paintMarkers, placeChips } from "../../src/charts/markers";
import { bestIndex } from "../../src/charts/points";
import { paintChart } from "../../src/charts/render";
import { linearScale } from "../../src/charts/scales";
import { relativeTicks } from "../../src/charts/time_ticks";
import type { ChartOptions, Line } from "../../src/charts/types";
import { countNonPositiveX, viewLines } from "../../src/charts/view";
import { line, OPTIONS, recorder, THEME } from "./recorder";

const SIZE = { width: 400, height: 200 };

function render(
  lines: Line[],
  options: Partial<ChartOptions> = {},
  thinnest: number | null = null,
) {
  const { painter, calls, texts } = recorder();
  const drawing = { lines, options: { ...OPTIONS, ...options }, theme: THEME };
  const rendered = paintChart(painter, SIZE, drawing, null, thinnest);
  return { ...rendered, painter, calls, texts: texts() };
}

describe("two y axes", () => {
  const left = line([0, 10]);
  const right: Line = { ...line([0, 5000], [0, 1], "b"), axis: "right" };

  test("each fits its own lines, and takes its own domain", () => {
    const { frame, texts } = render([left, right]);
    expect(frame.y.domain).toEqual([-0.5, 10.5]);
    expect(frame.y2?.domain).toEqual([-250, 5250]);
    expect(texts).toContain("10");
    expect(texts).toContain("5k");
    const zoomed = render([left, right], { yDomain: [1, 2], yDomain2: [100, 200] }).frame;
    expect([zoomed.y.domain, zoomed.y2?.domain]).toEqual([
      [1, 2],
      [100, 200],
    ]);
  });

  test("without lines on the left there are no numbers there", () => {
    const { frame } = render([right]);
    expect(frame.yTicks).toEqual([]);
    expect(frame.y2?.domain).toEqual([-250, 5250]);
    expect(frame.left).toBeLessThan(20);
  });

  test("labels have room between the plot and the edge", () => {
    const { frame } = render([left, { ...right, raw: Float64Array.of(123456, 123457) }]);
    for (const { label } of frame.y2Ticks) {
      expect(frame.right + 6 + 6 * label.length).toBeLessThanOrEqual(SIZE.width);
    }
  });
});

describe("a logarithmic x axis", () => {
  const lines = [line([1, 2, 3, 4], [-1, 0, 1, 100])];

  test("leaves out and counts what it has no place for", () => {
    expect(render(lines, { xScale: "log" }).frame.x.domain).toEqual([1, 100]);
    expect(countNonPositiveX(lines, { ...OPTIONS, xScale: "log" })).toBe(2);
    const unsorted = [line([1, 2, 3, 4], [5, 0, Number.NaN, -1])];
    expect(countNonPositiveX(unsorted, { ...OPTIONS, xScale: "log" })).toBe(2);
    expect(countNonPositiveX(lines, OPTIONS)).toBe(0);
  });

  test("is not for wall times and positions", () => {
    for (const x of ["wall", "order"] as const) {
      expect(render(lines, { x, xScale: "log" }).frame.x.domain).toEqual([-1, 100]);
      expect(countNonPositiveX(lines, { ...OPTIONS, x, xScale: "log" })).toBe(0);
    }
  });

  test("has durations at round units", () => {
    const { frame } = render([line([1, 2], [0.5, 200_000])], { xScale: "log", x: "relative" });
    const labels = frame.xTicks.map(({ label }) => label);
    expect(labels).toContain("1 s");
    for (const label of labels) expect(label).toMatch(/^10* (s|min|h|d)$/);
    const near = render([line([1, 2], [20, 50])], { xScale: "log", x: "relative" }).frame;
    expect(near.xTicks.map(({ value }) => value)).toEqual(
      relativeTicks([20, 50], near.xTicks.length).map(({ value }) => value),
    );
  });
});

describe("outliers", () => {
  const spiky = line(
    Array.from({ length: 100 }, (_, i) => (i % 40 === 9 ? 1e6 : i === 50 ? -1e6 : Math.sin(i))),
  );

  test("are counted at the edge that they lie beyond", () => {
    const { outside, texts } = render([spiky], { ignoreOutliers: true });
    expect(outside).toEqual([3, 1]);
    expect(texts).toContain("↑ 3 points outside");
    expect(texts).toContain("↓ 1 point outside");
  });

  test("are not what a zoom leaves out", () => {
    const zoomed = render([spiky], { ignoreOutliers: true, yDomain: [0, 1] });
    expect(zoomed.outside).toEqual([0, 0]);
    expect(zoomed.texts.filter((text) => text.includes("outside"))).toEqual([]);
    const right = render([{ ...spiky, axis: "right" }], { ignoreOutliers: true, yDomain: [0, 1] });
    expect(right.outside[0]).toBeGreaterThan(0);
  });
});

describe("marks", () => {
  const lines = [line([5, 2, 9, 4]), line([6, 3, 8, 7], undefined, "b")];

  test("are the best and the last value, labelled while lines are few", () => {
    const { texts } = render(lines, { marks: { best: "min", last: true }, yDomain: [-9, 19] });
    expect(texts.filter((text) => ["2", "3", "4", "7"].includes(text)).sort()).toEqual(
      expect.arrayContaining(["2", "3", "4", "7"]),
    );
    const many = Array.from({ length: 13 }, (_, i) => line([1.234 + i, 7.5], undefined, String(i)));
    expect(render(many, { marks: { best: "min" } }).texts).not.toContain("1.234");
    expect(render(many.slice(0, 12), { marks: { best: "min" } }).texts).toContain("1.234");
  });

  test("`best` alone still works", () => {
    expect(render([line([1.234, 7.5])], { best: "min" }).texts).toContain("1.234");
  });

  test("are not of points that the view has no place for", () => {
    const one = line([-1, 0, 3, 2, Number.NaN, Infinity], [0, 1, 2, 3, 4, 5]);
    const { frame } = render([one], { y: "log" });
    const [view] = viewLines([one], [0, 5]);
    if (!view) throw new Error("no view");
    expect(bestIndex(frame, view, "min")).toBe(3);
    expect(bestIndex(frame, view, "max")).toBe(2);
    const unsorted = line([1, 2, 3], [9, 0, 1]);
    const [all] = viewLines([unsorted], [0, 5]);
    if (!all) throw new Error("no view");
    expect(bestIndex({ ...frame, x: linearScale([0, 5], [0, 1]) }, all, "min")).toBe(1);
  });

  test("labels do not cover one another", () => {
    const same = [1, 2, 3].map((i) => line([5, 1.234], undefined, String(i)));
    const { calls } = render(same, { marks: { best: "min" } });
    const placed = calls.filter(({ name, args }) => name === "fillText" && args[0] === "1.234");
    const places = new Set(placed.map(({ args }) => `${args[1]} ${args[2]}`));
    expect(places.size).toBe(placed.length);
  });
});

describe("crowded charts", () => {
  const noisy = (id: number) => {
    const raw = Array.from({ length: 400 }, (_, i) => ((i * 7919 + id * 31) % 97) / 97);
    return line(raw, undefined, String(id));
  };
  const widths = (lines: Line[], thinnest: number | null) => {
    const seen: number[] = [];
    const { painter } = recorder();
    const watched = new Proxy(painter, {
      set: (target, name, value) => {
        if (name === "lineWidth") seen.push(value as number);
        return Reflect.set(target, name, value);
      },
    });
    paintChart(watched, SIZE, { lines, options: OPTIONS, theme: THEME }, null, thinnest);
    return seen;
  };

  test("are drawn thinly on a screen, except what is highlighted, and never in a file", () => {
    const lines = Array.from({ length: 60 }, (_, i) => noisy(i));
    expect(widths(lines, 1)).not.toContain(1.5);
    expect(widths(lines, null)).toContain(1.5);
    expect(widths(lines.slice(0, 2), 1)).toContain(1.5);
    expect(widths([...lines, { ...noisy(1), highlighted: true }], 1)).toContain(2.5);
    expect(widths([{ ...noisy(1), width: 4 }], 1)).toContain(4);
  });
});

describe("chips", () => {
  const frame = {
    width: 400,
    height: 200,
    left: 40,
    right: 390,
    top: 7,
    bottom: 181,
    x: linearScale([0, 100], [40, 390]),
    xTicks: [0, 25, 50, 75, 100].map((value) => ({ value, label: String(value) })),
  } as unknown as Frame;
  const place = (...places: number[]) =>
    placeChips(recorder().painter, frame, places, (x) => `step ${x}`);

  test("stand within the canvas and beside one another", () => {
    for (const pair of [
      [0, 0.1],
      [50, 51],
      [99, 100],
      [0, 100],
    ] as const) {
      const [first, second] = place(...pair);
      if (!first || !second) throw new Error("no chips");
      expect(first.left).toBeGreaterThanOrEqual(1);
      expect(first.left + first.width).toBeLessThan(second.left);
      expect(second.left + second.width).toBeLessThanOrEqual(frame.width - 1);
    }
    expect(place(-20, 50)).toHaveLength(1);
  });

  test("are taken hold of by the line or by the chip", () => {
    const chips = place(30, 60);
    const px = frame.x.pixel(60);
    expect(chipAt(frame, chips, { px: px + 3, py: 90 })).toBe(1);
    expect(chipAt(frame, chips, { px: px + 9, py: 90 })).toBe(-1);
    expect(chipAt(frame, chips, { px: px + 15, py: 190 })).toBe(1);
    expect(chipAt(frame, place(50, 50.5), { px: frame.x.pixel(50.5), py: 90 })).toBe(1);
  });

  test("hide the tick labels that they would cut, and no others", () => {
    const { painter, calls } = recorder();
    const chips = place(27);
    paintMarkers(painter, frame, THEME, chips);
    const hidden = labelBoxes(painter, frame).filter(({ left }) =>
      calls.some(({ name, args }) => name === "fillRect" && args[0] === left - 1),
    );
    expect(hidden.map(({ label }) => label)).toEqual(["25"]);
  });
});

describe("several bands about a line", () => {
  const low = Float64Array.of(-8, -6);
  const high = Float64Array.of(8, 20);
  const banded: Line = {
    ...line([0, 1]),
    bands: [
      { low, high },
      { low: low.map((value) => value / 2), high: high.map((value) => value / 2) },
    ],
  };

  test("are filled one by one, and the y axis holds them all", () => {
    const { calls, frame } = render([banded]);
    expect(calls.filter(({ name }) => name === "fill")).toHaveLength(2);
    expect(frame.y.domain[0]).toBeLessThan(-8);
    expect(frame.y.domain[1]).toBeGreaterThan(20);
    expect(render([line([0, 1])]).frame.y.domain[1]).toBeLessThan(2);
  });

  test("of many lines they are fainter, so that something is seen through all of them", () => {
    const alphaOf = (lines: Line[]) =>
      render(lines).calls.find(({ name }) => name === "fill")?.alpha ?? 0;
    const few = alphaOf([banded]);
    const many = Array.from({ length: 16 }, (_, i) => ({ ...banded, id: String(i) }));
    expect(alphaOf(many)).toBeCloseTo(few / 4);
    const [first, ...others] = many as [Line, ...Line[]];
    const highlighted = [{ ...first, highlighted: true }, ...others];
    const fills = render(highlighted).calls.filter(({ name }) => name === "fill");
    expect(Math.max(...fills.map(({ alpha }) => alpha))).toBeCloseTo(few);
  });
});
