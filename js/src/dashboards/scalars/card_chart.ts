// A card's chart: made when the card comes into sight, fed with lines, told of the pointer.
import { batch, useComputed, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type ChartHover, LineChart } from "../../charts/line_chart";
import { chartTheme } from "../../state/theme";
import type { CardParts } from "./card";
import { cursorOf, tooltipOf } from "./hover";
import { isExact, type RunLine, toLines } from "./lines";
import { markingEvents, showCursor, showMarks } from "./marks";

const NARROW = 640;
const DETAIL_AFTER_MS = 120;

export interface Zoom {
  x: [number, number];
  y: [number, number] | null;
  /** Of the right axis, where there is one. */
  y2?: [number, number] | null;
}

export interface ChartHandle {
  current: LineChart | null;
  lines: readonly RunLine[];
}

/** Ask for every point of the part that a zoom shows, if the page holds a selection only. */
export function useDetail(
  { model, tags, zoom, detail, sources, x, view }: CardParts,
  host: { current: HTMLDivElement | null },
): void {
  const coarse = useComputed(() => sources.value.some((one) => !one.band && !isExact(one)));
  const complete = useComputed(() => view.session.status.value?.complete);
  useSignalEffect(() => {
    const range = view.session.settings.xRange.value;
    const shown = zoom.value?.x ?? range;
    complete.value; // while a log is read, what a range holds grows
    detail.value = null;
    if (!shown || !coarse.value) return;
    const held = sources.peek().filter(({ band }) => !band);
    const [low, high] = shown;
    const axis = view.session.settings.xAxis.peek();
    const args = { low, high, x_axis: x.peek() === "order" ? "order" : axis };
    const runs = [...new Set(held.map(({ run }) => run.name))];
    const pixels = host.current?.clientWidth || view.width.peek();
    // Only where it comes to rest: turning the wheel shows many parts for a moment each.
    const timer = setTimeout(() => {
      model
        .detail(tags.peek(), runs, { ...args, pixels })
        .then((found) => {
          if ((zoom.peek()?.x ?? range) === shown) detail.value = found;
        })
        .catch(() => {}); // the coarse picture stays
    }, DETAIL_AFTER_MS);
    return () => clearTimeout(timer);
  });
}

export function useChart(
  state: CardParts,
  card: { current: HTMLElement | null },
  host: { current: HTMLDivElement | null },
): ChartHandle {
  const { view, options, seen, zoom, sources, smoothing, x } = state;
  const { session } = view;
  const { settings } = session;
  const handle = useRef<ChartHandle>({ current: null, lines: [] }).current;
  useSignalEffect(() => {
    if (!seen.value || !host.current) {
      handle.current?.destroy();
      handle.current = null;
      return;
    }
    if (handle.current) return;
    handle.current = new LineChart(host.current, chartTheme(view.theme.value), {
      onHover: (hover) => tellHover(state, host.current, handle.lines, hover),
      onZoom: (x, y, y2) => {
        const before = zoom.peek();
        zoom.value = { x, y: y ?? before?.y ?? null, y2: y2 ?? before?.y2 ?? null };
      },
      onReset: () => {
        zoom.value = null;
      },
      ...markingEvents(view, () => ({ lines: handle.lines, x: x.peek() })),
      onDraw: () => markDrawn(card.current, handle.current),
    });
  });
  useSignalEffect(() => {
    const theme = chartTheme(view.theme.value); // read also while there is no chart, to be followed
    handle.current?.setTheme(theme);
  });
  useSignalEffect(() => {
    const lines = toLines(sources.value, x.value, {
      smoothing: smoothing.value,
      highlighted: view.highlighted.value,
      dashes: settings.dashes.value,
      rightAxis: options.rightAxis.value,
      named: state.named,
      alone: view.session.runs.value.length === 1,
    });
    if (!seen.value) return;
    handle.lines = lines;
    handle.current?.update(lines, {
      x: x.value,
      xScale: settings.xScale.value,
      y: options.yScale.value ?? settings.yScale.value,
      ignoreOutliers: settings.ignoreOutliers.value,
      xDomain: zoom.value?.x ?? settings.xRange.value,
      yDomain: zoom.value?.y ?? settings.yRange.value,
      yDomain2: zoom.value?.y2 ?? null,
      best: options.best.value,
      label: state.title,
    });
  });
  useSignalEffect(() => {
    seen.value;
    showMarks(handle.current, view, { lines: handle.lines, x: x.value });
  });
  useSignalEffect(() => showCursor(handle.current, view, state.title, x.value));
  useEffect(() => () => handle.current?.destroy(), []);
  return handle;
}

function tellHover(
  { view, title, x }: CardParts,
  host: HTMLElement | null,
  lines: readonly RunLine[],
  hover: ChartHover | null,
): void {
  const { session } = view;
  const { tooltipRows, tooltipSort } = session.settings;
  batch(() => {
    const at = host?.getBoundingClientRect();
    const corner = view.root.getBoundingClientRect();
    if (!hover || !at) {
      view.tooltip.value = null;
      session.cursor.value = null;
      return;
    }
    const place = { px: at.left - corner.left + hover.px, py: at.top - corner.top + hover.py };
    const narrow = view.width.value < NARROW;
    const style = { rows: tooltipRows.value, sort: tooltipSort.value, narrow };
    session.cursor.value = cursorOf(title, hover, lines, x.value);
    view.tooltip.value = tooltipOf(hover, lines, x.value, place, style);
  });
}

/** Leave on the element what tests (and the curious) can read: that it is drawn, and what. */
function markDrawn(card: HTMLElement | null, chart: LineChart | null): void {
  if (!card || !chart) return;
  const probe = chart.probe();
  if (probe.points > 0) card.dataset.drawn = "1";
  Object.assign(card, { tbwidgetProbe: () => chart.probe() });
}
