// One tag: the texts of all selected runs, at a step, at all steps, or those that a search found.
import { type ReadonlySignal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useCallback, useEffect, useRef } from "preact/hooks";
import type { View } from "../../board/view";
import { VirtualList } from "../../ui/virtual_list";
import { waitingForKernel } from "../../wire/channel";
import type { TagRow } from "../../wire/types";
import { CardFrame } from "../cards/card_frame";
import { StepSlider, unionOf } from "../cards/step_slider";
import type { Visibility } from "../cards/visible";
import type { Entry, Wish } from "../values/model";
import { Comparison, sidesOf } from "./comparison";
import { allSteps, foundTexts, type Items, oneStep } from "./items";
import type { TextCardState, TextModel } from "./model";
import { TextItem } from "./text_item";

export interface CardProps {
  view: View;
  model: TextModel;
  tag: TagRow;
  visible: Visibility;
}

/** What the parts of one card share. */
export interface TextCardParts extends Omit<CardProps, "visible"> {
  state: TextCardState;
  /** The step to show: the shared one, else the card's own; null for the newest. */
  step: ReadonlySignal<number | null>;
}

export function TextCard({ view, model, tag, visible }: CardProps) {
  const { session } = view;
  const card = useRef<HTMLElement | null>(null);
  const seen = useSignal(false);
  const range = useSignal<readonly [number, number]>([0, 0]);
  const state = model.state(tag[1]);
  const step = useComputed(() => session.settings.step.value ?? state.step.value);
  const items = useComputed((): Items | null => {
    const sources = model.sources(tag);
    const search = model.search.state.value;
    if (search) return foundTexts(search.matches.get(tag[0]) ?? [], session.selected.value);
    if (model.mode.value === "difference") return null;
    return model.mode.value === "all" ? allSteps(sources) : oneStep(sources, step.value);
  });
  const parts: TextCardParts = { view, model, tag, state, step };
  const wishes = useComputed((): Wish[] => {
    const list = items.value;
    if (!list) return sidesOf(parts).flatMap((entry) => (entry ? [wholeOf(entry)] : []));
    const end = Math.min(range.value[1], list.count);
    const entries = [];
    for (let at = range.value[0]; at < end; at++) entries.push(list.entry(at));
    return entries.map((entry) => wishOf(entry, state));
  });
  useSignalEffect(() => {
    if (seen.value) model.want(tag, wishes.value);
    else model.release(tag);
  });
  useEffect(() => () => model.release(tag), [model, tag]);
  const onElement = useCallback((element: HTMLElement) => {
    card.current = element;
  }, []);
  useEffect(() => markDrawn(card.current, parts, items.value, wishes.value));
  const lacking = wishes.value.some((wish) => !model.value(tag, wish));
  const series = model.sources(tag).length;
  const busy = lacking && waitingForKernel.value > 0;
  return (
    <CardFrame
      {...{ view, visible, seen, onElement, state }}
      tag={tag[1]}
      note={busy ? "kernel busy: the texts follow" : noteOf(items.value, model, tag)}
      className="texts"
      data={{ "data-series": series }}
      label={`${tag[1]}: texts of ${series} runs`}
    >
      {items.value ? (
        <List
          {...parts}
          items={items.value}
          onRange={(first, end) => setRange(range, first, end)}
        />
      ) : (
        <Comparison {...parts} />
      )}
    </CardFrame>
  );
}

function List(
  props: TextCardParts & { items: Items; onRange: (first: number, end: number) => void },
) {
  const { view, model, tag, state, step, items, onRange } = props;
  const searching = model.search.state.value !== null;
  const steps = unionOf(model.sources(tag).map(({ summary }) => summary.step));
  return (
    <>
      {!searching && model.mode.value === "step" && (steps.length > 1 || step.value !== null) && (
        <StepSlider {...{ view, steps }} tag={tag[1]} own={state.step} />
      )}
      <VirtualList
        class="text-list"
        count={items.count}
        keyOf={(at) => keyOf(items.entry(at), model.mode.value === "step" && !searching)}
        onRange={onRange}
      >
        {(at) => {
          const entry = items.entry(at);
          const key = keyOf(entry);
          const whole = state.whole.value.has(key);
          return (
            <TextItem
              {...{ entry, whole }}
              value={textAt(model, tag, entry, whole)}
              markdown={model.markdown.value}
              found={items.found(at)}
              onWhole={() => {
                state.whole.value = new Set(state.whole.value).add(key);
              }}
            />
          );
        }}
      </VirtualList>
      {items.count === 0 && step.value !== null && !searching && (
        <p class="reason">There is no text at this step or before it.</p>
      )}
    </>
  );
}

/** What is held of a text: all of it if that is wanted, else and until then its first part. */
function textAt(model: TextModel, tag: TagRow, entry: Entry, whole: boolean) {
  const first = model.value(tag, { entry, options: {} });
  return (whole && model.value(tag, wholeOf(entry))) || first;
}

function wishOf(entry: Entry, state: TextCardState): Wish {
  return state.whole.value.has(keyOf(entry)) ? wholeOf(entry) : { entry, options: {} };
}

export function wholeOf(entry: Entry): Wish {
  return { entry, options: { all: true } };
}

/** What tells a text from others; in a list of one step the run alone, so that it stays in place. */
function keyOf({ run, place }: Entry, runOnly = false): string {
  return runOnly ? String(run.number) : `${run.number}:${place.join(":")}`;
}

function setRange(range: { value: readonly [number, number] }, first: number, end: number): void {
  if (range.value[0] !== first || range.value[1] !== end) range.value = [first, end];
}

function noteOf(items: Items | null, model: TextModel, tag: TagRow): string {
  const thinned = model.thinned(tag);
  if (!items || (model.mode.value === "step" && !model.search.state.value)) return thinned;
  const count = `${items.count.toLocaleString("en")} text${items.count === 1 ? "" : "s"}`;
  return thinned ? `${count}, ${thinned}` : count;
}

/** Leave on the element what tests (and the curious) can read: that it is drawn, and what. */
function markDrawn(
  card: HTMLElement | null,
  { model, tag, state, step }: TextCardParts,
  items: Items | null,
  wishes: readonly Wish[],
): void {
  if (!card) return;
  const drawn = wishes.map((wish) => ({
    run: wish.entry.run.name,
    step: wish.entry.step,
    ...(model.value(tag, wish) ?? { waiting: true }),
  }));
  if (drawn.some((one) => !("waiting" in one))) card.dataset.drawn = "1";
  const probe = () => ({
    mode: model.mode.peek(),
    count: items?.count ?? null,
    step: step.peek(),
    series: Number(card.dataset.series),
    drawn,
    whole: state.whole.peek().size,
  });
  Object.assign(card, { tbwidgetProbe: probe });
}
