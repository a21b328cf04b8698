// From percentiles to a median line with nested bands, and to the rows of a tooltip.
import type { TooltipContent } from "../../board/view";
import type { Limits } from "../../charts/band";
import type { ChartHover } from "../../charts/line_chart";
import type { Columns } from "../../wire/frame";
import type { ChartX, RunLine } from "../scalars/lines";
import { type LineLook, lineOf } from "../summaries/lines";
import type { Summary, SummarySource } from "../summaries/model";
import { summaryTooltip } from "../summaries/tooltip";

/** Percentiles in hundredths of a percent, as the kernel names its columns, and in words. */
export const PERCENTILES: readonly (readonly [column: string, text: string])[] = [
  ["p0", "min"],
  ["p668", "6.7%"],
  ["p1587", "15.9%"],
  ["p3085", "30.9%"],
  ["p5000", "median"],
  ["p6915", "69.2%"],
  ["p8413", "84.1%"],
  ["p9332", "93.3%"],
  ["p10000", "max"],
];
const PAIRS = 4;
const MEDIAN = "p5000";
const ONE_RUN = 1.5;
const NONE = new Float64Array(0);

/** A line that remembers all its percentiles. */
export interface DistributionLine extends RunLine {
  percentiles: Columns;
}

export function distributionLine(
  source: SummarySource,
  detail: Summary | undefined,
  x: ChartX,
  look: LineLook,
): DistributionLine {
  const summary = detail ? withDetail(source.summary, detail) : source.summary;
  const { columns } = summary;
  const column = (i: number) => columns[PERCENTILES[i]?.[0] ?? ""] ?? NONE;
  const bands: Limits[] = [];
  for (let i = 0; i < PAIRS; i++)
    bands.push({ low: column(i), high: column(PERCENTILES.length - 1 - i) });
  const median = columns[MEDIAN] ?? NONE;
  const line = lineOf({ run: source.run, summary }, median, x, look, { bands, width: ONE_RUN });
  return { ...line, percentiles: columns };
}

/** How many steps hold no values at all, and how many counts that make no percentiles. */
export function countOdd({ columns, unreadable }: Summary): { empty: number; odd: number } {
  const { count = NONE, [MEDIAN]: median = NONE } = columns;
  let [empty, odd] = [0, -unreadable];
  for (const [i, one] of median.entries()) {
    if (Number.isNaN(one)) odd++;
    else if (count[i] === 0) empty++;
  }
  return { empty, odd: Math.max(0, odd) };
}

/** All rows before and after the detail, and those of the detail between them. */
export function withDetail(whole: Summary, detail: Summary): Summary {
  const { step } = detail;
  const [first, last] = [step[0], step[step.length - 1]];
  if (first === undefined || last === undefined) return whole;
  let before = 0;
  while (before < whole.step.length && (whole.step[before] as number) < first) before++;
  let after = whole.step.length;
  while (after > before && (whole.step[after - 1] as number) > last) after--;
  const columns: Columns = Object.create(null);
  for (const [name, values] of Object.entries(whole.columns)) {
    const middle = detail.columns[name] ?? NONE;
    const joined = new Float64Array(before + middle.length + values.length - after);
    joined.set(values.subarray(0, before));
    joined.set(middle, before);
    joined.set(values.subarray(after), before + middle.length);
    columns[name] = joined;
  }
  const [steps, wall] = [columns.step ?? NONE, columns.wall ?? NONE];
  return { ...whole, step: steps, wall, columns };
}

/** A row a run, with all percentiles if there is room. */
export function distributionTooltip(
  hover: ChartHover,
  lines: readonly DistributionLine[],
  x: ChartX,
  at: { px: number; py: number },
  style: { rows: number; narrow: boolean },
): TooltipContent | null {
  const columns = style.narrow ? PERCENTILES.filter((_, i) => i % 2 === 0) : PERCENTILES;
  const all = lines.map((line) => ({ ...line, columns: line.percentiles }));
  return summaryTooltip(hover, all, x, at, { rows: style.rows, columns, noun: "histogram" });
}
