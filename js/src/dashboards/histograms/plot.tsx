// One chart of a card: a run's histograms, or those of all runs at one step.
import {
  batch,
  type ReadonlySignal,
  type Signal,
  useSignal,
  useSignalEffect,
} from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { View } from "../../board/view";
import type { RunInfo } from "../../state/session";
import { Name } from "../../ui/controls";
import { waitingForKernel } from "../../wire/channel";
import type { TagRow } from "../../wire/types";
import { HistogramChart, type HistogramTheme } from "./chart";
import { tooltipOf } from "./hover";
import type { Options, Source, Spot } from "./layout";
import type { HistogramsModel } from "./model";
import { emptiness, type Slices } from "./slices";

export type ValueRange = readonly [low: number, high: number] | null;

export interface CardParts {
  view: View;
  model: HistogramsModel;
  tag: TagRow;
  seen: ReadonlySignal<boolean>;
  /** The values that a zoom shows. */
  zoom: Signal<ValueRange>;
  /** The charts of the card by what they show, and why one is empty. */
  plots: Map<string, { chart: HistogramChart | null; message: string; sources: Source[] }>;
  onDraw: () => void;
}

export function Plot(props: { parts: CardParts; runs: readonly RunInfo[]; caption: boolean }) {
  const { parts, runs, caption } = props;
  const { view, seen } = parts;
  const key = runs.map((run) => run.number).join();
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef({
    chart: null as HistogramChart | null,
    message: "",
    sources: [] as Source[],
  });
  const details = useDetails(parts, runs, key);
  const sources = sourcesOf(parts, runs, details.value);
  const message = messageOf(sources);
  plot.current.message = message;
  plot.current.sources = sources;
  const options = optionsOf(parts);
  useEffect(() => {
    const own = plot.current;
    parts.plots.set(key, own);
    return () => {
      // Another one of the same runs may have taken its place already.
      if (parts.plots.get(key) === own) parts.plots.delete(key);
      own.chart?.destroy();
      own.chart = null;
    };
  }, [parts.plots, key]);
  const shown = seen.value;
  const theme = themeOf(view);
  useEffect(() => {
    if (!shown || !host.current) {
      plot.current.chart?.destroy();
      plot.current.chart = null;
      return;
    }
    plot.current.chart ??= new HistogramChart(host.current, theme, {
      onHover: (spot, of, at) => tellHover(parts, host.current, of, spot, at),
      onClick: (spot, of, shift) => mark(parts, of, spot, shift),
      onZoom: (low, high) => {
        if (low < high) parts.zoom.value = [low, high];
      },
      onReset: () => {
        parts.zoom.value = null;
      },
      onDraw: () => parts.onDraw(),
    });
    plot.current.chart.update(sources, options);
  });
  useEffect(() => plot.current.chart?.setTheme(theme), [view.theme.value]);
  const [first] = runs;
  return (
    <figure class="plot">
      {caption && first && (
        <figcaption>
          <Name text={first.name} shown={first.label}>
            <span class="swatch" style={{ "--color": first.color }} />
          </Name>
        </figcaption>
      )}
      <div ref={host} class="chart">
        {shown && message && <span class="message">{message}</span>}
      </div>
    </figure>
  );
}

function sourcesOf(
  { model, tag }: CardParts,
  runs: readonly RunInfo[],
  details: ReadonlyMap<number, Slices> | null,
): Source[] {
  return runs.flatMap((run) => {
    const coarse = model.slices(run.number, tag[0]);
    const slices = details?.get(run.number) ?? coarse;
    return slices ? [{ name: run.label, color: run.color, slices }] : [];
  });
}

/** Why there is nothing to see; empty if there is. */
function messageOf(sources: readonly Source[]): string {
  if (!sources.length) return waitingForKernel.value ? "The kernel is busy; this follows" : "";
  const reasons = sources.map(({ slices }) => {
    const why = emptiness(slices);
    if (why) return why;
    const empty = slices.steps.every((_, i) => slices.total(i) === 0);
    return empty ? `No values in ${slices.length === 1 ? "this step" : "any of the steps"}` : "";
  });
  return reasons.every(Boolean) ? (reasons[0] ?? "") : "";
}

export function optionsOf({ view, model }: CardParts): Options {
  const { xAxis, step } = view.session.settings;
  const marked = [step.value, model.secondStep.value].filter((one) => one !== null);
  return {
    mode: model.mode.value,
    axis: xAxis.value,
    log: model.logCounts.value,
    density: model.density.value,
    marked,
  };
}

/** While a zoom shows a part of the values: the histograms of that part, finely. */
function useDetails({ model, tag, zoom }: CardParts, runs: readonly RunInfo[], key: string) {
  const details = useSignal<ReadonlyMap<number, Slices> | null>(null);
  const current = useRef(runs);
  current.current = runs;
  useSignalEffect(() => {
    const range = zoom.value;
    model.revision(tag[0]).value;
    if (!range) {
      details.value = null;
      return;
    }
    const wanted = current.current;
    Promise.all(wanted.map((run) => model.detail(run.name, tag[1], range[0], range[1])))
      .then((found) => {
        if (zoom.peek() === range)
          details.value = new Map(found.map((one) => [one.item.key[0], one]));
      })
      .catch(() => {}); // the coarse picture stays
  });
  useEffect(() => {
    details.value = null;
  }, [key]);
  return details;
}

/** A click marks its step in all cards, and a second one with shift to compare it with. */
function mark(
  { view, model }: CardParts,
  sources: readonly Source[],
  spot: Spot,
  shift: boolean,
): void {
  const at = sources[spot.source]?.slices.steps[spot.slice];
  if (at === undefined) return;
  const { step } = view.session.settings;
  batch(() => {
    if (shift && step.value !== null)
      model.secondStep.value = model.secondStep.value === at ? null : at;
    else step.value = step.value === at ? null : at;
    if (step.value === null || model.secondStep.value === step.value) model.secondStep.value = null;
  });
}

function tellHover(
  parts: CardParts,
  host: HTMLElement | null,
  sources: readonly Source[],
  spot: Spot | null,
  at: { px: number; py: number },
): void {
  const { view } = parts;
  const box = host?.getBoundingClientRect();
  if (!spot || !box) {
    view.tooltip.value = null;
    return;
  }
  const corner = view.root.getBoundingClientRect();
  const place = { x: box.left - corner.left + at.px, y: box.top - corner.top + at.py };
  view.tooltip.value = tooltipOf(spot, sources, optionsOf(parts), place);
}

function themeOf(view: View): HistogramTheme {
  const { background, foreground, muted, grid, font, accent } = view.theme.value;
  return { background, foreground, muted, grid, axis: grid, accent, font: `10.5px ${font}` };
}
