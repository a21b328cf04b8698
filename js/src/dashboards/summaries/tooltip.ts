// The rows of a tooltip over a line of summaries: several numbers of each run.
import type { TooltipContent } from "../../board/view";
import { formatPlace, formatStep, formatValue } from "../../charts/format";
import type { ChartHover } from "../../charts/line_chart";
import type { Columns } from "../../wire/frame";
import type { ChartX, RunLine } from "../scalars/lines";

export interface TooltipStyle {
  rows: number;
  /** What to tell of each point: names of columns, and what to call them. */
  columns: readonly (readonly [column: string, text: string])[];
  /** What a point is, where the x axis counts them. */
  noun: string;
}

/** A row a run; the step too, unless it is the same for all and on the axis. */
export function summaryTooltip(
  hover: ChartHover,
  lines: readonly (RunLine & { columns: Columns })[],
  x: ChartX,
  at: { px: number; py: number },
  style: TooltipStyle,
): TooltipContent | null {
  const byId = new Map(lines.map((line) => [line.id, line]));
  const shown = hover.points.slice(0, style.rows);
  const steps = new Set(shown.map(({ id, index }) => byId.get(id)?.step[index]));
  const stepped = x !== "step" || steps.size > 1;
  const rows = shown.flatMap(({ id, index }, i) => {
    const line = byId.get(id);
    if (!line) return [];
    const value = (name: string) => formatValue(line.columns[name]?.[index] ?? Number.NaN);
    const cells = style.columns.map(([name]) => value(name));
    if (stepped) cells.push(formatStep(line.step[index] ?? Number.NaN));
    return { name: line.name, color: line.color, cells, nearest: i === 0 && lines.length > 1 };
  });
  if (!rows.length) return null;
  const noun = x === "step" ? "step " : x === "order" ? `${style.noun} ` : "";
  const heading = [noun + formatPlace(hover.x, x), ...style.columns.map(([, text]) => text)];
  if (stepped) heading.push("step");
  return { x: at.px, y: at.py, heading, rows, left_out: hover.points.length - shown.length };
}
