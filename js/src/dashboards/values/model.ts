// Values themselves (images, clips, texts, tensors): where each lies, the newest as the kernel
// pushes them, others as cards ask for them. `tbwidget/widget/values.py` is the other side.
import type { RunInfo, Session } from "../../state/session";
import type { Channel } from "../../wire/channel";
import { FrameReader } from "../../wire/frame";
import type { TagRow } from "../../wire/types";
import { type SummaryItem, SummaryModel, type SummarySource } from "../summaries/model";
import { ValueCardState } from "./card_state";
import { ValueStore } from "./store";

/** Values asked for at once; the kernel sends as many of them as fit a message. */
const MOST_WISHES = 24;
/** Of those that may be shown next so few, that what is shown next need not wait for them. */
const MOST_AHEAD = 4;
/** What is wanted may fill this part of the budget before nothing more is asked for ahead. */
const WANTED_PART = 0.5;

export type Place = readonly [file: number, offset: number, slot: number];

/** What the kernel tells of a value; the rest is up to the dashboard. */
export interface ValueItem {
  place: Place;
  /** Why there is none; absent if there is. */
  error?: string;
  /** How many buffers belong to it. */
  buffers?: number;
}

/** One step of a series. */
export interface Entry {
  run: RunInfo;
  step: number;
  wall: number;
  place: Place;
}

/** What of a value is wanted, beyond the value itself: which sample, which slice. */
export type Options = Readonly<Record<string, unknown>>;

export interface Wish {
  entry: Entry;
  options: Options;
}

/** What a card shows, and what it may show next. */
interface Wanted {
  tag: TagRow;
  shown: readonly Wish[];
  ahead: readonly Wish[];
}

interface Asked {
  tag: TagRow;
  wish: Wish;
}

export abstract class ValueModel<
  V,
  State extends ValueCardState = ValueCardState,
> extends SummaryModel<State> {
  readonly #store: ValueStore<V>;
  readonly #budget: number;
  readonly #cards = new Map<string, Wanted>();
  #wanted: ReadonlySet<string> = new Set();
  #asking = false;

  constructor(channel: Channel, session: Session, kind: string, budget: number) {
    super(channel, session, kind);
    this.#budget = budget;
    this.#store = new ValueStore(budget, (value) => this.dispose(value));
  }

  /** What the cards get of a value, and about how many bytes that takes. */
  protected abstract parse(item: ValueItem, reader: FrameReader): [value: V, bytes: number];
  /** A value is not held any more. */
  protected dispose(_value: V): void {}
  /** The options of what the kernel pushes unasked. */
  protected abstract readonly pushed: Options;

  protected newState(): State {
    return new ValueCardState() as State;
  }

  /** The entries of all selected runs at a step or before it; the newest ones for null. */
  entries(tag: TagRow, step: number | null): Entry[] {
    return this.sources(tag).flatMap((source) => {
      const row = rowAt(source.summary.step, step);
      return row < 0 ? [] : [entryOf(source, row)];
    });
  }

  /** What the page holds of a value; undefined if it has yet to come. */
  value([tag]: TagRow, { entry, options }: Wish): V | undefined {
    this.revision(tag).value;
    return this.#store.get(keyOf(entry.run.number, tag, entry.place, options));
  }

  /** Whether the page holds a value, without looking at it. */
  holds([tag]: TagRow, { entry, options }: Wish): boolean {
    return this.#store.has(keyOf(entry.run.number, tag, entry.place, options));
  }

  /** Have the kernel asked for what a card lacks of what it shows, then of what it may show next. */
  want(tag: TagRow, shown: readonly Wish[], ahead: readonly Wish[] = []): void {
    this.#cards.set(tag[1], { tag, shown, ahead });
    this.#note();
    void this.#ask();
  }

  /** A card is not seen any more. */
  release(tag: TagRow): void {
    this.#cards.delete(tag[1]);
    this.#note();
  }

  /** A value that no card need show, for files of many. */
  async fetch(tag: TagRow, wish: Wish): Promise<V> {
    const held = this.value(tag, wish);
    if (held) return held;
    const [value] = await this.#request([{ tag, wish }]);
    if (!value) throw new Error("the kernel sent nothing");
    return value;
  }

  protected override takeMore(item: SummaryItem, reader: FrameReader): void {
    const { key, value } = item as SummaryItem & { value?: ValueItem };
    if (value) this.#take(key[0], key[1], value, this.pushed, reader);
  }

  protected override forget(run: number, tag: number): void {
    this.#store.dropAll(`${run}:${tag}:`);
  }

  #note(): void {
    this.#wanted = new Set(
      [...this.#cards.values()].flatMap(({ tag, shown, ahead }) =>
        [...shown, ...ahead].map((wish) => keyOfWish({ tag, wish })),
      ),
    );
  }

  /** Ask until nothing is lacking; one request at a time, so that the last wishes come soon. */
  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      for (let next = this.#lacking(); next.length; next = this.#lacking()) {
        const values = await this.#request(next);
        if (!values.length) break;
        const changed = new Set(next.slice(0, values.length).map(({ tag }) => tag[0]));
        for (const tag of changed) this.revision(tag).value++;
      }
    } catch {
      // the kernel is gone, or it refused: what is held stays
    } finally {
      this.#asking = false;
    }
  }

  /** Ask for values and take in what comes: it may be fewer than asked for. */
  async #request(asked: readonly Asked[]): Promise<V[]> {
    const wishes = asked.map(({ tag, wish: { entry, options } }) => ({
      ...options,
      run: entry.run.name,
      tag: tag[1],
      place: entry.place,
    }));
    const reply = await this.channel.request<ValueItem[]>("values", { wishes });
    const reader = new FrameReader(reply.buffers);
    return asked.slice(0, reply.result.length).map(({ tag, wish: { entry, options } }, at) => {
      const item = { ...(reply.result[at] as ValueItem), place: entry.place };
      return this.#take(entry.run.number, tag[0], item, options, reader);
    });
  }

  /** What is wanted and not held: what is shown before what may be next. */
  #lacking(): Asked[] {
    const shown = this.#lackingOf("shown", MOST_WISHES);
    if (shown.length || this.#store.bytesOf(this.#wanted) > this.#budget * WANTED_PART)
      return shown;
    return this.#lackingOf("ahead", MOST_AHEAD);
  }

  /** The first wish of every card before the second of any. */
  #lackingOf(kind: "shown" | "ahead", most: number): Asked[] {
    const cards = [...this.#cards.values()];
    const longest = Math.max(0, ...cards.map((card) => card[kind].length));
    const found = new Map<string, Asked>();
    for (let at = 0; at < longest; at++)
      for (const { tag, [kind]: wishes } of cards) {
        const wish = wishes[at];
        if (!wish) continue;
        const key = keyOfWish({ tag, wish });
        if (!this.#store.has(key)) found.set(key, { tag, wish });
        if (found.size === most) return [...found.values()];
      }
    return [...found.values()];
  }

  #take(run: number, tag: number, item: ValueItem, options: Options, reader: FrameReader): V {
    const [value, bytes] = this.parse(item, reader);
    const key = keyOf(run, tag, item.place, options);
    const held = this.#store.get(key);
    if (held !== undefined && !(held as { error?: string }).error) {
      // Pushed, and asked for meanwhile: the one that is shown, or plays, stays.
      this.dispose(value);
      return held;
    }
    this.#store.put(key, value, bytes, (old) => this.#wanted.has(old));
    return value;
  }
}

function keyOfWish({ tag, wish: { entry, options } }: Asked): string {
  return keyOf(entry.run.number, tag[0], entry.place, options);
}

function keyOf(run: number, tag: number, place: Place, options: Options): string {
  return `${run}:${tag}:${place.join(":")}:${JSON.stringify(options)}`;
}

/** The last of ascending steps at or before `step`, -1 if there is none; the last one for null. */
export function rowAt(steps: Float64Array, step: number | null): number {
  if (step === null) return steps.length - 1;
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] as number) <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export function entryOf({ run, summary }: SummarySource, row: number): Entry {
  const { file, offset, slot } = summary.columns;
  if (!file || !offset || !slot) throw new Error("an index came without its places");
  const place = [file[row], offset[row], slot[row]] as unknown as Place;
  return { run, step: summary.step[row] as number, wall: summary.wall[row] as number, place };
}
