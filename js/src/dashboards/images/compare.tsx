// What is compared with what, and how.
import type { Signal } from "@preact/signals";
import { formatStep } from "../../charts/format";
import type { RunInfo } from "../../state/session";
import { IconButton, Segments } from "../../ui/controls";
import { commonHead } from "../../ui/names";
import { rowAt } from "../values/model";
import type { CompareMode, Comparison } from "./model";

const MODES: readonly { value: CompareMode; text: string; title: string }[] = [
  { value: "wipe", text: "Wipe", title: "Left of the edge the one, right of it the other" },
  { value: "flicker", text: "Flicker", title: "By turns, at the rate of the settings" },
  { value: "difference", text: "Difference", title: "What is equal is black" },
];

/** What a card compares at first: two runs, or the first step of its run. */
export function firstComparison(runs: number, steps: Float64Array): Comparison {
  const step = runs > 1 ? null : (steps[0] ?? null);
  return { mode: "wipe", a: null, b: null, step, edge: 0.5, gain: 1 };
}

/** The two runs of a comparison; runs that have gone give way to the first ones. */
export function sidesOf(runs: readonly RunInfo[], { a, b }: Comparison): RunInfo[] {
  const find = (number: number | null) => runs.find((run) => run.number === number);
  const first = find(a) ?? runs[0];
  const second = find(b) ?? runs[1] ?? first;
  return first && second ? [first, second] : [];
}

export function CompareControls(props: {
  comparison: Signal<Comparison | null>;
  runs: readonly RunInfo[];
  steps: Float64Array;
}) {
  const { comparison, runs, steps } = props;
  const now = comparison.value;
  if (!now) return null;
  const set = (change: Partial<Comparison>) => {
    comparison.value = { ...now, ...change };
  };
  const sides = sidesOf(runs, now);
  const head = commonHead(runs.map(({ label }) => label));
  const mode = {
    get value() {
      return now.mode;
    },
    set value(mode: CompareMode) {
      set({ mode });
    },
  };
  return (
    <div class="compare-controls">
      <div class="modes">
        <Segments label="Compare by" options={MODES} setting={mode as Signal<CompareMode>} />
        <IconButton
          icon="close"
          label="Compare no more"
          onClick={() => {
            comparison.value = null;
          }}
        />
      </div>
      {(["a", "b"] as const).map((side, at) => (
        <select
          key={side}
          aria-label={at ? "The second run" : "The first run"}
          value={sides[at]?.number}
          onChange={(event) => set({ [side]: Number(event.currentTarget.value) })}
        >
          {runs.map((run) => (
            <option key={run.number} value={run.number}>
              {run.label.slice(head.length)}
            </option>
          ))}
        </select>
      ))}
      <label class="control" title="The step of the second image; at the end that of the card">
        at {now.step === null ? "the same step" : `step ${formatStep(now.step)}`}
        <input
          type="range"
          aria-label="Step of the second image"
          min="0"
          max={steps.length}
          value={now.step === null ? steps.length : rowAt(steps, now.step)}
          onInput={(event) => set({ step: steps[event.currentTarget.valueAsNumber] ?? null })}
        />
      </label>
      {now.mode !== "flicker" && (
        <label class="control">
          {now.mode === "wipe" ? "edge" : `times ${now.gain}`}
          <input
            type="range"
            aria-label={now.mode === "wipe" ? "Edge" : "Differences times"}
            {...(now.mode === "wipe"
              ? { min: 0, max: 1, step: 0.01, value: now.edge }
              : { min: 1, max: 32, step: 1, value: now.gain })}
            onInput={({ currentTarget: { valueAsNumber: value } }) =>
              set(now.mode === "wipe" ? { edge: value } : { gain: value })
            }
          />
        </label>
      )}
    </div>
  );
}
