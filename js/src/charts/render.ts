/** A whole chart onto a canvas, or whatever else can be drawn on. */

import {
  type Frame,
  frameOf,
  layOut,
  paintAxes,
  paintEmptyAxes,
  type Size,
  type Views,
} from "./axes";
import { OutlierMarks, paintNonFinite, paintOutlierCounts } from "./marks";
import { type Effort, paintDots, paintLines } from "./paint";
import type { Painter } from "./painter";
import { paintPoints } from "./points";
import type { Domain } from "./scales";
import type { ChartOptions, ChartTheme, DrawnLine, Line } from "./types";
import { hasFinite, type LineView, measureLine, viewLines, xDomainOf, yDomainOf } from "./view";

export interface Rendered {
  frame: Frame;
  drawn: DrawnLine[];
  /** Points that `ignoreOutliers` left out above and below. */
  outside: [above: number, below: number];
}

export interface Drawing {
  lines: readonly Line[];
  options: ChartOptions;
  theme: ChartTheme;
}

/** Draws a whole chart at once; see `paintInParts`. */
export function paintChart(...args: Parameters<typeof paintInParts>): Rendered {
  const parts = paintInParts(...args);
  for (;;) {
    const part = parts.next();
    if (part.done) return part.value;
  }
}

/**
 * Draws axes, lines and marks, and stops after each part to tell what that took, see `Effort`. `previous` is the frame
 * drawn before, and `thinnest` how thin lines may become for speed.
 */
export function* paintInParts(
  context: Painter,
  size: Size,
  { lines, options, theme }: Drawing,
  previous: Frame | null = null,
  thinnest: number | null = null,
): Generator<Effort, Rendered> {
  context.font = theme.font;
  const xDomain = xDomainOf(lines, options);
  const views = viewLines(lines, xDomain);
  const frame = layOut(context, size, viewsOf(views, xDomain, options), options, previous);
  if (views.some(hasFinite)) paintAxes(context, frame, theme);
  else {
    const hasX = lines.some((line) => line.x.length > 0);
    paintEmptyAxes(context, frame, theme, hasX);
  }
  yield* paintLines(context, frame, views, options, thinnest);
  const drawn: DrawnLine[] = [];
  for (const view of views) {
    drawn.push(markLine(context, frame, view, options));
    yield 0;
  }
  const { best = options.best ?? null, last = false } = options.marks ?? {};
  paintPoints(context, frame, theme, views, { best, last });
  const outside = countOutside(drawn, lines, options);
  paintOutlierCounts(context, frame, theme, ...outside);
  return { frame, drawn, outside };
}

function viewsOf(views: readonly LineView[], x: Domain, options: ChartOptions): Views {
  const right = views.filter(({ line }) => line.axis === "right");
  if (right.length === 0) return { x, y: yDomainOf(views, x, options), y2: null };
  const left = views.filter(({ line }) => line.axis !== "right");
  const y = left.length ? yDomainOf(left, x, options) : null;
  return { x, y, y2: yDomainOf(right, x, { ...options, yDomain: options.yDomain2 ?? null }) };
}

/** Whether what lies outside is left out by us, and not by a zoom. */
function marksOutliers({ axis }: Line, options: ChartOptions): boolean {
  const zoomed = axis === "right" ? options.yDomain2 : options.yDomain;
  return options.ignoreOutliers && !zoomed;
}

function countOutside(
  drawn: readonly DrawnLine[],
  lines: readonly Line[],
  options: ChartOptions,
): [above: number, below: number] {
  let [above, below] = [0, 0];
  for (const [i, one] of drawn.entries()) {
    if (!marksOutliers(lines[i] as Line, options)) continue;
    above += one.above;
    below += one.outside - one.above;
  }
  return [above, below];
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
  const marks = marksOutliers(line, options) ? new OutlierMarks(frame) : null;
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
const MOST_NAMES = 20;

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
