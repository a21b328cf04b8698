// The step of a card: its own, unless all cards share one.
import { formatStep } from "../../charts/format";
import type { PRCardParts } from "./card";

export function StepSlider({ view, model, tag, state, step }: PRCardParts) {
  const shared = view.session.settings.step;
  const steps = unionOf(model.sources(tag).map(({ summary }) => summary.step));
  const last = steps.length - 1;
  const at = step.value === null ? last : rowOf(steps, step.value);
  const linked = shared.value !== null;
  const where = step.value === null ? "newest" : formatStep(step.value);
  return (
    <div class="curves-step">
      <span>
        {linked ? "Shared step" : "Step"} <output>{where}</output>
      </span>
      <button
        type="button"
        class="link"
        style={{ visibility: step.value === null ? "hidden" : "visible" }}
        title="Show the newest curves"
        onClick={() => {
          shared.value = null;
          state.step.value = null;
        }}
      >
        newest
      </button>
      <input
        type="range"
        aria-label={`Step of ${tag[1]}`}
        title={linked ? "The step that all cards share" : "The step of this card"}
        min="0"
        max={Math.max(0, last)}
        disabled={last < 1}
        value={Math.max(0, at)}
        onInput={(event) => {
          const row = event.currentTarget.valueAsNumber;
          const chosen = steps[row] ?? null;
          if (linked) shared.value = chosen;
          else state.step.value = row === last ? null : chosen;
        }}
      />
    </div>
  );
}

function unionOf(columns: readonly Float64Array[]): Float64Array {
  if (columns.length === 1) return columns[0] as Float64Array;
  return Float64Array.from(new Set(columns.flatMap((column) => [...column]))).sort();
}

/** The last of ascending steps at or before `step`. */
function rowOf(steps: Float64Array, step: number): number {
  let row = 0;
  for (let i = 0; i < steps.length && (steps[i] as number) <= step; i++) row = i;
  return row;
}
