// Which steps the curves of a card are of: one that all cards share, or one a run.
import { batch } from "@preact/signals";
import { formatStep } from "../../charts/format";
import type { RunInfo } from "../../state/session";
import { unionOf } from "../cards/step_slider";
import { rowAt } from "../values/model";
import type { PRCardParts } from "./card";

/** The step that all runs share, and whether runs have steps of their own. */
export function StepSlider({ view, model, tag }: PRCardParts) {
  const shared = view.session.settings.step;
  const apart = model.apart.value;
  const steps = unionOf(model.sources(tag).map(({ summary }) => summary.step));
  const own = Object.keys(model.runSteps.value).length > 0;
  const where = shared.value === null ? "newest" : formatStep(shared.value);
  return (
    <div class="curves-step">
      <span>
        Step <output>{own ? "by run" : where}</output>
      </span>
      <span>
        <button
          type="button"
          class="link"
          style={{ visibility: own || shared.value !== null ? "visible" : "hidden" }}
          title="Show the newest curves of all runs"
          onClick={() => {
            batch(() => {
              shared.value = null;
              model.runSteps.value = {};
            });
          }}
        >
          newest
        </button>
        <button
          type="button"
          class="link"
          aria-pressed={apart}
          title={apart ? "One step for all runs" : "A slider for each run"}
          onClick={() => {
            batch(() => {
              model.apart.value = !apart;
              if (apart) model.runSteps.value = {};
            });
          }}
        >
          {apart ? "together" : "by run"}
        </button>
      </span>
      {!apart && (
        <Slider
          label={`Step of ${tag[1]}`}
          title="The step that all cards share"
          steps={steps}
          step={shared.value}
          onStep={(step, last) => {
            shared.value = last ? null : step;
          }}
        />
      )}
    </div>
  );
}

/** The step of one run, in all cards of the tab. */
export function RunSlider(props: { parts: PRCardParts; run: RunInfo; steps: Float64Array }) {
  const { view, model } = props.parts;
  const { run, steps } = props;
  return (
    <Slider
      label={`Step of ${run.label}`}
      title={`The step of ${run.label} in all cards`}
      steps={steps}
      step={model.stepOf(run)}
      onStep={(step, last) => {
        const { [run.name]: _, ...others } = model.runSteps.peek();
        const newest = last && view.session.settings.step.peek() === null;
        model.runSteps.value = newest ? others : { ...others, [run.name]: step };
      }}
    />
  );
}

function Slider(props: {
  label: string;
  title: string;
  steps: Float64Array;
  /** Null for the last one. */
  step: number | null;
  onStep: (step: number, last: boolean) => void;
}) {
  const { label, title, steps, step, onStep } = props;
  const last = steps.length - 1;
  const at = Math.max(0, rowAt(steps, step));
  return (
    <input
      type="range"
      aria-label={label}
      aria-valuetext={formatStep(steps[at] ?? Number.NaN)}
      title={title}
      min="0"
      max={Math.max(0, last)}
      disabled={last < 1}
      value={at}
      onInput={(event) => {
        const row = event.currentTarget.valueAsNumber;
        const chosen = steps[row];
        if (chosen !== undefined) onStep(chosen, row === last);
      }}
    />
  );
}
