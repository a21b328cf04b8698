// The histograms that the page holds for one widget, however many views it has.
import { effect, type Signal, signal } from "@preact/signals";
import type { Range, RunInfo, Session } from "../../state/session";
import { Setting } from "../../state/settings";
import type { Channel } from "../../wire/channel";
import { type ColumnSpec, FrameReader } from "../../wire/frame";
import type { TagRow } from "../../wire/types";
import { CardState } from "../cards/card_frame";
import type { Mode } from "./layout";
import { Slices, type SlicesItem } from "./slices";

const WATCH_AFTER_MS = 80;
/** As in the kernel, which sends no more of a tag. */
export const MOST_RUNS = 12;
const models = new WeakMap<Channel, HistogramsModel>();

export class HistogramsModel {
  readonly #channel: Channel;
  readonly #session: Session;
  readonly #store = new Map<string, Slices>();
  readonly #revisions = new Map<number, Signal<number>>();
  readonly #views = new Map<string, ReadonlySet<string>>();
  /** Tags that the kernel knows to be wanted, and what each view last told it. */
  #wanted: ReadonlySet<string> = new Set();
  readonly #told = new Map<string, string>();
  readonly #states = new Map<string, CardState>();
  readonly mode: Setting<Mode>;
  readonly bins: Setting<number>;
  readonly maxSlices: Setting<number>;
  readonly logCounts: Setting<boolean>;
  readonly density: Setting<boolean>;
  readonly sameRange: Setting<boolean>;
  readonly valueRange: Setting<Range>;
  readonly secondStep: Setting<number | null>;
  /** The runs that this widget is about; null: all. */
  readonly #only: Signal<readonly string[] | null>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop: (() => void) | null = null;

  static of(channel: Channel, session: Session): HistogramsModel {
    let model = models.get(channel);
    if (!model) {
      model = new HistogramsModel(channel, session);
      models.set(channel, model);
    }
    return model;
  }

  private constructor(channel: Channel, session: Session) {
    this.#channel = channel;
    this.#session = session;
    const { model } = channel;
    this.mode = new Setting(model, "mode");
    this.bins = new Setting(model, "bins");
    this.maxSlices = new Setting(model, "max_slices");
    this.logCounts = new Setting(model, "log_counts");
    this.density = new Setting(model, "density");
    this.sameRange = new Setting(model, "same_range");
    this.valueRange = new Setting(model, "value_range");
    this.secondStep = new Setting(model, "second_step");
    this.#only = signal(model.get("runs") as string[] | null);
    model.on("change:runs", () => {
      this.#only.value = model.get("runs") as string[] | null;
    });
    channel.on("slices", (message, buffers) =>
      this.#take(message.items as SlicesItem[], new FrameReader(buffers)),
    );
    channel.onGap = () => this.#watch(true);
  }

  /** Goes up with every change of the histograms of a tag. */
  revision(tag: number): Signal<number> {
    let revision = this.#revisions.get(tag);
    if (!revision) {
      revision = signal(0);
      this.#revisions.set(tag, revision);
    }
    return revision;
  }

  /** What the user has set for the card of `tag`. */
  state(tag: string): CardState {
    let state = this.#states.get(tag);
    if (!state) {
      state = new CardState();
      this.#states.set(tag, state);
    }
    return state;
  }

  /** The runs that a card of `tag` is about, all of them. */
  runs([, , holders]: TagRow): RunInfo[] {
    const only = this.#only.value && new Set(this.#only.value);
    return this.#session.selected.value.filter(
      ({ number, name }) => (!holders || holders.includes(number)) && (!only || only.has(name)),
    );
  }

  slices(run: number, tag: number): Slices | undefined {
    this.revision(tag).value;
    return this.#store.get(`${run}:${tag}`);
  }

  /** Ask for the histograms of one run between two values, on bins as fine as is useful. */
  async detail(run: string, tag: string, low: number, high: number): Promise<Slices> {
    const [first, last] = this.#session.settings.stepRange.peek() ?? [null, null];
    const args = { run, tag, low, high, ...(first === null ? {} : { first, last }) };
    const reply = await this.#channel.request<SlicesItem>("slices", args);
    return new Slices(reply.result, new FrameReader(reply.buffers).columns(reply.result.columns));
  }

  /** Ask for the buckets of the step nearest to `step`, exactly as they were written. */
  async buckets(run: string, tag: string, step: number) {
    const args = { run, tag, step };
    const reply = await this.#channel.request<{ step: number; columns: ColumnSpec[] }>(
      "buckets",
      args,
    );
    const { left, right, count } = new FrameReader(reply.buffers).columns(reply.result.columns);
    return { step: reply.result.step, left, right, count };
  }

  /** Keep the page supplied with `tags`, those that the view `id` shows now. */
  show(id: string, tags: ReadonlySet<string>): void {
    this.#views.set(id, tags);
    this.#stop ??= effect(() => {
      this.#session.selected.value;
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

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#watch(false), WATCH_AFTER_MS);
  }

  /** The tags that any view shows. */
  #shown(): Set<string> {
    return new Set([...this.#views.values()].flatMap((tags) => [...tags]));
  }

  /** Tell the kernel what each view shows, where it does not know. */
  #watch(everything: boolean): void {
    const rows = new Map((this.#session.tags.value.histograms ?? []).map((row) => [row[1], row]));
    const selected = new Set(this.#session.selected.value.map((run) => run.number));
    const hidden = this.#session.runs.value.filter((run) => !selected.has(run.number));
    for (const [view, tags] of this.#views) {
      // Of a tag that was wanted before, what is not here yet is under way.
      const missing = [...tags].filter((name) => {
        const row = rows.get(name);
        return row && (everything || (!this.#wanted.has(name) && !this.#has(row)));
      });
      const args = { view, tags: [...tags], hidden_runs: hidden.map((run) => run.name), missing };
      const told = JSON.stringify([args.tags, args.hidden_runs]);
      if (!everything && !missing.length && told === this.#told.get(view)) continue;
      const answer = this.#channel.request("watch", args);
      answer.then(() => this.#told.set(view, told)).catch(() => {});
    }
    this.#wanted = this.#shown();
    const kept = new Set([...this.#wanted].map((name) => rows.get(name)?.[0]));
    for (const key of this.#store.keys())
      if (!kept.has(Number(key.split(":")[1]))) this.#store.delete(key);
  }

  #has(row: TagRow): boolean {
    const runs = this.runs(row).slice(0, MOST_RUNS);
    return runs.every((run) => this.#store.has(`${run.number}:${row[0]}`));
  }

  #take(items: readonly SlicesItem[], reader: FrameReader): void {
    const changed = new Set<number>();
    for (const item of items) {
      this.#store.set(item.key.join(":"), new Slices(item, reader.columns(item.columns)));
      changed.add(item.key[1]);
    }
    for (const tag of changed) this.revision(tag).value++;
  }
}
