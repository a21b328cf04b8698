/** Marks on lines: what is not a number, what lies outside the view, what is best. */

import type { Frame } from "./axes";
import { formatStep } from "./format";
import { clamp, clipToPlot, strength } from "./paint";
import type { Painter } from "./painter";
import { FAR } from "./path";
import type { ChartTheme } from "./types";
import type { LineView } from "./view";

const MARK_SIZE = 4;
/** Marks nearer to one another than this would only be a smear. */
const MARK_SPACING = 10;
const OUTLIER_LENGTH = 4;

/**
 * Triangles where a value is not a number: hollow at the height of the last finite value for NaN, solid at the top
 * edge for infinity and at the bottom edge for negative infinity.
 */
export function paintNonFinite(context: Painter, frame: Frame, view: LineView): void {
  const { line, main, drawn } = view;
  const nextAllowed = [FAR, FAR, FAR].map((far) => -far);
  let height = heightBefore(frame, view);
  context.save();
  clipToPlot(context, frame, MARK_SIZE + 1);
  context.globalAlpha = strength(view);
  context.strokeStyle = line.color;
  context.fillStyle = line.color;
  context.lineWidth = 1.25;
  context.lineJoin = "miter";
  for (let i = drawn.start; i < drawn.end; i++) {
    const value = main[i] as number;
    if (Number.isFinite(value)) {
      const py = frame.y.pixel(value);
      if (Number.isFinite(py)) height = py;
      continue;
    }
    const px = frame.x.pixel(line.x[i] as number);
    const kind = Number.isNaN(value) ? 0 : value > 0 ? 1 : 2;
    if (!(px >= frame.left - 1 && px <= frame.right + 1)) continue;
    const allowed = nextAllowed[kind] as number;
    // Of unsorted times a mark may also stand left of the one before.
    if (px < allowed && px > allowed - 2 * MARK_SPACING) continue;
    nextAllowed[kind] = px + MARK_SPACING;
    if (kind === 0)
      triangle(
        context,
        px,
        clamp(height, frame.top + MARK_SIZE, frame.bottom - MARK_SIZE),
        true,
        false,
      );
    else if (kind === 1) triangle(context, px, frame.top + MARK_SIZE, true, true);
    else triangle(context, px, frame.bottom - MARK_SIZE, false, true);
  }
  context.restore();
}

/** The height to mark NaN at before any finite value is in view: the last one to the left, else the first to come. */
function heightBefore(frame: Frame, { main, drawn }: LineView): number {
  for (let i = drawn.start - 1; i >= 0; i--) {
    const py = frame.y.pixel(main[i] as number);
    if (Number.isFinite(py)) return py;
  }
  for (let i = drawn.start; i < main.length; i++) {
    const py = frame.y.pixel(main[i] as number);
    if (Number.isFinite(py)) return py;
  }
  return (frame.top + frame.bottom) / 2;
}

function triangle(context: Painter, x: number, y: number, up: boolean, solid: boolean): void {
  const tip = up ? -MARK_SIZE : MARK_SIZE;
  context.beginPath();
  context.moveTo(x, y + tip);
  context.lineTo(x + MARK_SIZE, y - tip * 0.7);
  context.lineTo(x - MARK_SIZE, y - tip * 0.7);
  context.closePath();
  if (solid) context.fill();
  else context.stroke();
}

/** Collects where points lie beyond the top or bottom edge, at most one mark a pixel. */
export class OutlierMarks {
  /** By pixel column from the left of the canvas, whether there is a mark. */
  private readonly above: Uint8Array;
  private readonly below: Uint8Array;

  constructor(private readonly frame: Frame) {
    this.above = new Uint8Array(Math.ceil(frame.width) + 1);
    this.below = new Uint8Array(this.above.length);
  }

  add(x: number, isAbove: boolean): void {
    (isAbove ? this.above : this.below)[Math.round(this.frame.x.pixel(x))] = 1;
  }

  paint(context: Painter, color: string, alpha: number): void {
    context.globalAlpha = alpha;
    context.fillStyle = color;
    context.beginPath();
    rectangles(context, this.above, this.frame.top - 3);
    rectangles(context, this.below, this.frame.bottom + 3 - OUTLIER_LENGTH);
    context.fill();
    context.globalAlpha = 1;
  }
}

/** Marks side by side are one rectangle. */
function rectangles(context: Painter, columns: Uint8Array, top: number): void {
  for (let column = 0; column < columns.length; column++) {
    if (!columns[column]) continue;
    const start = column;
    while (columns[column + 1]) column++;
    context.rect(start, top, column + 1 - start, OUTLIER_LENGTH);
  }
}

/** How many points lie outside, at the edges beyond which they lie. */
export function paintOutlierCounts(
  context: Painter,
  frame: Frame,
  theme: ChartTheme,
  above: number,
  below: number,
): void {
  const edges: [number, number, string][] = [
    [above, frame.top + 8, "↑"],
    [below, frame.bottom - 8, "↓"],
  ];
  context.font = theme.font;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const [count, y, arrow] of edges) {
    if (!count) continue;
    const text = `${arrow} ${formatStep(count)} ${count === 1 ? "point" : "points"} outside`;
    const { width } = context.measureText(text);
    context.globalAlpha = 0.8;
    context.fillStyle = theme.background;
    context.fillRect(frame.right - width - 6, y - 7, width + 6, 14);
    context.globalAlpha = 1;
    context.fillStyle = theme.muted;
    context.fillText(text, frame.right - 3, y);
  }
}
