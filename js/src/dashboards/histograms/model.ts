// The histograms that the page holds for one widget, however many views it has.
import { type Signal, signal } from "@preact/signals";
import { Keyed } from "../../state/keyed";
import type { Range, RunInfo, Session } from "../../state/session";
import { Setting } from "../../state/settings";
import type { Channel } from "../../wire/channel";
import { type ColumnSpec, FrameReader } from "../../wire/frame";
import type { TagRow } from "../../wire/types";
import { CardState } from "../cards/card_frame";
import { Watching } from "../cards/watching";
import type { Mode } from "./layout";
import { Slices, type SlicesItem } from "./slices";

/** As in the kernel, which sends no more of a tag. */
export const MOST_RUNS = 12;
const models = new WeakMap<Channel, HistogramsModel>();

export class HistogramsModel {
  readonly #channel: Channel;
  readonly #session: Session;
  readonly #store = new Map<string, Slices>();
  readonly #revisions = new Keyed((_tag: number) => signal(0));
  readonly #states = new Keyed((_tag: string) => new CardState());
  readonly #watching: Watching;
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
    this.#watching = new Watching(channel, session, {
      rows: () => session.tags.peek().histograms ?? [],
      has: (row) => this.#has(row),
      keep: (tags) => this.#keep(tags),
    });
  }

  /** Goes up with every change of the histograms of a tag. */
  revision(tag: number): Signal<number> {
    return this.#revisions.get(tag);
  }

  /** What the user has set for the card of `tag`. */
  state(tag: string): CardState {
    return this.#states.get(tag);
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
    this.#watching.show(id, tags);
  }

  /** The view `id` has gone. */
  hide(id: string): void {
    this.#watching.hide(id);
  }

  #keep(tags: ReadonlySet<number>): void {
    for (const key of [...this.#store.keys()])
      if (!tags.has(Number(key.split(":")[1]))) this.#store.delete(key);
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
