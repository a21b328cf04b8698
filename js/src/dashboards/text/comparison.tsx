// How two texts of a tag differ: of two steps, or of two runs.
import { formatStep } from "../../charts/format";
import { Segments } from "../../ui/controls";
import type { SummarySource } from "../summaries/model";
import { type Entry, entryOf, rowAt } from "../values/model";
import { type TextCardParts, wholeOf } from "./card";
import { count, difference, folded, type Piece, type Unit } from "./difference";
import { plainText, type Side } from "./model";

const UNITS = [
  { value: "words", text: "Words", title: "Compare word by word" },
  { value: "lines", text: "Lines", title: "Compare line by line; lines alike are folded" },
] as const;

export function Comparison(parts: TextCardParts) {
  const { model, tag, state } = parts;
  const entries = sidesOf(parts);
  const [before, after] = entries.map((entry) => entry && model.value(tag, wholeOf(entry)));
  const { unit } = state;
  return (
    <>
      <div class="sides">
        <SideControl {...parts} at={0} entry={entries[0]} />
        <SideControl {...parts} at={1} entry={entries[1]} />
        <Segments label="Compare by" options={UNITS} setting={unit} />
      </div>
      <div class="text-list difference">
        {before?.error || after?.error ? (
          <p class="reason">{before?.error || after?.error}</p>
        ) : before && after ? (
          <Difference before={plainText(before)} after={plainText(after)} unit={unit.value} />
        ) : (
          <p class="reason">{entries[0] ? "…" : "There is nothing to compare."}</p>
        )}
      </div>
    </>
  );
}

function Difference({ before, after, unit }: { before: string; after: string; unit: Unit }) {
  const byWords = unit === "words" ? difference(before, after, "words") : null;
  const pieces = byWords ?? difference(before, after, "lines");
  if (!pieces) return <p class="reason">The texts are too long and too different to compare.</p>;
  const used = byWords ? "words" : "lines";
  const [removed, added] = [count(pieces, "removed", used), count(pieces, "added", used)];
  const shown: (Piece | number)[] = used === "lines" ? folded(pieces) : pieces;
  return (
    <>
      <p class="reason" data-removed={removed} data-added={added}>
        {pieces.every(({ kind }) => kind === "same")
          ? "No difference"
          : `${removed} ${removed === 1 ? used.slice(0, -1) : used} removed, ${added} added`}
        {unit !== used && " (too long to compare by words)"}
      </p>
      <div class="plain">
        {shown.map((one, at) => {
          if (typeof one === "number")
            return <i key={at} class="fold">{`⋯ ${one} lines alike ⋯\n`}</i>;
          if (one.kind === "same") return <span key={at}>{one.text}</span>;
          return one.kind === "removed" ? (
            <del key={at}>{one.text}</del>
          ) : (
            <ins key={at}>{one.text}</ins>
          );
        })}
      </div>
    </>
  );
}

function SideControl(props: TextCardParts & { at: 0 | 1; entry: Entry | undefined }) {
  const { model, tag, state, at, entry } = props;
  const sources = model.sources(tag);
  const source = sources.find(({ run }) => run.number === entry?.run.number);
  const side = state.sides[at];
  if (!entry || !source) return null;
  const steps = source.summary.step;
  const label = at === 0 ? "Before" : "After";
  return (
    <div class={`side ${at === 0 ? "removed" : "added"}`}>
      <span>{label}</span>
      {sources.length > 1 && (
        <select
          aria-label={`${label}: run`}
          value={String(entry.run.number)}
          onChange={(event) => {
            side.value = { ...side.value, run: Number(event.currentTarget.value) };
          }}
        >
          {sources.map(({ run }) => (
            <option key={run.number} value={String(run.number)}>
              {run.label}
            </option>
          ))}
        </select>
      )}
      <input
        type="range"
        aria-label={`${label}: step`}
        min="0"
        max={steps.length - 1}
        disabled={steps.length < 2}
        value={rowAt(steps, entry.step)}
        onInput={(event) => {
          const step = steps[event.currentTarget.valueAsNumber] ?? null;
          side.value = { run: entry.run.number, step };
        }}
      />
      <output>step {formatStep(entry.step)}</output>
    </div>
  );
}

/**
 * The two texts to compare. What the user has not chosen: the second is at the card's step; the
 * first is of another run there, or of the same run a step earlier.
 */
export function sidesOf({ model, tag, state, step }: TextCardParts): [Entry?, Entry?] {
  const sources = model.sources(tag);
  const [first, second] = state.sides.map((side) => side.value) as [Side, Side];
  const after = sourceOf(sources, second, 1);
  const before = sourceOf(sources, first, 0);
  if (!before || !after) return [];
  const rowAfter = rowIn(after, second.step ?? step.value);
  const rowBefore =
    first.step === null && before === after
      ? Math.max(0, rowAfter - 1)
      : rowIn(before, first.step ?? step.value);
  return [entryOf(before, rowBefore), entryOf(after, rowAfter)];
}

function sourceOf(
  sources: readonly SummarySource[],
  side: Side,
  at: number,
): SummarySource | undefined {
  const chosen = sources.find(({ run }) => run.number === side.run);
  return chosen ?? sources[Math.min(at, sources.length - 1)];
}

function rowIn({ summary }: SummarySource, step: number | null): number {
  return Math.max(0, rowAt(summary.step, step));
}
