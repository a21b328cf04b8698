import { describe, expect, test } from "vitest";
import { csvOf } from "../../src/dashboards/scalars/card_export";
import {
  chartX,
  type LineSource,
  type LineStyle,
  type RunLine,
  toLines,
} from "../../src/dashboards/scalars/lines";
import { describeRuns, type RunInfo } from "../../src/state/runs";
import { Series } from "../../src/state/series";

function series(steps: number[], walls = steps.map((s) => 100 + s), values = steps): Series {
  const item = { key: [0, 0] as [number, number], generation: 1, from: 0, n: steps.length };
  return new Series(
    { ...item, exact: true, columns: [] },
    {
      step: Float64Array.from(steps),
      wall: Float64Array.from(walls),
      value: Float64Array.from(values),
    },
  );
}

const source = (number: number, of: Series, more: Partial<LineSource> = {}): LineSource => ({
  run: describeRuns([[number, `run${number}`, null, false, null, ""]], PLAIN)[0] as RunInfo,
  tag: "loss",
  place: 0,
  series: of,
  detail: undefined,
  ...more,
});

const PLAIN = { colors: {}, notes: {}, colorBy: "run", hparams: {}, fold: true };
const style = (more: Partial<LineStyle> = {}): LineStyle => ({
  smoothing: 0,
  highlighted: null,
  dashes: false,
  rightAxis: false,
  ...more,
});

describe("chartX", () => {
  test("only if no series has two steps does the order of writing serve as x", () => {
    const equal = source(0, series([5, 5, 5]));
    const single = source(1, series([5]));
    const normal = source(2, series([1, 2]));
    expect(chartX("step", [equal, single])).toBe("order");
    expect(chartX("step", [equal, normal])).toBe("step");
    expect(chartX("step", [single])).toBe("step");
    expect(chartX("wall", [equal])).toBe("wall");
    expect(chartX("tag:epoch", [equal])).toBe("value");
  });
});

describe("toLines", () => {
  test("relative time begins with each run", () => {
    const lines = toLines(
      [source(0, series([1, 2], [50, 60])), source(1, series([1, 2], [90, 91]))],
      "relative",
      style(),
    );
    expect(lines.map((line) => [...line.x])).toEqual([
      [0, 10],
      [0, 1],
    ]);
    expect(lines[0]?.smoothed).toBeNull();
  });

  test("a zoom's detail is followed by what has been written since", () => {
    const detail = series([3, 4, 5]);
    const [line] = toLines(
      [source(0, series([1, 5, 6, 7]), { detail })],
      "step",
      style({ smoothing: 0.5 }),
    );
    expect([...(line?.x ?? [])]).toEqual([3, 4, 5, 6, 7]);
    expect(line?.smoothed).toHaveLength(5);
  });

  test("pointing at a run dims the others", () => {
    const two = [source(0, series([1])), source(1, series([1]))];
    const lines = toLines(two, "step", style({ highlighted: 1 }));
    expect(lines.map(({ dimmed, highlighted }) => [dimmed, highlighted])).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  test("several tags in one chart are told apart by name, dash and axis", () => {
    const two = [source(0, series([1])), source(0, series([1]), { tag: "lr", place: 1 })];
    const lines = toLines(two, "step", style({ rightAxis: true }));
    expect(lines.map(({ id, name, axis }) => [id, name, axis])).toEqual([
      ["0", "run0 · loss", "left"],
      ["0:lr", "run0 · lr", "right"],
    ]);
    expect(lines[0]?.dash).toEqual([]);
    expect(lines[1]?.dash).not.toEqual([]);
  });

  test("the values of another tag are the x axis", () => {
    const epoch = new Series(
      { key: [0, 0], generation: 1, from: 0, n: 2, exact: true, columns: [] },
      {
        step: Float64Array.of(0, 10),
        wall: Float64Array.of(0, 1),
        value: Float64Array.of(3, 4),
        x: Float64Array.of(1, 2),
      },
    );
    expect([...(toLines([source(0, epoch)], "value", style())[0]?.x ?? [])]).toEqual([1, 2]);
    const without = toLines([source(0, series([1, 2]))], "value", style());
    expect([...(without[0]?.x ?? [])]).toEqual([Number.NaN, Number.NaN]);
  });

  test("what was replaced is a dotted line behind the others, of no account for the rest", () => {
    const replaced = source(3, series([1, 2]), { superseded: 1 });
    const [old, own] = toLines([replaced, source(3, series([1, 2]))], "step", style());
    expect(old).toMatchObject({ id: "3~1", name: "run3 (replaced 1)", live: false });
    expect(old?.dash).not.toEqual([]);
    expect(own).toMatchObject({ id: "3", name: "run3", dash: [] });
    expect(
      csvOf([old, own] as RunLine[])
        .trim()
        .split("\n"),
    ).toHaveLength(3);
  });
});
