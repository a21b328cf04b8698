// The step of a card: its own, unless all cards share one.
import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { View } from "../../board/view";
import { formatStep } from "../../charts/format";
import { rowAt } from "../values/model";

export interface StepSliderProps {
  view: View;
  tag: string;
  /** All steps that there are, ascending. */
  steps: Float64Array;
  /** The card's own step; null for the newest. */
  own: Signal<number | null>;
  /** What stands before the step, and what at the end of its line. */
  before?: ComponentChildren;
  children?: ComponentChildren;
}

export function StepSlider({ view, tag, steps, own, before, children }: StepSliderProps) {
  const shared = view.session.settings.step;
  const step = shared.value ?? own.value;
  const last = steps.length - 1;
  const linked = shared.value !== null;
  const place = (row: number) => placeStep({ shared, own }, steps, row);
  return (
    <div class="step-slider">
      {before}
      <span>
        {linked ? "Shared step" : "Step"}{" "}
        <output>{step === null ? "newest" : formatStep(step)}</output>
      </span>
      {step !== null && (
        <button
          type="button"
          class="link"
          title="Show the newest"
          onClick={() => {
            shared.value = null;
            own.value = null;
          }}
        >
          newest
        </button>
      )}
      <button
        type="button"
        class="link"
        disabled={last < 0}
        title={linked ? "Let each card have a step of its own" : "Show this step in all cards"}
        onClick={() => {
          if (linked) own.value = step;
          shared.value = linked ? null : (step ?? steps[last] ?? null);
        }}
      >
        {linked ? "unlink" : "link"}
      </button>
      {children}
      <input
        type="range"
        aria-label={`Step of ${tag}`}
        title={linked ? "The step that all cards share" : "The step of this card"}
        min="0"
        max={Math.max(0, last)}
        disabled={last < 1}
        value={Math.max(0, step === null ? last : rowAt(steps, step))}
        onInput={(event) => place(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}

/** Move a card to a row of its steps, and all other cards with it where these share a step. */
export function placeStep(
  { shared, own }: { shared: { value: number | null }; own: Signal<number | null> },
  steps: Float64Array,
  row: number,
): void {
  const chosen = steps[row] ?? null;
  if (shared.value !== null) shared.value = chosen;
  else own.value = row === steps.length - 1 ? null : chosen;
}

/** All steps of several series, ascending, each once. */
export function unionOf(columns: readonly Float64Array[]): Float64Array {
  if (columns.length === 1) return columns[0] as Float64Array;
  return Float64Array.from(new Set(columns.flatMap((column) => [...column]))).sort();
}
