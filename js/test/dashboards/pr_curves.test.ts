import { describe, expect, test } from "vitest";
import {
  type Curve,
  curveOf,
  emptyReason,
  f1Of,
  pointsOf,
  precisionOfF1,
  thresholdAt,
} from "../../src/dashboards/pr_curves/curve";
import { FrameReader } from "../../src/wire/frame";

const NAMES = ["threshold", "tp", "fp", "tn", "fn", "precision", "recall"] as const;

function curve(rows: number[][]): Curve {
  const columns = rows.map((row) => Float64Array.from(row));
  const buffers = columns.map((column) => column.buffer as ArrayBuffer);
  const specs = NAMES.map((name, i) => [name, "f8", rows[i]?.length ?? 0] as const);
  const n = rows[0]?.length ?? 0;
  const message = { step: 3, n, error: "", average_precision: 0.75, auc: null, columns: specs };
  return curveOf(message as never, new FrameReader(buffers));
}

const SOME = curve([
  [0, 0.5, 0.75, 1],
  [2, 1, 0, 0],
  [2, 0, 0, 0],
  [0, 2, 2, 2],
  [0, 1, 2, 2],
  [0.5, 1, 0, 0],
  [1, 0.5, 0, 0],
]);

describe("points of a curve", () => {
  test("where nothing is called positive at the end, precision is not drawn", () => {
    const { x, y, end } = pointsOf(SOME, "pr");
    expect(end).toBe(2);
    expect([...x].slice(0, end)).toEqual([1, 0.5]);
    expect([...y].slice(0, end)).toEqual([0.5, 1]);
  });

  test("the rates of a ROC curve are those of the counts", () => {
    const { x, y, end } = pointsOf(SOME, "roc");
    expect(end).toBe(4);
    expect([...x]).toEqual([1, 0, 0, 0]);
    expect([...y]).toEqual([1, 0.5, 0, 0]);
  });

  test("one threshold is one point, even if nothing is positive", () => {
    const one = curve([[0], [0], [0], [4], [2], [0], [0]]);
    expect(pointsOf(one, "pr").end).toBe(1);
    expect(emptyReason(one, "pr")).toBe("");
  });
});

test("what cannot be drawn says why", () => {
  const none = curve(NAMES.map(() => []));
  const nan = curve(NAMES.map(() => [Number.NaN, Number.NaN]));
  const positives = curve([[0], [4], [0], [0], [0], [1], [1]]);
  expect(emptyReason(none, "pr")).toBe("no thresholds");
  expect(emptyReason(nan, "pr")).toBe("only NaN");
  expect(emptyReason({ ...none, error: "broken" }, "pr")).toBe("cannot be read");
  expect(emptyReason(positives, "pr")).toBe("");
  expect(emptyReason(positives, "roc")).toBe("no positives or no negatives");
  expect([SOME.averagePrecision, SOME.auc]).toEqual([0.75, Number.NaN]);
});

test("the threshold nearest to one that is picked", () => {
  expect(thresholdAt(SOME, 0.6)).toBe(1);
  expect(thresholdAt(SOME, 0.9)).toBe(3);
  expect(thresholdAt(curve(NAMES.map(() => [])), 0.5)).toBe(-1);
});

test("lines of equal F1 are those of the score", () => {
  for (const f1 of [0.2, 0.5, 0.9])
    for (const recall of [f1 / (2 - f1) + 0.001, 0.95, 1])
      expect(f1Of(precisionOfF1(f1, recall), recall)).toBeCloseTo(f1, 10);
  expect(precisionOfF1(0.8, 0.3)).toBeNaN();
  expect(f1Of(0, 0)).toBe(0);
});
