// What the tooltip of the plot says: of each run the point nearest to the pointer, with its counts.
import type { TooltipContent } from "../../board/view";
import { formatValue } from "../../charts/format";
import type { PRCardParts } from "./card";
import { f1Of } from "./curve";
import type { PlotPoint } from "./plot";

export function curvesTooltip(
  { view, model, sources }: PRCardParts,
  points: readonly PlotPoint[],
  at: { px: number; py: number },
): TooltipContent | null {
  const byId = new Map(sources.peek().map((source) => [String(source.run.number), source]));
  const roc = model.mode.peek() === "roc";
  const shown = points.slice(0, view.session.settings.tooltipRows.peek());
  const rows = shown.flatMap(({ id, index }, i) => {
    const source = byId.get(id);
    const curve = source?.curve;
    if (!source || !curve) return [];
    const [tp, fp, tn, fn] = [curve.tp, curve.fp, curve.tn, curve.fn].map(
      (counts) => counts[index] ?? Number.NaN,
    ) as [number, number, number, number];
    const [precision, recall] = [curve.precision[index], curve.recall[index]].map(
      (value) => value ?? Number.NaN,
    ) as [number, number];
    const third = roc ? fp / (fp + tn) : f1Of(precision, recall);
    const cells = [curve.threshold[index] ?? Number.NaN, precision, recall, third, tp, fp, tn, fn];
    return {
      name: source.run.label,
      color: source.run.color,
      cells: cells.map(formatValue),
      nearest: i === 0 && points.length > 1,
    };
  });
  if (!rows.length) return null;
  const third = roc ? "FP rate" : "F1";
  return {
    x: at.px,
    y: at.py,
    heading: ["run", "threshold", "precision", "recall", third, "TP", "FP", "TN", "FN"],
    rows,
    left_out: points.length - shown.length,
  };
}
