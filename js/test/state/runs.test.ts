import { describe, expect, test } from "vitest";
import { colorOf } from "../../src/state/palette";
import { compilePattern } from "../../src/state/pattern";
import {
  describeRuns,
  hparamNames,
  matches,
  type RunSettings,
  sortRuns,
} from "../../src/state/runs";
import type { RunRow } from "../../src/wire/types";

const ROWS: RunRow[] = [
  [0, "adam/seed0", 20, false, null, ""],
  [1, "adam/seed1", 10, false, null, ""],
  [2, "sgd/seed0", null, true, null, ""],
  [3, "sgd/seed0/loss_train", 5, false, 2, "train"],
];
const settings = (more: Partial<RunSettings> = {}): RunSettings => ({
  colors: {},
  notes: {},
  colorBy: "run",
  hparams: {},
  fold: true,
  ...more,
});
const colors = (more: Partial<RunSettings>) =>
  describeRuns(ROWS, settings(more)).map(({ color }) => color);

describe("describeRuns", () => {
  test("a folded child has its parent's colour; unfolded it is a run like others", () => {
    const folded = describeRuns(ROWS, settings());
    expect(folded.map(({ parent }) => parent)).toEqual([null, null, null, 2]);
    expect(folded[3]?.color).toBe(folded[2]?.color);
    const flat = describeRuns(ROWS, settings({ fold: false }));
    expect(flat.map(({ parent }) => parent)).toEqual([null, null, null, null]);
    expect(flat[3]?.color).toBe(colorOf(3));
  });

  test("a child whose parent is not there stands for itself", () => {
    const [child] = describeRuns([ROWS[3] as RunRow], settings());
    expect(child?.parent).toBeNull();
  });

  test("runs of one directory, pattern or hyperparameter share a colour", () => {
    expect(colors({ colorBy: "directory" }).slice(0, 3)).toEqual([
      colorOf(0),
      colorOf(0),
      colorOf(1),
    ]);
    expect(colors({ colorBy: "seed(\\d)" }).slice(0, 3)).toEqual([
      colorOf(0),
      colorOf(1),
      colorOf(0),
    ]);
    const hparams = { 0: { lr: 0.1 }, 1: { lr: 0.2 }, 2: { lr: 0.1 } };
    expect(colors({ colorBy: "hparam:lr", hparams }).slice(0, 3)).toEqual([
      colorOf(0),
      colorOf(1),
      colorOf(0),
    ]);
    // A pattern that cannot be compiled makes one class of all.
    expect(new Set(colors({ colorBy: "(a+)+" })).size).toBe(1);
  });

  test("a chosen colour, name, tags and note are shown", () => {
    const [run] = describeRuns(
      ROWS,
      settings({
        colors: { "adam/seed0": "#112233" },
        notes: { "adam/seed0": { name: "best", tags: ["paper"], note: "see §3" } },
      }),
    );
    expect(run).toMatchObject({ color: "#112233", label: "best", tags: ["paper"], note: "see §3" });
    if (!run) throw new Error("no run");
    for (const text of ["best", "paper", "seed0"])
      expect(matches(run, compilePattern(text))).toBe(true);
    expect(matches(run, compilePattern("sgd"))).toBe(false);
  });
});

describe("sortRuns", () => {
  const runs = describeRuns(ROWS, settings({ fold: false }));
  const order = (sort: string, hparams = {}, values = new Map<number, number>()) =>
    sortRuns(runs, sort, hparams, values).map(({ number }) => number);

  test("by name, start, value and hyperparameter; what has none comes last", () => {
    expect(order("name")).toEqual([0, 1, 2, 3]);
    expect(order("-name")).toEqual([3, 2, 1, 0]);
    expect(order("started")).toEqual([3, 1, 0, 2]);
    expect(order("-started")).toEqual([0, 1, 3, 2]);
    expect(
      order(
        "value",
        {},
        new Map([
          [2, 0.1],
          [0, 0.5],
          [1, Number.NaN],
        ]),
      ),
    ).toEqual([2, 0, 1, 3]);
    expect(order("-hparam:opt", { 1: { opt: "adam" }, 3: { opt: "sgd" } })).toEqual([3, 1, 0, 2]);
  });
});

test("hparamNames", () => {
  expect(hparamNames({ 1: { lr: 1, opt: "a" }, 2: { lr: 2 } })).toEqual(["lr", "opt"]);
});
