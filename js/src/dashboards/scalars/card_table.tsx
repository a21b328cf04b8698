// The values below a chart: at a step, or over a range of steps.
import { type Signal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { formatRelative, formatStep, formatValue, formatWallTime } from "../../charts/format";
import type { CardParts } from "./card";
import { idOf, type RunLine, startOf, toLines } from "./lines";
import { type Row, rangeRow, stepRow } from "./statistics";

const HEADINGS: Record<string, string> = {
  smoothed: "Smoothed",
  value: "Value",
  step: "Step",
  time: "Time",
  relative: "Relative",
  start: "Start",
  end: "End",
  min: "Min",
  max: "Max",
  mean: "Mean",
  change: "Change",
  percent: "Change %",
};
const OF_A_RANGE = ["start", "end", "min", "max", "mean", "change", "percent"];
const FORMATS: Record<string, (value: number) => string> = {
  step: formatStep,
  time: formatWallTime,
  relative: formatRelative,
  percent: (value) => (Number.isFinite(value) ? `${(value * 100).toPrecision(3)} %` : "–"),
};
/** More rows would not be read, and would slow the page. */
const MOST_ROWS = 100;

export function CardTable({ state }: { state: CardParts }) {
  const { view, sources, smoothing, x } = state;
  const { settings } = view.session;
  const sort = useSignal<{ column: string; down: boolean } | null>(null);
  const range = settings.stepRange.value;
  const columns = settings.columns.value.filter((one) => OF_A_RANGE.includes(one) === !!range);
  const lines = useComputed(() =>
    toLines(
      sources.value.filter(({ superseded }) => !superseded),
      x.value,
      {
        smoothing: smoothing.value,
        highlighted: null,
        dashes: false,
        rightAxis: false,
        named: state.named,
        alone: view.session.runs.value.length === 1,
      },
    ),
  );
  const exact = useExactRows(state);
  const rows = lines.value.flatMap((line) => {
    const held = range
      ? rangeRow(line, range)
      : stepRow(line, settings.step.value, startOf(line.wall));
    const row = exact.value?.get(line.id) ?? held;
    return row ? [{ line, row }] : [];
  });
  sortRows(rows, sort.value);
  return (
    <div class="table">
      <table>
        <thead>
          <tr>
            {["run", ...columns].map((column) => (
              <th
                key={column}
                scope="col"
                aria-sort={
                  sort.value?.column !== column
                    ? undefined
                    : sort.value.down
                      ? "descending"
                      : "ascending"
                }
              >
                <button
                  type="button"
                  onClick={() => {
                    const again = sort.value?.column === column && !sort.value.down;
                    sort.value = { column, down: again };
                  }}
                >
                  {HEADINGS[column] ?? "Run"}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_ROWS).map(({ line, row }) => (
            <tr key={line.id}>
              <th scope="row" title={line.name}>
                <span class="swatch" style={{ "--color": line.color }} />
                {line.name}
              </th>
              {columns.map((column) => (
                <td key={column}>{(FORMATS[column] ?? formatValue)(row[column] ?? Number.NaN)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST_ROWS && <p>and {rows.length - MOST_ROWS} more</p>}
    </div>
  );
}

/** The kernel's rows of all points, where the page holds only a selection of them; by line. */
function useExactRows(state: CardParts): Signal<ReadonlyMap<string, Row> | null> {
  const { view, model, sources, smoothing } = state;
  const { settings } = view.session;
  const exact = useSignal<ReadonlyMap<string, Row> | null>(null);
  useSignalEffect(() => {
    const range = settings.stepRange.value;
    const at = settings.step.value;
    const weight = smoothing.value;
    const coarse = sources.value.filter(({ series, band }) => !band && !series.exact);
    exact.value = null;
    if (!coarse.length || (at === null && !range)) return;
    const asked = range ? { low: range[0], high: range[1] } : { at };
    let current = true;
    const tags = [...new Set(coarse.map(({ tag }) => tag))];
    const requests = tags.map(async (tag) => {
      const those = coarse.filter((source) => source.tag === tag);
      const runs = those.map(({ run }) => run.name);
      const rows = await model.table({ tags: [tag], runs, smoothing: weight, ...asked });
      return those.flatMap((source): [string, Row][] => {
        const row = rows.get(source.run.number);
        return row ? [[idOf(source), row]] : [];
      });
    });
    Promise.all(requests)
      .then((rows) => {
        if (current) exact.value = new Map(rows.flat());
      })
      .catch(() => {}); // the coarse numbers stay
    return () => {
      current = false;
    };
  });
  return exact;
}

function sortRows(
  rows: { line: RunLine; row: Row }[],
  sort: { column: string; down: boolean } | null,
): void {
  if (!sort) return;
  const { column, down } = sort;
  rows.sort((a, b) => {
    if (column === "run") {
      const order = a.line.name.localeCompare(b.line.name, "en", { numeric: true });
      return down ? -order : order;
    }
    const [one, other] = [a.row[column] ?? Number.NaN, b.row[column] ?? Number.NaN];
    if (Number.isNaN(one) || Number.isNaN(other))
      return Number(Number.isNaN(one)) - Number(Number.isNaN(other));
    return down ? other - one : one - other;
  });
}
