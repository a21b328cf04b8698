// The runs: filter, switch on and off, solo by double click; each with its value at the cursor.
import { useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { formatValue } from "../charts/format";
import type { RunInfo, Session } from "../state/session";
import { Filter, Name } from "../ui/controls";
import { commonHead, shorten, textWidth } from "../ui/names";
import type { View } from "./view";

/** What of a row's width is not the name: padding, swatch, gaps and the value at the cursor. */
const BESIDE_NAME = 97;

export function RunList({ view, width }: { view: View; width: number }) {
  const { session } = view;
  const { listed, selected } = session;
  const head = commonHead(session.runs.value.map((run) => run.name));
  const font = `13px ${view.theme.value.font}`;
  const shortened = (name: string) =>
    shorten(name, width - BESIDE_NAME, head, (text) => textWidth(text, font));
  const on = new Set(selected.value.map((run) => run.number));
  return (
    <>
      <header>
        <Filter setting={session.settings.runFilter} placeholder="Filter runs (.*)" />
      </header>
      <div class="summary">
        <SelectAll session={session} />
        <CursorPlace session={session} />
      </div>
      <ul aria-label="Runs">
        {listed.value.map((run) => (
          <li key={run.number}>
            <RunRow view={view} run={run} on={on.has(run.number)} shown={shortened(run.name)} />
          </li>
        ))}
      </ul>
    </>
  );
}

function RunRow(props: { view: View; run: RunInfo; on: boolean; shown: string }) {
  const { view, run, on } = props;
  const { session } = view;
  const hint = run.deleted ? " (deleted on disk)" : "";
  return (
    <label
      class={`run${on ? "" : " off"}${run.deleted ? " deleted" : ""}`}
      style={{ "--color": run.color }}
      title={`${run.name}${hint}\nDouble-click to show only this run`}
      onDblClick={() => showOnly(session, run)}
      onMouseEnter={() => {
        view.highlighted.value = run.number;
      }}
      onMouseLeave={() => {
        view.highlighted.value = null;
      }}
    >
      <input
        type="checkbox"
        checked={on}
        aria-label={`Show run ${run.name}`}
        onChange={(event) => setShown(session, [run], event.currentTarget.checked)}
      />
      <Name text={run.name} shown={props.shown} />
      {on && <ValueAtCursor session={session} run={run.number} />}
    </label>
  );
}

// These two alone follow the pointer: with hundreds of runs the whole list could not.

function ValueAtCursor({ session, run }: { session: Session; run: number }) {
  const text = useComputed(() => {
    const value = session.cursor.value?.values.get(run);
    return value === undefined ? "" : formatValue(value);
  });
  return <output>{text}</output>;
}

function CursorPlace({ session }: { session: Session }) {
  const cursor = session.cursor.value;
  return cursor ? (
    <span class="at" title={`${cursor.tag} at ${cursor.label}`}>
      {cursor.tag.split("/").pop()} at {cursor.place}
    </span>
  ) : null;
}

function SelectAll({ session }: { session: Session }) {
  const box = useRef<HTMLInputElement>(null);
  const shown = session.selected.value.length;
  const count = session.listed.value.length;
  useEffect(() => {
    if (box.current) box.current.indeterminate = shown > 0 && shown < count;
  });
  return (
    <label>
      <input
        ref={box}
        type="checkbox"
        checked={count > 0 && shown === count}
        aria-label="Show all listed runs"
        onChange={(event) => setShown(session, session.listed.value, event.currentTarget.checked)}
      />
      {shown} of {session.runs.value.length} shown
    </label>
  );
}

function setShown(session: Session, runs: readonly RunInfo[], shown: boolean): void {
  const hidden = new Set(session.settings.hiddenRuns.value);
  for (const { name } of runs) {
    if (shown) hidden.delete(name);
    else hidden.add(name);
  }
  session.settings.hiddenRuns.value = [...hidden];
}

/** Show one run alone; once more shows all again. */
function showOnly(session: Session, run: RunInfo): void {
  const others = session.runs.value.filter(({ name }) => name !== run.name);
  const hidden = new Set(session.settings.hiddenRuns.value);
  const alone = others.every(({ name }) => hidden.has(name));
  session.settings.hiddenRuns.value = alone ? [] : others.map(({ name }) => name);
}
