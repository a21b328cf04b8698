// A heat map as pixels: time downwards, and counts as colours.
import type { ChartTheme } from "../../charts/types";
import { heatScale } from "./colors";
import { type Layout, type Options, rowOf, type Source } from "./layout";
import type { Slices } from "./slices";

export interface HeatMap {
  data: Uint8ClampedArray<ArrayBuffer>;
  width: number;
  height: number;
}

/** The plot of a layout: the highest bucket of each pixel, as its colour. */
export function heatPixels(
  layout: Layout,
  source: Source,
  options: Options,
  theme: ChartTheme,
  ratio: number,
): HeatMap {
  const { frame } = layout;
  const width = Math.max(1, Math.round((frame.right - frame.left) * ratio));
  const height = Math.max(1, Math.round((frame.bottom - frame.top) * ratio));
  const levels = new Uint8Array(width * height);
  let spans = new Int32Array(0);
  for (let i = 0; i < source.slices.length; i++) {
    // Equal bins are where they were.
    if (i === 0 || !source.slices.item.bins) spans = spansOf(layout, source.slices, i, width);
    const line = lineOf(layout, source.slices, options, i, spans, width);
    const [top, bottom] = rowOf(layout, i);
    const first = Math.max(0, Math.round((top - frame.top) * ratio));
    const end = Math.min(height, Math.max(first + 1, Math.round((bottom - frame.top) * ratio)));
    for (let y = first; y < end; y++)
      for (let x = 0, at = y * width; x < width; x++, at++)
        if ((line[x] as number) > (levels[at] as number)) levels[at] = line[x] as number;
  }
  const scale = heatScale(source.color, theme.background, theme.foreground);
  // Four bytes at a time, which is many times as fast.
  const colors = new Uint32Array(scale.buffer);
  const pixels = new Uint32Array(levels.length);
  for (let at = 0; at < levels.length; at++) pixels[at] = colors[levels[at] as number] as number;
  return { data: new Uint8ClampedArray(pixels.buffer), width, height };
}

/** From which to which pixel each bucket of a slice reaches, one after the other. */
function spansOf(
  { frame }: Layout,
  slices: Slices,
  i: number,
  width: number,
): Int32Array<ArrayBuffer> {
  const ratio = width / (frame.right - frame.left);
  const spans = new Int32Array(2 * slices.size(i));
  for (let place = 0; place < slices.size(i); place++) {
    const { left, right } = slices.bucket(i, place);
    const from = Math.floor((frame.x.pixel(left) - frame.left) * ratio);
    const to = Math.max(from + 1, Math.round((frame.x.pixel(right) - frame.left) * ratio));
    spans[2 * place] = Math.max(0, from);
    spans[2 * place + 1] = Math.min(width, to);
  }
  return spans;
}

/** One slice as pixels: shares of the highest as 0 to 255, of which 0 is nothing at all. */
function lineOf(
  { highest }: Layout,
  slices: Slices,
  options: Options,
  i: number,
  spans: Int32Array,
  width: number,
): Uint8Array {
  const line = new Uint8Array(width);
  for (let place = 0; place < slices.size(i); place++) {
    const height = slices.height(i, place, options);
    if (!(height > 0 && highest > 0)) continue;
    const level = Math.max(1, Math.round((height / highest) * 255));
    const end = spans[2 * place + 1] as number;
    for (let x = spans[2 * place] as number; x < end; x++)
      if (level > (line[x] as number)) line[x] = level;
  }
  return line;
}
