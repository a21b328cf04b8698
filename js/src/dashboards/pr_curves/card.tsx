// One tag: the curves of all selected runs in one square plot, a legend, and the area over steps.
import { type ReadonlySignal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useCallback, useEffect, useRef } from "preact/hooks";
import type { View } from "../../board/view";
import { formatStep, formatValue } from "../../charts/format";
import type { LineChart } from "../../charts/line_chart";
import { dashOf } from "../../state/palette";
import { chartTheme } from "../../state/theme";
import { IconButton } from "../../ui/controls";
import { waitingForKernel } from "../../wire/channel";
import type { TagRow } from "../../wire/types";
import { CardFrame } from "../cards/card_frame";
import type { Visibility } from "../cards/visible";
import type { Zoom } from "../scalars/card_chart";
import { tooltipOf } from "../scalars/hover";
import { useSummaryChart } from "../summaries/chart";
import { lineOf, summaryX } from "../summaries/lines";
import { type Curve, emptyReason, pointsOf, thresholdAt } from "./curve";
import { Legend } from "./legend";
import type { CurveSource, PRCurvesModel } from "./model";
import { Plot, type PlotCurve, type PlotOptions, type PlotPoint } from "./plot";
import { StepSlider } from "./step_slider";
import { curvesTooltip } from "./tooltip";

const LOAD_AFTER_MS = 50;

export interface CardProps {
  view: View;
  model: PRCurvesModel;
  tag: TagRow;
  visible: Visibility;
}

/** What the parts of one card share. */
export interface PRCardParts {
  view: View;
  model: PRCurvesModel;
  tag: TagRow;
  sources: ReadonlySignal<CurveSource[]>;
}

export function PRCard({ view, model, tag, visible }: CardProps) {
  const card = useRef<HTMLElement | null>(null);
  const state = model.state(tag[1]);
  const seen = useSignal(false);
  const plotZoom = useSignal<{ x: PlotOptions["x"]; y: PlotOptions["y"] } | null>(null);
  const sources = useCurves(model, tag);
  const parts: PRCardParts = { view, model, tag, sources };
  useLoad(parts, seen);
  const overSteps = useOverSteps(parts, seen);
  const plotHost = usePlot(parts, seen, card, plotZoom, overSteps.chart);
  const onElement = useCallback((element: HTMLElement) => {
    card.current = element;
  }, []);
  const area = model.mode.value === "pr" ? "Average precision" : "ROC AUC";
  return (
    <CardFrame
      {...{ view, visible, seen, onElement, state }}
      tag={tag[1]}
      note={noteOf(parts)}
      className={`curves${plotZoom.value ? " zoomed" : ""}`}
      data={{ "data-series": sources.value.length }}
      label={describe(tag[1], sources.value)}
      tools={
        plotZoom.value && (
          <IconButton
            icon="fit"
            label="Show everything again (double-click the plot)"
            onClick={() => {
              plotZoom.value = null;
            }}
          />
        )
      }
    >
      <div class="curves-body">
        <div ref={plotHost} class="plot">
          {sources.value.length === 0 && seen.value && (
            <span class="message">
              {waitingForKernel.value ? "The kernel is busy; the curves follow" : ""}
            </span>
          )}
        </div>
        <div class="curves-side">
          <Legend {...parts} />
          <StepSlider {...parts} />
          <h5>{area} over steps</h5>
          <div ref={overSteps.host} class="chart" />
        </div>
      </div>
    </CardFrame>
  );
}

/** The curves to show; while older ones are on their way, those shown before. */
function useCurves(model: PRCurvesModel, tag: TagRow): ReadonlySignal<CurveSource[]> {
  const before = useRef<CurveSource[]>([]);
  return useComputed(() => {
    const found = new Map(model.curves(tag).map((one) => [one.run.number, one]));
    const shown = new Map(before.current.map((one) => [one.run.number, one]));
    before.current = model.sources(tag).flatMap((source) => {
      const one = found.get(source.run.number) ?? shown.get(source.run.number);
      return one ? [{ ...one, ...source }] : [];
    });
    return before.current;
  });
}

/** Ask for older curves when the steps have come to rest. */
function useLoad({ model, tag }: PRCardParts, seen: ReadonlySignal<boolean>): void {
  useSignalEffect(() => {
    if (!seen.value) return;
    for (const { run } of model.sources(tag)) model.stepOf(run);
    const timer = setTimeout(() => model.load(tag).catch(() => {}), LOAD_AFTER_MS);
    return () => clearTimeout(timer);
  });
}

function usePlot(
  parts: PRCardParts,
  seen: ReadonlySignal<boolean>,
  card: { current: HTMLElement | null },
  zoom: { value: { x: PlotOptions["x"]; y: PlotOptions["y"] } | null },
  overSteps: { current: LineChart | null },
) {
  const { view, model, tag, sources } = parts;
  const { settings } = view.session;
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const drawn = useRef<PlotCurve[]>([]);
  useSignalEffect(() => {
    if (!seen.value || !host.current) {
      plot.current?.destroy();
      plot.current = null;
      return;
    }
    plot.current ??= new Plot(host.current, chartTheme(view.theme.value), thresholdAt, {
      onHover: (points, at) => {
        view.tooltip.value = points && curvesTooltip(parts, points, placeIn(view, host, at));
      },
      onClick: (points) => pickThreshold(parts, points),
      onZoom: (x, y) => {
        zoom.value = { x, y: y ?? zoom.value?.y ?? null };
      },
      onReset: () => {
        zoom.value = null;
      },
      onDraw: () =>
        markDrawn(card.current, parts, plot.current, drawn.current, () =>
          overSteps.current?.probe(),
        ),
    });
  });
  useSignalEffect(() => {
    const theme = chartTheme(view.theme.value); // read also while there is no chart, to be followed
    plot.current?.setTheme(theme);
  });
  useSignalEffect(() => {
    const mode = model.mode.value;
    const highlighted = view.highlighted.value;
    drawn.current = sources.value.flatMap(({ run, curve }) => {
      if (!curve || emptyReason(curve, mode)) return [];
      return {
        id: String(run.number),
        color: run.color,
        dimmed: highlighted !== null && highlighted !== run.number,
        highlighted: highlighted === run.number,
        dash: dashOf(settings.dashes.value ? run.number : 0),
        curve,
        points: pointsOf(curve, mode),
      };
    });
    if (!seen.value) return;
    plot.current?.update(drawn.current, {
      mode,
      isoLines: model.f1Lines.value,
      threshold: model.threshold.value,
      x: zoom.value?.x ?? null,
      y: zoom.value?.y ?? null,
      label: `${mode === "pr" ? "Precision over recall" : "ROC"} of ${tag[1]}`,
    });
  });
  useEffect(() => () => plot.current?.destroy(), []);
  return host;
}

/** A click picks the threshold of the nearest point for all cards; again, it lets it go. */
function pickThreshold({ model, sources }: PRCardParts, [nearest]: PlotPoint[]): void {
  const source = sources.peek().find(({ run }) => String(run.number) === nearest?.id);
  const picked = nearest && source?.curve?.threshold[nearest.index];
  if (picked === undefined) return;
  model.threshold.value = model.threshold.peek() === picked ? null : picked;
}

function useOverSteps({ view, model, tag }: PRCardParts, seen: ReadonlySignal<boolean>) {
  const { settings } = view.session;
  const host = useRef<HTMLDivElement>(null);
  const zoom = useSignal<Zoom | null>(null);
  const x = useComputed(() => summaryX(settings.xAxis.value, model.sources(tag)));
  const lines = useComputed(() => {
    const look = { highlighted: view.highlighted.value, dashes: settings.dashes.value };
    const column = model.mode.value === "pr" ? "average_precision" : "auc";
    return model
      .sources(tag)
      .map((source) =>
        lineOf(source, source.summary.columns[column] ?? new Float64Array(0), x.value, look),
      );
  });
  useSignalEffect(() => {
    x.value; // a zoom of one axis means nothing on another
    zoom.value = null;
  });
  const chart = useSummaryChart({
    ...{ view, seen, host, lines, x, zoom },
    tag: tag[1],
    label: `average precision of ${tag[1]} over steps`,
    tooltip: (hover, shown, { px, py }) =>
      tooltipOf(
        hover,
        shown,
        x.peek(),
        { px, py },
        { rows: settings.tooltipRows.peek(), sort: settings.tooltipSort.peek(), narrow: false },
      ),
  });
  return { host, chart };
}

function placeIn(
  view: View,
  host: { current: HTMLElement | null },
  at: { px: number; py: number },
) {
  const box = host.current?.getBoundingClientRect();
  const corner = view.root.getBoundingClientRect();
  return { px: (box?.left ?? 0) - corner.left + at.px, py: (box?.top ?? 0) - corner.top + at.py };
}

/** What a reader must know to read the card right. */
function noteOf({ model, tag, sources }: PRCardParts): string {
  const lacking = model.curves(tag).length < sources.value.length;
  if (lacking && waitingForKernel.value) return "kernel busy: the curves of this step follow";
  const most = Math.max(0, ...sources.value.map(({ curve }) => curve?.n ?? 0));
  const sent = Math.max(0, ...sources.value.map(({ curve }) => curve?.threshold.length ?? 0));
  const thinned = most > sent && sent > 0 ? `${sent} of ${formatStep(most)} thresholds` : "";
  return [model.note(tag), thinned].filter(Boolean).join(", ");
}

function describe(name: string, sources: readonly CurveSource[]): string {
  const areas = sources
    .slice(0, 10)
    .map(({ run, curve }) => `${run.label} ${formatValue(curve?.averagePrecision ?? Number.NaN)}`);
  return `${name}: precision-recall curves of ${sources.length} runs. Average precision: ${areas.join(", ")}`;
}

/** Leave on the element what tests (and the curious) can read: that it is drawn, and what. */
function markDrawn(
  card: HTMLElement | null,
  { view, model, sources }: PRCardParts,
  plot: Plot | null,
  drawn: readonly PlotCurve[],
  overSteps: () => unknown,
): void {
  if (!card || !plot) return;
  const explained = sources.peek().every(({ curve }) => !curve || emptyReason(curve, "pr"));
  if (drawn.length || (sources.peek().length && explained)) card.dataset.drawn = "1";
  const probe = () => ({
    series: drawn.length,
    points: drawn.reduce((sum, { points }) => sum + points.end, 0),
    mode: model.mode.peek(),
    threshold: model.threshold.peek(),
    step: view.session.settings.step.peek(),
    domains: plot.domains,
    draws: plot.draws,
    f1Lines: plot.f1Lines,
    overSteps: overSteps(),
    drawn: drawn.map(({ id, curve, points }) => {
      const pixels = Array.from({ length: points.end }, (_, i) => plot.place(points, i));
      const run = sources.peek().find((source) => String(source.run.number) === id)?.run.name;
      return { ...probeOf(curve), run, pixels };
    }),
  });
  Object.assign(card, { tbwidgetProbe: probe });
}

function probeOf(curve: Curve) {
  const { step, averagePrecision, auc } = curve;
  const columns = ["threshold", "tp", "fp", "tn", "fn", "precision", "recall"] as const;
  const values = Object.fromEntries(columns.map((name) => [name, [...curve[name]]]));
  return { step, averagePrecision, auc, ...values };
}
