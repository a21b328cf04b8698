// One chart of the layout: several tags, or a curve in a band, of all selected runs.
import { batch, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useCallback, useRef } from "preact/hooks";
import type { View } from "../../board/view";
import { IconButton } from "../../ui/controls";
import { waitingForKernel } from "../../wire/channel";
import { CardFrame } from "../cards/card_frame";
import type { Visibility } from "../cards/visible";
import { type CardParts, describe, noteOf } from "../scalars/card";
import { useChart, useDetail, type Zoom } from "../scalars/card_chart";
import { CardMenu } from "../scalars/card_menu";
import { CardTable } from "../scalars/card_table";
import { chartX } from "../scalars/lines";
import type { Detail, ScalarsModel } from "../scalars/model";
import type { Chart, LayoutModel } from "./layout";
import { Legend } from "./legend";
import { differInSteps, rowsOf, sourcesOf } from "./sources";

export interface ChartCardProps {
  view: View;
  model: ScalarsModel;
  layout: LayoutModel;
  id: string;
  visible: Visibility;
}

const NOTHING: Chart = {
  id: "",
  place: [0, 0],
  title: "",
  tags: [],
  margins: [],
  patterns: [],
  message: "",
};

export function ChartCard({ view, model, layout, id, visible }: ChartCardProps) {
  const { session } = view;
  const { settings } = session;
  const card = useRef<HTMLElement | null>(null);
  const host = useRef<HTMLDivElement>(null);
  const options = model.options(id);
  const seen = useSignal(false);
  const zoom = useSignal<Zoom | null>(null);
  const detail = useSignal<Detail | null>(null);
  const chart = useComputed(() => layout.chart(id) ?? NOTHING);
  const known = useComputed(
    () => new Map((session.tags.value.scalars ?? []).map((row) => [row[0], row])),
  );
  const tags = useComputed(() => rowsOf(chart.value, known.value));
  const sources = useComputed(() =>
    sourcesOf(chart.value, known.value, session.selected.value, model, detail.value),
  );
  const x = useComputed(() => chartX(settings.xAxis.value, sources.value));
  const { title, message, margins } = chart.value;
  const code = () => {
    const [category, place] = chart.peek().place;
    return model.code({ category, chart: place }, options);
  };
  // A band that was smoothed would not hold the values that were written.
  const smoothing = useComputed(
    () => options.smoothing.value ?? (chart.value.margins.length ? 0 : settings.smoothing.value),
  );
  const own = { view, model, title, tags, options, seen, zoom, detail, sources, x };
  const parts: CardParts = { ...own, smoothing, named: true, code };

  useSignalEffect(() => {
    settings.xAxis.value; // a zoom of one axis means nothing on another
    batch(() => {
      zoom.value = null;
      detail.value = null;
    });
  });
  useDetail(parts, host);
  const drawn = useChart(parts, card, host);
  const onElement = useCallback((element: HTMLElement) => {
    card.current = element;
  }, []);
  const table = options.table.value ?? settings.tables.value;
  const empty = sources.value.length === 0;
  return (
    <CardFrame
      {...{ view, visible, seen, onElement }}
      tag={title}
      id={id}
      state={options}
      note={noteOfChart(parts, margins.length > 0)}
      className={`${zoom.value ? "zoomed" : ""}${table ? " tabled" : ""}`}
      data={{ "data-series": sources.value.length, "data-message": message }}
      label={describe(title, sources.value)}
      tools={
        zoom.value && (
          <IconButton
            icon="fit"
            label="Show everything again (double-click the chart)"
            onClick={() => {
              zoom.value = null;
            }}
          />
        )
      }
      menu={() => <CardMenu state={parts} chart={drawn} />}
    >
      {!empty && message && (
        <p class="wrong" role="status" title={message}>
          {message}
        </p>
      )}
      <Legend {...{ view, chart, tags, sources }} />
      <div ref={host} class="chart">
        {empty && seen.value && (
          <span class="message wrong" role="status">
            {message || (waitingForKernel.value ? "The kernel is busy; the curves follow" : "")}
          </span>
        )}
      </div>
      {table && seen.value && <CardTable state={parts} />}
    </CardFrame>
  );
}

function noteOfChart(parts: CardParts, margin: boolean): string {
  const { model, sources, tags } = parts;
  if (margin && model.isGrouped()) return "single runs: bands are not grouped";
  if (sources.value.some(differInSteps)) return "limits at other steps: interpolated";
  return tags.value.map(([tag]) => noteOf(parts, tag)).find((note) => note) ?? "";
}
