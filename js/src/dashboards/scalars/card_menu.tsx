// What one card can do: settings of its own, other tags in its chart, files, code.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { YScale } from "../../state/session";
import { Check, Select, Slider } from "../../ui/controls";
import type { CardParts } from "./card";
import type { ChartHandle } from "./card_chart";
import { copyText, csvOf, jsonOf, saveFile } from "./card_export";

const SCALES = [
  { value: "", text: "as all cards" },
  { value: "linear", text: "linear" },
  { value: "log", text: "logarithmic" },
  { value: "symlog", text: "symmetric log" },
] as const;
const BEST = [
  { value: "", text: "none" },
  { value: "min", text: "lowest" },
  { value: "max", text: "highest" },
] as const;

export interface CardMenuProps {
  state: CardParts;
  chart: ChartHandle;
  /** What only some cards can do. */
  children?: ComponentChildren;
}

export function CardMenu({ state, chart, children }: CardMenuProps) {
  const { options, view } = state;
  const { settings } = view.session;
  const smoothing = options.smoothing.value;
  return (
    <div class="settings">
      <Check
        label="Smoothing of its own"
        value={smoothing !== null}
        onChange={(own) => {
          options.smoothing.value = own ? settings.smoothing.value : null;
        }}
      />
      {smoothing !== null && (
        <Slider
          label="Smoothing"
          min={0}
          max={0.999}
          step={0.001}
          value={smoothing}
          text={smoothing.toFixed(2)}
          onInput={(value) => {
            options.smoothing.value = value;
          }}
        />
      )}
      <Select
        label="Y axis"
        value={(options.yScale.value ?? "") as YScale | ""}
        options={SCALES}
        onChange={(value) => {
          options.yScale.value = value || null;
        }}
      />
      <Select
        label="Mark"
        title="The best point of each run"
        value={options.best.value ?? ""}
        options={BEST}
        onChange={(value) => {
          options.best.value = value || null;
        }}
      />
      <Check
        label="Table of values"
        value={options.table.value ?? settings.tables.value}
        onChange={(on) => {
          options.table.value = on;
        }}
      />
      {children}
      <AxisLimits state={state} />
      <Files state={state} chart={chart} />
    </div>
  );
}

/** Tags drawn into the same chart. */
export function OtherTags({ state }: { state: CardParts }) {
  const { options, view, title } = state;
  const others = options.others.value;
  const names = (view.session.tags.value.scalars ?? [])
    .map(([, name]) => name)
    .filter((name) => name !== title && !others.includes(name));
  return (
    <>
      <Select
        label="Draw with it"
        value=""
        options={[
          { value: "", text: "another tag" },
          ...names.map((name) => ({ value: name, text: name })),
        ]}
        onChange={(name) => {
          if (name) options.others.value = [...others, name];
        }}
      />
      {others.map((name) => (
        <Check
          key={name}
          label={name}
          value
          onChange={() => {
            options.others.value = others.filter((one) => one !== name);
          }}
        />
      ))}
      {others.length > 0 && (
        <Check
          label="On a y axis of their own"
          value={options.rightAxis.value}
          onChange={(on) => {
            options.rightAxis.value = on;
          }}
        />
      )}
    </>
  );
}

const NONE: [number, number] = [Number.NaN, Number.NaN];

/** Limits of the axes, typed: they hold once both ends of an axis are given. */
function AxisLimits({ state }: { state: CardParts }) {
  const { zoom } = state;
  const limits = useSignal({ x: zoom.value?.x ?? NONE, y: zoom.value?.y ?? NONE });
  const set = (axis: "x" | "y", end: 0 | 1, text: string) => {
    const range: [number, number] = [...limits.value[axis]];
    range[end] = text.trim() === "" ? Number.NaN : Number(text);
    limits.value = { ...limits.value, [axis]: range };
    const { x, y } = limits.value;
    const [wholeX, wholeY] = [x, y].map((one) => (one.every(Number.isFinite) ? one : null));
    if (wholeX || wholeY) zoom.value = { x: wholeX ?? fullX(state), y: wholeY ?? null };
  };
  return (
    <>
      {(["x", "y"] as const).map((axis) => (
        <span key={axis} class="field">
          <span>{axis.toUpperCase()} from</span>
          <span class="limits">
            {([0, 1] as const).map((end) => (
              <input
                key={end}
                type="number"
                step="any"
                aria-label={`${axis} axis, ${end ? "to" : "from"}`}
                value={text(limits.value[axis][end])}
                onChange={(event) => set(axis, end, event.currentTarget.value)}
              />
            ))}
          </span>
        </span>
      ))}
    </>
  );
}

function text(value: number): string {
  return !Number.isFinite(value) ? "" : String(Number(value.toPrecision(6)));
}

/** All of x, for a typed limit of y alone. */
function fullX({ sources }: CardParts): [number, number] {
  const steps = sources.value.flatMap(({ series }) => [
    series.step[0] ?? 0,
    series.step[series.length - 1] ?? 1,
  ]);
  return [Math.min(...steps), Math.max(...steps)];
}

function Files({ state, chart }: { state: CardParts; chart: ChartHandle }) {
  const { title } = state;
  const copied = useSignal("");
  const name = title.replace(/[^\w.-]+/g, "_") || "chart";
  const save = (ending: string, make: () => BlobPart | Promise<Blob>, type: string) => async () => {
    const made = await make();
    saveFile(`${name}.${ending}`, made instanceof Blob ? made : new Blob([made], { type }));
  };
  return (
    <fieldset class="files" aria-label="Save this card">
      <span>Save</span>
      <button type="button" onClick={save("png", () => pngOf(chart), "image/png")}>
        PNG
      </button>
      <button type="button" onClick={save("svg", () => svgOf(chart, title), "image/svg+xml")}>
        SVG
      </button>
      <button type="button" onClick={save("csv", () => csvOf(chart.lines), "text/csv")}>
        CSV
      </button>
      <button type="button" onClick={save("json", () => jsonOf(chart.lines), "application/json")}>
        JSON
      </button>
      {!state.view.session.report && (
        <button
          type="button"
          title="The cell that makes this view"
          onClick={async () => {
            const code = await state.code();
            copied.value = (await copyText(code)) ? "Copied" : "Not allowed here";
          }}
        >
          {copied.value || "Copy as Python"}
        </button>
      )}
    </fieldset>
  );
}

function svgOf(chart: ChartHandle, title: string): string {
  return chart.current?.toSvg({ title }) ?? "";
}

async function pngOf(chart: ChartHandle): Promise<Blob> {
  if (!chart.current) throw new Error("the chart is not drawn");
  return chart.current.toPng(2);
}
