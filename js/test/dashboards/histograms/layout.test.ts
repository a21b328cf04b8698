import { describe, expect, test } from "vitest";
import { heatScale, parse, shade } from "../../../src/dashboards/histograms/colors";
import { heatPixels } from "../../../src/dashboards/histograms/heat";
import { tooltipOf } from "../../../src/dashboards/histograms/hover";
import {
  drawn,
  layOut,
  type Mode,
  type Options,
  outline,
  rowOf,
  spotAt,
} from "../../../src/dashboards/histograms/layout";
import { paintMarked, paintSlices } from "../../../src/dashboards/histograms/paint";
import { Slices } from "../../../src/dashboards/histograms/slices";
import { recorder } from "../../charts/recorder";

const SIZE = { width: 400, height: 225 };
const THEME = {
  background: "#ffffff",
  foreground: "#000000",
  muted: "#888888",
  grid: "#eeeeee",
  axis: "#eeeeee",
  font: "10px sans-serif",
};
const nothing = { n: 3, in_range: 3, unreadable: 0, left_out: 0, start: 0, columns: [] };

function source(counts: number[][], more = {}) {
  const columns = {
    step: Float64Array.from(counts, (_, i) => 10 * i),
    wall: Float64Array.from(counts, (_, i) => i),
    count: Float64Array.from(counts.flat()),
  };
  const bins = counts[0]?.length ?? 1;
  const item = { key: [0, 0] as [number, number], bins, low: 0, high: 4, ...nothing, ...more };
  return { name: "run", color: "#0000ff", slices: new Slices(item, columns) };
}

const options = (mode: Mode, more: Partial<Options> = {}): Options => ({
  mode,
  axis: "step",
  log: false,
  density: false,
  marked: [],
  ...more,
});
const painter = () => recorder().painter;
const three = source([
  [1, 0, 0, 0],
  [0, 4, 0, 0],
  [0, 0, 2, 0],
]);

describe("where slices lie", () => {
  test("the newest in front, each on its own line, none above the top", () => {
    const layout = layOut(painter(), SIZE, [three], options("offset"));
    const lines = [...(layout.baselines[0] ?? [])];
    expect(lines).toEqual([...lines].sort((a, b) => a - b));
    expect(lines[2]).toBeCloseTo(layout.frame.bottom - 1);
    const tops = [0, 1, 2].map((i) =>
      Math.min(...outline(layout, three, 0, i, options("offset")).map(([, y]) => y)),
    );
    expect(Math.min(...tops)).toBeGreaterThanOrEqual(layout.frame.top);
  });

  test("points stand in the middle of their bins, as in TensorBoard", () => {
    const layout = layOut(painter(), SIZE, [three], options("overlay"));
    const points = outline(layout, three, 0, 1, options("overlay"));
    expect(points.map(([x]) => layout.frame.x.invert(x))).toEqual([0.5, 1.5, 2.5, 3.5]);
    expect(points[1]?.[1]).toBeCloseTo(layout.frame.top + 2);
    expect(points[0]?.[1]).toBe(layout.frame.bottom);
  });

  test("rows of a heat map fill it without gaps", () => {
    const layout = layOut(painter(), SIZE, [three], options("heatmap"));
    const rows = [0, 1, 2].map((i) => rowOf(layout, i));
    expect(rows[0]?.[0]).toBe(layout.frame.top);
    expect(rows[2]?.[1]).toBe(layout.frame.bottom);
    expect(rows[0]?.[1]).toBe(rows[1]?.[0]);
    const heights = rows.map(([top, bottom]) => bottom - top);
    expect(heights[0]).toBeCloseTo(heights[1] as number);
  });

  test.each<Mode>(["offset", "overlay", "heatmap", "runs"])("%s of odd data", (mode) => {
    const odd = [
      source([[0, 0]]),
      source([[5]], { low: -1.7e308, high: 1.7e308 }),
      source([[1e300, 1]]),
      source([]),
      source([[1, 2]], { low: 5e-324, high: 1e-323 }),
    ];
    for (const one of odd) {
      const { painter: canvas, calls } = recorder();
      const layout = layOut(canvas, SIZE, [one], options(mode));
      paintSlices(canvas, layout, [one], options(mode), THEME);
      const marked = options(mode, { marked: [0, 1] });
      const rest = { spot: { source: 0, slice: 0, place: 0 }, theme: THEME, color: "#f00" };
      if (one.slices.length) paintMarked(canvas, layout, [one], marked, rest);
      const all = [...(layout.baselines[0] ?? []), layout.rise(layout.highest)];
      all.push(...calls.flatMap(({ args }) => args.filter((arg) => typeof arg === "number")));
      expect(all.filter((number) => !Number.isFinite(number))).toEqual([]);
      expect(heatPixels(layout, one, options(mode), THEME, 1).data.length).toBeGreaterThan(0);
    }
  });
});

describe("what is at the pointer", () => {
  test("a slice in front of others, or the line that is nearest", () => {
    const layout = layOut(painter(), SIZE, [three], options("offset"));
    const at = (value: number, slice: number, up: number) => ({
      px: layout.frame.x.pixel(value),
      py: (layout.baselines[0]?.[slice] ?? 0) - up,
    });
    expect(spotAt(layout, [three], options("offset"), at(1.5, 1, 3))).toEqual({
      source: 0,
      slice: 1,
      place: 1,
    });
    expect(spotAt(layout, [three], options("offset"), at(3.5, 2, 1))?.slice).toBe(2);
    expect(spotAt(layout, [three], options("offset"), { px: 399, py: 50 })).toBeNull();
  });

  test("a row of a heat map", () => {
    const layout = layOut(painter(), SIZE, [three], options("heatmap"));
    const [top] = rowOf(layout, 1);
    const spot = spotAt(layout, [three], options("heatmap"), { px: 200, py: top + 1 });
    expect(spot?.slice).toBe(1);
  });
});

test("runs over each other are at the marked step, or the last", () => {
  expect(drawn(three, options("runs"))).toEqual([2]);
  expect(drawn(three, options("runs", { marked: [9] }))).toEqual([1]);
  expect(drawn(three, options("offset"))).toEqual([0, 1, 2]);
  expect(drawn(source([]), options("runs"))).toEqual([]);
});

test("the table at the pointer has the bucket, and the same values at marked steps", () => {
  const spot = { source: 0, slice: 1, place: 1 };
  const content = tooltipOf(spot, [three], options("offset", { marked: [20] }), { x: 1, y: 2 });
  expect(content?.heading).toEqual(["run", "values", "count", "share"]);
  expect(content?.rows.map(({ name, cells }) => [name, ...cells])).toEqual([
    ["step 10", "1 – 2", "4", "100.0 %"],
    ["step 20", "1 – 2", "0", "0.0 %"],
  ]);
});

test("heat: nothing is the background, and the highest stands out most", () => {
  const layout = layOut(painter(), SIZE, [three], options("heatmap"));
  const { data, width, height } = heatPixels(layout, three, options("heatmap"), THEME, 1);
  const pixel = (value: number, share: number) => {
    const x = Math.round(layout.frame.x.pixel(value) - layout.frame.left);
    return [...data.subarray(4 * (Math.floor(share * height) * width + x))].slice(0, 3);
  };
  expect(pixel(3.5, 0.1)).toEqual([255, 255, 255]);
  expect(pixel(1.5, 0.5)).toEqual([
    ...heatScale("#0000ff", "#ffffff", "#000000").subarray(1020, 1023),
  ]);
  expect(pixel(0.5, 0.1)).not.toEqual([255, 255, 255]);
});

test("colours", () => {
  expect(parse("rgb(1, 2, 3)")).toEqual([1, 2, 3]);
  expect(shade("#204060", "#ffffff", 0)).toBe("rgb(32, 64, 96)");
  expect(shade("#000000", "rgb(200, 200, 200)", 1)).toBe("rgb(110, 110, 110)");
});
