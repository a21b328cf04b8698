/** The lines that stay on a chart, at a step or at both ends of a range, and can be dragged by their chips. */

import { type Frame, labelBoxes } from "./axes";
import type { Painter } from "./painter";
import type { ChartTheme } from "./types";

const CHIP_HEIGHT = 14;
const CHIP_PADDING = 5;
const BETWEEN_CHIPS = 2;
/** How near to its line the pointer takes hold of a marker. */
const GRAB_DISTANCE = 5;

export interface Chip {
  x: number;
  text: string;
  left: number;
  width: number;
}

/** Where chips stand: under their lines, but within the canvas and beside one another. */
export function placeChips(
  context: Painter,
  frame: Frame,
  places: readonly number[],
  format: (x: number) => string,
): Chip[] {
  const chips: Chip[] = [];
  for (const x of places) {
    const px = frame.x.pixel(x);
    if (!(px >= frame.left - 1 && px <= frame.right + 1)) continue;
    const text = format(x);
    const width = context.measureText(text).width + 2 * CHIP_PADDING;
    chips.push({ x, text, left: within(frame, px - width / 2, width), width });
  }
  const [first, second] = chips;
  if (first && second) pushApart(frame, first, second);
  return chips;
}

function pushApart(frame: Frame, first: Chip, second: Chip): void {
  const overlap = first.left + first.width + BETWEEN_CHIPS - second.left;
  if (overlap <= 0) return;
  first.left = within(frame, first.left - overlap / 2, first.width);
  const free = first.left + first.width + BETWEEN_CHIPS;
  second.left = within(frame, free, second.width);
  first.left = within(frame, second.left - first.width - BETWEEN_CHIPS, first.width);
}

function within(frame: Frame, left: number, width: number): number {
  return Math.max(1, Math.min(frame.width - width - 1, left));
}

/** Which of the chips, or of their lines, is at a place of the canvas; -1 if none is. */
export function chipAt(
  frame: Frame,
  chips: readonly Chip[],
  { px, py }: { px: number; py: number },
): number {
  if (py > frame.bottom) {
    return chips.findIndex(({ left, width }) => px >= left && px <= left + width);
  }
  let nearest = -1;
  let distance = GRAB_DISTANCE;
  for (const [i, { x }] of chips.entries()) {
    const away = Math.abs(frame.x.pixel(x) - px);
    if (away > distance) continue;
    distance = away;
    nearest = i;
  }
  return nearest;
}

export function paintMarkers(
  context: Painter,
  frame: Frame,
  theme: ChartTheme,
  chips: readonly Chip[],
): void {
  context.strokeStyle = theme.foreground;
  context.lineWidth = 1;
  context.setLineDash([4, 3]);
  context.beginPath();
  for (const { x } of chips) {
    const px = Math.round(frame.x.pixel(x)) + 0.5;
    context.moveTo(px, frame.top);
    context.lineTo(px, frame.bottom);
  }
  context.stroke();
  context.setLineDash([]);
  const top = frame.bottom + (frame.height - frame.bottom - CHIP_HEIGHT) / 2 + 1;
  hideLabels(context, frame, theme, chips);
  for (const { left, width, text } of chips) {
    context.fillStyle = theme.foreground;
    context.fillRect(left, top, width, CHIP_HEIGHT);
    context.fillStyle = theme.background;
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillText(text, left + CHIP_PADDING, top + CHIP_HEIGHT / 2 + 0.5);
  }
}

/** The half of a number that a chip leaves in sight would be read as another number. */
function hideLabels(
  context: Painter,
  frame: Frame,
  theme: ChartTheme,
  chips: readonly Chip[],
): void {
  context.fillStyle = theme.background;
  for (const label of labelBoxes(context, frame)) {
    const hit = chips.some(
      ({ left, width }) =>
        label.left < left + width + BETWEEN_CHIPS &&
        label.left + label.width > left - BETWEEN_CHIPS,
    );
    // From under the tick labels of y, which stand out a little below the plot.
    if (hit) context.fillRect(label.left - 1, label.top, label.width + 2, label.height);
  }
}
