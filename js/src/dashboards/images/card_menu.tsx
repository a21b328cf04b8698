// What a card of images offers beside them: a step that is typed, and files.
import { useSignal } from "@preact/signals";
import type { TagRow } from "../../wire/types";
import { rowAt } from "../values/model";
import { saveSeries, saveShown, saveStrip } from "./files";
import type { ImageCardState, ImagesModel } from "./model";
import type { Pane } from "./panes";

export interface CardMenuProps {
  model: ImagesModel;
  tag: TagRow;
  state: ImageCardState;
  panes: () => readonly Pane[];
  steps: () => Float64Array;
  go: (row: number) => void;
}

export function CardMenu({ model, tag, state, panes, steps, go }: CardMenuProps) {
  const said = useSignal("");
  const attempt = (action: () => Promise<string> | string) => async () => {
    said.value = "…";
    try {
      said.value = await action();
    } catch (error) {
      said.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <div class="settings">
      <label class="field" title="The card goes to this step or the last one before it">
        <span>Go to step</span>
        <input
          type="number"
          onChange={(event) => {
            const { valueAsNumber: step } = event.currentTarget;
            if (!Number.isNaN(step)) go(Math.max(0, rowAt(steps(), step)));
          }}
        />
      </label>
      <fieldset class="files" aria-label="Save this card">
        <span>Save</span>
        <button
          type="button"
          title="What is shown, a file a run, as it was written"
          onClick={attempt(() => saveShown(tag, panes()))}
        >
          Images
        </button>
        <button
          type="button"
          title="All steps of the runs that are shown, as they were written"
          onClick={attempt(() => {
            const runs = model.runs(tag).map(({ name }) => name);
            return saveSeries(model.kernel, tag, runs);
          })}
        >
          Series (ZIP)
        </button>
        <button
          type="button"
          title="The steps beside each other in one picture, a line a run"
          onClick={attempt(() => saveStrip(model, tag, state.sample.peek()))}
        >
          Strip (PNG)
        </button>
      </fieldset>
      {said.value && <p role="status">{said.value}</p>}
    </div>
  );
}
