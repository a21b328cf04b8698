// The scalar series that the page holds for one widget, however many views it has.
import { effect, type Signal, signal } from "@preact/signals";
import { Series, SeriesStore } from "../../state/series";
import type { RunInfo, Session } from "../../state/session";
import type { Channel } from "../../wire/channel";
import { FrameReader } from "../../wire/frame";
import type { SeriesItem, SeriesMessage, TagRow } from "../../wire/types";

const WATCH_AFTER_MS = 80;
const models = new WeakMap<Channel, ScalarsModel>();

/** The part of a chart that a zoom shows, by run number, in as much detail as pixels can show. */
export type Detail = ReadonlyMap<number, Series>;

export class ScalarsModel {
  readonly #channel: Channel;
  readonly #session: Session;
  readonly #store = new SeriesStore();
  readonly #revisions = new Map<number, Signal<number>>();
  readonly #views = new Map<string, ReadonlySet<string>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop: (() => void) | null = null;

  static of(channel: Channel, session: Session): ScalarsModel {
    let model = models.get(channel);
    if (!model) {
      model = new ScalarsModel(channel, session);
      models.set(channel, model);
    }
    return model;
  }

  private constructor(channel: Channel, session: Session) {
    this.#channel = channel;
    this.#session = session;
    channel.on("series", (message, buffers) =>
      this.#take(message as unknown as SeriesMessage, new FrameReader(buffers)),
    );
    channel.onGap = () => this.#watch(true);
  }

  /** Goes up with every change of the series of a tag. */
  revision(tag: number): Signal<number> {
    let revision = this.#revisions.get(tag);
    if (!revision) {
      revision = signal(0);
      this.#revisions.set(tag, revision);
    }
    return revision;
  }

  series(run: number, tag: number): Series | undefined {
    return this.#store.get(run, tag);
  }

  /** Keep the page supplied with `tags`, those that the view `id` shows now. */
  show(id: string, tags: ReadonlySet<string>): void {
    this.#views.set(id, tags);
    this.#stop ??= effect(() => {
      this.#session.selected.value;
      this.#session.settings.smoothing.value;
      this.#schedule();
    });
    this.#schedule();
  }

  /** The view `id` has gone. */
  hide(id: string): void {
    this.#views.delete(id);
    this.#channel.tell("unwatch", { view: id });
    if (this.#views.size) return;
    this.#stop?.();
    this.#stop = null;
    clearTimeout(this.#timer);
  }

  /** Ask for the points of `tag` between two x values. */
  async detail(
    tag: TagRow,
    runs: readonly RunInfo[],
    args: { low: number; high: number; x_axis: string; pixels: number },
  ): Promise<Detail> {
    const names = runs.map((run) => run.name);
    const request = { ...args, tags: [tag[1]], runs: names };
    const reply = await this.#channel.request<SeriesItem[]>("detail", request);
    const reader = new FrameReader(reply.buffers);
    return new Map(
      reply.result.map((item) => [item.key[0], new Series(item, reader.columns(item.columns))]),
    );
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#watch(false), WATCH_AFTER_MS);
  }

  #watch(everything: boolean): void {
    const numbers = new Map((this.#session.tags.value.scalars ?? []).map((row) => [row[1], row]));
    const selected = new Set(this.#session.selected.value.map((run) => run.number));
    const hidden = this.#session.runs.value.filter((run) => !selected.has(run.number));
    for (const [view, tags] of this.#views) {
      const missing = [...tags].filter((name) => {
        const row = numbers.get(name);
        return row && (everything || !this.#has(row, selected));
      });
      const args = { view, tags: [...tags], hidden_runs: hidden.map((run) => run.name), missing };
      this.#channel.request("watch", args).catch(() => {});
    }
    const kept = new Set([...this.#views.values()].flatMap((tags) => [...tags]));
    const wanted = new Set([...kept].map((name) => numbers.get(name)?.[0]));
    this.#store.keep((_run, tag) => wanted.has(tag));
  }

  #has([tag, , holders]: TagRow, selected: ReadonlySet<number>): boolean {
    const runs = holders ?? this.#session.runs.value.map((run) => run.number);
    return runs.every((run) => !selected.has(run) || this.#store.get(run, tag));
  }

  #take(message: SeriesMessage, reader: FrameReader): void {
    const changed = new Set<number>();
    let missing = false;
    for (const item of message.items) {
      if (!this.#store.apply(item, reader.columns(item.columns))) missing = true;
      changed.add(item.key[1]);
    }
    for (const tag of changed) this.revision(tag).value++;
    if (missing) this.#watch(true);
  }
}
