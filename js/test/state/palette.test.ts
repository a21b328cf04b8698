import { expect, test } from "vitest";
import { colorOf } from "../../src/state/palette";

type Vector = [number, number, number];

// Machado, Oliveira & Fernandes 2009, severity 1, on linear RGB.
const SIGHTS: Record<string, Vector[]> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  deuteranope: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  protanope: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
};

const times = (matrix: Vector[], v: Vector) =>
  matrix.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]) as Vector;

function linear(color: string): Vector {
  return [1, 3, 5].map((at) => {
    const c = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as Vector;
}

// Björn Ottosson's OKLab.
function oklab(rgb: Vector): Vector {
  const lms = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb.map((c) => Math.min(1, Math.max(0, c))) as Vector,
  ).map(Math.cbrt) as Vector;
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    lms,
  );
}

test.each(Object.keys(SIGHTS))("ten colours stay apart for %s sight", (sight) => {
  const labs = Array.from({ length: 10 }, (_, i) =>
    oklab(times(SIGHTS[sight] as Vector[], linear(colorOf(i)))),
  );
  for (const [i, a] of labs.entries())
    for (const b of labs.slice(i + 1))
      expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])).toBeGreaterThan(0.085);
});

test("each of the ten can be told from white and from near-black", () => {
  for (let i = 0; i < 10; i++) {
    const [r, g, b] = linear(colorOf(i));
    const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    expect(1.05 / (luminance + 0.05)).toBeGreaterThan(2.2);
    expect((luminance + 0.05) / (0.0056 + 0.05)).toBeGreaterThan(2.5);
  }
});

test("thirty runs have thirty colours, and the next ones go round", () => {
  expect(new Set(Array.from({ length: 30 }, (_, i) => colorOf(i))).size).toBe(30);
  expect(colorOf(30)).toBe(colorOf(0));
});
