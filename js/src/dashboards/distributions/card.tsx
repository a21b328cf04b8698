// One tag: nine percentiles of its histograms as nested bands, over steps or time.
import { type ReadonlySignal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useCallback, useRef } from "preact/hooks";
import type { View } from "../../board/view";
import { formatValue } from "../../charts/format";
import type { LineChart } from "../../charts/line_chart";
import { IconButton, Name } from "../../ui/controls";
import { waitingForKernel } from "../../wire/channel";
import type { TagRow } from "../../wire/types";
import { CardFrame } from "../cards/card_frame";
import type { Visibility } from "../cards/visible";
import type { Zoom } from "../scalars/card_chart";
import { useSummaryChart } from "../summaries/chart";
import { summaryX } from "../summaries/lines";
import type { SummarySource } from "../summaries/model";
import { type DistributionLine, distributionLine, distributionTooltip } from "./lines";
import {
  type Detail,
  type DistributionCardState,
  type DistributionsModel,
  MOST_OVERLAID,
} from "./model";

const NARROW = 760;

export interface CardProps {
  view: View;
  model: DistributionsModel;
  tag: TagRow;
  visible: Visibility;
}

export function DistributionCard({ view, model, tag, visible }: CardProps) {
  const name = tag[1];
  const { settings } = view.session;
  const card = useRef<HTMLElement | null>(null);
  const host = useRef<HTMLDivElement>(null);
  const state = model.state(name);
  const seen = useSignal(false);
  const zoom = useSignal<Zoom | null>(null);
  const all = useComputed(() => model.sources(tag));
  const sources = useComputed(() => shownSources(model, state, all.value));
  const x = useComputed(() => summaryX(settings.xAxis.value, sources.value));
  const detail = useDetail({ view, model, tag, sources, x, zoom });
  const lines = useComputed(() => {
    const look = { highlighted: view.highlighted.value, dashes: false };
    return sources.value.map((source) =>
      distributionLine(source, detail.value?.get(source.run.number), x.value, look),
    );
  });
  useSignalEffect(() => {
    x.value; // a zoom of one axis means nothing on another
    zoom.value = null;
  });
  useSummaryChart({
    ...{ view, seen, host, lines, x, zoom },
    tag: name,
    label: `distribution of ${name}`,
    options: () => ({ y: settings.yScale.value, xScale: settings.xScale.value }),
    tooltip: (hover, _lines, at) =>
      distributionTooltip(hover, lines.peek(), x.peek(), at, {
        rows: settings.tooltipRows.peek(),
        narrow: view.width.peek() < NARROW,
      }),
    onDraw: (chart) => markDrawn(card.current, chart, lines.peek()),
  });
  const onElement = useCallback((element: HTMLElement) => {
    card.current = element;
  }, []);
  const message = messageOf(sources.value);
  const single = all.value.length > sources.value.length;
  return (
    <CardFrame
      {...{ view, visible, seen, onElement, state }}
      tag={name}
      note={noteOf(view, model, tag, zoom.value)}
      className={`distribution${zoom.value ? " zoomed" : ""}`}
      data={{ "data-series": sources.value.length }}
      label={describe(name, sources.value)}
      tools={
        <>
          {view.goTo && (
            <IconButton
              icon="histogram"
              label="See its histograms"
              onClick={() => view.goTo?.("histograms", name)}
            />
          )}
          {zoom.value && (
            <IconButton
              icon="fit"
              label="Show everything again (double-click the chart)"
              onClick={() => {
                zoom.value = null;
              }}
            />
          )}
        </>
      }
    >
      {single ? (
        <RunSwitch {...{ state, all: all.value, shown: sources.value[0] }} />
      ) : (
        <RunCaption view={view} sources={sources.value} />
      )}
      <div ref={host} class="chart">
        {seen.value && message && <span class="message wrong">{message}</span>}
      </div>
    </CardFrame>
  );
}

/** What a reader must know to read the card right. */
function noteOf(view: View, model: DistributionsModel, tag: TagRow, zoom: Zoom | null): string {
  const near = zoom !== null || view.session.settings.xRange.value !== null;
  return near && waitingForKernel.value ? "kernel busy: coarse picture" : model.note(tag);
}

/** Why there is nothing to see; empty if there is. */
function messageOf(sources: readonly SummarySource[]): string {
  if (!sources.length)
    return waitingForKernel.value ? "The kernel is busy; the distributions follow" : "";
  const drawn = sources.some(({ summary }) => summary.columns.p5000?.some(Number.isFinite));
  return drawn ? "" : "No step has percentiles: its counts are NaN, or cannot be read";
}

/** All runs over each other, or one of them. */
function shownSources(
  model: DistributionsModel,
  state: DistributionCardState,
  all: SummarySource[],
): SummarySource[] {
  const mode = model.mode.value;
  if (mode === "overlay" || (mode === "auto" && all.length <= MOST_OVERLAID)) return all;
  const chosen = all.find(({ run }) => run.number === state.run.value) ?? all[0];
  return chosen ? [chosen] : [];
}

/** Which run the card shows. */
function RunSwitch(props: {
  state: DistributionCardState;
  all: readonly SummarySource[];
  shown: SummarySource | undefined;
}) {
  const { state, all, shown } = props;
  const at = shown ? all.indexOf(shown) : 0;
  return (
    <label class="run-switch">
      <span class="swatch" style={{ "--color": shown?.run.color ?? "" }} />
      <select
        aria-label="Run shown"
        value={String(shown?.run.number)}
        onChange={(event) => {
          state.run.value = Number(event.currentTarget.value);
        }}
      >
        {all.map(({ run }) => (
          <option key={run.number} value={String(run.number)}>
            {run.label}
          </option>
        ))}
      </select>
      <span>
        run {at + 1} of {all.length}
      </span>
    </label>
  );
}

/** Which run the card is of, where the run list does not tell. */
function RunCaption({ view, sources }: { view: View; sources: readonly SummarySource[] }) {
  const [source] = sources;
  if (!source || sources.length > 1 || view.session.selected.value.length < 2) return null;
  const { run } = source;
  return (
    <div class="run-switch">
      <Name text={run.name} shown={run.label}>
        <span class="swatch" style={{ "--color": run.color }} />
      </Name>
    </div>
  );
}

interface DetailParts {
  view: View;
  model: DistributionsModel;
  tag: TagRow;
  sources: ReadonlySignal<SummarySource[]>;
  x: ReadonlySignal<ReturnType<typeof summaryX>>;
  zoom: { value: Zoom | null; peek(): Zoom | null };
}

/** Ask for every step of the part that a zoom shows, if the page holds a selection only. */
function useDetail({ view, model, tag, sources, x, zoom }: DetailParts) {
  const { xRange } = view.session.settings;
  const detail = useSignal<Detail | null>(null);
  useSignalEffect(() => {
    const shown = zoom.value?.x ?? xRange.value;
    if (!shown) {
      detail.value = null;
      return;
    }
    const held = sources
      .peek()
      .filter(({ summary }) => summary.steps > summary.step.length)
      .map(({ run }) => run);
    if (!held.length) return;
    const args = { low: shown[0], high: shown[1], x_axis: x.peek() };
    const timer = setTimeout(() => {
      model
        .detail(tag, held, args)
        .then((found) => {
          if ((zoom.peek()?.x ?? xRange.peek()) === shown) detail.value = found;
        })
        .catch(() => {}); // the coarse picture stays
    }, 60);
    return () => clearTimeout(timer);
  });
  return detail;
}

function describe(name: string, sources: readonly SummarySource[]): string {
  const medians = sources.slice(0, 10).map(({ run, summary }) => {
    const column = summary.columns.p5000;
    return `${run.label} ${formatValue(column?.[column.length - 1] ?? Number.NaN)}`;
  });
  return `${name}: distributions of ${sources.length} runs over steps. Last medians: ${medians.join(", ")}`;
}

/** Leave on the element what tests (and the curious) can read: that it is drawn, and what. */
function markDrawn(
  card: HTMLElement | null,
  chart: LineChart,
  lines: readonly DistributionLine[],
): void {
  if (!card) return;
  if (chart.probe().points > 0) card.dataset.drawn = "1";
  const percentiles = () =>
    lines.map(({ run, step, percentiles }) => {
      const columns = Object.entries(percentiles).map(([name, values]) => [name, [...values]]);
      return { ...Object.fromEntries(columns), run: run.name, step: [...step] };
    });
  const probe = () => ({ ...chart.probe(), percentiles: percentiles() });
  Object.assign(card, { tbwidgetProbe: probe });
}
