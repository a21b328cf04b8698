// One tag: a chart of all selected runs, drawn only while it can be seen.
import {
  batch,
  type ReadonlySignal,
  type Signal,
  useComputed,
  useSignal,
  useSignalEffect,
} from "@preact/signals";
import { useCallback, useRef } from "preact/hooks";
import type { View } from "../../board/view";
import { IconButton } from "../../ui/controls";
import { waitingForKernel } from "../../wire/channel";
import type { TagRow } from "../../wire/types";
import { CardFrame } from "../cards/card_frame";
import type { Visibility } from "../cards/visible";
import { useChart, useDetail, type Zoom } from "./card_chart";
import { CardMenu, OtherTags } from "./card_menu";
import type { CardOptions } from "./card_options";
import { CardTable } from "./card_table";
import { chartX, type LineSource } from "./lines";
import type { Detail, ScalarsModel } from "./model";

export interface CardProps {
  view: View;
  model: ScalarsModel;
  tag: TagRow;
  visible: Visibility;
}

/** What the parts of one card share. */
export interface CardParts {
  view: View;
  model: ScalarsModel;
  title: string;
  /** The tags in its chart, its own first. */
  tags: ReadonlySignal<readonly TagRow[]>;
  options: CardOptions;
  seen: ReadonlySignal<boolean>;
  zoom: Signal<Zoom | null>;
  detail: Signal<Detail | null>;
  sources: ReadonlySignal<LineSource[]>;
  /** The weight of the moving average that its lines are drawn with. */
  smoothing: ReadonlySignal<number>;
  x: ReadonlySignal<ReturnType<typeof chartX>>;
  /** Whether its lines are called by their tags too, though these be all the same. */
  named: boolean;
  /** The cell that shows the card as it is shown now. */
  code: () => Promise<string>;
}

export function Card({ view, model, tag, visible }: CardProps) {
  const name = tag[1];
  const { settings } = view.session;
  const card = useRef<HTMLElement | null>(null);
  const host = useRef<HTMLDivElement>(null);
  const options = model.options(name);
  const seen = useSignal(false);
  const zoom = useSignal<Zoom | null>(null);
  const detail = useSignal<Detail | null>(null);
  const tags = useComputed(() => model.withOthers(name, options.others.value));
  const sources = useComputed(() => model.sources(tags.value, detail.value));
  const x = useComputed(() => chartX(settings.xAxis.value, sources.value));
  const code = () => model.code({ tag: name }, options);
  const smoothing = useComputed(() => options.smoothing.value ?? settings.smoothing.value);
  const own = { view, model, title: name, tags, options, seen, zoom, detail, sources, x };
  const parts: CardParts = { ...own, smoothing, named: false, code };

  useSignalEffect(() => {
    settings.xAxis.value; // a zoom of one axis means nothing on another
    batch(() => {
      zoom.value = null;
      detail.value = null;
    });
  });
  useDetail(parts, host);
  const chart = useChart(parts, card, host);
  const onElement = useCallback((element: HTMLElement) => {
    card.current = element;
  }, []);
  const table = options.table.value ?? settings.tables.value;
  return (
    <CardFrame
      {...{ view, visible, seen, onElement }}
      tag={name}
      state={options}
      note={noteOf(parts, tag[0])}
      className={`${zoom.value ? "zoomed" : ""}${table ? " tabled" : ""}`}
      data={{ "data-series": sources.value.length }}
      label={describe(name, sources.value)}
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
      menu={() => (
        <CardMenu state={parts} chart={chart}>
          <OtherTags state={parts} />
        </CardMenu>
      )}
    >
      <div ref={host} class="chart">
        {sources.value.length === 0 && seen.value && (
          <span class="message">
            {waitingForKernel.value ? "The kernel is busy; the curves follow" : ""}
          </span>
        )}
      </div>
      {table && seen.value && <CardTable state={parts} />}
    </CardFrame>
  );
}

/** What a reader must know to read the chart right. */
export function noteOf({ view, model, zoom, x, sources }: CardParts, tag: number): string {
  if (x.value === "order") return "all steps equal: in the order written";
  if (zoom.value && waitingForKernel.value) return "kernel busy: coarse picture";
  const coarse = zoom.value && sources.value.some(({ series }) => !series.exact);
  if (coarse && view.session.report) return "coarse picture: the report has no more points";
  return model.note(tag);
}

export function describe(name: string, sources: readonly LineSource[]): string {
  const points = sources.reduce((sum, { series }) => sum + series.rows, 0);
  const last = sources
    .slice(0, 10)
    .map(({ run, series }) => `${run.label} ${series.value[series.length - 1]?.toPrecision(4)}`);
  return `${name}: line chart of ${sources.length} runs, ${points} points. Last values: ${last.join(", ")}`;
}
