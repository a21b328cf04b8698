// One tag: the clips of all selected runs at a step, below each other, to be heard one after the
// other at the same place.
import { type Signal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useCallback, useEffect, useRef } from "preact/hooks";
import type { View } from "../../board/view";
import { waitingForKernel } from "../../wire/channel";
import type { TagRow } from "../../wire/types";
import { CardFrame } from "../cards/card_frame";
import { StepSlider, unionOf } from "../cards/step_slider";
import type { Visibility } from "../cards/visible";
import { type Entry, rowAt, type Wish } from "../values/model";
import type { Deck } from "./deck";
import type { AudioModel } from "./model";
import { ClipRow, type Shown } from "./row";

export interface CardProps {
  view: View;
  model: AudioModel;
  deck: Deck;
  tag: TagRow;
  visible: Visibility;
}

export function AudioCard({ view, model, deck, tag, visible }: CardProps) {
  const card = useRef<HTMLElement | null>(null);
  const seen = useSignal(false);
  const near = useSignal<ReadonlySet<number>>(new Set());
  const state = model.state(tag[1]);
  const { settings } = view.session;
  const step = useComputed(() => settings.step.value ?? state.step.value);
  const entries = useComputed(() => model.entries(tag, step.value));
  const steps = useComputed(() => unionOf(model.sources(tag).map(({ summary }) => summary.step)));
  const playing = useComputed(() => {
    const one = deck.playing.value;
    return one?.tag === tag[1] ? one.run : null;
  });
  useSignalEffect(() => {
    if (!seen.value && playing.value === null) return model.release(tag);
    const isNear = ({ run }: Entry) => near.value.has(run.number) || run.number === playing.value;
    const now = entries.value.filter(isNear);
    const next = neighbours(steps.value, step.value)
      .flatMap((other) => model.entries(tag, other))
      .filter((entry) => isNear(entry) && !now.some((one) => isSame(one, entry)));
    const parts = model.spectrogram.value ? [clipWish, spectrumWish] : [clipWish];
    const wishes = [now, next].flatMap((some) =>
      parts.flatMap((wish) => some.map((entry) => wish(entry, state.sample.value))),
    );
    model.want(tag, wishes);
  });
  useEffect(() => () => model.release(tag), [model, tag]);
  const onElement = useCallback((element: HTMLElement) => {
    card.current = element;
  }, []);

  const sample = state.sample.value;
  const held = useRef(new Map<number, Shown>());
  const rows = entries.value.map((entry) => {
    const clip = model.value(tag, clipWish(entry, sample));
    const spectrum = model.spectrogram.value ? model.value(tag, spectrumWish(entry, sample)) : null;
    const before = held.current.get(entry.run.number);
    const stale = !clip && before !== undefined;
    return { entry, stale, shown: stale ? before : { entry, clip, spectrum } };
  });
  held.current = new Map(
    rows.filter(({ shown }) => shown.clip).map(({ entry, shown }) => [entry.run.number, shown]),
  );
  useEffect(() => {
    if (!card.current) return;
    if (rows.some(({ shown }) => shown.clip)) card.current.dataset.drawn = "1";
    const tbwidgetProbe = () => ({
      step: step.peek(),
      position: state.position.peek(),
      playing: playing.peek(),
      drawn: rows.map(
        ({
          entry,
          stale,
          shown: {
            clip,
            spectrum,
            entry: { step },
          },
        }) => ({
          run: entry.run.name,
          number: entry.run.number,
          wanted: entry.step,
          step,
          stale,
          ...clip,
          outline: clip?.outline && [...clip.outline],
          spectrogram: spectrum?.spectrogram && {
            ...spectrum.spectrogram,
            levels: [...spectrum.spectrogram.levels],
          },
        }),
      ),
    });
    Object.assign(card.current, { tbwidgetProbe });
  });
  const waiting = rows.some(({ stale, shown }) => stale || !shown.clip);
  const samples = Math.max(1, ...rows.map(({ shown }) => shown.clip?.samples ?? 1));
  const greatest = Math.max(0, ...rows.map(({ shown }) => shown.clip?.peak ?? 0));
  return (
    <CardFrame
      {...{ view, visible, seen, onElement, state }}
      tag={tag[1]}
      note={
        waiting && waitingForKernel.value > 0 ? "kernel busy: the clips follow" : model.thinned(tag)
      }
      className="audio"
      data={{ "data-series": rows.length }}
      label={`${tag[1]}: clips of ${rows.length} runs`}
    >
      <StepSlider view={view} steps={steps.value} tag={tag[1]} own={state.step} />
      {samples > 1 && <Samples of={samples} setting={state.sample} />}
      <div class="clips">
        {rows.map(({ entry, stale, shown }) => (
          <ClipRow
            key={entry.run.number}
            {...{ view, state, deck, shown, stale, greatest, near }}
            tag={tag[1]}
            seen={seen.value}
            playing={entry.run.number === playing.value}
          />
        ))}
      </div>
    </CardFrame>
  );
}

function Samples({ of, setting }: { of: number; setting: Signal<number> }) {
  const at = Math.min(setting.value, of - 1);
  const go = (by: number) => () => {
    setting.value = (at + by + of) % of;
  };
  return (
    <div class="samples">
      Sample
      <button type="button" class="icon" aria-label="Sample before" onClick={go(-1)}>
        ‹
      </button>
      <output>
        {at + 1} of {of}
      </output>
      <button type="button" class="icon" aria-label="Next sample" onClick={go(1)}>
        ›
      </button>
    </div>
  );
}

function clipWish(entry: Entry, sample: number): Wish {
  return { entry, options: { sample } };
}

function spectrumWish(entry: Entry, sample: number): Wish {
  return { entry, options: { sample, part: "spectrogram" } };
}

function isSame(one: Entry, other: Entry): boolean {
  return one.run === other.run && one.place.every((part, at) => part === other.place[at]);
}

/** The steps before and after the one looked at: who looks at one is likely to look there next. */
export function neighbours(steps: Float64Array, step: number | null): number[] {
  if (step === null) return [];
  const at = rowAt(steps, step);
  return [steps[at + 1], steps[at - 1]].filter((one) => one !== undefined);
}
