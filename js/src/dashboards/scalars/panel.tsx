// The Scalars tab: its controls, and a card a tag.
import { useMemo } from "preact/hooks";
import type { DashboardProps } from "../../board/view";
import { CardList } from "../cards/card_list";
import { useWatching } from "../cards/watching";
import { Card } from "./card";
import { ScalarsModel } from "./model";
import { Toolbar } from "./toolbar";

export function ScalarsPanel({ view, channel }: DashboardProps) {
  const { session } = view;
  const model = useMemo(() => ScalarsModel.of(channel, session), [channel, session]);
  const show = useWatching(model);
  return (
    <CardList
      view={view}
      channel={channel}
      kinds={["scalars"]}
      toolbar={(fold) => (
        <Toolbar view={view} model={model} groupError={model.bands.error.value} fold={fold} />
      )}
      onVisible={show}
    >
      {(tag, visible) => <Card key={tag[1]} {...{ view, model, tag, visible }} />}
    </CardList>
  );
}
