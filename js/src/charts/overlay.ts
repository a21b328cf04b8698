/** What lies over the lines and moves without them: crosshair, dragged rectangle, range. */

import type { Frame } from "./axes";
import { paintDots } from "./paint";
import type { Painter } from "./painter";
import type { ChartTheme } from "./types";

/** The crosshair and the lines' points nearest to it. */
export function paintCursor(
  context: Painter,
  frame: Frame,
  theme: ChartTheme,
  x: number,
  dots: readonly { px: number; py: number; color: string }[],
): void {
  const px = frame.x.pixel(x);
  if (!(px >= frame.left - 1 && px <= frame.right + 1)) return;
  context.strokeStyle = theme.muted;
  context.lineWidth = 1;
  context.setLineDash([2, 3]);
  context.beginPath();
  context.moveTo(Math.round(px) + 0.5, frame.top);
  context.lineTo(Math.round(px) + 0.5, frame.bottom);
  context.stroke();
  context.setLineDash([]);
  for (const dot of dots) {
    if (!(dot.py >= frame.top - 3 && dot.py <= frame.bottom + 3)) continue;
    context.fillStyle = theme.background;
    paintDots(context, [dot.px, dot.py], 3.8);
    context.fillStyle = dot.color;
    paintDots(context, [dot.px, dot.py], 2.6);
  }
}

/** The rectangle being dragged. */
export function paintSelection(
  context: Painter,
  theme: ChartTheme,
  box: { left: number; top: number; right: number; bottom: number },
): void {
  const width = box.right - box.left;
  const height = box.bottom - box.top;
  context.fillStyle = theme.foreground;
  context.globalAlpha = 0.08;
  context.fillRect(box.left, box.top, width, height);
  context.globalAlpha = 0.35;
  context.strokeStyle = theme.foreground;
  context.lineWidth = 1;
  context.strokeRect(
    Math.round(box.left) + 0.5,
    Math.round(box.top) + 0.5,
    Math.round(width),
    Math.round(height),
  );
  context.globalAlpha = 1;
}

/** A range of x, faintly. */
export function paintRange(
  context: Painter,
  frame: Frame,
  theme: ChartTheme,
  [low, high]: readonly [number, number],
): void {
  const left = Math.max(frame.left, Math.min(frame.right, frame.x.pixel(low)));
  const right = Math.max(frame.left, Math.min(frame.right, frame.x.pixel(high)));
  if (!(right > left)) return;
  context.globalAlpha = 0.07;
  context.fillStyle = theme.foreground;
  context.fillRect(left, frame.top, right - left, frame.bottom - frame.top);
  context.globalAlpha = 1;
}
