// Drawing histograms: slices one behind the other, lines over each other, and colours over time.
import type { Painter } from "../../charts/painter";
import type { ChartTheme } from "../../charts/types";
import { shade } from "./colors";
import { drawn, type Layout, type Options, outline, rowOf, type Source, type Spot } from "./layout";

const TICK_GAP = 6;
const HALF_LINE = 6;
const FEW_SLICES = 24;
/** Edges of slices that are closer than this, in pixels, would hide what they are to set apart. */
const EDGES_APART = 1.5;

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

export function paintSlices(...given: Parameters<typeof paintingSlices>): void {
  const painting = paintingSlices(...given);
  while (!painting.next().done);
}

/** Paints slice after slice, so that the caller can pause; yields the points of each. */
export function* paintingSlices(
  painter: Painter,
  layout: Layout,
  sources: readonly Source[],
  options: Options,
  theme: ChartTheme,
): Generator<number, void> {
  painter.lineJoin = "round";
  painter.save();
  clip(painter, layout);
  for (const [number, source] of sources.entries()) {
    const shown = drawn(source, options);
    let edged = Number.NEGATIVE_INFINITY;
    for (const [order, i] of shown.entries()) {
      const age = shown.length > 1 ? 1 - order / (shown.length - 1) : 0;
      const points = outline(layout, source, number, i, options);
      const color = shade(source.color, theme.background, options.mode === "runs" ? 0 : age);
      if (options.mode === "offset") {
        const base = layout.baselines[number]?.[i] ?? 0;
        const edge = Math.abs(base - edged) >= EDGES_APART || order === shown.length - 1;
        paintRidge(painter, base, points, color);
        if (edge) paintEdge(painter, points, shown.length > FEW_SLICES ? 0.5 : 1, theme);
        if (edge) edged = base;
      } else {
        painter.strokeStyle = color;
        painter.lineWidth = options.mode === "runs" ? 1.5 : 1;
        trace(painter, points);
        painter.stroke();
      }
      yield points.length;
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

/** A slice over what is behind it. */
function paintRidge(
  painter: Painter,
  base: number,
  points: [number, number][],
  color: string,
): void {
  const [first, last] = [points[0], points[points.length - 1]];
  if (!first || !last) return;
  painter.fillStyle = color;
  trace(painter, points);
  painter.lineTo(last[0], base);
  painter.lineTo(first[0], base);
  painter.closePath();
  painter.fill();
}

/** What sets a slice apart from the one behind it. */
function paintEdge(
  painter: Painter,
  points: [number, number][],
  width: number,
  theme: ChartTheme,
): void {
  painter.lineWidth = width;
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
