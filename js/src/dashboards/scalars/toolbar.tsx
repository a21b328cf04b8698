// What is set most often, in one line above the cards.
import type { ComponentChildren } from "preact";
import type { View } from "../../board/view";
import type { XAxis } from "../../state/session";
import { Filter, Segments, Toggle } from "../../ui/controls";
import { PopoverButton } from "../../ui/popover";
import type { ScalarsModel } from "./model";
import { SettingsPanel } from "./settings_panel";

const X_AXES: readonly { value: XAxis; text: string; title: string }[] = [
  { value: "step", text: "Step", title: "Training steps" },
  { value: "relative", text: "Relative", title: "Time since the first point of each run" },
  { value: "wall", text: "Wall", title: "Time of day" },
];
const Y_SCALES = [
  { value: "linear", text: "Linear" },
  { value: "log", text: "Log", title: "Logarithmic y axis; values of 0 and below are left out" },
  { value: "symlog", text: "Symlog", title: "Logarithmic on both sides of zero, linear about it" },
] as const;

export interface ToolbarProps {
  view: View;
  label?: string;
  model: ScalarsModel;
  /** Why runs are not grouped, though they should be; empty if they are. */
  groupError: string;
  /** The button that folds all groups. */
  fold: ComponentChildren;
}

export function Toolbar({ view, label, model, groupError, fold }: ToolbarProps) {
  const { session } = view;
  const { settings } = session;
  const axis = settings.xAxis.value;
  const axes = axis.startsWith("tag:")
    ? [...X_AXES, { value: axis, text: axis.slice("tag:".length), title: "Values of this tag" }]
    : X_AXES;
  return (
    <div class="toolbar" role="toolbar" aria-label={label ?? "Scalars"}>
      <Filter setting={settings.tagFilter} placeholder="Filter tags (.*)" />
      <Segments label="X axis" options={axes} setting={settings.xAxis} />
      <label class="control">
        Smoothing
        <input
          type="range"
          min="0"
          max="0.999"
          step="0.001"
          value={settings.smoothing.value}
          onInput={(event) => {
            settings.smoothing.value = event.currentTarget.valueAsNumber;
          }}
        />
        <output>{settings.smoothing.value.toFixed(settings.smoothing.value > 0.99 ? 3 : 2)}</output>
      </label>
      <Segments label="Y axis" options={Y_SCALES} setting={settings.yScale} />
      <Toggle
        setting={settings.ignoreOutliers}
        title="Fit the y axis to the 5th to 95th percentile of the values"
      >
        Ignore outliers
      </Toggle>
      {groupError && (
        <span class="note" role="status">
          Not grouped: {groupError}
        </span>
      )}
      <span class="end">
        {fold}
        <PopoverButton popover={view.popover} icon="settings" label="Settings">
          {() => <SettingsPanel session={session} model={model} />}
        </PopoverButton>
      </span>
    </div>
  );
}
