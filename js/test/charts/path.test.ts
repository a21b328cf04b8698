import { expect, test } from "vitest";
import type { Frame } from "../../src/charts/axes";
import { tracePath } from "../../src/charts/decimate";
import { Path, strokePath } from "../../src/charts/path";
import { linearScale } from "../../src/charts/scales";
import { recorder } from "./recorder";

const FRAME = {
  left: 0,
  right: 1000,
  top: 0,
  bottom: 100,
  x: linearScale([0, 1000], [0, 1000]),
  y: linearScale([0, 100], [0, 100]),
} as Frame;
const ONE_TO_ONE = { origin: 0, perUnit: 1, count: 1000 };

function pathOf(y: number[], x = y.map((_, i) => i)): Path {
  const [places, values] = [Float64Array.from(x), Float64Array.from(y)];
  const path = new Path(FRAME, places, values);
  tracePath(places, values, { start: 0, end: y.length }, ONE_TO_ONE, path);
  return path;
}

/** How high a path is at x, by straight lines between its points. */
function heightAt({ places }: Path, x: number): number {
  let i = 0;
  while (i + 4 < places.length && (places[i + 2] as number) < x) i += 2;
  const [x0, y0, x1, y1] = places.slice(i, i + 4) as [number, number, number, number];
  return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}

test("a straight line is its two ends", () => {
  expect(pathOf([0, 1, 2, 3, 4, 5]).places).toEqual([0, 0, 5, 5]);
});

test("a smooth course loses most points and stays within a quarter of a pixel", () => {
  const y = Array.from({ length: 1000 }, (_, i) => 50 + 40 * Math.sin(i / 120));
  const path = pathOf(y);
  expect(path.points).toBeLessThan(150);
  for (const [i, value] of y.entries()) {
    expect(Math.abs(heightAt(path, i) - value)).toBeLessThan(0.25);
  }
});

test("a drift that is slower than the tolerance at each step is followed all the same", () => {
  const y = Array.from({ length: 900 }, (_, i) => (i / 100) ** 2);
  const path = pathOf(y);
  for (const [i, value] of y.entries()) {
    expect(Math.abs(heightAt(path, i) - value)).toBeLessThan(0.25);
  }
});

test("spikes and noise are kept whole", () => {
  const noise = Array.from({ length: 200 }, (_, i) => ((i * 7919) % 97) + 1);
  const kept = new Set(pathOf(noise).places.filter((_, i) => i % 2 === 1));
  for (const value of [Math.min(...noise), Math.max(...noise)]) expect(kept).toContain(value);
  expect(pathOf([5, 5, 90, 5, 5]).places).toEqual([0, 5, 1, 5, 2, 90, 3, 5, 4, 5]);
});

test("gaps stay gaps, and lone points dots", () => {
  const path = pathOf([1, 1, 1, Number.NaN, 2, Number.NaN, 3, 3]);
  expect(path.starts).toEqual([0, 4, 6]);
  expect(path.dots).toEqual([4, 2]);
  const { painter, calls } = recorder();
  strokePath(painter, path, false);
  expect(calls.filter(({ name }) => name === "moveTo").map(({ args }) => args[0])).toEqual([
    0, 4, 6,
  ]);
});

test("x that goes back is drawn back", () => {
  expect(pathOf([1, 2, 3], [10, 20, 5]).places).toEqual([10, 1, 20, 2, 5, 3]);
});

test("what is far outside the plot adds nothing to its length", () => {
  const inside = pathOf([0, 100, 0, 100]);
  const outside = pathOf([0, 1e9, 0, 1e9]);
  expect(outside.length).toBe(inside.length);
});

test("pieces join without a gap", () => {
  const { painter, calls } = recorder();
  const noise = Array.from({ length: 300 }, (_, i) => (i * 37) % 89);
  strokePath(painter, pathOf(noise), true);
  const strokes = calls.filter(({ name }) => name === "stroke");
  expect(strokes.length).toBeGreaterThan(3);
  const lines = calls.filter(({ name }) => name === "lineTo" || name === "moveTo");
  for (const [i, { name, args }] of lines.entries()) {
    if (name === "moveTo" && i > 0) expect(args).toEqual(lines[i - 1]?.args);
  }
});
