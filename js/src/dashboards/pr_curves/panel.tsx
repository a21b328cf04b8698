// The PR curves tab: its controls, and a card a tag.
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { DashboardProps, View } from "../../board/view";
import { formatValue } from "../../charts/format";
import { Filter, Segments, Toggle } from "../../ui/controls";
import { CardList } from "../cards/card_list";
import { useWatching } from "../cards/watching";
import { X_AXES } from "../summaries/axes";
import { PRCard } from "./card";
import { PRCurvesModel } from "./model";

const MODES = [
  { value: "pr", text: "PR", title: "Precision over recall" },
  { value: "roc", text: "ROC", title: "True over false positive rate, from the same counts" },
] as const;

export function PRCurvesPanel({ view, channel }: DashboardProps) {
  const { session } = view;
  const model = useMemo(() => PRCurvesModel.of(channel, session), [channel, session]);
  const show = useWatching(model);
  return (
    <CardList
      view={view}
      channel={channel}
      kinds={["pr_curves"]}
      toolbar={(fold) => <Toolbar {...{ view, model, fold }} />}
      onVisible={show}
    >
      {(tag, visible) => <PRCard key={tag[1]} {...{ view, model, tag, visible }} />}
    </CardList>
  );
}

function Toolbar(props: { view: View; model: PRCurvesModel; fold: ComponentChildren }) {
  const { view, model, fold } = props;
  const { settings } = view.session;
  const { threshold } = model;
  return (
    <div class="toolbar" role="toolbar" aria-label="PR curves">
      <Filter setting={settings.tagFilter} placeholder="Filter tags (.*)" />
      <Segments label="Curve" options={MODES} setting={model.mode} />
      <span class={model.mode.value === "pr" ? "" : "unused"}>
        <Toggle setting={model.f1Lines} title="Lines of equal F1 score">
          F1 lines
        </Toggle>
      </span>
      <Segments label="Time of curves" options={X_AXES} setting={settings.xAxis} />
      <span class="control threshold">
        {threshold.value === null ? (
          <span class="quiet">Click a curve to pick a threshold</span>
        ) : (
          <>
            Threshold <output>{formatValue(threshold.value)}</output>
            <button
              type="button"
              class="link"
              onClick={() => {
                threshold.value = null;
              }}
            >
              clear
            </button>
          </>
        )}
      </span>
      <span class="end">{fold}</span>
    </div>
  );
}
