// The Histograms tab: its controls, and a card a tag.
import { useEffect, useMemo } from "preact/hooks";
import type { DashboardProps } from "../../board/view";
import { CardList } from "../cards/card_list";
import { Card } from "./card";
import { HistogramsModel } from "./model";
import { Toolbar } from "./toolbar";

let lastView = 0;

export function HistogramsPanel({ view, channel }: DashboardProps) {
  const { session } = view;
  const model = useMemo(() => HistogramsModel.of(channel, session), [channel, session]);
  const id = useMemo(() => `${Date.now().toString(36)}-${++lastView}`, []);
  useEffect(() => () => model.hide(id), [model, id]);
  return (
    <CardList
      view={view}
      channel={channel}
      kinds={["histograms"]}
      toolbar={(fold) => <Toolbar view={view} model={model} fold={fold} />}
      onVisible={(tags) => model.show(id, tags)}
    >
      {(tag, visible) => <Card key={tag[1]} {...{ view, model, tag, visible }} />}
    </CardList>
  );
}
