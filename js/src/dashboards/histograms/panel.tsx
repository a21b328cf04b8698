// The Histograms tab: its controls, and a card a tag.
import { useMemo } from "preact/hooks";
import type { DashboardProps } from "../../board/view";
import { CardList } from "../cards/card_list";
import { useWatching } from "../cards/watching";
import { Card } from "./card";
import { HistogramsModel } from "./model";
import { Toolbar } from "./toolbar";

export function HistogramsPanel({ view, channel }: DashboardProps) {
  const { session } = view;
  const model = useMemo(() => HistogramsModel.of(channel, session), [channel, session]);
  const show = useWatching(model);
  return (
    <CardList
      view={view}
      channel={channel}
      kinds={["histograms"]}
      toolbar={(fold) => <Toolbar view={view} model={model} fold={fold} />}
      onVisible={show}
    >
      {(tag, visible) => <Card key={tag[1]} {...{ view, model, tag, visible }} />}
    </CardList>
  );
}
