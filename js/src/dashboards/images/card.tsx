// One tag: the images of all selected runs at a step, side by side.
import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useCallback, useEffect, useRef } from "preact/hooks";
import type { View } from "../../board/view";
import { formatStep } from "../../charts/format";
import { Name } from "../../ui/controls";
import { waitingForKernel } from "../../wire/channel";
import type { TagRow } from "../../wire/types";
import { CardFrame } from "../cards/card_frame";
import { StepSlider, unionOf } from "../cards/step_slider";
import type { Visibility } from "../cards/visible";
import type { Wish } from "../values/model";
import type { ImagesModel } from "./model";

export interface CardProps {
  view: View;
  model: ImagesModel;
  tag: TagRow;
  visible: Visibility;
}

export function ImageCard({ view, model, tag, visible }: CardProps) {
  const card = useRef<HTMLElement | null>(null);
  const seen = useSignal(false);
  const state = model.state(tag[1]);
  const { settings } = view.session;
  const step = useComputed(() => settings.step.value ?? state.step.value);
  const wishes = useComputed((): Wish[] =>
    model.entries(tag, step.value).map((entry) => ({ entry, options: { sample: 0 } })),
  );
  useSignalEffect(() => {
    if (seen.value) model.want(tag, wishes.value);
    else model.release(tag);
  });
  useEffect(() => () => model.release(tag), [model, tag]);
  const onElement = useCallback((element: HTMLElement) => {
    card.current = element;
  }, []);
  const shown = wishes.value.map((wish) => ({ wish, picture: model.value(tag, wish) }));
  useEffect(() => {
    if (!card.current) return;
    if (shown.some(({ picture }) => picture)) card.current.dataset.drawn = "1";
    const probe = () => ({
      drawn: shown.map(({ wish, picture }) => ({
        run: wish.entry.run.name,
        step: wish.entry.step,
        ...picture,
      })),
    });
    Object.assign(card.current, { tbwidgetProbe: probe });
  });
  const waiting = shown.some(({ picture }) => !picture) && waitingForKernel.value > 0;
  const steps = unionOf(model.sources(tag).map(({ summary }) => summary.step));
  return (
    <CardFrame
      {...{ view, visible, seen, onElement, state }}
      tag={tag[1]}
      note={waiting ? "kernel busy: the images follow" : ""}
      className="images"
      data={{ "data-series": shown.length }}
      label={`${tag[1]}: images of ${shown.length} runs`}
    >
      <StepSlider {...{ view, steps }} tag={tag[1]} own={state.step} />
      <div class="pictures">
        {shown.map(({ wish: { entry }, picture }) => (
          <figure key={entry.run.number}>
            {picture?.url ? (
              <img src={picture.url} alt={`${tag[1]} of ${entry.run.label}`} />
            ) : (
              <p class="reason">{picture?.error ?? ""}</p>
            )}
            <figcaption>
              <Name text={entry.run.label} /> <span>{formatStep(entry.step)}</span>
            </figcaption>
          </figure>
        ))}
      </div>
    </CardFrame>
  );
}
