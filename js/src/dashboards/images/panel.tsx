// The Images tab: its controls, and a card a tag.
import { useEffect, useMemo } from "preact/hooks";
import type { DashboardProps } from "../../board/view";
import { Filter } from "../../ui/controls";
import { CardList } from "../cards/card_list";
import { ImageCard } from "./card";
import { ImagesModel } from "./model";

let lastView = 0;

export function ImagesPanel({ view, channel }: DashboardProps) {
  const { session } = view;
  const model = useMemo(() => ImagesModel.of(channel, session), [channel, session]);
  const id = useMemo(() => `${Date.now().toString(36)}-im${++lastView}`, []);
  useEffect(() => () => model.hide(id), [model, id]);
  return (
    <CardList
      view={view}
      channel={channel}
      kinds={["images"]}
      toolbar={(fold) => (
        <div class="toolbar" role="toolbar" aria-label="Images">
          <Filter setting={session.settings.tagFilter} placeholder="Filter tags (.*)" />
          <span class="end">{fold}</span>
        </div>
      )}
      onVisible={(tags) => model.show(id, tags)}
    >
      {(tag, visible) => <ImageCard key={tag[1]} {...{ view, model, tag, visible }} />}
    </CardList>
  );
}
