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
import { IconButton, Name } from "../../ui/controls";
import { PopoverButton } from "../../ui/popover";
import { waitingForKernel } from "../../wire/channel";
import type { TagRow } from "../../wire/types";
import { useChart, useDetail, type Zoom } from "./card_chart";
import { CardMenu } from "./card_menu";
import type { CardOptions } from "./card_options";
import { CardTable } from "./card_table";
import { chartX, type LineSource } from "./lines";
import type { Detail, ScalarsModel } from "./model";
import type { Visibility } from "./visible";

export interface CardProps {
  view: View;
  model: ScalarsModel;
  tag: TagRow;
  visible: Visibility;
}

/** What the parts of one card share. */
export interface CardState {
  view: View;
  model: ScalarsModel;
  tag: TagRow;
  options: CardOptions;
  seen: ReadonlySignal<boolean>;
  zoom: Signal<Zoom | null>;
  detail: Signal<Detail | null>;
  sources: ReadonlySignal<LineSource[]>;
  x: ReadonlySignal<ReturnType<typeof chartX>>;
}

export function Card({ view, model, tag, visible }: CardProps) {
  const name = tag[1];
  const { session } = view;
  const { settings } = session;
  const card = useRef<HTMLElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const options = model.options(name);
  const seen = useSignal(false);
  const zoom = useSignal<Zoom | null>(null);
  const detail = useSignal<Detail | null>(null);
  const sources = useComputed(() => model.sources(tag, options.others.value, detail.value));
  const x = useComputed(() => chartX(settings.xAxis.value, sources.value));
  const state: CardState = { view, model, tag, options, seen, zoom, detail, sources, x };

  useEffect(
    () => (card.current ? visible.follow(card.current, name, seen) : undefined),
    [visible, name, seen],
  );
  useSignalEffect(() => {
    settings.xAxis.value; // a zoom of one axis means nothing on another
    batch(() => {
      zoom.value = null;
      detail.value = null;
    });
  });
  useDetail(state, host);
  const chart = useChart(state, card, host);
  const table = options.table.value ?? settings.tables.value;
  const size = options.size.value;
  const pinned = settings.pinned.value.includes(name);
  return (
    <article
      ref={card}
      class={`card ${size}${zoom.value ? " zoomed" : ""}${table ? " tabled" : ""}`}
      data-tag={name}
      data-series={sources.value.length}
      aria-label={describe(name, sources.value)}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move between cards
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.key === "Escape" && size === "full") options.size.value = "normal";
      }}
    >
      <header>
        <h4>
          <Name text={name || "(no name)"} />
        </h4>
        <Note state={state} />
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
            icon="pin"
            label={pinned ? "Unpin" : "Pin on top"}
            pressed={pinned}
            onClick={() => {
              const others = settings.pinned.value.filter((one) => one !== name);
              settings.pinned.value = pinned ? others : [...others, name];
            }}
          />
          <Size options={options} wide={size === "wide"} full={size === "full"} />
          <PopoverButton popover={view.popover} icon="more" label={`More for ${name}`}>
            {() => <CardMenu state={state} chart={chart} />}
          </PopoverButton>
        </span>
      </header>
      <div ref={host} class="chart">
        {sources.value.length === 0 && seen.value && (
          <span class="message">
            {waitingForKernel.value ? "The kernel is busy; the curves follow" : ""}
          </span>
        )}
      </div>
      {table && seen.value && <CardTable state={state} />}
    </article>
  );
}

function Size({ options, wide, full }: { options: CardOptions; wide: boolean; full: boolean }) {
  return (
    <>
      {!full && (
        <IconButton
          icon={wide ? "shrink" : "expand"}
          label={wide ? "Normal size" : "Full width"}
          pressed={wide}
          onClick={() => {
            options.size.value = wide ? "normal" : "wide";
          }}
        />
      )}
      <IconButton
        icon={full ? "close" : "full"}
        label={full ? "Back to the other cards (Escape)" : "Fill the view"}
        pressed={full}
        onClick={() => {
          options.size.value = full ? "normal" : "full";
        }}
      />
    </>
  );
}

/** What a reader must know to read the chart right. */
function Note({ state }: { state: CardState }) {
  const { model, tag, zoom, x } = state;
  let text = model.note(tag[0]);
  if (x.value === "order") text = "all steps equal: in the order written";
  else if (zoom.value && waitingForKernel.value) text = "kernel busy: coarse picture";
  return text ? (
    <span class="note" title={text}>
      {text}
    </span>
  ) : null;
}

function describe(name: string, sources: readonly LineSource[]): string {
  const points = sources.reduce((sum, { series }) => sum + series.rows, 0);
  const last = sources
    .slice(0, 10)
    .map(({ run, series }) => `${run.label} ${series.value[series.length - 1]?.toPrecision(4)}`);
  return `${name}: line chart of ${sources.length} runs, ${points} points. Last values: ${last.join(", ")}`;
}
