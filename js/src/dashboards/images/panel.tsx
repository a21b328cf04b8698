// The Images tab: its controls, and a card a tag.

import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { DashboardProps, View } from "../../board/view";
import type { Setting } from "../../state/settings";
import { Filter, Slider, Toggle } from "../../ui/controls";
import { PopoverButton } from "../../ui/popover";
import { CardList } from "../cards/card_list";
import { CardWidth } from "../cards/card_width";
import { useWatching } from "../cards/watching";
import { ImageCard } from "./card";
import { ImagesModel } from "./model";

export function ImagesPanel({ view, channel }: DashboardProps) {
  const { session } = view;
  const model = useMemo(() => ImagesModel.of(channel, session), [channel, session]);
  const show = useWatching(model);
  return (
    <CardList
      view={view}
      channel={channel}
      kinds={["images"]}
      toolbar={(fold) => <Toolbar {...{ view, model, fold }} />}
      onVisible={show}
    >
      {(tag, visible) => <ImageCard key={tag[1]} {...{ view, model, tag, visible }} />}
    </CardList>
  );
}

function Toolbar(props: { view: View; model: ImagesModel; fold: ComponentChildren }) {
  const { view, model, fold } = props;
  const { settings } = view.session;
  const { brightness, contrast, rate } = model;
  const changed = brightness.value !== 1 || contrast.value !== 1;
  return (
    <div class="toolbar" role="toolbar" aria-label="Images">
      <Filter setting={settings.tagFilter} placeholder="Filter tags (.*)" />
      <Factor label="Brightness" setting={brightness} max={2} text={brightness.value.toFixed(2)} />
      <Factor
        label="Contrast"
        setting={contrast}
        max={5}
        text={`${Math.round(contrast.value * 100)} %`}
      />
      {changed && (
        <button
          type="button"
          class="link"
          title="Brightness and contrast as they were written"
          onClick={() => {
            brightness.value = 1;
            contrast.value = 1;
          }}
        >
          reset
        </button>
      )}
      <Toggle setting={model.actualSize} title="A pixel of the image is one of the page">
        Actual size
      </Toggle>
      <span class="end">
        {fold}
        <PopoverButton popover={view.popover} icon="settings" label="Settings">
          {() => (
            <div class="settings">
              <Slider
                label="Play"
                title="Steps a second that a card plays, and turns a second of a flicker"
                min={0.5}
                max={30}
                step={0.5}
                value={rate.value}
                text={`${rate.value} a second`}
                onInput={(value) => {
                  rate.value = value;
                }}
              />
              <CardWidth session={view.session} />
            </div>
          )}
        </PopoverButton>
      </span>
    </div>
  );
}

function Factor(props: { label: string; setting: Setting<number>; max: number; text: string }) {
  const { label, setting, max, text } = props;
  return (
    <label class="control">
      {label}
      <input
        type="range"
        min="0"
        max={max}
        step={max / 100}
        value={setting.value}
        onInput={(event) => {
          setting.value = event.currentTarget.valueAsNumber;
        }}
      />
      <output>{text}</output>
    </label>
  );
}
