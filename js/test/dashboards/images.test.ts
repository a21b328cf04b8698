import { describe, expect, test } from "vitest";
import { filterOf } from "../../src/dashboards/images/card";
import { firstComparison, sidesOf } from "../../src/dashboards/images/compare";
import { safeName, spacedRows } from "../../src/dashboards/images/files";
import { rowsAhead } from "../../src/dashboards/images/movie";
import { pixelPlace } from "../../src/dashboards/images/readout";
import type { RunInfo } from "../../src/state/runs";

describe("the pixel under the pointer", () => {
  const wide = { left: 100, top: 50, width: 400, height: 100 };

  test("of an image in the middle of its box, enlarged", () => {
    const size = { width: 10, height: 10 }; // ten times: from 250 to 350
    expect(pixelPlace(wide, size, { x: 250, y: 50 })).toEqual({ x: 0, y: 0 });
    expect(pixelPlace(wide, size, { x: 349.9, y: 149.9 })).toEqual({ x: 9, y: 9 });
    expect(pixelPlace(wide, size, { x: 275, y: 101 })).toEqual({ x: 2, y: 5 });
  });

  test("beside the image there is none", () => {
    const size = { width: 10, height: 10 };
    for (const x of [100, 249, 351, 499]) expect(pixelPlace(wide, size, { x, y: 100 })).toBeNull();
    expect(pixelPlace(wide, size, { x: 300, y: 151 })).toBeNull();
  });

  test("of an image that is larger than its box", () => {
    const size = { width: 100, height: 1000 };
    const box = { left: 0, top: 0, width: 100, height: 100 };
    expect(pixelPlace(box, size, { x: 50, y: 99.95 })).toEqual({ x: 50, y: 999 });
    expect(pixelPlace(box, size, { x: 44, y: 50 })).toBeNull();
  });
});

test("steps both ways are asked for ahead, or around the end while a card plays", () => {
  expect(rowsAhead(5, 100, false)).toEqual([6, 4, 7, 3, 8]);
  expect(rowsAhead(0, 2, false)).toEqual([1]);
  expect(rowsAhead(0, 1, false)).toEqual([]);
  expect(rowsAhead(97, 100, true)).toEqual([98, 99, 0, 1, 2, 3, 4, 5]);
  expect(rowsAhead(1, 3, true)).toEqual([2, 0]);
  expect(rowsAhead(0, 1, true)).toEqual([]);
});

test("images that are as they were written have no filter", () => {
  expect(filterOf(1, 1)).toBe("none");
  expect(filterOf(0.5, 2)).toBe("contrast(200%) brightness(0.5)");
});

describe("what is compared at first", () => {
  const runs = [3, 5, 8].map((number) => ({ number }) as RunInfo);
  const steps = Float64Array.of(10, 20);
  const numbers = (sides: RunInfo[]) => sides.map(({ number }) => number);

  test("two runs at one step, or a run with its first step", () => {
    const two = firstComparison(3, steps);
    expect([two.step, ...numbers(sidesOf(runs, two))]).toEqual([null, 3, 5]);
    const one = firstComparison(1, steps);
    expect([one.step, ...numbers(sidesOf(runs.slice(0, 1), one))]).toEqual([10, 3, 3]);
    expect(sidesOf([], one)).toEqual([]);
  });

  test("a run that has gone gives way", () => {
    const now = { ...firstComparison(3, steps), a: 8, b: 5 };
    expect(numbers(sidesOf(runs, now))).toEqual([8, 5]);
    expect(numbers(sidesOf(runs.slice(0, 2), now))).toEqual([3, 5]);
  });
});

test("a strip has both ends of a long series", () => {
  expect(spacedRows(3, 10)).toEqual([0, 1, 2]);
  expect(spacedRows(101, 5)).toEqual([0, 25, 50, 75, 100]);
  expect(spacedRows(0, 5)).toEqual([]);
});

test("names of files are of harmless characters", () => {
  expect(safeName("../a b", "x/y", 7)).toBe("a_b_x_y_7");
});
