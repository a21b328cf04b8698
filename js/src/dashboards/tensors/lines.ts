// From the statistics of tensors to lines over steps.
import type { Line } from "../../charts/line_chart";
import type { Columns } from "../../wire/frame";
import type { ChartX, RunLine } from "../scalars/lines";
import { type LineLook, lineOf } from "../summaries/lines";
import type { SummarySource } from "../summaries/model";

/** What the tooltip tells. */
export const COLUMNS: readonly (readonly [column: string, text: string])[] = [
  ["mean", "mean"],
  ["std", "std"],
  ["min", "min"],
  ["max", "max"],
  ["norm", "norm"],
  ["nan", "NaN"],
  ["inf", "Inf"],
];
/** With more runs over each other no band can be told from the others. */
const MOST_BANDS = 3;
const NONE = new Float64Array(0);

export interface StatisticsLine extends RunLine {
  columns: Columns;
}

/** A line a run: means in a band, or norms. */
export function statisticsLines(
  sources: readonly SummarySource[],
  kind: "std" | "range" | "norm",
  x: ChartX,
  look: LineLook,
): StatisticsLine[] {
  return sources.map((given) => {
    const source = withStatistics(given);
    const { columns } = source.summary;
    const { mean = NONE, std = NONE, min = NONE, max = NONE, norm = NONE } = columns;
    if (kind === "norm") return { ...lineOf(source, norm, x, look), columns };
    const band =
      kind === "range"
        ? { low: min, high: max }
        : {
            low: mean.map((value, i) => value - (std[i] as number)),
            high: mean.map((value, i) => value + (std[i] as number)),
          };
    const more: Partial<Line> =
      sources.length <= MOST_BANDS || look.highlighted === source.run.number
        ? { bands: [band] }
        : {};
    return { ...lineOf(source, mean, x, look, more), columns };
  });
}

/** The rows of which statistics were made. */
export function withStatistics({ run, summary }: SummarySource): SummarySource {
  const size = summary.columns.size ?? NONE;
  if (!size.some(Number.isNaN)) return { run, summary };
  const columns: Columns = Object.create(null);
  for (const [name, values] of Object.entries(summary.columns))
    columns[name] = values.filter((_, i) => !Number.isNaN(size[i]));
  const { step = NONE, wall = NONE } = columns;
  return { run, summary: { ...summary, step, wall, columns } };
}
