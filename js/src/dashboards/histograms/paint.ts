// Drawing histograms: slices one behind the other, lines over each other, and colours over time.
import type { Painter } from "../../charts/painter";
import type { ChartTheme } from "../../charts/types";
import { heatScale, shade } from "./colors";
import { drawn, type Layout, type Options, outline, rowOf, type Source, type Spot } from "./layout";

const TICK_GAP = 6;
const HALF_LINE = 6;
const FEW_SLICES = 24;

export function paintAxes(painter: Painter, layout: Layout, theme: ChartTheme): void {
  const { frame } = layout;
  painter.font = theme.font;
  painter.lineWidth = 1;
  painter.strokeStyle = theme.grid;
  painter.beginPath();
  if (layout.mode !== "heatmap")
    for (const { value } of frame.yTicks) {
      const y = Math.round(frame.y.pixel(value)) + 0.5;
      painter.moveTo(frame.left, y);
      painter.lineTo(frame.right, y);
    }
  painter.moveTo(frame.left, Math.round(frame.bottom) + 0.5);
  painter.lineTo(frame.right, Math.round(frame.bottom) + 0.5);
  painter.stroke();
  painter.fillStyle = theme.muted;
  painter.textBaseline = "middle";
  painter.textAlign = "left";
  for (const { value, label } of frame.yTicks) {
    const y = Math.max(HALF_LINE, Math.min(frame.bottom - 3, frame.y.pixel(value)));
    painter.fillText(label, frame.right + TICK_GAP, y);
  }
  painter.textAlign = "center";
  for (const { value, label } of frame.xTicks) {
    const half = painter.measureText(label).width / 2;
    const x = Math.max(half + 1, Math.min(frame.width - half - 1, frame.x.pixel(value)));
    painter.fillText(label, x, frame.bottom + (frame.height - frame.bottom) / 2 + 2);
  }
}

export function paintSlices(
  painter: Painter,
  layout: Layout,
  sources: readonly Source[],
  options: Options,
  theme: ChartTheme,
): void {
  painter.lineJoin = "round";
  painter.save();
  clip(painter, layout);
  for (const [number, source] of sources.entries()) {
    const shown = drawn(source, options);
    for (const [order, i] of shown.entries()) {
      const age = shown.length > 1 ? 1 - order / (shown.length - 1) : 0;
      const points = outline(layout, source, number, i, options);
      const color = shade(source.color, theme.background, options.mode === "runs" ? 0 : age);
      // Many thin lines would hide what they are to set apart.
      painter.lineWidth = shown.length > FEW_SLICES ? 0.5 : 1;
      if (options.mode === "offset") paintRidge(painter, layout, i, points, color, theme);
      else {
        painter.strokeStyle = color;
        painter.lineWidth = options.mode === "runs" ? 1.5 : 1;
        trace(painter, points);
        painter.stroke();
      }
    }
  }
  painter.restore();
}

/** Of buckets as written only a part may lie in the range that is shown. */
function clip(painter: Painter, { frame }: Layout): void {
  painter.beginPath();
  painter.rect(frame.left - 1, 0, frame.right - frame.left + 2, frame.bottom + 1);
  painter.clip();
}

function paintRidge(
  painter: Painter,
  layout: Layout,
  i: number,
  points: [number, number][],
  color: string,
  theme: ChartTheme,
): void {
  const base = layout.baselines[0]?.[i] ?? 0;
  const [first, last] = [points[0], points[points.length - 1]];
  if (!first || !last) return;
  painter.fillStyle = color;
  trace(painter, points);
  painter.lineTo(last[0], base);
  painter.lineTo(first[0], base);
  painter.closePath();
  painter.fill();
  painter.strokeStyle = theme.background;
  painter.globalAlpha = 0.75;
  trace(painter, points);
  painter.stroke();
  painter.globalAlpha = 1;
}

/** The slices that are marked or pointed at, over all others. */
export function paintMarked(
  painter: Painter,
  layout: Layout,
  sources: readonly Source[],
  options: Options,
  { spot, theme, color }: { spot: Spot | null; theme: ChartTheme; color: string },
): void {
  for (const [number, source] of sources.entries()) {
    for (const [order, step] of options.marked.entries()) {
      const i = source.slices.nearest(step);
      if (i < 0 || options.mode === "runs") continue;
      paintOne(painter, layout, source, { source: number, slice: i, place: -1 }, options, {
        color: order === 0 ? color : theme.foreground,
        dash: order === 0 ? [] : [4, 3],
      });
    }
  }
  const source = spot && sources[spot.source];
  if (!spot || !source) return;
  paintOne(painter, layout, source, spot, options, { color: theme.foreground, dash: [] });
  if (spot.place < 0) return;
  const { left, right } = source.slices.bucket(spot.slice, spot.place);
  const x = layout.frame.x.pixel(left / 2 + right / 2);
  if (options.mode === "heatmap") return;
  const base = layout.baselines[spot.source]?.[spot.slice] ?? 0;
  const y = base - layout.rise(source.slices.height(spot.slice, spot.place, options));
  painter.fillStyle = theme.foreground;
  painter.beginPath();
  painter.arc(x, y, 3, 0, 2 * Math.PI);
  painter.fill();
}

function paintOne(
  painter: Painter,
  layout: Layout,
  source: Source,
  spot: Spot,
  options: Options,
  style: { color: string; dash: number[] },
): void {
  const { frame } = layout;
  painter.save();
  clip(painter, layout);
  painter.strokeStyle = style.color;
  painter.setLineDash(style.dash);
  painter.lineWidth = 2;
  if (options.mode === "heatmap") {
    const [top, bottom] = rowOf(layout, spot.slice);
    const height = Math.max(3, bottom - top);
    painter.lineWidth = 1.5;
    painter.strokeRect(frame.left, (top + bottom - height) / 2, frame.right - frame.left, height);
  } else {
    const base = layout.baselines[spot.source]?.[spot.slice] ?? 0;
    const points = outline(layout, source, spot.source, spot.slice, options);
    if (options.mode === "offset") {
      points.push([frame.right, base]);
      points.unshift([frame.left, base]);
    }
    trace(painter, points);
    painter.stroke();
  }
  painter.restore();
}

function trace(painter: Painter, points: readonly [number, number][]): void {
  painter.beginPath();
  for (const [i, [x, y]] of points.entries()) {
    if (i === 0) painter.moveTo(x, y);
    else painter.lineTo(x, y);
  }
}

/** A heat map as pixels, `width` by `height`: the highest bucket of each pixel, as its colour. */
export function heatPixels(
  layout: Layout,
  source: Source,
  options: Options,
  theme: ChartTheme,
  ratio: number,
): { data: Uint8ClampedArray<ArrayBuffer>; width: number; height: number } {
  const { frame, highest } = layout;
  const width = Math.max(1, Math.round((frame.right - frame.left) * ratio));
  const height = Math.max(1, Math.round((frame.bottom - frame.top) * ratio));
  const scale = heatScale(source.color, theme.background, theme.foreground);
  // Four bytes at a time, which is many times as fast.
  const colors = new Uint32Array(scale.buffer);
  const pixels = new Uint32Array(width * height).fill(colors[0] as number);
  for (let i = 0; i < source.slices.length; i++) {
    const shares = new Float64Array(width);
    for (let place = 0; place < source.slices.size(i); place++) {
      const { left, right } = source.slices.bucket(i, place);
      const from = Math.floor((frame.x.pixel(left) - frame.left) * ratio);
      const to = Math.max(from + 1, Math.round((frame.x.pixel(right) - frame.left) * ratio));
      const share = highest > 0 ? source.slices.height(i, place, options) / highest : 0;
      for (let x = Math.max(0, from); x < Math.min(width, to); x++)
        shares[x] = Math.max(shares[x] as number, share);
    }
    const line = Uint32Array.from(
      shares,
      (share) => colors[share ? Math.max(1, Math.round(share * 255)) : 0] as number,
    );
    const [top, bottom] = rowOf(layout, i);
    const first = Math.max(0, Math.round((top - frame.top) * ratio));
    const end = Math.min(height, Math.max(first + 1, Math.round((bottom - frame.top) * ratio)));
    for (let y = first; y < end; y++) pixels.set(line, y * width);
  }
  const data = new Uint8ClampedArray(pixels.buffer);
  return { data, width, height };
}
