// The settings of the Scalars tab that are too many for its toolbar.

import { useSignal } from "@preact/signals";
import { hparamNames } from "../../state/runs";
import type { Session, TooltipSort, XAxis } from "../../state/session";
import { Check, Select, Slider } from "../../ui/controls";
import { CardWidth } from "../cards/card_width";
import { saveFile } from "./card_export";
import { ColumnChooser } from "./columns";
import type { ScalarsModel } from "./model";

const GROUPINGS = [
  { value: "", text: "single runs" },
  { value: "directory", text: "directory" },
  { value: "hparam", text: "hyperparameter" },
  { value: "regex", text: "regular expression" },
] as const;
const CENTERS = [
  { value: "mean", text: "mean" },
  { value: "median", text: "median" },
  { value: "iqm", text: "interquartile mean" },
] as const;
const BANDS = [
  { value: "std", text: "standard deviation" },
  { value: "sem", text: "standard error" },
  { value: "ci95", text: "95 % interval" },
  { value: "minmax", text: "lowest to highest" },
  { value: "", text: "none" },
] as const;
const SORTS = [
  { value: "nearest", text: "nearest first" },
  { value: "name", text: "by name" },
  { value: "ascending", text: "lowest first" },
  { value: "descending", text: "highest first" },
] as const satisfies readonly { value: TooltipSort; text: string }[];

export function SettingsPanel({ session, model }: { session: Session; model: ScalarsModel }) {
  const { settings } = session;
  const live = !session.report; // else nobody makes what the page lacks
  return (
    <div class="settings">
      <h5>Axes</h5>
      <Select
        label="X axis"
        value={settings.xAxis.value}
        options={xAxes(session)}
        onChange={(value) => {
          settings.xAxis.value = value;
        }}
      />
      <Check
        label="Logarithmic x axis"
        title="Values of 0 and below are left out"
        value={settings.xScale.value === "log"}
        onChange={(on) => {
          settings.xScale.value = on ? "log" : "linear";
        }}
      />
      <h5>Groups</h5>
      {live && <Grouping session={session} kind="groupBy" label="Show" />}
      {live && settings.groupBy.value && (
        <>
          <Select
            label="Curve"
            value={settings.center.value as (typeof CENTERS)[number]["value"]}
            options={CENTERS}
            onChange={(value) => {
              settings.center.value = value;
            }}
          />
          <Select
            label="Band"
            value={(settings.band.value ?? "") as (typeof BANDS)[number]["value"]}
            options={BANDS}
            onChange={(value) => {
              settings.band.value = value || null;
            }}
          />
        </>
      )}
      <Check
        label="Fold what add_scalars made into its run"
        title="Its values become lines of one chart, and its runs leave the list"
        value={settings.foldChildren.value}
        onChange={(on) => {
          settings.foldChildren.value = on;
        }}
      />
      {live && (
        <Check
          label="Points that restarts replaced"
          title="Drawn dotted behind the others, each stretch of ascending steps as a line of its own"
          value={settings.superseded.value}
          onChange={(on) => {
            settings.superseded.value = on;
          }}
        />
      )}
      <h5>Colours</h5>
      <Grouping session={session} kind="colorBy" label="Colour by" />
      <Check
        label="Tell lines apart by dashes too"
        value={settings.dashes.value}
        onChange={(on) => {
          settings.dashes.value = on;
        }}
      />
      <h5>Cards</h5>
      <CardWidth session={session} />
      <Check
        label="Table of values below each chart"
        value={settings.tables.value}
        onChange={(on) => {
          settings.tables.value = on;
        }}
      />
      <ColumnChooser session={session} />
      <Select
        label="Tooltip"
        value={settings.tooltipSort.value}
        options={SORTS}
        onChange={(value) => {
          settings.tooltipSort.value = value;
        }}
      />
      <Slider
        label="Tooltip rows"
        min={1}
        max={30}
        step={1}
        value={settings.tooltipRows.value}
        onInput={(value) => {
          settings.tooltipRows.value = value;
        }}
      />
      {live && <h5>Save all cards</h5>}
      {live && <SaveAll model={model} />}
    </div>
  );
}

/** All cards as one file, which the kernel makes: it has all points. */
function SaveAll({ model }: { model: ScalarsModel }) {
  const message = useSignal("");
  const save = (suffix: string) => async () => {
    message.value = "the kernel writes it";
    try {
      saveFile(`scalars${suffix}`, await model.file(suffix));
      message.value = "";
    } catch (error) {
      message.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <fieldset class="files" aria-label="Save all cards">
      {[".png", ".svg", ".csv", ".json", ".parquet"].map((suffix) => (
        <button key={suffix} type="button" onClick={save(suffix)}>
          {suffix.slice(1).toUpperCase()}
        </button>
      ))}
      {message.value && <p role="status">{message.value}</p>}
    </fieldset>
  );
}

function xAxes(session: Session): { value: XAxis; text: string }[] {
  const current = session.settings.xAxis.value;
  const tags = (session.tags.value.scalars ?? []).filter(
    ([, name]) => !session.report || current === `tag:${name}`,
  );
  return [
    { value: "step", text: "step" },
    { value: "relative", text: "relative time" },
    { value: "wall", text: "wall time" },
    ...tags.map(([, name]) => ({ value: `tag:${name}` as const, text: `values of ${name}` })),
  ];
}

/** What runs are grouped or coloured by: a kind, and its detail where the kind needs one. */
function Grouping(props: { session: Session; kind: "groupBy" | "colorBy"; label: string }) {
  const { session, kind, label } = props;
  const setting = session.settings[kind];
  const none = kind === "colorBy" ? "run" : "";
  const value = setting.value === none ? "" : setting.value;
  const known = value === "" || value === "directory";
  const current = known ? value : value.startsWith("hparam:") ? "hparam" : "regex";
  const names = hparamNames(session.hparams.value);
  const options = GROUPINGS.filter(
    (one) => one.value !== "hparam" || names.length || current === "hparam",
  ).map((one) => (one.value === "" && kind === "colorBy" ? { ...one, text: "run" } : one));
  return (
    <>
      <Select
        label={label}
        value={current as (typeof GROUPINGS)[number]["value"]}
        options={options}
        onChange={(next) => {
          const first = next === "hparam" ? `hparam:${names[0] ?? ""}` : "^([^/]*)";
          setting.value = next === "" ? none : next === "directory" ? next : first;
        }}
      />
      {current === "hparam" && (
        <Select
          label="Which"
          value={value.slice("hparam:".length)}
          options={names.map((name) => ({ value: name, text: name }))}
          onChange={(name) => {
            setting.value = `hparam:${name}`;
          }}
        />
      )}
      {current === "regex" && (
        <label class="field" title="Runs of which it captures the same belong together">
          <span>Pattern</span>
          <input
            type="text"
            spellcheck={false}
            value={value}
            onChange={(event) => {
              setting.value = event.currentTarget.value || none;
            }}
          />
        </label>
      )}
    </>
  );
}
