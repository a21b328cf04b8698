// The runs: filter, sort, switch on and off, solo by double click; each with its hyperparameters
// and its value at the cursor. Only the rows in sight are in the page.
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { formatValue } from "../charts/format";
import type { RunInfo, Session } from "../state/session";
import { Filter, Name } from "../ui/controls";
import { useGrowing } from "../ui/growing";
import { commonHead, shorten, textWidth } from "../ui/names";
import { PopoverButton } from "../ui/popover";
import { RunListMenu, RunMenu } from "./run_menu";
import type { View } from "./view";

/** What of a row's width is not the name: padding, swatch, gaps and the value at the cursor. */
const BESIDE_NAME = 108;
export const COLUMN_WIDTH = 64;
const ROW_HEIGHT = 24;
const ROWS_AROUND = 12;
const ROWS_A_FRAME = 8;
/** A pointer that rests on a row this long points at its run; else, scrolled past, all would flash. */
const REST_MS = 60;

export function RunList({ view, width }: { view: View; width: number }) {
  const { session } = view;
  const { listed, selected, settings } = session;
  const list = useRef<HTMLUListElement>(null);
  const first = useSignal(0);
  const shownRows = useSignal(0);
  const columns = settings.runColumns.value;
  const head = commonHead(session.runs.value.map((run) => run.name));
  const font = `13px ${view.theme.value.font}`;
  const room = width - BESIDE_NAME - columns.length * COLUMN_WIDTH;
  const shortened = (name: string) =>
    shorten(name, Math.max(60, room), head, (text) => textWidth(text, font));
  const on = new Set(selected.value.map((run) => run.number));
  const runs = listed.value;
  const from = Math.max(0, Math.min(first.value, runs.length) - ROWS_AROUND);
  const wanted = Math.min(runs.length, first.value + shownRows.value + ROWS_AROUND) - from;
  const to = from + Math.min(wanted, useGrowing(wanted, ROWS_A_FRAME).value);
  const measure = () => {
    if (!list.current) return;
    first.value = Math.floor(list.current.scrollTop / ROW_HEIGHT);
    shownRows.value = Math.ceil(list.current.clientHeight / ROW_HEIGHT);
  };
  useEffect(measure, [runs.length]);
  return (
    <>
      <header>
        <Filter setting={settings.runFilter} placeholder="Filter runs (.*)" />
        <PopoverButton popover={view.popover} icon="settings" label="Run list">
          {() => <RunListMenu session={session} />}
        </PopoverButton>
      </header>
      <div class="summary">
        <SelectAll session={session} />
        <CursorPlace session={session} />
        {columns.map((name) => (
          <span key={name} class="column" title={name}>
            {name.split("/").pop()}
          </span>
        ))}
      </div>
      <ul ref={list} aria-label="Runs" onScroll={measure}>
        <li aria-hidden="true" style={{ height: `${from * ROW_HEIGHT}px` }} />
        {runs.slice(from, to).map((run) => (
          <li key={run.number}>
            <RunRow
              {...{ view, run, columns }}
              on={on.has(run.number)}
              shown={shortened(run.label)}
            />
          </li>
        ))}
        <li aria-hidden="true" style={{ height: `${(runs.length - to) * ROW_HEIGHT}px` }} />
      </ul>
    </>
  );
}

function RunRow(props: {
  view: View;
  run: RunInfo;
  on: boolean;
  shown: string;
  columns: readonly string[];
}) {
  const { view, run, on, columns } = props;
  const { session } = view;
  const hparams = session.hparams.value[run.number];
  const resting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const leave = () => {
    clearTimeout(resting.current);
    if (view.highlighted.peek() === run.number) view.highlighted.value = null;
  };
  // A row that scrolls away is not told that the pointer left.
  useEffect(() => leave, [run.number]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: pointing at a run only makes it stand out
    <div
      class={`run${on ? "" : " off"}${run.deleted ? " deleted" : ""}`}
      style={{ "--color": run.color }}
      onMouseEnter={() => {
        resting.current = setTimeout(() => {
          view.highlighted.value = run.number;
        }, REST_MS);
      }}
      onMouseLeave={leave}
    >
      <label class="run-label" title={titleOf(run)} onDblClick={() => showOnly(session, run)}>
        <input
          type="checkbox"
          checked={on}
          aria-label={`Show run ${run.label}`}
          onChange={(event) => setShown(session, [run], event.currentTarget.checked)}
        />
        <Name text={run.label} shown={props.shown} />
      </label>
      {on && <ValueAtCursor session={session} run={run.number} />}
      {columns.map((name) => (
        <span key={name} class="column" title={String(hparams?.[name] ?? "")}>
          {textOf(hparams?.[name])}
        </span>
      ))}
      <PopoverButton popover={view.popover} icon="more" label={`More for run ${run.label}`}>
        {() => <RunMenu session={session} number={run.number} />}
      </PopoverButton>
    </div>
  );
}

function titleOf(run: RunInfo): string {
  const lines = [run.name + (run.deleted ? " (deleted on disk)" : "")];
  if (run.tags.length) lines.push(run.tags.join(", "));
  if (run.note) lines.push(run.note);
  return [...lines, "Double-click to show only this run"].join("\n");
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "number" ? formatValue(value) : String(value);
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
  return (
    <span class="at" title={cursor ? `${cursor.tag} at ${cursor.label}` : ""}>
      {cursor && `${cursor.tag.split("/").pop()} at ${cursor.place}`}
    </span>
  );
}

function SelectAll({ session }: { session: Session }) {
  const box = useRef<HTMLInputElement>(null);
  const listed = session.listed.value;
  const on = new Set(session.selected.value.map((run) => run.number));
  const shown = listed.filter((run) => on.has(run.number)).length;
  const all = session.runs.value.filter((run) => run.parent === null).length;
  useEffect(() => {
    if (box.current) box.current.indeterminate = shown > 0 && shown < listed.length;
  });
  return (
    <label>
      <input
        ref={box}
        type="checkbox"
        checked={listed.length > 0 && shown === listed.length}
        aria-label="Show all listed runs"
        onChange={(event) => setShown(session, listed, event.currentTarget.checked)}
      />
      {shown} of {all} shown
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
export function showOnly(session: Session, run: RunInfo): void {
  const others = session.runs.value.filter(
    ({ name, parent }) => name !== run.name && parent === null,
  );
  const hidden = new Set(session.settings.hiddenRuns.value);
  const alone = others.every(({ name }) => hidden.has(name));
  session.settings.hiddenRuns.value = alone ? [] : others.map(({ name }) => name);
}
