// One tag: a chart of all selected runs, drawn only while it can be seen.
import {
  batch,
  type ReadonlySignal,
  type Signal,
  useComputed,
  useSignal,
  useSignalEffect,
} from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { View } from "../../board/view";
import { type ChartHover, LineChart } from "../../charts/line_chart";
import { IconButton, Name } from "../../ui/controls";
import { waitingForKernel } from "../../wire/channel";
import type { TagRow } from "../../wire/types";
import { cursorOf, tooltipOf } from "./hover";
import { type ChartX, chartX, type LineSource, type RunLine, toLines } from "./lines";
import type { Detail, ScalarsModel } from "./model";
import type { Visibility } from "./visible";

export interface CardProps {
  view: View;
  model: ScalarsModel;
  tag: TagRow;
  visible: Visibility;
}

interface Zoom {
  x: [number, number];
  y: [number, number] | null;
}

export function Card({ view, model, tag, visible }: CardProps) {
  const [number, name] = tag;
  const { session } = view;
  const card = useRef<HTMLElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const seen = useSignal(false);
  const wide = useSignal(false);
  const zoom = useSignal<Zoom | null>(null);
  const detail = useSignal<Detail | null>(null);
  const holders = tag[2];

  const sources = useComputed<LineSource[]>(() => {
    model.revision(number).value;
    return session.selected.value.flatMap((run) => {
      const series =
        holders && !holders.includes(run.number) ? undefined : model.series(run.number, number);
      return series?.length ? [{ run, series, detail: detail.value?.get(run.number) }] : [];
    });
  });
  const x = useComputed(() => chartX(session.settings.xAxis.value, sources.value));

  useEffect(
    () => (card.current ? visible.follow(card.current, name, seen) : undefined),
    [visible, name, seen],
  );
  useSignalEffect(() => {
    session.settings.xAxis.value; // a zoom of one axis means nothing on another
    batch(() => {
      zoom.value = null;
      detail.value = null;
    });
  });
  useDetail({ view, model, tag, zoom, detail, sources, x });
  useChart({ view, card, host, name, seen, zoom, sources, x });

  return (
    <article
      ref={card}
      class={`card${wide.value ? " wide" : ""}${zoom.value ? " zoomed" : ""}`}
      data-tag={name}
      data-series={sources.value.length}
      aria-label={describe(name, sources.value)}
    >
      <header>
        <h4>
          <Name text={name || "(no name)"} />
        </h4>
        <Note {...{ sources: sources.value, order: x.value === "order", zoom: zoom.value }} />
        <span class="tools">
          {zoom.value && (
            <IconButton
              icon="fit"
              label="Show everything again (double-click the chart)"
              onClick={() => {
                zoom.value = null;
              }}
            />
          )}
          <IconButton
            icon={wide.value ? "shrink" : "expand"}
            label={wide.value ? "Normal size" : "Full width"}
            pressed={wide.value}
            onClick={() => {
              wide.value = !wide.value;
            }}
          />
        </span>
      </header>
      <div ref={host} class="chart">
        {sources.value.length === 0 && seen.value && (
          <span class="message">
            {waitingForKernel.value ? "The kernel is busy; the curves follow" : ""}
          </span>
        )}
      </div>
    </article>
  );
}

/** What a reader must know to read the chart right. */
function Note(props: { sources: readonly LineSource[]; order: boolean; zoom: Zoom | null }) {
  let text = "";
  if (props.order) text = "all steps equal: in the order written";
  else if (props.zoom && waitingForKernel.value) text = "kernel busy: coarse picture";
  return text ? (
    <span class="note" title={text}>
      {text}
    </span>
  ) : null;
}

type Signals = Pick<CardProps, "view"> & {
  zoom: Signal<Zoom | null>;
  sources: ReadonlySignal<LineSource[]>;
  x: ReadonlySignal<ChartX>;
};

/** Ask for every point of the part that a zoom shows, if the page holds a selection only. */
function useDetail(
  props: Signals & { model: ScalarsModel; tag: TagRow; detail: Signal<Detail | null> },
): void {
  const { model, tag, zoom, detail, sources, x, view } = props;
  useSignalEffect(() => {
    const shown = zoom.value;
    detail.value = null;
    if (!shown) return;
    const held = sources.peek();
    if (held.every(({ series }) => series.exact)) return;
    const [low, high] = shown.x;
    const args = { low, high, x_axis: x.peek(), pixels: view.width.peek() };
    model
      .detail(
        tag,
        held.map(({ run }) => run),
        args,
      )
      .then((found) => {
        if (zoom.peek() === shown) detail.value = found;
      })
      .catch(() => {}); // the coarse picture stays
  });
}

function useChart(
  props: Signals & {
    card: { current: HTMLElement | null };
    host: { current: HTMLDivElement | null };
    name: string;
    seen: ReadonlySignal<boolean>;
  },
): void {
  const { view, card, host, name, seen, zoom, sources, x } = props;
  const { session } = view;
  const chart = useRef<LineChart | null>(null);
  const lines = useRef<RunLine[]>([]);

  const onHover = (hover: ChartHover | null) => {
    batch(() => {
      const at = host.current?.getBoundingClientRect();
      const corner = view.root.getBoundingClientRect();
      if (!hover || !at) {
        view.tooltip.value = null;
        session.cursor.value = null;
        return;
      }
      const px = at.left - corner.left + hover.px;
      const py = at.top - corner.top + hover.py;
      session.cursor.value = cursorOf(name, hover, lines.current, x.value);
      view.tooltip.value = tooltipOf(hover, lines.current, x.value, px, py, view.width.value < 640);
    });
  };

  useSignalEffect(() => {
    if (!seen.value || !host.current) {
      chart.current?.destroy();
      chart.current = null;
      return;
    }
    if (chart.current) return;
    chart.current = new LineChart(host.current, chartTheme(view), {
      onHover,
      onZoom: (xDomain, yDomain) => {
        zoom.value = { x: xDomain, y: yDomain };
      },
      onReset: () => {
        zoom.value = null;
      },
      onDraw: () => markDrawn(card.current, chart.current),
    });
  });
  useSignalEffect(() => chart.current?.setTheme(chartTheme(view)));
  useSignalEffect(() => {
    const { smoothing, yScale, ignoreOutliers } = session.settings;
    const dim = view.highlighted.value;
    const drawn = toLines(sources.value, x.value, smoothing.value, dim);
    if (!seen.value) return;
    lines.current = drawn;
    chart.current?.update(drawn, {
      x: x.value,
      y: yScale.value,
      ignoreOutliers: ignoreOutliers.value,
      xDomain: zoom.value?.x ?? null,
      yDomain: zoom.value?.y ?? null,
    });
  });
  useSignalEffect(() => {
    const { value } = session.cursor;
    chart.current?.setCursor(value && x.value === session.settings.xAxis.value ? value.x : null);
  });
  useEffect(() => () => chart.current?.destroy(), []);
}

/** Leave on the element what tests (and the curious) can read: that it is drawn, and what. */
function markDrawn(card: HTMLElement | null, chart: LineChart | null): void {
  if (!card || !chart) return;
  const probe = chart.probe();
  if (probe.points > 0) card.dataset.drawn = "1";
  Object.assign(card, { tbwidgetProbe: () => chart.probe() });
}

function chartTheme(view: View) {
  const { background, foreground, muted, grid, font } = view.theme.value;
  return { background, foreground, muted, grid, axis: grid, font: `10.5px ${font}` };
}

function describe(name: string, sources: readonly LineSource[]): string {
  const points = sources.reduce((sum, { series }) => sum + series.rows, 0);
  const last = sources
    .slice(0, 10)
    .map(({ run, series }) => `${run.name} ${series.value[series.length - 1]?.toPrecision(4)}`);
  return `${name}: line chart of ${sources.length} runs, ${points} points. Last values: ${last.join(", ")}`;
}
