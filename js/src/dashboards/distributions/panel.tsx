// The Distributions tab: its controls, and a card a tag.
import { useMemo } from "preact/hooks";
import type { DashboardProps } from "../../board/view";
import { Filter, Segments } from "../../ui/controls";
import { CardList } from "../cards/card_list";
import { useWatching } from "../cards/watching";
import { X_AXES, Y_SCALES } from "../summaries/axes";
import { DistributionCard } from "./card";
import { DistributionsModel } from "./model";

const MODES = [
  { value: "auto", text: "Auto", title: "Up to three runs over each other, of more one at a time" },
  { value: "overlay", text: "Overlay", title: "All selected runs over each other" },
  { value: "single", text: "One run", title: "One run at a time, chosen in each card" },
] as const;

export function DistributionsPanel({ view, channel }: DashboardProps) {
  const { session } = view;
  const { settings } = session;
  const model = useMemo(() => DistributionsModel.of(channel, session), [channel, session]);
  const show = useWatching(model);
  return (
    <CardList
      view={view}
      channel={channel}
      kinds={["histograms"]}
      toolbar={(fold) => (
        <div class="toolbar" role="toolbar" aria-label="Distributions">
          <Filter setting={settings.tagFilter} placeholder="Filter tags (.*)" />
          <Segments label="X axis" options={X_AXES} setting={settings.xAxis} />
          <Segments label="Y axis" options={Y_SCALES} setting={settings.yScale} />
          <Segments label="Runs" options={MODES} setting={model.mode} />
          <span class="end">{fold}</span>
        </div>
      )}
      onVisible={show}
    >
      {(tag, visible) => <DistributionCard key={tag[1]} {...{ view, model, tag, visible }} />}
    </CardList>
  );
}
