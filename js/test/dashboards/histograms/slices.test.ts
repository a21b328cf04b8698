import { describe, expect, test } from "vitest";
import {
  emptiness,
  noteOf,
  Slices,
  type SlicesItem,
  timesOf,
} from "../../../src/dashboards/histograms/slices";
import { csvOfBuckets, csvOfSources } from "../../../src/dashboards/histograms/table";

const PLAIN = { log: false, density: false };

function item(more: Partial<SlicesItem> = {}): SlicesItem {
  const nothing = { n: 2, in_range: 2, unreadable: 0, left_out: 0, start: 100, columns: [] };
  return { key: [0, 0], bins: 2, low: 0, high: 4, ...nothing, ...more };
}

function slicesOf(columns: Record<string, number[]>, more: Partial<SlicesItem> = {}): Slices {
  const entries = Object.entries(columns).map(([name, list]) => [name, Float64Array.from(list)]);
  return new Slices(item(more), Object.fromEntries(entries));
}

const equal = slicesOf({ step: [0, 10], wall: [100, 160], count: [1, 3, 0, 8] });
const written = slicesOf(
  {
    step: [0, 5, 9],
    wall: [1, 2, 3],
    count: [4, 1, 7],
    left: [0, 1, 2],
    right: [1, 3, 2],
    size: [2, 0, 1],
  },
  { bins: 0, n: 3, in_range: 3 },
);

describe("buckets", () => {
  test("of equal bins have their edges from the range", () => {
    expect(equal.length).toBe(2);
    expect(equal.bucket(0, 1)).toEqual({ left: 2, right: 4, count: 3 });
    expect(equal.bucket(1, 0)).toEqual({ left: 0, right: 2, count: 0 });
    expect([equal.total(0), equal.total(1)]).toEqual([4, 8]);
  });

  test("as written are as many as each step has", () => {
    expect([0, 1, 2].map((i) => written.size(i))).toEqual([2, 0, 1]);
    expect(written.bucket(0, 1)).toEqual({ left: 1, right: 3, count: 1 });
    expect(written.bucket(2, 0)).toEqual({ left: 2, right: 2, count: 7 });
  });

  test("of the widest range there is have finite edges", () => {
    const widest = slicesOf(
      { step: [0], wall: [0], count: [1, 1] },
      { low: -1.7e308, high: 1.7e308 },
    );
    expect(widest.bucket(0, 0)).toEqual({ left: -1.7e308, right: 0, count: 1 });
    expect(widest.bucket(0, 1).right).toBe(1.7e308);
  });
});

describe("heights", () => {
  test("are counts, their logarithms or densities", () => {
    expect([...equal.heights(0, PLAIN)]).toEqual([1, 3]);
    expect(equal.height(0, 1, { log: true, density: false })).toBeCloseTo(Math.log10(4));
    expect([...equal.heights(0, { log: false, density: true })]).toEqual([0.125, 0.375]);
    expect(equal.highest(PLAIN)).toBe(8);
  });

  test("stay numbers for buckets without width, without counts, and negative ones", () => {
    const odd = { log: true, density: true };
    expect(Number.isFinite(written.height(2, 0, odd))).toBe(true);
    const negative = slicesOf({ step: [0, 1], wall: [0, 1], count: [-3, 0, 0, 0] });
    expect([...negative.heights(0, PLAIN), ...negative.heights(1, odd)]).toEqual([0, 0, 0, 0]);
    expect(slicesOf({ step: [], wall: [], count: [] }).highest(PLAIN)).toBe(0);
  });
});

test("the nearest step and the bucket of a value", () => {
  expect([-5, 4, 6, 99, 1e308].map((step) => equal.nearest(step))).toEqual([0, 0, 1, 1, 1]);
  expect(slicesOf({ step: [] }).nearest(1)).toBe(-1);
  expect([0, 1.9, 2.5, 4, 4.1].map((value) => equal.placeOf(0, value))).toEqual([0, 0, 1, 1, -1]);
  expect(written.placeOf(1, 0)).toBe(-1);
});

test("the axis of time", () => {
  expect([...timesOf(equal, "step").values]).toEqual([0, 10]);
  expect([...timesOf(equal, "relative").values]).toEqual([0, 60]);
  expect([...timesOf(equal, "wall").values]).toEqual([100, 160]);
  expect(timesOf(equal, "tag:epoch").axis).toBe("step");
});

test("what is left out is told", () => {
  expect(noteOf(equal)).toBe("");
  const thinned = slicesOf(
    { step: [0, 1] },
    { n: 4000, in_range: 2000, unreadable: 1, left_out: 3 },
  );
  expect(noteOf(thinned)).toBe(
    "2 of 2,000 steps shown; steps limited to a range: 2,000 of 4,000; " +
      "1 step cannot be read; 3 buckets hold NaN and are left out",
  );
  expect(emptiness(equal)).toBe("");
  expect(emptiness(slicesOf({ step: [] }, { n: 0, in_range: 0 }))).toBe("No step yet");
  expect(emptiness(slicesOf({ step: [] }, { in_range: 0 }))).toBe("No step in the range");
  expect(emptiness(slicesOf({ step: [] }, { unreadable: 2 }))).toBe("No step can be read");
});

test("files", () => {
  const source = { name: "=run", color: "#000000", slices: equal };
  const lines = csvOfSources([source], "a,b").split("\n");
  expect(lines[0]).toBe("run,tag,step,wall_time,left,right,count");
  expect(lines[2]).toBe(`'=run,"a,b",0,100,2,4,3`);
  expect(lines).toHaveLength(6);
  const third = Float64Array.of(1 / 3);
  const buckets = [{ run: "r", step: 7, left: third, right: third, count: third }];
  expect(csvOfBuckets(buckets, "t")).toContain(`r,t,7,${1 / 3},${1 / 3},${1 / 3}\n`);
});
