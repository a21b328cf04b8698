// The Scalars tab: its controls, and a card a tag.
import { useEffect, useMemo } from "preact/hooks";
import type { DashboardProps } from "../../board/view";
import { CardList } from "../cards/card_list";
import { Card } from "./card";
import { ScalarsModel } from "./model";
import { Toolbar } from "./toolbar";

let lastView = 0;

export function ScalarsPanel({ view, channel }: DashboardProps) {
  const { session } = view;
  const model = useMemo(() => ScalarsModel.of(channel, session), [channel, session]);
  const id = useMemo(() => `${Date.now().toString(36)}-${++lastView}`, []);
  useEffect(() => () => model.hide(id), [model, id]);
  return (
    <CardList
      view={view}
      channel={channel}
      kinds={["scalars"]}
      toolbar={(fold) => (
        <Toolbar view={view} model={model} groupError={model.bands.error.value} fold={fold} />
      )}
      onVisible={(tags) => model.show(id, tags)}
    >
      {(tag, visible) => <Card key={tag[1]} {...{ view, model, tag, visible }} />}
    </CardList>
  );
}
