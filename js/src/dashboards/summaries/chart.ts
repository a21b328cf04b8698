// A line chart of summaries: made when its card comes into sight, zoomed, clicked for a step.
import { batch, type ReadonlySignal, type Signal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { TooltipContent, View } from "../../board/view";
import { type ChartHover, type ChartOptions, LineChart } from "../../charts/line_chart";
import { chartTheme } from "../../state/theme";
import type { Zoom } from "../scalars/card_chart";
import { cursorOf } from "../scalars/hover";
import type { ChartX, RunLine } from "../scalars/lines";
import { markingEvents, showCursor, showMarks } from "../scalars/marks";

export interface SummaryChart {
  view: View;
  /** What the cursor is told to be on. */
  tag: string;
  label: string;
  seen: ReadonlySignal<boolean>;
  host: { current: HTMLElement | null };
  lines: ReadonlySignal<readonly RunLine[]>;
  x: ReadonlySignal<ChartX>;
  zoom: Signal<Zoom | null>;
  /** Scales, where they are not linear and fitted. */
  options?: () => Partial<ChartOptions>;
  tooltip: (
    hover: ChartHover,
    lines: readonly RunLine[],
    at: { px: number; py: number },
  ) => TooltipContent | null;
  onDraw?: (chart: LineChart) => void;
}

export function useSummaryChart(given: SummaryChart): { current: LineChart | null } {
  const { view, seen, host, zoom, x } = given;
  const { session } = view;
  const { settings } = session;
  const chart = useRef<LineChart | null>(null);
  // Effects are set up once; what they call must be of the latest rendering.
  const latest = useRef(given);
  latest.current = given;
  const drawn = () => ({ lines: given.lines.peek(), x: x.peek() });
  useSignalEffect(() => {
    if (!seen.value || !host.current) {
      chart.current?.destroy();
      chart.current = null;
      return;
    }
    if (chart.current) return;
    chart.current = new LineChart(host.current, chartTheme(view.theme.value), {
      onHover: (hover) => tell(latest.current, hover),
      onZoom: (xDomain, yDomain) => {
        zoom.value = { x: xDomain, y: yDomain ?? zoom.peek()?.y ?? null };
      },
      onReset: () => {
        zoom.value = null;
      },
      ...markingEvents(view, drawn),
      onDraw: () => chart.current && latest.current.onDraw?.(chart.current),
    });
  });
  useSignalEffect(() => {
    const theme = chartTheme(view.theme.value); // read also while there is no chart, to be followed
    chart.current?.setTheme(theme);
  });
  useSignalEffect(() => {
    const lines = given.lines.value;
    const options = latest.current.options?.() ?? {};
    if (!seen.value) return;
    chart.current?.update(lines, {
      x: x.value,
      y: "linear",
      ignoreOutliers: false,
      xDomain: zoom.value?.x ?? settings.xRange.value,
      yDomain: zoom.value?.y ?? null,
      label: given.label,
      ...options,
    });
  });
  useSignalEffect(() => {
    seen.value;
    showMarks(chart.current, view, { lines: given.lines.value, x: x.value });
  });
  useSignalEffect(() => showCursor(chart.current, view, given.tag, x.value));
  useEffect(() => () => chart.current?.destroy(), []);
  return chart;
}

function tell({ view, host, tag, lines, x, tooltip }: SummaryChart, hover: ChartHover | null) {
  const at = host.current?.getBoundingClientRect();
  const corner = view.root.getBoundingClientRect();
  batch(() => {
    if (!hover || !at) {
      view.tooltip.value = null;
      view.session.cursor.value = null;
      return;
    }
    const place = { px: at.left - corner.left + hover.px, py: at.top - corner.top + hover.py };
    view.session.cursor.value = cursorOf(tag, hover, lines.peek(), x.peek());
    view.tooltip.value = tooltip(hover, lines.peek(), place);
  });
}
