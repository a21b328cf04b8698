// One tag: what each run's tensor is, statistics over steps, and the slice of one run at a step.
import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useCallback, useEffect, useRef } from "preact/hooks";
import type { View } from "../../board/view";
import { waitingForKernel } from "../../wire/channel";
import type { TagRow } from "../../wire/types";
import { CardFrame } from "../cards/card_frame";
import { StepSlider, unionOf } from "../cards/step_slider";
import type { Visibility } from "../cards/visible";
import type { Zoom } from "../scalars/card_chart";
import { saveFile } from "../scalars/card_export";
import { useSummaryChart } from "../summaries/chart";
import { summaryX } from "../summaries/lines";
import { summaryTooltip } from "../summaries/tooltip";
import { type Entry, entryOf, rowAt, type Wish } from "../values/model";
import { csvOf } from "./cells";
import { type ColorRange, rangeOf } from "./colors";
import { COLUMNS, statisticsLines, withStatistics } from "./lines";
import type { Tensor, TensorCardState, TensorsModel } from "./model";
import { type RunRow, RunTable } from "./run_table";
import { SliceView } from "./slice_view";
import { detailOf, MOST_CELLS, SOME_CELLS } from "./wishes";

const NARROW = 760;
const TITLES = { std: "Mean ± std", range: "Mean, min to max", norm: "Norm" } as const;

export interface CardProps {
  view: View;
  model: TensorsModel;
  tag: TagRow;
  visible: Visibility;
}

/** What a card shows of a run. */
interface Shown {
  entry: Entry;
  tensor: Tensor;
}

export function TensorCard({ view, model, tag, visible }: CardProps) {
  const name = tag[1];
  const card = useRef<HTMLElement | null>(null);
  const seen = useSignal(false);
  const state = model.state(name);
  const { settings } = view.session;
  const step = useComputed(() => settings.step.value ?? state.step.value);
  const rows = useComputed(() => rowsOf(model, tag, step.value));
  const chosen = useComputed(
    () => rows.value.find(({ run }) => run.number === state.run.value) ?? rows.value[0],
  );
  const detail = useComputed((): Wish | null => {
    const { entry, tensor } = chosen.value ?? {};
    const all = state.size.value !== "normal" || model.shown.value === "table";
    const options = entry && detailOf(state, tensor, all ? MOST_CELLS : SOME_CELLS);
    return options ? { entry, options } : null;
  });
  useWishes({ model, tag, seen, rows, chosen, detail });
  const { shown, stale } = useShown({
    model,
    tag,
    state,
    chosen: chosen.value,
    detail: detail.value,
  });
  const chart = useOverSteps({ view, model, tag, seen });
  const onElement = useCallback((element: HTMLElement) => {
    card.current = element;
  }, []);
  const range = rangeFor(model, tag, shown);
  useEffect(() => markDrawn(card.current, rows.value, shown, { range, stale }));
  const waiting = stale && waitingForKernel.value > 0;
  const steps = unionOf(model.sources(tag).map(({ summary }) => summary.step));
  const slice = shown?.tensor.slice;
  const numbers = model
    .sources(tag)
    .some(({ summary }) => summary.columns.mean?.some(Number.isFinite));
  return (
    <CardFrame
      {...{ view, visible, seen, onElement, state }}
      tag={name}
      note={waiting ? "kernel busy: the tensors follow" : model.note(tag)}
      className={`curves tensors${shown && !slice?.cells.every(Boolean) && !numbers ? " bare" : ""}`}
      data={{ "data-series": rows.value.length }}
      label={`${name}: tensors of ${rows.value.length} runs`}
      menu={() => (
        <div class="settings">
          <div class="files">
            <span>Values shown</span>
            <button type="button" onClick={() => slice && saveCsv(name, csvOf(slice))}>
              CSV
            </button>
          </div>
        </div>
      )}
    >
      <div class="curves-body">
        <div class="plot">
          <SliceView
            {...{ view, state, range }}
            tag={name}
            tensor={shown?.tensor}
            stale={stale}
            table={model.shown.value === "table"}
            message={messageOf(chosen.value)}
          />
        </div>
        <div class="curves-side">
          <StepSlider {...{ view, steps }} tag={name} own={state.step} />
          <h5 hidden={!numbers}>{TITLES[model.band.value]} over steps</h5>
          <div ref={chart} class="chart" hidden={!numbers} />
        </div>
      </div>
      <RunTable {...{ view, state }} rows={rows.value} chosen={chosen.value?.run} />
    </CardFrame>
  );
}

type CardRow = RunRow & { entry: Entry | null };

/** All runs that have the tag, with what is known of their tensors at the step or before it. */
function rowsOf(model: TensorsModel, tag: TagRow, step: number | null): CardRow[] {
  return model.sources(tag).map((source) => {
    const row = rowAt(source.summary.step, step);
    const entry = row < 0 ? null : entryOf(source, row);
    const tensor = entry ? model.value(tag, { entry, options: {} }) : undefined;
    return { run: source.run, step: entry?.step ?? null, tensor, entry };
  });
}

interface Wishing {
  model: TensorsModel;
  tag: TagRow;
  seen: { value: boolean };
  rows: { value: CardRow[] };
  chosen: { value: CardRow | undefined };
  detail: { value: Wish | null };
}

/** First the slice of the run that is shown, then what the others' tensors are. */
function useWishes({ model, tag, seen, rows, chosen, detail }: Wishing): void {
  useSignalEffect(() => {
    const first = chosen.value?.entry;
    const others = rows.value.flatMap(({ entry }) => (entry && entry !== first ? [entry] : []));
    const wishes: Wish[] = [...(first ? [first] : []), ...others].map((entry) => ({
      entry,
      options: {},
    }));
    if (detail.value) wishes.splice(1, 0, detail.value);
    if (seen.value) model.want(tag, wishes);
    else model.release(tag);
  });
  useEffect(() => () => model.release(tag), [model, tag]);
}

/** What there is of what is wanted: the slice itself, a coarser picture of it, or the last one. */
function useShown(given: {
  model: TensorsModel;
  tag: TagRow;
  state: TensorCardState;
  chosen: CardRow | undefined;
  detail: Wish | null;
}): { shown: Shown | null; stale: boolean } {
  const { model, tag, state, chosen, detail } = given;
  const last = useRef<Shown | null>(null);
  const { entry, tensor } = chosen ?? {};
  if (!entry) return { shown: null, stale: false };
  const exact = detail ? model.value(tag, detail) : tensor;
  const coarse = state.index.value.some(Boolean) || state.how.value !== "mean" ? null : tensor;
  const before = last.current?.entry.run.number === entry.run.number ? last.current : null;
  const found = exact ?? coarse;
  const shown = found ? { entry, tensor: found } : before;
  last.current = shown;
  return { shown, stale: !exact };
}

function messageOf(chosen: CardRow | undefined): string {
  if (chosen && !chosen.entry) return "This run has no tensor at this step or before it.";
  return waitingForKernel.value ? "The kernel is busy; the values follow." : "";
}

/** The values that the colours span. */
function rangeFor(model: TensorsModel, tag: TagRow, shown: Shown | null): ColorRange | null {
  const slice = shown?.tensor.slice;
  if (!slice || slice.texts) return null;
  if (model.colors.value === "slice") return rangeOf(slice.values);
  const source = model.sources(tag).find(({ run }) => run.number === shown.entry.run.number);
  const { min = [], max = [] } = source?.summary.columns ?? {};
  return rangeOf([...min, ...max, ...(rangeEnds(slice.values) ?? [])]);
}

function rangeEnds(values: Float64Array): [number, number] | null {
  const range = rangeOf(values);
  return range && [range.low, range.high];
}

function useOverSteps(
  given: Pick<CardProps, "view" | "model" | "tag"> & {
    seen: { value: boolean };
  },
) {
  const { view, model, tag } = given;
  const { settings } = view.session;
  const host = useRef<HTMLDivElement>(null);
  const zoom = useSignal<Zoom | null>(null);
  const sources = useComputed(() => model.sources(tag).map(withStatistics));
  const x = useComputed(() => summaryX(settings.xAxis.value, sources.value));
  const lines = useComputed(() => {
    const look = { highlighted: view.highlighted.value, dashes: settings.dashes.value };
    return statisticsLines(sources.value, model.band.value, x.value, look);
  });
  useSignalEffect(() => {
    x.value; // a zoom of one axis means nothing on another
    model.band.value;
    zoom.value = null;
  });
  useSummaryChart({
    ...{ view, host, lines, x, zoom },
    seen: given.seen as never,
    tag: tag[1],
    label: `statistics of ${tag[1]} over steps`,
    tooltip: (hover, _lines, at) =>
      summaryTooltip(hover, lines.peek(), x.peek(), at, {
        rows: settings.tooltipRows.peek(),
        columns: view.width.peek() < NARROW ? COLUMNS.slice(0, 4) : COLUMNS,
        noun: "tensor",
      }),
  });
  return host;
}

function saveCsv(tag: string, text: string): void {
  saveFile(`${tag.replace(/[^\w.-]+/g, "_")}.csv`, new Blob([text], { type: "text/csv" }));
}

/** Leave on the element what tests (and the curious) can read: that it is drawn, and what. */
function markDrawn(
  card: HTMLElement | null,
  rows: readonly CardRow[],
  shown: Shown | null,
  more: { range: ColorRange | null; stale: boolean },
): void {
  if (!card) return;
  if (shown || rows.some(({ tensor }) => tensor)) card.dataset.drawn = "1";
  const slice = shown?.tensor.slice;
  const probe = () => ({
    ...more,
    rows: rows.map(({ run, step, tensor }) => ({ run: run.name, step, ...tensor, slice: null })),
    run: shown?.entry.run.name,
    step: shown?.entry.step,
    error: shown?.tensor.error,
    slice: slice && {
      ...slice,
      values: [...slice.values],
      parts: slice.parts && [[...slice.parts.real], [...slice.parts.imaginary]],
    },
  });
  Object.assign(card, { tbwidgetProbe: probe });
}
