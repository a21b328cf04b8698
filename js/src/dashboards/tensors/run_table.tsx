// The runs of a card: what their tensors are at the step, and which one's slice is shown.
import type { View } from "../../board/view";
import { formatStep, formatValue } from "../../charts/format";
import type { RunInfo } from "../../state/session";
import { Name } from "../../ui/controls";
import { shapeText } from "./cells";
import { COLUMNS } from "./lines";
import type { Tensor, TensorCardState } from "./model";

/** What `add_tensor` names as its plugin. */
const USUAL = "tensor";

export interface RunRow {
  run: RunInfo;
  /** None so early, if null. */
  step: number | null;
  tensor: Tensor | undefined;
}

export function RunTable(props: {
  view: View;
  state: TensorCardState;
  rows: readonly RunRow[];
  /** The run whose slice is shown. */
  chosen: RunInfo | undefined;
}) {
  const { view, state, rows, chosen } = props;
  const plugins = rows.some(({ tensor }) => tensor && tensor.plugin !== USUAL);
  const numbers = rows.some(({ tensor }) => tensor?.slice && !tensor.slice.texts);
  const columns = numbers ? COLUMNS : [];
  return (
    <div class="curves-legend">
      <table>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Shape</th>
            <th scope="col">Type</th>
            {plugins && <th scope="col">Plugin</th>}
            <th scope="col">Step</th>
            {columns.map(([name, text]) => (
              <th key={name} scope="col">
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ run, step, tensor }) => (
            <tr
              key={run.number}
              onMouseEnter={() => {
                view.highlighted.value = run.number;
              }}
              onMouseLeave={() => {
                view.highlighted.value = null;
              }}
            >
              <th scope="row">
                <button
                  type="button"
                  class="pick-run"
                  aria-pressed={run === chosen}
                  title={`Show the values of ${run.label}`}
                  onClick={() => {
                    state.run.value = run.number;
                  }}
                >
                  <Name text={run.label}>
                    <span class="swatch" style={{ "--color": run.color }} />
                  </Name>
                </button>
              </th>
              <Cells {...{ step, tensor, plugins, columns }} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cells(props: {
  step: number | null;
  tensor: Tensor | undefined;
  plugins: boolean;
  columns: typeof COLUMNS;
}) {
  const { step, tensor, plugins, columns } = props;
  const error = tensor?.error;
  return (
    <>
      {error || step === null ? (
        <td colSpan={2} class="reason" title={error}>
          {error ? "cannot be read" : "none so early"}
        </td>
      ) : (
        <>
          <td>{tensor && shapeText(tensor.shape)}</td>
          <td>{tensor?.type}</td>
        </>
      )}
      {plugins && <td>{tensor && (tensor.plugin || "none")}</td>}
      <td>{step === null ? "" : formatStep(step)}</td>
      {columns.map(([name]) => (
        <td key={name}>{statistic(tensor?.statistics[name])}</td>
      ))}
    </>
  );
}

/** NaN is what there is none of: there is no finite element. */
function statistic(value: number | undefined): string {
  if (value === undefined) return "";
  return Number.isNaN(value) ? "–" : formatValue(value);
}
