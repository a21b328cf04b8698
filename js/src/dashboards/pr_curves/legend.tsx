// The runs of a card with the area under their curves, and what they have at the picked threshold.
import { formatStep } from "../../charts/format";
import { Name } from "../../ui/controls";
import type { PRCardParts } from "./card";
import { emptyReason, thresholdAt } from "./curve";
import type { CurveSource } from "./model";

const AP_TITLE =
  "Average precision: the sum of precision times the recall it adds, over the thresholds, " +
  "without interpolation (as scikit-learn's average_precision_score)";
const AUC_TITLE = "Area under the ROC curve, by trapezoids";

export function Legend({ view, model, sources }: PRCardParts) {
  const mode = model.mode.value;
  const threshold = model.threshold.value;
  const roc = mode === "roc";
  const sorted = [...sources.value].sort((a, b) => areaOf(b, roc) - areaOf(a, roc));
  return (
    <div class="curves-legend">
      <table>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col" title={roc ? AUC_TITLE : AP_TITLE}>
              {roc ? "AUC" : "AP"}
            </th>
            {threshold !== null && (
              <th scope="col" title={`Precision at the threshold ${threshold}`}>
                P
              </th>
            )}
            {threshold !== null && (
              <th scope="col" title={`Recall at the threshold ${threshold}`}>
                R
              </th>
            )}
            {threshold === null && <th scope="col">Step</th>}
          </tr>
        </thead>
        <tbody>
          {sorted.map((source) => (
            <Row key={source.run.number} {...{ source, mode, threshold, view }} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row(props: {
  source: CurveSource;
  mode: "pr" | "roc";
  threshold: number | null;
  view: PRCardParts["view"];
}) {
  const { source, mode, threshold, view } = props;
  const { run, curve } = source;
  const reason = curve ? emptyReason(curve, mode) : "none so early";
  const index = curve && threshold !== null ? thresholdAt(curve, threshold) : -1;
  const cell = (values: Float64Array | undefined) => share(values?.[index]);
  return (
    <tr
      title={curve?.error || undefined}
      onMouseEnter={() => {
        view.highlighted.value = run.number;
      }}
      onMouseLeave={() => {
        view.highlighted.value = null;
      }}
    >
      <th scope="row">
        <Name text={run.label}>
          <span class="swatch" style={{ "--color": run.color }} />
        </Name>
      </th>
      {reason ? (
        <td colSpan={threshold === null ? 1 : 3} class="reason">
          {reason}
        </td>
      ) : (
        <>
          <td>{share(areaOf(source, mode === "roc"))}</td>
          {threshold !== null && <td>{cell(curve?.precision)}</td>}
          {threshold !== null && <td>{cell(curve?.recall)}</td>}
        </>
      )}
      {threshold === null && <td>{curve ? formatStep(curve.step) : ""}</td>}
    </tr>
  );
}

function areaOf({ curve }: CurveSource, roc: boolean): number {
  const area = roc ? curve?.auc : curve?.averagePrecision;
  return area ?? Number.NaN;
}

/** A number from 0 to 1. */
function share(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? "–" : value.toFixed(3);
}
