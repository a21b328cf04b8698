// One tag: the images of all selected runs at a step, side by side.
import { type ReadonlySignal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useCallback, useEffect, useRef } from "preact/hooks";
import type { View } from "../../board/view";
import { formatStep } from "../../charts/format";
import type { RunInfo } from "../../state/session";
import { IconButton } from "../../ui/controls";
import { waitingForKernel } from "../../wire/channel";
import type { TagRow } from "../../wire/types";
import { CardFrame } from "../cards/card_frame";
import { placeStep, StepSlider, unionOf } from "../cards/step_slider";
import type { Visibility } from "../cards/visible";
import { entryOf, rowAt, type Wish } from "../values/model";
import { CardMenu } from "./card_menu";
import { CompareControls, firstComparison, sidesOf } from "./compare";
import type { ImagesModel, Picture } from "./model";
import { rowsAhead, usePlay } from "./movie";
import { Compared, type Pane, SideBySide } from "./panes";

export interface CardProps {
  view: View;
  model: ImagesModel;
  tag: TagRow;
  visible: Visibility;
}

/** A run at a step, whose image is wanted for one place of the card. */
interface Place {
  key: string;
  run: RunInfo;
  step: number | null;
  /** Null if there is none at that step or before it; undefined if that is not known yet. */
  wish: Wish | null | undefined;
}

export function ImageCard({ view, model, tag, visible }: CardProps) {
  const card = useRef<HTMLElement | null>(null);
  const [seen, active] = [useSignal(false), useSignal(false)];
  const state = model.state(tag[1]);
  const shared = view.session.settings.step;
  const step = useComputed(() => shared.value ?? state.step.value);
  const steps = useComputed(() => unionOf(model.sources(tag).map(({ summary }) => summary.step)));
  const row = useComputed(() => {
    const last = steps.value.length - 1;
    return step.value === null ? last : Math.max(0, rowAt(steps.value, step.value));
  });
  const places = usePlaces({ model, tag, step });
  const wishesAt = (at: number) => wishesOf(model, tag, steps.peek()[at] ?? null);
  useSignalEffect(() => {
    if (!seen.value) return model.release(tag);
    const shown = places.value.flatMap(({ wish }) => wish ?? []);
    const playing = state.playing.value;
    const more = playing || active.value || step.value !== null;
    const rows = more ? rowsAhead(row.value, steps.value.length, playing) : [];
    model.want(tag, shown, rows.flatMap(wishesAt));
  });
  useEffect(() => () => model.release(tag), [model, tag]);
  const go = (at: number) => placeStep({ shared, own: state.step }, steps.peek(), at);
  const ready = (at: number) => wishesAt(at).every((wish) => model.holds(tag, wish));
  usePlay({ playing: state.playing, seen, rate: model.rate, steps, row, ready, go });
  const onElement = useCallback((element: HTMLElement) => {
    card.current = element;
  }, []);
  const panes = usePanes(model, tag, places.value, seen.value);
  const onDrawn = () => mark(card.current, panes);
  useEffect(onDrawn);
  const comparison = state.comparison.value;
  const parts = { view, model, tag, panes, onDrawn };
  const samples = Math.max(1, ...panes.map(({ picture }) => picture?.samples ?? 1));
  const runs = model.runs(tag);
  const { brightness, contrast, actualSize } = model;
  view.width.value; // images may be drawn larger or smaller than their pixels now
  return (
    <CardFrame
      {...{ view, visible, seen, onElement, state }}
      tag={tag[1]}
      note={noteOf(panes) || model.thinned(tag)}
      className={`images${actualSize.value ? " actual" : ""}`}
      data={{ "data-series": panes.filter(isShown).length }}
      label={`${tag[1]}: images of ${panes.length} runs`}
      tools={
        <IconButton
          icon="compare"
          label="Compare two runs or steps"
          pressed={comparison !== null}
          onClick={() => {
            const next = comparison ? null : firstComparison(runs.length, steps.peek());
            state.comparison.value = next;
          }}
        />
      }
      menu={() => (
        <CardMenu
          {...{ model, tag, state, go }}
          panes={() => currentPanes.get(card.current as HTMLElement) ?? []}
          steps={() => steps.peek()}
        />
      )}
    >
      <div
        class="images-body"
        onPointerEnter={() => {
          active.value = true;
        }}
        onPointerLeave={() => {
          active.value = false;
        }}
        style={{ "--filter": filterOf(brightness.value, contrast.value) }}
      >
        <StepSlider
          {...{ view, steps: steps.value }}
          tag={tag[1]}
          own={state.step}
          before={
            <IconButton
              icon={state.playing.value ? "pause" : "play"}
              label={state.playing.value ? "Stop" : "Play the steps"}
              onClick={() => {
                state.playing.value = !state.playing.value && steps.peek().length > 1;
              }}
            />
          }
        >
          {samples > 1 && <Samples sample={state.sample} samples={samples} />}
        </StepSlider>
        {comparison ? (
          <>
            <CompareControls comparison={state.comparison} runs={runs} steps={steps.value} />
            <Compared
              {...{ ...parts, comparison }}
              onEdge={(edge) => {
                state.comparison.value = { ...comparison, edge };
              }}
            />
          </>
        ) : (
          <SideBySide {...parts} />
        )}
      </div>
    </CardFrame>
  );
}

function Samples({ sample, samples }: { sample: { value: number }; samples: number }) {
  const shown = Math.min(sample.value, samples - 1);
  return (
    <label class="sample">
      Sample{" "}
      <output>
        {shown + 1} of {samples}
      </output>
      <input
        type="range"
        min="0"
        max={samples - 1}
        value={shown}
        onInput={(event) => {
          sample.value = event.currentTarget.valueAsNumber;
        }}
      />
    </label>
  );
}

/** In the order of TensorBoard, for the same look. */
export function filterOf(brightness: number, contrast: number): string {
  if (brightness === 1 && contrast === 1) return "none";
  return `contrast(${contrast * 100}%) brightness(${brightness})`;
}

/** The images wanted if the card were at a step: of all runs, or of those compared. */
function wishesOf(model: ImagesModel, tag: TagRow, step: number | null): Wish[] {
  return placesOf(model, tag, step).flatMap(({ wish }) => wish ?? []);
}

function placesOf(model: ImagesModel, tag: TagRow, step: number | null): Place[] {
  const { comparison, sample } = model.state(tag[1]);
  const sources = new Map(model.sources(tag).map((source) => [source.run.number, source]));
  const options = { sample: sample.value };
  const place = (key: string, run: RunInfo, at: number | null): Place => {
    const source = sources.get(run.number);
    const row = source ? rowAt(source.summary.step, at) : -1;
    const wish = source && (row < 0 ? null : { entry: entryOf(source, row), options });
    return { key, run, step: at, wish };
  };
  const runs = model.runs(tag);
  const now = comparison.value;
  if (!now) return runs.map((run) => place(String(run.number), run, step));
  return sidesOf(runs, now).map((run, at) =>
    at ? place("second", run, now.step ?? step) : place("first", run, step),
  );
}

function usePlaces(parts: {
  model: ImagesModel;
  tag: TagRow;
  step: ReadonlySignal<number | null>;
}): ReadonlySignal<Place[]> {
  const { model, tag, step } = parts;
  return useComputed(() => placesOf(model, tag, step.value));
}

/** What is shown in each place; while its image is on the way, the one shown before. */
function usePanes(
  model: ImagesModel,
  tag: TagRow,
  places: readonly Place[],
  seen: boolean,
): Pane[] {
  const before = useRef(new Map<string, { wish: Wish; picture: Picture }>());
  if (!seen) before.current.clear();
  return places.map(({ key, run, step, wish }) => {
    const id = `${key}:${run.number}`;
    const picture = seen && wish ? model.value(tag, wish) : undefined;
    if (wish && picture) before.current.set(id, { wish, picture });
    const held = wish === null ? undefined : before.current.get(id);
    const reason = wish === null ? `No image at step ${formatStep(step ?? 0)} or before.` : "";
    const shown = { entry: held?.wish.entry ?? null, picture: held?.picture ?? null };
    return { key, run, wish: wish ?? null, reason, ...shown };
  });
}

function isShown({ picture, reason }: Pane): boolean {
  return picture !== null || reason !== "";
}

function noteOf(panes: readonly Pane[]): string {
  const waiting = panes.some(({ wish, entry }) => wish && !samePlace(wish, entry));
  return waiting && waitingForKernel.value ? "kernel busy: the images follow" : "";
}

function samePlace({ entry }: Wish, other: Pane["entry"]): boolean {
  return !!other && entry.place.every((number, at) => number === other.place[at]);
}

const currentPanes = new WeakMap<HTMLElement, readonly Pane[]>();

/** Leave on the element what its menu and tests (and the curious) read: that it is drawn, and what. */
function mark(card: HTMLElement | null, panes: readonly Pane[]): void {
  if (!card) return;
  currentPanes.set(card, panes);
  const imageOf = ({ picture }: Pane) =>
    [...card.querySelectorAll("img")].find(({ dataset }) => dataset.url === picture?.url);
  const drawn = () =>
    panes.map((pane) => {
      const { run, wish, entry, picture, reason } = pane;
      const image = imageOf(pane);
      return {
        ...picture,
        blob: undefined,
        run: run.name,
        step: entry?.step,
        wanted: wish?.entry.step,
        sample: wish?.options.sample,
        error: picture?.error || reason,
        loaded: !!image?.complete && image.naturalWidth > 0,
      };
    });
  if (drawn().some(({ loaded, error }) => loaded || error)) card.dataset.drawn = "1";
  Object.assign(card, { tbwidgetProbe: () => ({ drawn: drawn() }) });
}
