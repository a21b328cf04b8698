/** A whole chart onto a canvas, or whatever else can be drawn on. */

import { type Frame, frameOf, layOut, paintAxes, paintEmptyAxes, type Size } from "./axes";
import { OutlierMarks, paintBest, paintNonFinite, paintOutlierCounts } from "./marks";
import { paintDots, paintLines } from "./paint";
import type { Painter } from "./painter";
import type { ChartOptions, ChartTheme, DrawnLine, Line } from "./types";
import { hasFinite, type LineView, measureLine, viewLines, xDomainOf, yDomainOf } from "./view";

export interface Rendered {
  frame: Frame;
  drawn: DrawnLine[];
}

export interface Drawing {
  lines: readonly Line[];
  options: ChartOptions;
  theme: ChartTheme;
}

/**
 * Draws axes, lines and marks; `gutter` is the left one of the frame before, or 0, and `thinnest` how thin lines may
 * become for speed.
 */
export function paintChart(
  context: Painter,
  size: Size,
  { lines, options, theme }: Drawing,
  gutter: number,
  thinnest: number | null = null,
): Rendered {
  const xDomain = xDomainOf(lines, options);
  const views = viewLines(lines, xDomain);
  const right = views.filter(({ line }) => line.axis === "right");
  const left = right.length ? views.filter((view) => !right.includes(view)) : views;
  const y = yDomainOf(left, xDomain, options);
  const y2 = right.length ? yDomainOf(right, xDomain, { ...options, yDomain: null }) : null;
  context.font = theme.font;
  const frame = layOut(context, size, { x: xDomain, y, y2 }, options, gutter);
  const numbers = views.some(hasFinite);
  if (numbers) paintAxes(context, frame, theme);
  else
    paintEmptyAxes(
      context,
      frame,
      theme,
      lines.some((line) => line.x.length > 0),
    );
  paintLines(context, frame, views, options, thinnest);
  const drawn = views.map((view) => markLine(context, frame, view, options));
  if (options.best) paintBest(context, frame, theme, views, options.best);
  if (marksOutliers(options)) {
    const [above, below] = countOutside(drawn);
    paintOutlierCounts(context, frame, theme, above, below);
  }
  return { frame, drawn };
}

/** Whether what lies outside is left out by us, and not by a zoom. */
export function marksOutliers(options: ChartOptions): boolean {
  return options.ignoreOutliers && options.yDomain === null;
}

export function countOutside(drawn: readonly DrawnLine[]): [above: number, below: number] {
  const above = drawn.reduce((sum, line) => sum + line.above, 0);
  return [above, drawn.reduce((sum, line) => sum + line.outside, 0) - above];
}

/** Marks what cannot be drawn as a line, and counts. */
function markLine(
  context: Painter,
  whole: Frame,
  view: LineView,
  options: ChartOptions,
): DrawnLine {
  const { line } = view;
  const frame = frameOf(whole, line);
  const marks = marksOutliers(options) ? new OutlierMarks(frame) : null;
  const drawn = measureLine(
    view,
    frame.x.domain,
    frame.y.domain,
    options.y === "log",
    marks ? (x, above) => marks.add(x, above) : undefined,
  );
  if (drawn.outside > 0) marks?.paint(context, line.color, line.dimmed ? 0.2 : 0.8);
  if (drawn.nonFinite > 0) paintNonFinite(context, frame, view);
  return drawn;
}

const LEGEND_ROW = 16;
const LEGEND_MARGIN = 8;
const MOST_NAMES = 24;

/** How high a legend of these lines is. */
export function legendHeight(lines: readonly Line[]): number {
  const rows = Math.min(lines.length, MOST_NAMES) + Number(lines.length > MOST_NAMES);
  return rows ? rows * LEGEND_ROW + LEGEND_MARGIN : 0;
}

/** The names of the lines, one below the other. */
export function paintLegend(
  context: Painter,
  { lines, theme }: Drawing,
  left: number,
  top: number,
): void {
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.font = theme.font;
  for (const [i, line] of lines.slice(0, MOST_NAMES).entries()) {
    const y = top + LEGEND_ROW * (i + 0.5);
    context.fillStyle = line.color;
    paintDots(context, [left + 4, y], 4);
    context.fillStyle = theme.foreground;
    context.fillText(line.name ?? line.id, left + 14, y);
  }
  if (lines.length <= MOST_NAMES) return;
  context.fillStyle = theme.muted;
  const y = top + LEGEND_ROW * (MOST_NAMES + 0.5);
  context.fillText(`and ${lines.length - MOST_NAMES} more`, left + 14, y);
}
