import { expect, test } from "vitest";
import type { Frame } from "../../src/charts/axes";
import { fillBand, traceBand } from "../../src/charts/band";
import { linearScale, logScale } from "../../src/charts/scales";
import { recorder } from "./recorder";

const FRAME = {
  left: 0,
  right: 100,
  top: 0,
  bottom: 100,
  x: linearScale([0, 100], [0, 100]),
  y: linearScale([0, 100], [100, 0]),
} as Frame;

function trace(low: number[], high: number[], x = low.map((_, i) => i), frame = FRAME) {
  const limits = { low: Float64Array.from(low), high: Float64Array.from(high) };
  return traceBand(frame, Float64Array.from(x), limits, { start: 0, end: low.length });
}

test("a limit that is missing on either side is one gap in both", () => {
  const nan = Number.NaN;
  const stretches = trace([1, nan, 3, 4, 5, 6], [11, 12, 13, nan, 15, 16]);
  expect(stretches.map(({ x }) => x)).toEqual([[0], [2], [4, 5]]);
  expect(stretches[2]).toEqual({ x: [4, 5], top: [85, 84], bottom: [95, 94] });
  expect(trace([1, -Infinity], [2, 3])).toHaveLength(1);
});

test("a pixel column holds the lowest and the highest of its points", () => {
  const [stretch] = trace([40, 10, 40, 30], [50, 60, 90, 70], [5, 5.2, 5.9, 6]);
  expect(stretch).toEqual({ x: [5, 6], top: [10, 30], bottom: [90, 70] });
});

test("on a log axis a lower limit without a place is at the foot, an upper one a gap", () => {
  const frame = { ...FRAME, y: logScale([1, 100], [100, 0]) };
  expect(trace([10, -3, 0], [100, 10, 10], [0, 1, 2], frame)).toEqual([
    { x: [0, 1, 2], top: [0, 50, 50], bottom: [50, 100, 100] },
  ]);
  expect(trace([-5, 1, 1], [-1, 10, 10], [0, 1, 2], frame)[0]?.x).toEqual([1, 2]);
});

test("a lone point is filled, if narrowly", () => {
  const { painter, calls } = recorder();
  fillBand(painter, trace([10], [20], [50]));
  expect(calls.find(({ name }) => name === "rect")?.args).toEqual([49.25, 80, 1.5, 10]);
});
