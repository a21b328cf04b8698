// A few numbers a step, as the kernel makes them of histograms or curves, by run and tag.
// `tbwidget/widget/summarising.py` is the other side.
import { type Signal, signal } from "@preact/signals";
import { Keyed } from "../../state/keyed";
import type { RunInfo, Session } from "../../state/session";
import type { Channel } from "../../wire/channel";
import { type ColumnSpec, type Columns, FrameReader } from "../../wire/frame";
import type { TagRow } from "../../wire/types";
import type { CardState } from "../cards/card_frame";
import { Watching } from "../cards/watching";

export interface SummaryItem {
  key: [run: number, tag: number];
  /** How many rows of what the page holds stay. */
  from: number;
  /** How many there are then. */
  n: number;
  /** Steps of the series in the kernel: more than `n` if they were thinned. */
  steps: number;
  /** How many of the rows could not be read. */
  unreadable: number;
  columns: ColumnSpec[];
}

/** What the page holds of one series. */
export interface Summary {
  steps: number;
  unreadable: number;
  step: Float64Array;
  wall: Float64Array;
  columns: Columns;
}

export interface SummarySource {
  run: RunInfo;
  summary: Summary;
}

/** The first `from` rows of what is held, and the new ones; null if the page lacks some of these. */
export function joined(held: Summary | undefined, item: SummaryItem, columns: Columns) {
  if (item.from > (held?.step.length ?? 0)) return null;
  const join = (name: string, values: Float64Array) => {
    const all = new Float64Array(item.n);
    all.set((held?.columns[name] ?? new Float64Array(0)).subarray(0, item.from));
    all.set(values, item.from);
    return all;
  };
  const whole: Columns = Object.create(null);
  for (const [name, values] of Object.entries(columns)) whole[name] = join(name, values);
  const { step, wall } = whole;
  if (!step || !wall) throw new Error("a summary came without its columns");
  const { steps, unreadable } = item;
  return { steps, unreadable, step, wall, columns: whole } satisfies Summary;
}

export function counted(steps: number): string {
  return steps === 1 ? "1 step" : `${steps.toLocaleString("en")} steps`;
}

export abstract class SummaryModel<State extends CardState = CardState> {
  protected readonly channel: Channel;
  protected readonly session: Session;
  readonly #held = new Map<string, Summary>();
  readonly #revisions = new Keyed((_tag: number) => signal(0));
  readonly #states = new Keyed((_tag: string) => this.newState());
  readonly #watching: Watching;

  constructor(channel: Channel, session: Session, kind: string) {
    this.channel = channel;
    this.session = session;
    this.#watching = new Watching(channel, session, {
      rows: () => session.tags.peek()[kind] ?? [],
      has: (row, selected) => this.#has(row, selected),
      keep: (tags) => this.#keep(tags),
    });
  }

  /** To be called at the end of the constructor: messages may wait already. */
  protected listen(): void {
    this.channel.on("summaries", (message, buffers) =>
      this.#take(message.items as SummaryItem[], new FrameReader(buffers)),
    );
  }

  protected abstract newState(): State;
  /** Read from an item what else the kernel put into it; `changed` if rows held before have gone. */
  protected takeMore(_item: SummaryItem, _reader: FrameReader, _changed: boolean): void {}
  /** The series of a tag is not looked at any more. */
  protected forget(_run: number, _tag: number): void {}

  /** Goes up with every change of the series of a tag. */
  revision(tag: number): Signal<number> {
    return this.#revisions.get(tag);
  }

  /** What the user has set for the card of `tag`. */
  state(tag: string): State {
    return this.#states.get(tag);
  }

  /** The selected runs that have a tag, with what the page holds of them. */
  sources([number, , holders]: TagRow): SummarySource[] {
    this.revision(number).value;
    return this.session.selected.value.flatMap((run) => {
      if (holders && !holders.includes(run.number)) return [];
      const summary = this.#held.get(`${run.number}:${number}`);
      return summary?.step.length ? [{ run, summary }] : [];
    });
  }

  /** What must be known to read the card of a tag; empty if nothing. */
  note(tag: TagRow): string {
    const sources = this.sources(tag);
    const unreadable = sources.reduce((sum, { summary }) => sum + summary.unreadable, 0);
    const notes = [];
    if (unreadable) notes.push(`${counted(unreadable)} cannot be read`);
    return [...notes, this.thinned(tag)].filter(Boolean).join(", ");
  }

  /** How many steps of a tag are here, where there are more; empty if not. */
  thinned(tag: TagRow): string {
    const thinned = this.sources(tag).filter(({ summary }) => summary.steps > summary.step.length);
    if (!thinned.length) return "";
    const largest = Math.max(...thinned.map(({ summary }) => summary.steps));
    const shown = Math.max(...thinned.map(({ summary }) => summary.step.length));
    return `${shown} of ${largest.toLocaleString("en")} steps`;
  }

  /** Keep the page supplied with `tags`, those that the view `id` shows now. */
  show(id: string, tags: ReadonlySet<string>): void {
    this.#watching.show(id, tags);
  }

  /** The view `id` has gone. */
  hide(id: string): void {
    this.#watching.hide(id);
  }

  #keep(tags: ReadonlySet<number>): void {
    for (const key of [...this.#held.keys()]) {
      const [run, tag] = key.split(":").map(Number) as [number, number];
      if (tags.has(tag)) continue;
      this.#held.delete(key);
      this.forget(run, tag);
    }
  }

  #has([tag, , holders]: TagRow, selected: ReadonlySet<number>): boolean {
    const runs = holders ?? this.session.runs.value.map((run) => run.number);
    return runs.every((run) => !selected.has(run) || this.#held.has(`${run}:${tag}`));
  }

  #take(items: readonly SummaryItem[], reader: FrameReader): void {
    const changed = new Set<number>();
    let missing = false;
    for (const item of items) {
      const key = item.key.join(":");
      const held = this.#held.get(key);
      const summary = joined(held, item, reader.columns(item.columns));
      this.takeMore(item, reader, item.from < (held?.step.length ?? 0));
      if (summary) this.#held.set(key, summary);
      else missing = true;
      changed.add(item.key[1]);
    }
    for (const tag of changed) this.revision(tag).value++;
    if (missing) void this.#watching.askAgain();
  }
}
