import { describe, expect, test } from "vitest";
import type { Frame } from "../../src/charts/axes";
import { panned, scaledAcross, scaledUp, selected } from "../../src/charts/navigation";
import { nearestPoints, nextX } from "../../src/charts/nearest";
import { linearScale, logScale, type Scale, symlogScale } from "../../src/charts/scales";
import { line } from "./recorder";

function frame(x: Scale, y: Scale, y2: Scale | null = null): Frame {
  return { left: 0, right: 100, top: 0, bottom: 100, x, y, y2 } as Frame;
}
const LINEAR = frame(linearScale([0, 100], [0, 100]), linearScale([0, 10], [100, 0]));
const LOG = frame(logScale([1, 10_000], [0, 100]), logScale([0.01, 1], [100, 0]));

const close = (domain: readonly number[] | null | undefined, expected: readonly number[]) => {
  expect(domain).toHaveLength(2);
  for (const [i, value] of expected.entries()) expect(domain?.[i]).toBeCloseTo(value, 9);
};

describe("a pan", () => {
  test("moves the view against the drag, and y only if asked", () => {
    expect(panned(LINEAR, 20, 30, false)).toEqual({ x: [-20, 80], y: null, y2: null });
    const target = panned(LINEAR, 20, 30, true);
    close(target?.x, [-20, 80]);
    close(target?.y, [3, 13]);
  });

  test("is by factors on a log axis", () => {
    const target = panned(LOG, 25, 50, true);
    close(target?.x, [0.1, 1000]);
    close(target?.y, [0.1, 10]);
  });
});

describe("a zoom", () => {
  test("keeps what is under the pointer", () => {
    close(scaledAcross(LINEAR, 25, 0.5)?.x, [12.5, 62.5]);
    expect(scaledAcross(LINEAR, 25, 0.5)?.y).toBeNull();
    const across = scaledAcross(LOG, 50, 0.5);
    close(across?.x, [10, 1000]);
    const up = scaledUp(LINEAR, 20, 0.5);
    close(up?.y, [4, 9]);
    expect(up?.x).toEqual([0, 100]);
  });

  test("takes the right axis along", () => {
    const both = frame(LINEAR.x, LINEAR.y, symlogScale([-100, 100], [100, 0]));
    const target = selected(both, { left: 10, right: 20, top: 25, bottom: 75, box: true });
    close(target?.x, [10, 20]);
    close(target?.y, [2.5, 7.5]);
    expect(target?.y2?.[0]).toBeCloseTo(-(target?.y2?.[1] as number), 9);
    expect(target?.y2?.[1]).toBeLessThan(20);
  });

  test("ends where doubles end", () => {
    const narrow = frame(linearScale([1e15, 1e15 + 1], [0, 100]), LINEAR.y);
    expect(scaledAcross(narrow, 50, 1e-3)).toBeNull();
    const wide = frame(logScale([1, 1e300], [0, 100]), LINEAR.y);
    expect(scaledAcross(wide, 50, 3)).toBeNull();
  });
});

describe("points", () => {
  test("the next one of any line", () => {
    const lines = [line([1, 1, 1], [0, 10, 20]), line([1, 1], [7, 15])];
    expect(nextX(lines, 0, 1)).toBe(7);
    expect(nextX(lines, 7, 1)).toBe(10);
    expect(nextX(lines, 10, -1)).toBe(7);
    expect(nextX(lines, 0, -1)).toBeNull();
    expect(nextX(lines, 20, 1)).toBeNull();
    expect(nextX([line([1, 1, 1], [9, 3, Number.NaN])], 4, -1)).toBe(3);
  });

  test("the nearest is the nearest on the screen, on a log axis too", () => {
    const one = line([1, 1, 1], [0, 1, 100]);
    const nearest = (x: number) => nearestPoints([one], LOG, x, 0, true)[0]?.x;
    expect(nearest(15)).toBe(100);
    expect(nearest(9)).toBe(1);
    expect(nearest(0.4)).toBe(1);
    const unsorted = line([1, 1, 1], [100, 0, 1]);
    expect(nearestPoints([unsorted], LOG, 15, 0, true)[0]?.x).toBe(100);
  });

  test("each is read off its own axis", () => {
    const both = frame(LINEAR.x, LINEAR.y, linearScale([0, 1000], [100, 0]));
    const right = { ...line([500], [50], "right"), axis: "right" as const };
    const points = nearestPoints([line([9], [50]), right], both, 50, 49, false);
    expect(points.map(({ id, py }) => [id, py])).toEqual([
      ["right", 50],
      ["a", 10],
    ]);
  });
});
