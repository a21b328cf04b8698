// What is set most often of histograms, in one line above the cards; the rest in a panel.

import type { ComponentChildren } from "preact";
import type { View } from "../../board/view";
import type { Range, XAxis } from "../../state/session";
import { Check, Filter, Segments, Select, Toggle } from "../../ui/controls";
import { PopoverButton } from "../../ui/popover";
import { CardWidth } from "../cards/card_width";
import type { HistogramsModel } from "./model";

const MODES = [
  { value: "offset", text: "Offset", title: "One step behind the other, the newest in front" },
  { value: "overlay", text: "Overlay", title: "The steps over each other" },
  { value: "heatmap", text: "Heat map", title: "Counts as colours, over time" },
  {
    value: "runs",
    text: "Runs",
    title: "The runs over each other, at the marked or the last step",
  },
] as const;
const AXES: readonly { value: XAxis; text: string; title: string }[] = [
  { value: "step", text: "Step", title: "Training steps" },
  { value: "relative", text: "Relative", title: "Time since the first step of each run" },
  { value: "wall", text: "Wall", title: "Time of day" },
];
const BINS = [10, 30, 60, 120, 240, 480];
const SLICES = [20, 60, 200, 500, 1000, 2000];

export function Toolbar(props: { view: View; model: HistogramsModel; fold: ComponentChildren }) {
  const { view, model, fold } = props;
  const { settings } = view.session;
  return (
    <div class="toolbar" role="toolbar" aria-label="Histograms">
      <Filter setting={settings.tagFilter} placeholder="Filter tags (.*)" />
      <Segments label="Mode" options={MODES} setting={model.mode} />
      <Segments label="Time axis" options={AXES} setting={settings.xAxis} />
      <span class="pair">
        <Toggle setting={model.logCounts} title="Draw the logarithm of 1 + count">
          Log counts
        </Toggle>
        <Toggle
          setting={model.density}
          title="Draw counts divided by their sum and by the width of their bucket"
        >
          Density
        </Toggle>
      </span>
      <Marked view={view} model={model} />
      <span class="end">
        {fold}
        <PopoverButton popover={view.popover} icon="settings" label="Settings">
          {() => <SettingsPanel view={view} model={model} />}
        </PopoverButton>
      </span>
    </div>
  );
}

/** The steps that are marked, and a way to have none. */
function Marked({ view, model }: { view: View; model: HistogramsModel }) {
  const { step } = view.session.settings;
  if (step.value === null) return null;
  const second = model.secondStep.value;
  return (
    <span class="segments">
      <button
        type="button"
        title="Mark no step. Click a slice to mark its step; with shift, a second one to compare"
        onClick={() => {
          step.value = null;
          model.secondStep.value = null;
        }}
      >
        step {step.value.toLocaleString("en")}
        {second !== null && ` and ${second.toLocaleString("en")}`} ×
      </button>
    </span>
  );
}

function SettingsPanel({ view, model }: { view: View; model: HistogramsModel }) {
  return (
    <div class="settings">
      {!view.session.report && <KernelSettings view={view} model={model} />}
      <h5>Cards</h5>
      <CardWidth session={view.session} />
    </div>
  );
}

/** What the kernel makes histograms by. */
function KernelSettings({ view, model }: { view: View; model: HistogramsModel }) {
  const { settings } = view.session;
  const bins = model.bins.value;
  const slices = model.maxSlices.value;
  return (
    <>
      <h5>Buckets</h5>
      <Select
        label="Bins"
        title="Histograms are brought to equal bins, as TensorBoard does, or drawn as written"
        value={String(bins)}
        options={[
          ...choicesOf(BINS, bins).map((count) => ({
            value: String(count),
            text: count === 30 ? "30, as TensorBoard" : String(count),
          })),
          { value: "0", text: "as written" },
        ]}
        onChange={(value) => {
          model.bins.value = Number(value);
        }}
      />
      <h5>Values</h5>
      <Limits model={model} />
      <Check
        label="One range for all runs of a card"
        title="So that runs can be compared; one that goes astray makes the others narrow"
        value={model.sameRange.value}
        onChange={(on) => {
          model.sameRange.value = on;
        }}
      />
      <h5>Steps</h5>
      <StepRange setting={settings.stepRange} />
      <Select
        label="At most"
        title="Evenly spaced, and the last; a card says how many of how many it shows"
        value={String(slices)}
        options={choicesOf(SLICES, slices).map((count) => ({
          value: String(count),
          text: count.toLocaleString("en"),
        }))}
        onChange={(value) => {
          model.maxSlices.value = Number(value);
        }}
      />
    </>
  );
}

/** The numbers offered, with the current one among them; 0 is offered otherwise. */
function choicesOf(offered: readonly number[], current: number): readonly number[] {
  if (!current || offered.includes(current)) return offered;
  return [...offered, current].sort((a, b) => a - b);
}

function Limits({ model }: { model: HistogramsModel }) {
  return (
    <RangeField
      label="Range"
      title="Of the values of all cards; empty fits each to its data"
      setting={model.valueRange}
    />
  );
}

function StepRange({ setting }: { setting: { value: Range } }) {
  return (
    <RangeField
      label="Range"
      title="Of the steps that are looked at; empty for all"
      setting={setting}
    />
  );
}

/** Two numbers from and to; with none it is all. */
function RangeField(props: { label: string; title: string; setting: { value: Range } }) {
  const { label, title, setting } = props;
  const range = setting.value;
  return (
    <form
      class="field range"
      title={title}
      onChange={(event) => {
        const inputs = [...event.currentTarget.querySelectorAll("input")];
        const [low, high] = inputs.map((input) => Number.parseFloat(input.value));
        if (inputs.every((input) => input.value === "")) setting.value = null;
        else if (low !== undefined && high !== undefined && low < high) setting.value = [low, high];
      }}
      onSubmit={(event) => event.preventDefault()}
    >
      <span>{label}</span>
      <input
        type="text"
        inputMode="decimal"
        aria-label="from"
        placeholder="from"
        value={range?.[0] ?? ""}
      />
      <input
        type="text"
        inputMode="decimal"
        aria-label="to"
        placeholder="to"
        value={range?.[1] ?? ""}
      />
    </form>
  );
}
