// Tells the kernel which tags the views of a widget show, so that the page is supplied with these
// and no others. `tbwidget/widget/watching.py` is the other side.
import { effect } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { Session } from "../../state/session";
import type { Channel } from "../../wire/channel";
import type { TagRow } from "../../wire/types";

const AFTER_MS = 80;
let lastView = 0;

/** What the page holds for a widget. */
export interface Supplied {
  /** The tags that there are of its kind. */
  rows(): readonly TagRow[];
  /** Whether all is here that a tag has in these runs. */
  has(row: TagRow, selected: ReadonlySet<number>): boolean;
  /** Let go of what is of other tags than these. */
  keep(tags: ReadonlySet<number>): void;
  /** Tags with those that are drawn along with them. */
  withOthers?(tags: ReadonlySet<string>): Set<string>;
  /** What else it depends on what the kernel sends; followed. */
  sentFor?(): unknown;
}

export class Watching {
  readonly #channel: Channel;
  readonly #session: Session;
  readonly #supplied: Supplied;
  readonly #views = new Map<string, ReadonlySet<string>>();
  /** Tags that the kernel knows to be wanted, and what each view last told it. */
  #wanted: ReadonlySet<string> = new Set();
  readonly #told = new Map<string, string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop: (() => void) | null = null;
  #asking = false;

  constructor(channel: Channel, session: Session, supplied: Supplied) {
    this.#channel = channel;
    this.#session = session;
    this.#supplied = supplied;
    channel.onGap = () => void this.#watch(true);
  }

  /** The view `id` shows `tags` now. */
  show(id: string, tags: ReadonlySet<string>): void {
    this.#views.set(id, tags);
    this.#stop ??= effect(() => {
      this.#supplied.sentFor?.();
      this.#session.selected.value;
      this.#shown();
      this.#schedule();
    });
    this.#schedule();
  }

  /** The view `id` has gone. */
  hide(id: string): void {
    this.#views.delete(id);
    this.#told.delete(id);
    this.#wanted = this.#shown();
    this.#channel.tell("unwatch", { view: id });
    if (this.#views.size) return;
    this.#stop?.();
    this.#stop = null;
    clearTimeout(this.#timer);
  }

  /** Have everything sent again, unless that has been asked for: a busy kernel answers late. */
  async askAgain(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    await Promise.allSettled(this.#watch(true));
    this.#asking = false;
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#watch(false), AFTER_MS);
  }

  /** The tags that any view shows. */
  #shown(): Set<string> {
    return this.#withOthers(new Set([...this.#views.values()].flatMap((tags) => [...tags])));
  }

  #withOthers(tags: ReadonlySet<string>): Set<string> {
    return this.#supplied.withOthers?.(tags) ?? new Set(tags);
  }

  /** Tell the kernel what each view shows, where it does not know; returns its answers. */
  #watch(everything: boolean): Promise<unknown>[] {
    const rows = new Map(this.#supplied.rows().map((row) => [row[1], row]));
    const selected = new Set(this.#session.selected.peek().map((run) => run.number));
    const hidden = this.#session.runs.peek().filter((run) => !selected.has(run.number));
    const hidden_runs = hidden.map((run) => run.name);
    const answers: Promise<unknown>[] = [];
    for (const [view, shown] of this.#views) {
      const tags = [...this.#withOthers(shown)];
      // Of a tag that was wanted before, what is not here yet is under way.
      const missing = tags.filter((name) => {
        const row = rows.get(name);
        const held = row && (this.#wanted.has(name) || this.#supplied.has(row, selected));
        return row && (everything || !held);
      });
      const told = JSON.stringify([tags, hidden_runs, this.#supplied.sentFor?.()]);
      if (!everything && !missing.length && told === this.#told.get(view)) continue;
      const answer = this.#channel.request("watch", { view, tags, hidden_runs, missing });
      answers.push(answer);
      answer.then(() => this.#told.set(view, told)).catch(() => {});
    }
    this.#wanted = this.#shown();
    const numbers = [...this.#wanted].flatMap((name) => rows.get(name)?.[0] ?? []);
    this.#supplied.keep(new Set(numbers));
    return answers;
  }
}

/** For the views of a model: what a view calls with the tags that it shows, whenever they change. */
export function useWatching(model: Pick<Watching, "show" | "hide">) {
  const id = useMemo(() => `${Date.now().toString(36)}-${++lastView}`, []);
  useEffect(() => () => model.hide(id), [model, id]);
  return (tags: ReadonlySet<string>) => model.show(id, tags);
}
