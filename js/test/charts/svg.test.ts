import { describe, expect, test } from "vitest";
import { svgOf } from "../../src/charts/picture";
import { escapeXml, SvgPainter } from "../../src/charts/svg";
import type { Line } from "../../src/charts/types";
import { line, OPTIONS, recorder, THEME } from "./recorder";

function svg(lines: Line[], title = "", options = OPTIONS): string {
  return svgOf({ lines, options, theme: THEME }, recorder().painter, { title });
}

/** Every element is closed in order, and every reference is one of the five that XML knows. */
function isWellFormed(text: string): boolean {
  const open: string[] = [];
  for (const [tag, close, name, , empty] of text.matchAll(
    /<(\/?)(\w+)((?:"[^"]*"|[^"<>])*?)(\/?)>/g,
  )) {
    if (close) {
      if (open.pop() !== name) return false;
    } else if (!empty && tag) open.push(name as string);
  }
  const plain = text.replace(/<(\/?)(\w+)((?:"[^"]*"|[^"<>])*?)(\/?)>/g, "");
  return open.length === 0 && !/[<>]|&(?!(amp|lt|gt|quot);)/.test(plain);
}

describe("an SVG picture", () => {
  test("is one document with a title, axes, lines, bands and a legend", () => {
    const banded: Line = {
      ...line([1, 2, 3]),
      name: "mean",
      dash: [4, 2],
      band: { low: Float64Array.of(0, 1, 2), high: Float64Array.of(2, 3, 4) },
    };
    const text = svg([banded, { ...line([4, 5, 6], undefined, "b"), axis: "right" }], "loss");
    expect(isWellFormed(text)).toBe(true);
    expect(text).toContain("<title>loss</title>");
    expect(text).toContain('stroke-dasharray="4 2"');
    expect(text).toContain('opacity="0.16"');
    expect(text).toContain(">mean</text>");
    expect(text).toContain(">b</text>");
    expect(text).toContain('font-family="sans-serif"');
  });

  test("holds names as text, whatever they say", () => {
    const evil = '</text><script>alert("1")</script>&\u0000\uffff\ud800😀';
    const text = svg([{ ...line([1, 2]), name: evil, color: '"/><script>' }], evil);
    expect(text).not.toContain("<script");
    expect(text).toContain("😀");
    for (const forbidden of ["\u0000", "\uffff", "\ud800"]) expect(text).not.toContain(forbidden);
    expect(isWellFormed(text)).toBe(true);
    expect(escapeXml('a<b>&"c"\u0007\'')).toBe("a&lt;b&gt;&amp;&quot;c&quot;'");
  });

  test("names twenty lines and counts the others", () => {
    const lines = Array.from({ length: 25 }, (_, i) => ({
      ...line([i, i + 1], undefined, `id ${i}`),
      name: `run ${i}`,
    }));
    const text = svg(lines);
    expect(text).toContain(">run 19</text>");
    expect(text).not.toContain(">run 20</text>");
    expect(text).toContain(">and 5 more</text>");
  });

  test("holds far fewer points than a long line has, and no place that is not a number", () => {
    const raw = Array.from({ length: 50_000 }, (_, i) =>
      i % 1000 === 0 ? Number.NaN : Math.sin(i / 3000),
    );
    const text = svg([line(raw)], "", { ...OPTIONS, y: "symlog" });
    expect(text.length).toBeLessThan(40_000);
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("without a line is axes alone", () => {
    expect(isWellFormed(svg([]))).toBe(true);
  });
});

test("clips and places go back with restore", () => {
  const painter = new SvgPainter(recorder().painter);
  painter.save();
  painter.beginPath();
  painter.rect(0, 0, 5, 5);
  painter.clip();
  painter.fillStyle = "red";
  painter.fillRect(1, 1, 2, 2);
  painter.restore();
  painter.fillRect(3, 3, 2, 2);
  const [, , , , inside, outside] = painter.document(10, 10, "white", "").split("\n");
  expect(inside).toContain('fill="red"');
  expect(inside).toContain("clip-path");
  expect(outside).toContain('fill="#000"');
  expect(outside).not.toContain("clip-path");
});
