// The table at the pointer: the bucket there, and the same values at the steps that are marked.
import type { TooltipContent, TooltipRow } from "../../board/view";
import { formatRelative, formatStep, formatValue, formatWallTime } from "../../charts/format";
import { drawn, type Options, type Source, type Spot } from "./layout";
import { type Slices, timesOf } from "./slices";

export function tooltipOf(
  spot: Spot,
  sources: readonly Source[],
  options: Options,
  at: { x: number; y: number },
): TooltipContent | null {
  const source = sources[spot.source];
  if (!source) return null;
  const { slices } = source;
  const value = valueAt(slices, spot);
  const rows: TooltipRow[] = [];
  if (options.mode === "runs") {
    for (const one of sources)
      for (const i of drawn(one, options))
        rows.push(rowAt(one, i, value, options.axis, { named: true, nearest: one === source }));
  } else {
    rows.push(
      rowAt(source, spot.slice, value, options.axis, { named: false, nearest: true }, spot),
    );
    for (const step of options.marked) {
      const i = slices.nearest(step);
      if (i >= 0 && i !== spot.slice)
        rows.push(rowAt(source, i, value, options.axis, { named: false, nearest: false }));
    }
  }
  const heading = [options.mode === "runs" ? "run" : source.name, "values", "count", "share"];
  return { ...at, heading, rows, left_out: 0 };
}

function valueAt(slices: Slices, { slice, place }: Spot): number {
  if (place < 0) return Number.NaN;
  const { left, right } = slices.bucket(slice, place);
  return left / 2 + right / 2;
}

function rowAt(
  source: Source,
  i: number,
  value: number,
  axis: string,
  { named, nearest }: { named: boolean; nearest: boolean },
  spot?: Spot,
): TooltipRow {
  const { slices } = source;
  const place = spot ? spot.place : slices.placeOf(i, value);
  const when = whenOf(slices, i, axis);
  const total = slices.total(i);
  const { left, right, count } =
    place < 0 ? { left: Number.NaN, right: Number.NaN, count: 0 } : slices.bucket(i, place);
  const cells = [
    place < 0 ? "outside" : `${formatValue(left)} – ${formatValue(right)}`,
    formatValue(Number(count.toPrecision(6))),
    total > 0 ? `${((100 * count) / total).toFixed(1)} %` : "",
  ];
  const name = named ? `${source.name}, ${when}` : when;
  return { name, color: source.color, cells, nearest };
}

/** The step of a slice in words, with its time if that is what the axis shows. */
export function whenOf(slices: Slices, i: number, axis: string): string {
  const step = `step ${formatStep(slices.steps[i] ?? Number.NaN)}`;
  const { axis: shown, values } = timesOf(slices, axis);
  if (shown === "relative") return `${step}, ${formatRelative(values[i] ?? Number.NaN)}`;
  if (shown === "wall") return `${step}, ${formatWallTime(values[i] ?? Number.NaN)}`;
  return step;
}
