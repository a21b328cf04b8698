// The values below a chart: at a step, or over a range of steps.
import { type Signal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { CardParts } from "./card";
import { formatCell, headingOf, hparamOf, shownColumns } from "./columns";
import { idOf, type RunLine, startOf, toLines } from "./lines";
import { type Row, rangeRow, stepRow } from "./statistics";

/** More rows would not be read, and would slow the page. */
const MOST_ROWS = 100;

export function CardTable({ state }: { state: CardParts }) {
  const { view, sources, smoothing, x } = state;
  const { settings } = view.session;
  const sort = useSignal<{ column: string; down: boolean } | null>(null);
  const range = settings.stepRange.value;
  const columns = shownColumns(settings.columns.value, range !== null);
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
  const { hparams } = view.session;
  const hparam = (column: string, { run }: RunLine) =>
    hparams.value[run.number]?.[hparamOf(column) ?? ""];
  const cellOf = (column: string, line: RunLine, row: Row) =>
    hparamOf(column) === null
      ? formatCell(column, row[column])
      : String(hparam(column, line) ?? "");
  sortRows(rows, sort.value, (column, line, row) =>
    hparamOf(column) === null ? (row[column] ?? Number.NaN) : hparam(column, line),
  );
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
                  {headingOf(column)}
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
                <td key={column}>{cellOf(column, line, row)}</td>
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

/** Numbers before texts, and what is none last, either way. */
function sortRows(
  rows: { line: RunLine; row: Row }[],
  sort: { column: string; down: boolean } | null,
  cellValue: (column: string, line: RunLine, row: Row) => unknown,
): void {
  if (!sort) return;
  const { column, down } = sort;
  const key = ({ line, row }: { line: RunLine; row: Row }) =>
    column === "run" ? line.name : cellValue(column, line, row);
  rows.sort((a, b) => {
    const [one, other] = [key(a), key(b)];
    const rank = rankOf(one) - rankOf(other);
    if (rank) return rank;
    const order =
      typeof one === "number" && typeof other === "number"
        ? one - other
        : String(one).localeCompare(String(other), "en", { numeric: true });
    return down ? -order : order;
  });
}

function rankOf(value: unknown): number {
  if (typeof value === "number") return Number.isNaN(value) ? 2 : 0;
  return value === undefined || value === null ? 2 : 1;
}
