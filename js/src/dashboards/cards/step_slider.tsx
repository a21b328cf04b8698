// The step of a card: its own, unless all cards share one.
import type { Signal } from "@preact/signals";
import type { View } from "../../board/view";
import { formatStep } from "../../charts/format";

export interface StepSliderProps {
  view: View;
  tag: string;
  /** All steps that there are, ascending. */
  steps: Float64Array;
  /** The card's own step; null for the newest. */
  own: Signal<number | null>;
}

export function StepSlider({ view, tag, steps, own }: StepSliderProps) {
  const shared = view.session.settings.step;
  const step = shared.value ?? own.value;
  const last = steps.length - 1;
  const at = step === null ? last : rowOf(steps, step);
  const linked = shared.value !== null;
  return (
    <div class="step-slider">
      <span>
        {linked ? "Shared step" : "Step"}{" "}
        <output>{step === null ? "newest" : formatStep(step)}</output>
      </span>
      <button
        type="button"
        class="link"
        style={{ visibility: step === null ? "hidden" : "visible" }}
        title="Show the newest"
        onClick={() => {
          shared.value = null;
          own.value = null;
        }}
      >
        newest
      </button>
      <input
        type="range"
        aria-label={`Step of ${tag}`}
        title={linked ? "The step that all cards share" : "The step of this card"}
        min="0"
        max={Math.max(0, last)}
        disabled={last < 1}
        value={Math.max(0, at)}
        onInput={(event) => {
          const row = event.currentTarget.valueAsNumber;
          const chosen = steps[row] ?? null;
          if (linked) shared.value = chosen;
          else own.value = row === last ? null : chosen;
        }}
      />
    </div>
  );
}

/** All steps of several series, ascending, each once. */
export function unionOf(columns: readonly Float64Array[]): Float64Array {
  if (columns.length === 1) return columns[0] as Float64Array;
  return Float64Array.from(new Set(columns.flatMap((column) => [...column]))).sort();
}

/** The last of ascending steps at or before `step`. */
function rowOf(steps: Float64Array, step: number): number {
  let row = 0;
  for (let i = 0; i < steps.length && (steps[i] as number) <= step; i++) row = i;
  return row;
}
