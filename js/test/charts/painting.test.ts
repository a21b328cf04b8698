import { expect, test, vi } from "vitest";
import type { Layer } from "../../src/charts/layer";
import { Painting } from "../../src/charts/painting";
import { line, OPTIONS, recorder, THEME } from "./recorder";

interface FakeLayer extends Layer {
  calls: unknown[];
  copied: ReturnType<typeof vi.fn>;
  twins: FakeLayer[];
}

/** A layer as far as a painting knows it. */
function layer(): FakeLayer {
  const { painter, calls } = recorder();
  const copy = vi.fn();
  const twins: FakeLayer[] = [];
  const twin = () => {
    twins.push(layer());
    return twins.at(-1);
  };
  const fake = { context: painter, width: 400, height: 200, ratio: 1, clear: () => {}, copy, twin };
  return Object.assign(fake as unknown as Layer, { calls, copied: copy, twins });
}

function noisy(count: number) {
  return Array.from({ length: count }, (_, id) => {
    const values = Array.from({ length: 800 }, (_, at) => ((at * 7919 + id * 31) % 97) / 97);
    return line(values, undefined, String(id));
  });
}

function drawing(count: number) {
  return { lines: noisy(count), options: OPTIONS, theme: THEME };
}

test("a chart of few points is painted where it is seen, in one go", () => {
  const shown = layer();
  const rendered = new Painting(shown, drawing(3), null).advance();
  expect(rendered?.drawn.length).toBe(3);
  expect(shown.calls.length).toBeGreaterThan(0);
  expect(shown.twins.length).toBe(0);
});

test("one of many points is painted out of sight, in parts, and shown once it is whole", () => {
  const shown = layer();
  const painting = new Painting(shown, drawing(200), null);
  let parts = 1;
  let rendered = painting.advance();
  expect(rendered).toBe(null);
  for (; !rendered; parts++) {
    expect(shown.copied).not.toHaveBeenCalled();
    rendered = painting.advance();
  }
  expect(parts).toBeGreaterThan(2);
  expect(rendered.drawn.length).toBe(200);
  expect(rendered.drawn[0]?.points).toBe(800);
  expect(shown.calls.length).toBe(0);
  expect(shown.copied).toHaveBeenCalledExactlyOnceWith(shown.twins[0]);
});

test("what is urgent is painted to its end", () => {
  const shown = layer();
  const painting = new Painting(shown, drawing(200), null);
  painting.advance();
  expect(painting.advance(true)?.drawn.length).toBe(200);
  expect(shown.copied).toHaveBeenCalledOnce();
});
