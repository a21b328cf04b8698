// The Tensors tab: its controls, and a card a tag.
import { useMemo } from "preact/hooks";
import type { DashboardProps } from "../../board/view";
import { Filter, Segments } from "../../ui/controls";
import { CardList } from "../cards/card_list";
import { useWatching } from "../cards/watching";
import { X_AXES } from "../summaries/axes";
import { TensorCard } from "./card";
import { TensorsModel } from "./model";

const SHOWN = [
  { value: "map", text: "Map", title: "A slice of each tensor as a heat map" },
  { value: "table", text: "Table", title: "A slice of each tensor as a table" },
] as const;
const COLORS = [
  { value: "slice", text: "Slice", title: "Colours span the values that are shown" },
  { value: "steps", text: "All steps", title: "Colours are the same at all steps of a run" },
] as const;
const BANDS = [
  { value: "std", text: "± std", title: "Means over steps, within a standard deviation" },
  { value: "range", text: "Min–max", title: "Means over steps, from minimum to maximum" },
  { value: "norm", text: "Norm", title: "Euclidean norms over steps" },
] as const;

export function TensorsPanel({ view, channel }: DashboardProps) {
  const { session } = view;
  const { settings } = session;
  const model = useMemo(() => TensorsModel.of(channel, session), [channel, session]);
  const show = useWatching(model);
  return (
    <CardList
      view={view}
      channel={channel}
      kinds={["tensors"]}
      toolbar={(fold) => (
        <div class="toolbar" role="toolbar" aria-label="Tensors">
          <Filter setting={settings.tagFilter} placeholder="Filter tags (.*)" />
          <Segments label="Values as" options={SHOWN} setting={model.shown} />
          {model.shown.value === "map" && (
            <Segments label="Range of colours" options={COLORS} setting={model.colors} />
          )}
          <Segments label="Over steps" options={BANDS} setting={model.band} />
          <Segments label="X axis over steps" options={X_AXES} setting={settings.xAxis} />
          <span class="end">{fold}</span>
        </div>
      )}
      onVisible={show}
    >
      {(tag, visible) => <TensorCard key={tag[1]} {...{ view, model, tag, visible }} />}
    </CardList>
  );
}
