import { describe, expect, test } from "vitest";
import type { ChartHover, NearestPoint } from "../../src/charts/line_chart";
import { cursorOf, tooltipOf } from "../../src/dashboards/scalars/hover";
import type { RunLine } from "../../src/dashboards/scalars/lines";

const line = (id: string, more: Partial<RunLine> = {}): RunLine =>
  ({
    id,
    name: `run-${id}`,
    run: { number: Number(id), name: `run-${id}` },
    color: "#000000",
    step: Float64Array.of(10, 20),
    wall: Float64Array.of(100, 160),
    raw: Float64Array.of(1, 2),
    ...more,
  }) as unknown as RunLine;

const point = (id: string, smoothed: number | null, raw = smoothed ?? 0): NearestPoint => ({
  id,
  index: 1,
  x: 20,
  raw,
  smoothed,
  px: 0,
  py: 0,
  distance: Number(id),
});

const hoverOf = (points: NearestPoint[]): ChartHover =>
  ({ x: 20, y: 0, px: 5, py: 6, points }) as unknown as ChartHover;
const AT = { px: 1, py: 2 };
const style = (more = {}) => ({ rows: 8, sort: "nearest" as const, narrow: false, ...more });
const LINES = ["2", "10", "1"].map((id) => line(id));
const POINTS = [point("1", 0.3), point("2", 0.1), point("10", 0.2)];

describe("tooltipOf", () => {
  test("says run, smoothed, value and relative time; the nearest line is bold", () => {
    const tooltip = tooltipOf(hoverOf(POINTS), LINES, "step", AT, style());
    expect(tooltip?.heading).toEqual(["step 20", "smoothed", "value", "relative", "time"]);
    expect(tooltip?.rows[0]).toMatchObject({ name: "run-1", nearest: true });
    expect(tooltip?.rows[0]?.cells.at(-2)).toBe("1.0 min");
    expect(tooltip?.rows[0]?.cells.at(-1)).toMatch(/^19(69|70)-\d\d-\d\d \d\d:\d\d:40$/);
    expect(tooltip?.rows.map(({ nearest }) => nearest)).toEqual([true, false, false]);
  });

  test.each([
    ["nearest", ["run-1", "run-2", "run-10"]],
    ["name", ["run-1", "run-2", "run-10"]],
    ["ascending", ["run-2", "run-10", "run-1"]],
    ["descending", ["run-1", "run-10", "run-2"]],
  ] as const)("sorted %s", (sort, names) => {
    const tooltip = tooltipOf(hoverOf(POINTS), LINES, "step", AT, style({ sort }));
    expect(tooltip?.rows.map(({ name }) => name)).toEqual(names);
  });

  test("what is not a number comes last either way", () => {
    const points = [point("1", Number.NaN), point("2", 0.1), point("10", 0.2)];
    for (const sort of ["ascending", "descending"] as const) {
      const tooltip = tooltipOf(hoverOf(points), LINES, "step", AT, style({ sort }));
      expect(tooltip?.rows.at(-1)?.name).toBe("run-1");
    }
  });

  test("rows above the limit are counted; a narrow view has fewer, and no time", () => {
    const narrow = tooltipOf(hoverOf(POINTS), LINES, "step", AT, style({ narrow: true }));
    expect(narrow?.heading).not.toContain("time");
    const two = tooltipOf(hoverOf(POINTS), LINES, "step", AT, style({ rows: 2 }));
    expect([two?.rows.length, two?.left_out]).toEqual([2, 1]);
    const many = Array.from({ length: 9 }, (_, i) => point(String(i), i));
    const lines = many.map(({ id }) => line(id));
    expect(tooltipOf(hoverOf(many), lines, "step", AT, style({ narrow: true }))?.rows).toHaveLength(
      5,
    );
    expect(tooltipOf(hoverOf([]), LINES, "step", AT, style())).toBeNull();
  });

  test("a group tells its band and how many runs took part", () => {
    const band = {
      low: Float64Array.of(0, 1),
      high: Float64Array.of(2, 3),
      count: Float64Array.of(4, 5),
      relative: Float64Array.of(0, 1),
    };
    const tooltip = tooltipOf(
      hoverOf([point("1", null, 2)]),
      [line("1", { band })],
      "step",
      AT,
      style(),
    );
    expect(tooltip?.heading).toEqual(["step 20", "value", "band", "runs", "relative", "time"]);
    expect(tooltip?.rows[0]?.cells.slice(1, 3)).toEqual(["1 – 3", "5"]);
  });

  test("on another axis than steps the step is told", () => {
    const tooltip = tooltipOf(hoverOf(POINTS), LINES, "value", AT, style());
    expect(tooltip?.heading).toContain("step");
  });
});

test("the run list hears each run's value at the pointer", () => {
  const cursor = cursorOf("loss", hoverOf(POINTS), LINES, "step");
  expect(cursor).toMatchObject({ tag: "loss", x: 20, label: "step 20" });
  expect([...cursor.values]).toEqual([
    [1, 0.3],
    [2, 0.1],
    [10, 0.2],
  ]);
});
