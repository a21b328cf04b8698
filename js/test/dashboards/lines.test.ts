import { describe, expect, test } from "vitest";
import { chartX, type LineSource, toLines } from "../../src/dashboards/scalars/lines";
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

const source = (number: number, of: Series, detail?: Series): LineSource => ({
  run: { number, name: `run${number}`, deleted: false, color: "#000000" },
  series: of,
  detail,
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
  });
});

describe("toLines", () => {
  test("relative time begins with each run", () => {
    const lines = toLines(
      [source(0, series([1, 2], [50, 60])), source(1, series([1, 2], [90, 91]))],
      "relative",
      0,
      null,
    );
    expect(lines.map((line) => [...line.x])).toEqual([
      [0, 10],
      [0, 1],
    ]);
    expect(lines[0]?.smoothed).toBeNull();
  });

  test("a zoom's detail is followed by what has been written since", () => {
    const detail = series([3, 4, 5]);
    const [line] = toLines([source(0, series([1, 5, 6, 7]), detail)], "step", 0.5, null);
    expect([...(line?.x ?? [])]).toEqual([3, 4, 5, 6, 7]);
    expect(line?.smoothed).toHaveLength(5);
  });

  test("pointing at a run dims the others", () => {
    const two = [source(0, series([1])), source(1, series([1]))];
    const lines = toLines(two, "step", 0, 1);
    expect(lines.map(({ dimmed, highlighted }) => [dimmed, highlighted])).toEqual([
      [true, false],
      [false, true],
    ]);
  });
});
