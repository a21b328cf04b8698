// The columns of the tables below charts: of a step, of a range of steps, and hyperparameters.
import { formatRelative, formatStep, formatValue, formatWallTime } from "../../charts/format";
import { hparamNames } from "../../state/runs";
import type { Session } from "../../state/session";

const HPARAM = "hparam:";
const OF_A_STEP: Record<string, string> = {
  smoothed: "Smoothed",
  value: "Value",
  step: "Step",
  time: "Time",
  relative: "Relative",
};
const OF_A_RANGE: Record<string, string> = {
  start: "Start",
  end: "End",
  start_step: "Start step",
  end_step: "End step",
  min: "Min",
  max: "Max",
  min_step: "Step of min",
  max_step: "Step of max",
  mean: "Mean",
  change: "Change",
  percent: "Change %",
  raw_change: "Raw change",
};
const FORMATS: Record<string, (value: number) => string> = {
  step: formatStep,
  start_step: formatStep,
  end_step: formatStep,
  min_step: formatStep,
  max_step: formatStep,
  time: formatWallTime,
  relative: formatRelative,
  percent: (value) => (Number.isFinite(value) ? `${(value * 100).toPrecision(3)} %` : "–"),
};

/** The columns to show, of those chosen: what there is to tell of a step, or of a range. */
export function shownColumns(chosen: readonly string[], range: boolean): string[] {
  const fitting = range ? OF_A_RANGE : OF_A_STEP;
  return chosen.filter((column) => column in fitting || hparamOf(column) !== null);
}

/** The hyperparameter that a column shows; null if it shows something else. */
export function hparamOf(column: string): string | null {
  return column.startsWith(HPARAM) ? column.slice(HPARAM.length) : null;
}

export function headingOf(column: string): string {
  return hparamOf(column) ?? OF_A_STEP[column] ?? OF_A_RANGE[column] ?? "Run";
}

export function formatCell(column: string, value: number | undefined): string {
  return (FORMATS[column] ?? formatValue)(value ?? Number.NaN);
}

export function ColumnChooser({ session }: { session: Session }) {
  const { columns } = session.settings;
  const hparams = hparamNames(session.hparams.value).map((name) => HPARAM + name);
  const groups = [
    ["At a step", Object.keys(OF_A_STEP)],
    ["Over a range of steps", Object.keys(OF_A_RANGE)],
    ["Hyperparameters", hparams],
  ] as const;
  return (
    <details class="columns">
      <summary>Columns of the table</summary>
      {groups.map(
        ([title, names]) =>
          names.length > 0 && (
            <fieldset key={title}>
              <legend>{title}</legend>
              {names.map((name) => (
                <label key={name} title={headingOf(name)}>
                  <input
                    type="checkbox"
                    checked={columns.value.includes(name)}
                    onChange={(event) => {
                      const others = columns.value.filter((one) => one !== name);
                      columns.value = event.currentTarget.checked ? [...others, name] : others;
                    }}
                  />
                  {headingOf(name)}
                </label>
              ))}
            </fieldset>
          ),
      )}
    </details>
  );
}
