// What stands at the pointer: the tooltip's table and each run's value for the run list.
import type { TooltipContent } from "../../board/view";
import { formatPlace, formatRelative, formatStep, formatValue, formatWallTime } from "../../charts/format";
import type { ChartHover, NearestPoint } from "../../charts/line_chart";
import type { Cursor, TooltipSort } from "../../state/session";
import { type ChartX, type RunLine, startOf } from "./lines";

const ROWS_IF_NARROW = 5;

export function cursorOf(
  tag: string,
  hover: ChartHover,
  lines: readonly RunLine[],
  x: ChartX,
): Cursor {
  const byId = new Map(lines.map((line) => [line.id, line]));
  const values = new Map<number, number>();
  for (const point of hover.points) {
    const line = byId.get(point.id);
    if (!line || line.superseded) continue;
    // Of several tags, the card's own, else the nearest one.
    if (line.tag === tag || !values.has(line.run.number))
      values.set(line.run.number, point.smoothed ?? point.raw);
  }
  return { tag, x: hover.x, label: labelOf(hover.x, x), place: formatPlace(hover.x, x), values };
}

export interface TooltipStyle {
  rows: number;
  sort: TooltipSort;
  narrow: boolean;
}

/** Sorted as asked, the nearest line in bold; what does not fit is counted. */
export function tooltipOf(
  hover: ChartHover,
  lines: readonly RunLine[],
  x: ChartX,
  at: { px: number; py: number },
  style: TooltipStyle,
): TooltipContent | null {
  const byId = new Map(lines.map((line) => [line.id, line]));
  const nearest = hover.points[0];
  const sorted = sortPoints(hover.points, byId, style.sort);
  const shown = sorted.slice(0, style.narrow ? ROWS_IF_NARROW : style.rows);
  if (!shown.length) return null;
  const smoothed = shown.some((point) => point.smoothed !== null);
  const heading = [labelOf(hover.x, x)];
  if (smoothed) heading.push("smoothed");
  heading.push("value");
  const banded = shown.some((point) => byId.get(point.id)?.band);
  if (banded) heading.push("band");
  const counted = shown.some((point) => byId.get(point.id)?.band?.count);
  if (counted) heading.push("runs");
  // The heading names the step already, unless runs were logged at different ones.
  const steps = new Set(shown.map((point) => byId.get(point.id)?.step[point.index]));
  const stepped = x !== "step" || steps.size > 1;
  if (stepped) heading.push("step");
  heading.push("relative");
  const timed = x !== "wall" && !style.narrow;
  if (timed) heading.push("time");
  const rows = shown.flatMap((point) => {
    const line = byId.get(point.id);
    if (!line) return [];
    const cells = cellsOf(point, line, { smoothed, banded, counted, stepped, timed });
    const bold = point === nearest && lines.length > 1;
    return [{ name: line.name, color: line.color, cells, nearest: bold }];
  });
  return { x: at.px, y: at.py, heading, rows, left_out: hover.points.length - shown.length };
}

function sortPoints(
  points: readonly NearestPoint[],
  lines: ReadonlyMap<string, RunLine>,
  sort: TooltipSort,
): readonly NearestPoint[] {
  if (sort === "nearest") return points;
  const value = (point: NearestPoint) => point.smoothed ?? point.raw;
  const sorted = [...points];
  if (sort === "name") {
    const name = (point: NearestPoint) => lines.get(point.id)?.name ?? "";
    return sorted.sort((a, b) => name(a).localeCompare(name(b), "en", { numeric: true }));
  }
  const sign = sort === "ascending" ? 1 : -1;
  return sorted.sort((a, b) => sign * compareLast(value(a), value(b), sign));
}

/** By value; what is not a number comes last either way. */
function compareLast(a: number, b: number, sign: number): number {
  if (Number.isNaN(a) || Number.isNaN(b))
    return sign * (Number(Number.isNaN(a)) - Number(Number.isNaN(b)));
  return a === b ? 0 : a < b ? -1 : 1;
}

function cellsOf(
  point: NearestPoint,
  line: RunLine,
  columns: Record<"smoothed" | "banded" | "counted" | "stepped" | "timed", boolean>,
): string[] {
  const start = startOf(line.wall);
  const wall = line.wall[point.index] ?? start;
  const cells = columns.smoothed ? [formatValue(point.smoothed ?? point.raw)] : [];
  cells.push(formatValue(point.raw));
  const { low, high, count } = line.band ?? {};
  if (columns.banded) cells.push([low, high].map((limit) => limitText(limit, point)).join(" – "));
  if (columns.counted) cells.push(String(count?.[point.index] ?? ""));
  if (columns.stepped) cells.push(formatStep(line.step[point.index] ?? 0));
  cells.push(formatRelative(wall - start));
  if (columns.timed) cells.push(formatWallTime(wall));
  return cells;
}

function limitText(limit: Float64Array | undefined, { index }: NearestPoint): string {
  return limit ? formatValue(limit[index] ?? Number.NaN) : "";
}

function labelOf(value: number, x: ChartX): string {
  const noun = x === "step" ? "step " : x === "order" ? "point " : "";
  return noun + formatPlace(value, x);
}
