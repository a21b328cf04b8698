// The Audio tab: its controls, and a card a tag.
import { untracked, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { DashboardProps } from "../../board/view";
import { Filter, Toggle } from "../../ui/controls";
import { loadModule } from "../../wire/modules";
import { CardList } from "../cards/card_list";
import { useWatching } from "../cards/watching";
import { AudioCard } from "./card";
import { Deck } from "./deck";
import { AudioModel } from "./model";

export function AudioPanel({ view, channel }: DashboardProps) {
  const { session } = view;
  const model = useMemo(() => AudioModel.of(channel, session), [channel, session]);
  const show = useWatching(model);
  const deck = useMemo(() => new Deck(), []);
  const visible = useSignal<ReadonlySet<string>>(new Set());
  useSignalEffect(() => {
    const tags = new Set(visible.value);
    if (deck.playing.value) tags.add(deck.playing.value.tag); // it plays on out of sight
    untracked(() => show(tags));
  });
  useEffect(() => void loadModule(channel, "markdown"), [channel]); // labels
  return (
    <CardList
      view={view}
      channel={channel}
      kinds={["audio"]}
      toolbar={(fold) => (
        <div class="toolbar" role="toolbar" aria-label="Audio">
          <Filter setting={session.settings.tagFilter} placeholder="Filter tags (.*)" />
          <Toggle setting={model.spectrogram} title="Power by frequency and time, below waveforms">
            Spectrogram
          </Toggle>
          <span class="end">{fold}</span>
        </div>
      )}
      onVisible={(tags) => {
        visible.value = tags;
      }}
    >
      {(tag, visible) => <AudioCard key={tag[1]} {...{ view, model, deck, tag, visible }} />}
    </CardList>
  );
}
