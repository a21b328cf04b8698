// What can be set of the run list, and of one run. Nothing of it is written into the logs.
import { hparamNames } from "../state/runs";
import type { RunInfo, RunNote, Session } from "../state/session";
import { Check, Select } from "../ui/controls";
import { showOnly } from "./run_list";

export function RunListMenu({ session }: { session: Session }) {
  const { runColumns, runSort } = session.settings;
  const names = hparamNames(session.hparams.value);
  const down = runSort.value.startsWith("-");
  const by = down ? runSort.value.slice(1) : runSort.value;
  const orders = [
    { value: "name", text: "name" },
    { value: "started", text: "start" },
    { value: "value", text: "value at the pointer" },
    ...names.map((name) => ({ value: `hparam:${name}`, text: name })),
  ];
  return (
    <div class="settings">
      <h5>Order</h5>
      <Select
        label="Sort by"
        value={by}
        options={orders}
        onChange={(value) => {
          runSort.value = (down ? "-" : "") + value;
        }}
      />
      <Check
        label="Descending"
        value={down}
        onChange={(on) => {
          runSort.value = (on ? "-" : "") + by;
        }}
      />
      <h5>Hyperparameters</h5>
      {names.length === 0 && <p>These runs have none.</p>}
      {names.map((name) => (
        <Check
          key={name}
          label={name}
          value={runColumns.value.includes(name)}
          onChange={(on) => {
            const others = runColumns.value.filter((one) => one !== name);
            runColumns.value = on ? [...others, name] : others;
          }}
        />
      ))}
    </div>
  );
}

export function RunMenu({ session, number }: { session: Session; number: number }) {
  const run = session.runs.value.find((one) => one.number === number);
  if (!run) return null;
  return (
    <div class="settings">
      <h5>{run.name}</h5>
      <Color session={session} run={run} />
      <label class="field">
        <span>Name</span>
        <input
          type="text"
          value={run.label === run.name ? "" : run.label}
          placeholder={run.name}
          onChange={(event) => setNote(session, run, { name: event.currentTarget.value })}
        />
      </label>
      <label class="field" title="Separated by commas; the filter finds them">
        <span>Tags</span>
        <input
          type="text"
          value={run.tags.join(", ")}
          onChange={(event) => {
            const tags = event.currentTarget.value.split(",").map((tag) => tag.trim());
            setNote(session, run, { tags: tags.filter(Boolean) });
          }}
        />
      </label>
      <label class="field">
        <span>Note</span>
        <textarea
          rows={3}
          value={run.note}
          onChange={(event) => setNote(session, run, { note: event.currentTarget.value })}
        />
      </label>
      <div class="files">
        <button type="button" onClick={() => showOnly(session, run)}>
          Show only this run
        </button>
      </div>
    </div>
  );
}

function Color({ session, run }: { session: Session; run: RunInfo }) {
  const { runColors } = session.settings;
  const own = runColors.value[run.name];
  return (
    <label class="field">
      <span>Colour</span>
      <input
        type="color"
        value={run.color}
        onInput={(event) => {
          runColors.value = { ...runColors.value, [run.name]: event.currentTarget.value };
        }}
      />
      {own && (
        <button
          type="button"
          class="link"
          onClick={() => {
            const { [run.name]: _, ...others } = runColors.value;
            runColors.value = others;
          }}
        >
          reset
        </button>
      )}
    </label>
  );
}

function setNote(session: Session, run: RunInfo, change: RunNote): void {
  const { runNotes } = session.settings;
  const changed = { ...runNotes.value[run.name], ...change };
  const { [run.name]: _, ...others } = runNotes.value;
  const empty = !changed.name && !changed.note && !changed.tags?.length;
  runNotes.value = empty ? others : { ...others, [run.name]: changed };
}
