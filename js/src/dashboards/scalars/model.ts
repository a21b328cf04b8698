// The scalar series that the page holds for one widget, however many views it has.
import { type Signal, signal } from "@preact/signals";
import { Keyed } from "../../state/keyed";
import { Series, SeriesStore } from "../../state/series";
import type { RunInfo, Session } from "../../state/session";
import type { Channel } from "../../wire/channel";
import { FrameReader } from "../../wire/frame";
import type {
  BandsMessage,
  SeriesItem,
  SeriesMessage,
  SupersededItem,
  TagRow,
} from "../../wire/types";
import { Watching } from "../cards/watching";
import { Bands } from "./bands";
import { CardOptions } from "./card_options";
import type { LineSource } from "./lines";
import { type Row, rowOfAnswer } from "./statistics";
import { Superseded } from "./superseded";

/** While reading goes on, charts are drawn so often and no oftener: drawing would hold it up. */
const READING_DRAW_MS = 700;
/** Of many tags that have changed, some are told about at a time, that the page is not held up. */
const TELL_MS = 8;
const models = new WeakMap<Channel, ScalarsModel>();

/** The part of a chart that a zoom shows, by run and tag, in as much detail as pixels can show. */
export type Detail = ReadonlyMap<`${number}:${number}`, Series>;

export class ScalarsModel {
  readonly #channel: Channel;
  readonly #session: Session;
  readonly #store = new SeriesStore();
  readonly #revisions = new Keyed((_tag: number) => signal(0));
  readonly #options = new Keyed((_tag: string) => new CardOptions());
  readonly #watching: Watching;
  /** Groups of runs as curves, while runs are grouped. */
  readonly bands = new Bands();
  readonly #superseded = new Superseded();
  /** Tags whose charts are yet to be told of a change. */
  readonly #changed = new Set<number>();
  #drawTimer: ReturnType<typeof setTimeout> | undefined;

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
    this.#watching = new Watching(channel, session, {
      rows: () => session.tags.peek().scalars ?? [],
      has: (row, selected) => this.#has(row, selected),
      keep: (tags) => this.#store.keep((_run, tag) => tags.has(tag)),
      withOthers: (tags) =>
        new Set([...tags].flatMap((name) => [name, ...this.options(name).others.value])),
      sentFor: () => this.#sentFor().map((setting) => setting.value),
    });
    // From here on: messages may wait already.
    channel.on("series", (message, buffers) =>
      this.#take(message as unknown as SeriesMessage, new FrameReader(buffers)),
    );
    channel.on("bands", (message, buffers) => {
      const reader = new FrameReader(buffers);
      for (const tag of this.bands.take(message as unknown as BandsMessage, reader))
        this.revision(tag).value++;
    });
    channel.on("superseded", (message, buffers) => {
      const items = message.items as SupersededItem[];
      for (const tag of this.#superseded.take(items, new FrameReader(buffers)))
        this.revision(tag).value++;
    });
  }

  /** Goes up with every change of the series of a tag. */
  revision(tag: number): Signal<number> {
    return this.#revisions.get(tag);
  }

  /** What the user has set for the card of `tag`. */
  options(tag: string): CardOptions {
    return this.#options.get(tag);
  }

  /** The tag called `name`, and those that are drawn with it, as they are now. */
  withOthers(name: string, others: readonly string[]): TagRow[] {
    const rows = this.#session.tags.value.scalars ?? [];
    const own = rows.filter((row) => row[1] === name);
    return [...own, ...rows.filter((row) => others.includes(row[1]))];
  }

  /** What the chart of some tags draws: selected runs, or groups of them, of each. */
  sources(tags: readonly TagRow[], detail: Detail | null): LineSource[] {
    return tags.flatMap((row, place) => {
      const [number, name] = row;
      this.revision(number).value;
      if (this.isGrouped()) return this.bands.sources(number, name, place);
      return this.#session.selected.value.flatMap((run) => {
        const series = this.series(run, row);
        const fine = detail?.get(`${run.number}:${number}`);
        if (!series?.length) return [];
        const own: LineSource = { run, tag: name, place, series, detail: fine };
        if (!this.#session.settings.superseded.value) return own;
        return [...this.#superseded.sources(run, row, place), own];
      });
    });
  }

  /** What the page holds of a tag in a run. */
  series(run: RunInfo, [tag, , holders]: TagRow): Series | undefined {
    this.revision(tag).value;
    if (holders && !holders.includes(run.number)) return undefined;
    return this.#store.get(run.number, tag);
  }

  /** Whether groups of runs are drawn, and not runs. */
  isGrouped(): boolean {
    const { groupBy, xAxis } = this.#session.settings;
    // A curve of several runs has no one value of another tag.
    if (xAxis.value.startsWith("tag:")) return false;
    return groupBy.value !== "" && !this.bands.error.value;
  }

  /** What must be known to read the chart of a tag; empty if nothing. */
  note(tag: number): string {
    this.revision(tag).value;
    if (this.isGrouped()) return this.bands.note(tag);
    const { groupBy, xAxis, superseded } = this.#session.settings;
    const single = groupBy.value !== "" && xAxis.value.startsWith("tag:");
    if (single) return "single runs: groups need steps or time as x";
    return superseded.value ? this.#superseded.note(tag, this.#session.selected.value) : "";
  }

  /** Rows of a data table computed from all points of one tag, by run number. */
  async table(args: Record<string, unknown>): Promise<ReadonlyMap<number, Row>> {
    const reply = await this.#channel.request<Record<string, unknown>[]>("table", args);
    return new Map(reply.result.map((row) => [Number(row.run), rowOfAnswer(row)]));
  }

  /** All cards as a file of the kind of `suffix`, made by the kernel from all points. */
  async file(suffix: string): Promise<Blob> {
    const { buffers } = await this.#channel.request("file", { suffix });
    const [content] = buffers;
    if (!content) throw new Error("the kernel sent no file");
    return new Blob([content as BlobPart]);
  }

  /** The cell that shows the card that `args` name as it is shown now. */
  async code(args: Record<string, unknown>, options: CardOptions): Promise<string> {
    const settings: Record<string, unknown> = {};
    if (options.smoothing.value !== null) settings.smoothing = options.smoothing.value;
    if (options.yScale.value !== null) settings.y_scale = options.yScale.value;
    const reply = await this.#channel.request<{ code: string }>("code", { ...args, settings });
    return reply.result.code;
  }

  /** Keep the page supplied with `tags`, those that the view `id` shows now. */
  show(id: string, tags: ReadonlySet<string>): void {
    this.#watching.show(id, tags);
  }

  /** The view `id` has gone. */
  hide(id: string): void {
    this.#watching.hide(id);
  }

  /** Ask for the points of `tags` in the runs called `runs` between two x values. */
  async detail(
    tags: readonly TagRow[],
    runs: readonly string[],
    args: { low: number; high: number; x_axis: string; pixels: number },
  ): Promise<Detail> {
    const request = { ...args, tags: tags.map(([, name]) => name), runs };
    const reply = await this.#channel.request<SeriesItem[]>("detail", request);
    const reader = new FrameReader(reply.buffers);
    return new Map(
      reply.result.map(({ key: [run, tag], ...item }) => [
        `${run}:${tag}`,
        new Series({ key: [run, tag], ...item }, reader.columns(item.columns)),
      ]),
    );
  }

  /** The settings on which it depends what the kernel sends. */
  #sentFor() {
    const { smoothing, groupBy, center, band, xAxis, superseded } = this.#session.settings;
    return [smoothing, groupBy, center, band, xAxis, superseded] as const;
  }

  #has([tag, , holders]: TagRow, selected: ReadonlySet<number>): boolean {
    const runs = holders ?? this.#session.runs.value.map((run) => run.number);
    return runs.every((run) => !selected.has(run) || this.#store.get(run, tag));
  }

  #take(message: SeriesMessage, reader: FrameReader): void {
    let missing = false;
    let first = false;
    for (const item of message.items) {
      first ||= !this.revision(item.key[1]).peek();
      if (!this.#store.apply(item, reader.columns(item.columns))) missing = true;
      this.#changed.add(item.key[1]);
    }
    if (first || !message.reading) this.#tellChanged();
    else this.#drawTimer ??= setTimeout(() => this.#tellChanged(), READING_DRAW_MS);
    if (missing) void this.#watching.askAgain();
  }

  #tellChanged(): void {
    clearTimeout(this.#drawTimer);
    this.#drawTimer = undefined;
    const end = performance.now() + TELL_MS;
    for (const tag of this.#changed) {
      this.#changed.delete(tag);
      this.revision(tag).value++;
      if (performance.now() > end) break;
    }
    if (this.#changed.size) this.#drawTimer = setTimeout(() => this.#tellChanged());
  }
}
