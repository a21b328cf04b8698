// From a chart of the layout to what its lines are made of.
import { colorOf } from "../../state/palette";
import type { Series } from "../../state/series";
import type { RunInfo } from "../../state/session";
import type { ChartItem, TagRow } from "../../wire/types";
import type { LineSource, Pair } from "../scalars/lines";
import type { Detail, ScalarsModel } from "../scalars/model";

/** The part of the model that is needed here. */
type Held = Pick<ScalarsModel, "series" | "sources">;

/** The tags of a chart that are known, in its order. */
export function rowsOf({ tags, margins }: ChartItem, known: ReadonlyMap<number, TagRow>): TagRow[] {
  const numbers = new Set([...tags, ...margins.flat()]);
  return [...numbers].flatMap((tag) => {
    const row = tag === null ? undefined : known.get(tag);
    return row ? [row] : [];
  });
}

export function sourcesOf(
  chart: ChartItem,
  known: ReadonlyMap<number, TagRow>,
  runs: readonly RunInfo[],
  model: Held,
  detail: Detail | null,
): LineSource[] {
  const sources = chart.margins.length
    ? marginSources(chart, known, runs, model, detail)
    : model.sources(rowsOf(chart, known), detail);
  // With one run, colour is free to tell tags apart.
  if (runs.length !== 1 || !sources.some(({ place }) => place > 0)) return sources;
  return sources.map((source) => ({ ...source, color: colorOf(source.place) }));
}

/** A line a run and band; a run without both limits has its line alone. */
function marginSources(
  { margins }: ChartItem,
  known: ReadonlyMap<number, TagRow>,
  runs: readonly RunInfo[],
  model: Held,
  detail: Detail | null,
): LineSource[] {
  return margins.flatMap((margin, place) => {
    const [value, low, high] = margin.map((tag) => (tag === null ? undefined : known.get(tag)));
    if (!value) return [];
    return runs.flatMap((run) => {
      const pair = (row: TagRow | undefined): Pair | undefined => {
        const series = row && model.series(run, row);
        if (!row || !series?.length) return undefined;
        return { series, detail: detail?.get(`${run.number}:${row[0]}`) };
      };
      const main = pair(value);
      if (!main) return [];
      const [lower, upper] = [pair(low), pair(high)];
      const limits = lower && upper && { lower, upper };
      return [{ run, tag: value[1], place, ...main, limits }];
    });
  });
}

/** Whether the limits of a band were written at other steps than its line, as far as can be told. */
export function differInSteps({ series, limits }: LineSource): boolean {
  if (!limits) return false;
  return [limits.lower.series, limits.upper.series].some((one) => !sameSteps(series, one));
}

function sameSteps(one: Series, other: Series): boolean {
  if (!one.exact || !other.exact) return true; // points were left out
  const [a, b] = [one.step, other.step];
  // While all three are being written, one may have come farther.
  for (let i = Math.min(a.length, b.length) - 1; i >= 0; i--) if (a[i] !== b[i]) return false;
  return true;
}
