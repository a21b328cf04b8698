import { describe, expect, test } from "vitest";
import { categoriesOf, filtered, tagsOf } from "../../src/dashboards/custom_scalars/layout";
import { differInSteps, rowsOf, sourcesOf } from "../../src/dashboards/custom_scalars/sources";
import { type LineStyle, toLines, valuesAt } from "../../src/dashboards/scalars/lines";
import { colorOf } from "../../src/state/palette";
import { describeRuns, type RunInfo } from "../../src/state/runs";
import { Series } from "../../src/state/series";
import type { ChartItem, TagRow } from "../../src/wire/types";

const PLAIN = { colors: {}, notes: {}, colorBy: "run", hparams: {}, fold: true };
const RUNS = describeRuns(
  ["a", "b"].map((name, number) => [number, name, null, false, null, ""]),
  PLAIN,
) as [RunInfo, RunInfo];
const KNOWN = new Map<number, TagRow>(
  ["mean", "low", "high"].map((name, number) => [number, [number, name, null]]),
);
const STYLE: LineStyle = { smoothing: 0, highlighted: null, dashes: false, rightAxis: false };

function series(steps: number[], values: number[], exact = true): Series {
  const item = { key: [0, 0] as [number, number], generation: 1, from: 0, n: steps.length };
  const [step, value] = [Float64Array.from(steps), Float64Array.from(values)];
  return new Series({ ...item, exact, columns: [] }, { step, wall: step, value });
}

const chart = (more: Partial<ChartItem> = {}): ChartItem => ({
  title: "chart",
  tags: [],
  margins: [],
  patterns: [],
  message: "",
  ...more,
});

/** What the page holds: by run and tag, else nothing. */
const held = (all: Record<string, Series>) => ({
  series: (run: RunInfo, [tag]: TagRow) => all[`${run.name}:${tag}`],
  sources: (tags: readonly TagRow[]) =>
    tags.flatMap(([tag, name], place) =>
      RUNS.flatMap((run) => {
        const found = all[`${run.name}:${tag}`];
        return found ? [{ run, tag: name, place, series: found, detail: undefined }] : [];
      }),
    ),
});

describe("layout", () => {
  const charts = [
    chart(),
    chart({ title: "other", margins: [[0, 1, null]] }),
    chart({ tags: [2] }),
  ];
  const message = {
    op: "layout" as const,
    categories: [
      { title: "A", closed: true, charts },
      { title: "B", closed: false, charts: [chart()] },
    ],
  };
  const categories = categoriesOf(message);

  test("every chart has an id of its own, that stays when others are added", () => {
    const ids = categories.flatMap((category) => category.charts.map(({ id }) => id));
    expect(new Set(ids).size).toBe(4);
    const longer = { ...message, categories: [message.categories[1], message.categories[0]] };
    const again = categoriesOf(longer as typeof message);
    expect(again.flatMap((category) => category.charts.map(({ id }) => id)).sort()).toEqual(
      ids.sort(),
    );
    expect(categories[0]?.charts[2]?.place).toEqual([0, 2]);
  });

  test("a filter finds titles and tags", () => {
    const names = new Map([...KNOWN].map(([number, [, name]]) => [number, name]));
    const found = (word: string) =>
      filtered(categories, names, (name) => name.includes(word)).map(({ title, charts }) => [
        title,
        charts.map((one) => one.title),
      ]);
    expect(found("other")).toEqual([["A", ["other"]]]);
    expect(found("high")).toEqual([["A", ["chart"]]]);
    expect(found("low")).toEqual([["A", ["other"]]]);
    expect(found("nothing")).toEqual([]);
  });

  test("tags of a chart", () => {
    expect(tagsOf(chart({ tags: [1, 2] }))).toEqual([1, 2]);
    expect(tagsOf(chart({ margins: [[0, 1, null]] }))).toEqual([0, 1]);
    expect(rowsOf(chart({ tags: [2, 7, 0] }), KNOWN).map(([, name]) => name)).toEqual([
      "high",
      "mean",
    ]);
  });
});

describe("valuesAt", () => {
  const at = (steps: number[], own: number[], values: number[]) => [
    ...valuesAt(Float64Array.from(steps), Float64Array.from(own), Float64Array.from(values)),
  ];
  test("between steps on the line between them, nothing outside", () => {
    expect(at([0, 1, 2, 3, 4, 5], [1, 3, 4], [10, 30, 0])).toEqual([
      Number.NaN,
      10,
      20,
      30,
      0,
      Number.NaN,
    ]);
  });
  test("nothing of nothing, equal steps in their order", () => {
    expect(at([1, 2], [], [])).toEqual([Number.NaN, Number.NaN]);
    expect(at([5, 5, 5], [5, 5], [1, 2])).toEqual([1, 2, Number.NaN]);
    expect(at([5], [5], [1])).toEqual([1]);
  });
  test("a value that is not finite stays at its step and its neighbours", () => {
    expect(at([1, 2, 3, 4], [1, 3, 4], [0, Number.NaN, 4])).toEqual([0, Number.NaN, Number.NaN, 4]);
  });
});

describe("sourcesOf", () => {
  const [mean, low, high] = [
    series([1, 2, 3], [5, 6, 7]),
    series([1, 2, 3], [4, 5, 6]),
    series([1, 2, 3], [6, 7, 8]),
  ];

  test("a curve in a band, and alone where a limit is missing", () => {
    const all = { "a:0": mean, "a:1": low, "a:2": high, "b:0": mean, "b:1": low };
    const sources = sourcesOf(chart({ margins: [[0, 1, 2]] }), KNOWN, RUNS, held(all), null);
    const [a, b] = toLines(sources, "step", STYLE);
    expect(a?.band && [...a.band.low]).toEqual([4, 5, 6]);
    expect(a?.band && [...a.band.high]).toEqual([6, 7, 8]);
    expect(b?.band).toBeUndefined();
    expect(b && [...b.raw]).toEqual([5, 6, 7]);
    expect(sourcesOf(chart({ margins: [[null, 1, 2]] }), KNOWN, RUNS, held(all), null)).toEqual([]);
  });

  test("line and band are smoothed alike", () => {
    const all = { "a:0": mean, "a:1": low, "a:2": high };
    const sources = sourcesOf(chart({ margins: [[0, 1, 2]] }), KNOWN, RUNS, held(all), null);
    const [line] = toLines(sources, "step", { ...STYLE, smoothing: 0.8 });
    const smoothed = [...(line?.smoothed ?? [])];
    expect(smoothed.at(-1)).toBeLessThan(7);
    smoothed.forEach((value, i) => {
      expect(line?.band?.low[i]).toBeCloseTo(value - 1, 9);
      expect(line?.band?.high[i]).toBeCloseTo(value + 1, 9);
    });
  });

  test("tags of one run are told apart by colour, those of several by dashes", () => {
    const all = { "a:0": mean, "a:1": low, "b:0": mean, "b:1": low };
    const two = sourcesOf(chart({ tags: [0, 1] }), KNOWN, RUNS, held(all), null);
    const lines = toLines(two, "step", { ...STYLE, named: true });
    expect(lines.map(({ name }) => name)).toEqual(["a · mean", "b · mean", "a · low", "b · low"]);
    expect(lines.map(({ color }) => color)).toEqual([0, 1, 0, 1].map(colorOf));
    expect(lines.map(({ dash }) => dash?.length)).toEqual([0, 0, 2, 2]);
    const only = { "a:0": mean, "a:1": low };
    const one = sourcesOf(chart({ tags: [0, 1] }), KNOWN, [RUNS[0]], held(only), null);
    const alone = toLines(one, "step", STYLE);
    expect(alone.map(({ color }) => color)).toEqual([0, 1].map(colorOf));
    expect(alone.map(({ dash }) => dash?.length)).toEqual([0, 0]);
  });

  test("limits at other steps are noticed where all points are held", () => {
    const odd = series([1, 2, 4], [6, 7, 8]);
    const [source] = sourcesOf(
      chart({ margins: [[0, 1, 2]] }),
      KNOWN,
      [RUNS[0]],
      held({ "a:0": mean, "a:1": low, "a:2": odd }),
      null,
    );
    expect(source && differInSteps(source)).toBe(true);
    const thinned = series([1, 4], [6, 8], false);
    const limits = source?.limits && { ...source.limits, upper: { series: thinned } };
    expect(source && differInSteps({ ...source, limits: limits as never })).toBe(false);
  });
});
