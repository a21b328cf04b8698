// What stands at the pointer: the tooltip's table and each run's value for the run list.
import type { TooltipContent } from "../../board/view";
import { formatRelative, formatStep, formatValue, formatWallTime } from "../../charts/format";
import type { ChartHover, NearestPoint } from "../../charts/line_chart";
import type { Cursor } from "../../state/session";
import { type ChartX, type RunLine, startOf } from "./lines";

const ROWS = 8;
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
    if (line) values.set(line.run.number, point.smoothed ?? point.raw);
  }
  return { tag, x: hover.x, label: labelOf(hover.x, x), place: placeOf(hover.x, x), values };
}

/** Nearest run first and in bold; what does not fit is counted. */
export function tooltipOf(
  hover: ChartHover,
  lines: readonly RunLine[],
  x: ChartX,
  px: number,
  py: number,
  narrow: boolean,
): TooltipContent | null {
  const byId = new Map(lines.map((line) => [line.id, line]));
  const shown = hover.points.slice(0, narrow ? ROWS_IF_NARROW : ROWS);
  if (!shown.length) return null;
  const smoothed = shown.some((point) => point.smoothed !== null);
  const heading = [labelOf(hover.x, x)];
  if (smoothed) heading.push("smoothed");
  heading.push("value");
  // The heading names the step already, unless runs were logged at different ones.
  const steps = new Set(shown.map((point) => byId.get(point.id)?.step[point.index]));
  const stepped = x !== "step" || steps.size > 1;
  if (stepped) heading.push("step");
  heading.push("relative");
  const rows = shown.flatMap((point, i) => {
    const line = byId.get(point.id);
    if (!line) return [];
    const cells = cellsOf(point, line, smoothed, stepped);
    return [
      { name: line.run.name, color: line.color, cells, nearest: i === 0 && lines.length > 1 },
    ];
  });
  return { x: px, y: py, heading, rows, left_out: hover.points.length - shown.length };
}

function cellsOf(
  point: NearestPoint,
  line: RunLine,
  smoothed: boolean,
  stepped: boolean,
): string[] {
  const start = startOf(line.wall);
  const wall = line.wall[point.index] ?? start;
  const cells = smoothed ? [formatValue(point.smoothed ?? point.raw)] : [];
  cells.push(formatValue(point.raw));
  if (stepped) cells.push(formatStep(line.step[point.index] ?? 0));
  cells.push(formatRelative(wall - start));
  return cells;
}

function labelOf(value: number, x: ChartX): string {
  const noun = x === "step" ? "step " : x === "order" ? "point " : "";
  return noun + placeOf(value, x);
}

function placeOf(value: number, x: ChartX): string {
  if (x === "relative") return formatRelative(value);
  if (x === "wall") return formatWallTime(value);
  return formatStep(Math.round(value) + (x === "order" ? 1 : 0));
}
