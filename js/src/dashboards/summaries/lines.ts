// From a summary to a line of a chart.
import type { Line } from "../../charts/line_chart";
import { dashOf } from "../../state/palette";
import type { XAxis } from "../../state/session";
import { type ChartX, type RunLine, startOf } from "../scalars/lines";
import type { SummarySource } from "./model";

const LIVE_SECONDS = 30;

/** The x axis of a chart of summaries: they have no value of another tag at their steps. */
export function summaryX(axis: XAxis, sources: readonly SummarySource[]): ChartX {
  if (axis === "relative" || axis === "wall") return axis;
  const long = sources.filter(({ summary }) => summary.step.length > 1);
  const same = long.every(({ summary: { step } }) => step[0] === step[step.length - 1]);
  return long.length && same ? "order" : "step";
}

export interface LineLook {
  highlighted: number | null;
  dashes: boolean;
}

export function lineOf(
  { run, summary }: SummarySource,
  values: Float64Array,
  x: ChartX,
  look: LineLook,
  more: Partial<Line> = {},
): RunLine {
  const { step, wall } = summary;
  const start = startOf(wall);
  const places = {
    relative: () => wall.map((at) => at - start),
    wall: () => wall,
    order: () => step.map((_, i) => i),
    step: () => step,
    value: () => step,
  };
  const live = Date.now() / 1000 - (wall[wall.length - 1] ?? 0) < LIVE_SECONDS;
  return {
    id: String(run.number),
    run,
    tag: "",
    name: run.label,
    color: run.color,
    dash: dashOf(look.dashes ? run.number : 0),
    x: places[x](),
    step,
    wall,
    raw: values,
    smoothed: null,
    live,
    dimmed: look.highlighted !== null && look.highlighted !== run.number,
    highlighted: look.highlighted === run.number,
    ...(more as object),
  };
}
