import { describe, expect, test } from "vitest";
import { othersOf } from "../../src/board/not_shown";
import { inSight } from "../../src/dashboards/tensors/cell_table";
import { csvOf, partText, placeText, readout, shapeText } from "../../src/dashboards/tensors/cells";
import { makeScale, paintCells, rangeOf, shareOf } from "../../src/dashboards/tensors/colors";
import { statisticsLines } from "../../src/dashboards/tensors/lines";
import type { How, Slice, Tensor } from "../../src/dashboards/tensors/model";
import { detailOf } from "../../src/dashboards/tensors/wishes";
import type { RunInfo } from "../../src/state/runs";

const NONE = new Float64Array(0);

function slice(given: Partial<Slice> = {}): Slice {
  const cells = given.cells ?? [2, 3];
  return {
    index: [],
    size: cells,
    first: [0, 0],
    cells,
    block: [1, 1],
    how: "",
    rounded: false,
    values: Float64Array.from({ length: cells[0] * cells[1] }, (_, i) => i),
    parts: null,
    texts: null,
    ...given,
  };
}

function tensor(shape: number[], held: Slice | null): Tensor {
  return { error: "", plugin: "tensor", type: "float32", shape, statistics: {}, slice: held };
}

describe("colours", () => {
  test("a range leaves out what is not finite", () => {
    expect(rangeOf([Number.NaN, 3, -1, Number.POSITIVE_INFINITY])).toEqual({ low: -1, high: 3 });
    expect(rangeOf([Number.NaN])).toBeNull();
  });

  test("shares are about zero, or from the value nearest to it", () => {
    const share = (low: number, high: number) => (value: number) => shareOf(value, { low, high });
    expect([-2, 0, 4].map(share(-2, 4))).toEqual([-0.5, 0, 1]);
    expect([2, 3, 4].map(share(2, 4))).toEqual([0, 0.5, 1]);
    expect([-4, -3, -2].map(share(-4, -2))).toEqual([-1, -0.5, 0]);
    expect([5, 0, -5].map((same) => shareOf(same, { low: same, high: same }))).toEqual([
      0.5, 0, -0.5,
    ]);
    expect([1e308, -1e308].map(share(-1e308, 1e308))).toEqual([1, -1]);
    expect([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(share(0, 1))).toEqual([1, -1]);
    expect(shareOf(Number.NaN, { low: 0, high: 1 })).toBeNaN();
  });

  test("zero has the background's colour, the ends differ, NaN stands out", () => {
    for (const [background, dark] of [
      ["rgb(255, 255, 255)", false],
      ["rgb(17, 17, 17)", true],
    ] as const) {
      const pixels = new Uint8ClampedArray(5 * 4);
      const values = Float64Array.of(0, 1, -1, Number.NaN, 0.5);
      paintCells(values, { low: -1, high: 1 }, makeScale(background, dark), pixels);
      const at = (i: number) => [...pixels.subarray(4 * i, 4 * i + 4)];
      expect(at(0)).toEqual(dark ? [17, 17, 17, 255] : [255, 255, 255, 255]);
      expect(new Set([0, 1, 2, 3, 4].map((i) => at(i).join())).size).toBe(5);
      const [red, , blue] = at(1) as [number, number, number];
      expect(red).toBeGreaterThan(blue);
      expect(at(2)[2]).toBeGreaterThan(at(2)[0] as number);
    }
  });
});

describe("cells in words", () => {
  test("shapes and places are as in Python", () => {
    expect([[], [4], [2, 3]].map(shapeText)).toEqual(["()", "(4,)", "(2, 3)"]);
    const blocks = slice({ size: [10, 7], block: [4, 1], cells: [3, 7], how: "max" });
    expect([0, 1, 2].map((row) => placeText(blocks, 0, row))).toEqual(["0–3", "4–7", "8–9"]);
    expect(placeText(slice({ first: [40, 2] }), 0, 1)).toBe("41");
  });

  test("what is under the pointer", () => {
    expect(readout(tensor([2, 3], slice()), 1, 2)).toBe("[1, 2] 5");
    expect(readout(tensor([4, 2, 3], slice({ index: [3] })), 0, 1)).toBe("[3, 0, 1] 1");
    expect(readout(tensor([3], slice({ cells: [1, 3] })), 0, 2)).toBe("[2] 2");
    expect(readout(tensor([], slice({ cells: [1, 1] })), 0, 0)).toBe("[] 0");
    const parts = { real: Float64Array.of(1, 2), imaginary: Float64Array.of(-3, 0) };
    expect(readout(tensor([1, 2], slice({ cells: [1, 2], parts })), 0, 0)).toBe("[0, 0] 1 − 3i");
    const blocks = slice({ size: [4, 6], block: [2, 2], how: "mean" });
    expect(readout(tensor([4, 6], blocks), 1, 0)).toBe("[2–3, 0–1] mean 3");
  });

  test("what is left out is told", () => {
    expect(partText(slice())).toBe("");
    expect(partText(slice({ size: [4000, 6], block: [2, 2], how: "min" }))).toBe(
      "min of each 2 × 2 of 4,000 × 6",
    );
    expect(partText(slice({ size: [9, 9], rounded: true }))).toBe(
      "2 × 3 of 9 × 9, integers above 2^53 are rounded",
    );
  });

  test("a file has the values in full, and no formula", () => {
    const values = Float64Array.of(0.1, Number.NaN, 1e308, 3);
    expect(csvOf(slice({ cells: [2, 2], first: [5, 0], values }))).toBe(
      ",0,1\n5,0.1,NaN\n6,1e+308,3\n",
    );
    const texts = [["=1+1", 'a "b"']];
    expect(csvOf(slice({ cells: [1, 2], texts, values: NONE }))).toBe(',0,1\n0,\'=1+1,"a ""b"""\n');
  });

  test("only the cells in sight are in the page", () => {
    expect(inSight(0, 100, 20, 256)).toEqual([0, 1, 2, 3, 4]);
    expect(inSight(5000, 100, 20, 256)).toEqual([250, 251, 252, 253, 254]);
    expect(inSight(1e9, 110, 20, 256).at(-1)).toBe(255);
    expect(inSight(0, 100, 20, 2)).toEqual([0, 1]);
    expect(inSight(0, 0, 20, 0)).toEqual([]);
  });
});

describe("what a card asks for", () => {
  const state = (index: number[] = [], how: How = "mean", first: [number, number] = [0, 0]) =>
    ({ index: { value: index }, how: { value: how }, first: { value: first } }) as never;
  const small = tensor([2, 3], slice());
  const large = tensor([9, 900, 900], slice({ how: "mean", size: [900, 900], block: [15, 15] }));

  test("nothing more if all is there", () => {
    expect(detailOf(state(), undefined, 128)).toBeNull();
    expect(detailOf(state(), tensor([2], null), 128)).toBeNull();
    expect(detailOf(state([4], "part", [9, 9]), small, 128)).toBeNull();
  });

  test("finer blocks, other slices, a part", () => {
    expect(detailOf(state(), large, 128)).toEqual({ cells: 128 });
    expect(detailOf(state([3, 5], "max"), large, 256)).toEqual({
      cells: 256,
      index: [3],
      how: "max",
    });
    expect(detailOf(state([], "part", [7, 8]), large, 256)).toEqual({
      cells: 256,
      how: "part",
      first: [7, 8],
    });
    const texts = tensor([300, 1], slice({ texts: [["a"]], cells: [1, 1] }));
    expect(detailOf(state(), texts, 128)).toBeNull();
    expect(detailOf(state([], "mean", [9, 0]), texts, 128)).toEqual({ index: [], first: [9, 0] });
  });
});

describe("statistics over steps", () => {
  const columns = (numbers: Record<string, number[]>) =>
    Object.fromEntries(
      Object.entries(numbers).map(([name, all]) => [name, Float64Array.from(all)]),
    );
  const held = columns({
    step: [0, 1, 2],
    wall: [9, 10, 11],
    size: [4, Number.NaN, 4],
    mean: [1, Number.NaN, 3],
    std: [0.5, Number.NaN, 1],
    min: [-1, Number.NaN, -2],
    max: [2, Number.NaN, 8],
    norm: [6, Number.NaN, 7],
  });
  const run = { number: 4, name: "a", label: "a", color: "#123456" } as RunInfo;
  const summary = {
    steps: 3,
    unreadable: 0,
    step: held.step as Float64Array,
    wall: held.wall as Float64Array,
    columns: held,
  };
  const lines = (kind: "std" | "range" | "norm", count = 1) =>
    statisticsLines(Array(count).fill({ run, summary }), kind, "step", {
      highlighted: null,
      dashes: false,
    });

  test("steps without statistics are left out", () => {
    const [line] = lines("std");
    expect([...(line?.step ?? [])]).toEqual([0, 2]);
    expect([...(line?.raw ?? [])]).toEqual([1, 3]);
    expect(line?.bands?.map(({ low, high }) => [[...low], [...high]])).toEqual([
      [
        [0.5, 2],
        [1.5, 4],
      ],
    ]);
    expect([...(lines("range")[0]?.bands?.[0]?.high ?? [])]).toEqual([2, 8]);
    expect([...(lines("norm")[0]?.raw ?? [])]).toEqual([6, 7]);
  });

  test("bands of many runs would hide each other", () => {
    expect(lines("std", 3).every(({ bands }) => bands?.length === 1)).toBe(true);
    expect(lines("std", 4).every(({ bands }) => !bands)).toBe(true);
  });
});

test("what has no tab is told by plugin", () => {
  const plugins = {
    tensors: { tensor: 3 },
    graphs: { graphs: 2, graph_keras_model: 1 },
    hparams: { hparams: 3 },
  };
  expect(othersOf({ plugins, files: { profile: 9 } }, new Set(["tensors"]))).toEqual([
    { plugin: "graphs", count: 2, unit: "tag" },
    { plugin: "graph_keras_model", count: 1, unit: "tag" },
    { plugin: "hparams", count: 3, unit: "tag" },
    { plugin: "profile", count: 9, unit: "file" },
  ]);
});
