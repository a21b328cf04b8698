/** Single points of a line that are worth a look: the best one, and the last. */

import { type Frame, frameOf } from "./axes";
import { formatValue } from "./format";
import { clamp, paintDots, strength } from "./paint";
import type { Painter } from "./painter";
import type { ChartTheme } from "./types";
import type { LineView } from "./view";

export interface Marks {
  best?: "min" | "max" | null;
  last?: boolean;
}

const RING_RADIUS = 3.5;
const DOT_RADIUS = 2.6;
/** With more lines their numbers would cover one another. */
const MOST_LABELS = 12;
const LABEL_HEIGHT = 12;
const GAP = 6;

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** A ring about the best point of each line in view and a dot at its last, with their values while lines are few. */
export function paintPoints(
  context: Painter,
  frame: Frame,
  theme: ChartTheme,
  views: readonly LineView[],
  { best, last }: Marks,
): void {
  const taken: Box[] = [];
  const labelled = views.length <= MOST_LABELS;
  for (const view of views) {
    const [bestOne, lastOne] = [
      best ? bestIndex(frame, view, best) : -1,
      last ? lastIndex(view) : -1,
    ];
    const dot = lastOne === bestOne ? -1 : lastOne;
    for (const [index, ring] of [
      [bestOne, true],
      [dot, false],
    ] as const) {
      const place = placeOf(frame, view, index);
      if (!place) continue;
      context.globalAlpha = strength(view);
      context.fillStyle = view.line.color;
      paintDots(context, place, ring ? RING_RADIUS : DOT_RADIUS);
      context.fillStyle = theme.background;
      if (ring) paintDots(context, place, RING_RADIUS - 1.5);
      const text = formatValue(view.main[index] as number);
      if (labelled) paintLabel(context, frame, theme, place, text, best === "min", taken);
      context.globalAlpha = 1;
    }
  }
}

/** Beside the point, or not at all where another label is. */
function paintLabel(
  context: Painter,
  frame: Frame,
  theme: ChartTheme,
  [px, py]: readonly [number, number],
  text: string,
  below: boolean,
  taken: Box[],
): void {
  const width = context.measureText(text).width;
  const lefts = [px + GAP, px - GAP - width].filter(
    (left) => left >= frame.left && left + width <= frame.right + 2,
  );
  const heights = below ? [py + 10, py - 10] : [py - 10, py + 10];
  for (const height of heights) {
    const middle = clamp(height, frame.top + LABEL_HEIGHT / 2, frame.bottom - LABEL_HEIGHT / 2);
    for (const left of lefts) {
      const box = {
        left: left - 2,
        right: left + width + 2,
        top: middle - LABEL_HEIGHT / 2,
        bottom: middle + LABEL_HEIGHT / 2,
      };
      if (taken.some((other) => overlaps(box, other))) continue;
      taken.push(box);
      context.globalAlpha *= 0.75;
      context.fillStyle = theme.background;
      context.fillRect(box.left, box.top, width + 4, LABEL_HEIGHT);
      context.globalAlpha /= 0.75;
      context.fillStyle = theme.foreground;
      context.textAlign = "left";
      context.textBaseline = "middle";
      context.fillText(text, left, middle);
      return;
    }
  }
}

function overlaps(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** Null where the axes have no place for a point, or show another part. */
function placeOf(frame: Frame, { line, main }: LineView, index: number): [number, number] | null {
  if (index < 0) return null;
  const px = frame.x.pixel(line.x[index] as number);
  const py = frameOf(frame, line).y.pixel(main[index] as number);
  const seen = px >= frame.left - 1 && px <= frame.right + 1;
  return seen && py >= frame.top - 1 && py <= frame.bottom + 1 ? [px, py] : null;
}

/** Of the points in view that the axes have a place for, the first of the lowest or highest; -1 without any. */
export function bestIndex(
  frame: Frame,
  { line, main, inside }: LineView,
  best: "min" | "max",
): number {
  const { y } = frameOf(frame, line);
  const [left, right] = frame.x.domain;
  const sign = best === "min" ? 1 : -1;
  let found = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let i = inside.start; i < inside.end; i++) {
    const value = sign * (main[i] as number);
    if (!(value < least) || !Number.isFinite(value)) continue;
    const at = line.x[i] as number;
    if (!(at >= left && at <= right) || Number.isNaN(y.pixel(sign * value))) continue;
    least = value;
    found = i;
  }
  return found;
}

/** The last point that is a number; where a zoom has cut the line it is not in view. */
function lastIndex({ main }: LineView): number {
  for (let i = main.length - 1; i >= 0; i--) if (Number.isFinite(main[i])) return i;
  return -1;
}
