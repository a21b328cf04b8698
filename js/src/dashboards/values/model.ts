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

export abstract class ValueModel<
  V,
  State extends ValueCardState = ValueCardState,
> extends SummaryModel<State> {
  readonly #store: ValueStore<V>;
  /** What each card wants, what it lacks most first. */
  readonly #wishes = new Map<string, { tag: TagRow; wishes: readonly Wish[] }>();
  #wanted: ReadonlySet<string> = new Set();
  #asking = false;

  constructor(channel: Channel, session: Session, kind: string, budget: number) {
    super(channel, session, kind);
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

  /** Have the kernel asked for what a card lacks: first what it shows, then what it may show next. */
  want(tag: TagRow, wishes: readonly Wish[]): void {
    this.#wishes.set(tag[1], { tag, wishes });
    this.#note();
    void this.#ask();
  }

  /** A card is not seen any more. */
  release(tag: TagRow): void {
    this.#wishes.delete(tag[1]);
    this.#note();
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
      [...this.#wishes.values()].flatMap(({ tag, wishes }) =>
        wishes.map(({ entry, options }) => keyOf(entry.run.number, tag[0], entry.place, options)),
      ),
    );
  }

  /** Ask until nothing is lacking; one request at a time, so that the last wishes come soon. */
  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      for (let next = this.#lacking(); next.length; next = this.#lacking()) {
        const wishes = next.map(({ tag, wish: { entry, options } }) => ({
          ...options,
          run: entry.run.name,
          tag: tag[1],
          place: entry.place,
        }));
        const reply = await this.channel.request<ValueItem[]>("values", { wishes });
        const reader = new FrameReader(reply.buffers);
        const changed = new Set<number>();
        for (const [at, item] of reply.result.entries()) {
          const asked = next[at];
          if (!asked) break;
          const { run, place } = asked.wish.entry;
          this.#take(run.number, asked.tag[0], { ...item, place }, asked.wish.options, reader);
          changed.add(asked.tag[0]);
        }
        if (!changed.size) break;
        for (const tag of changed) this.revision(tag).value++;
      }
    } catch {
      // the kernel is gone, or it refused: what is held stays
    } finally {
      this.#asking = false;
    }
  }

  /** What the cards want and the page lacks: the first wish of every card before the second of any. */
  #lacking(): { tag: TagRow; wish: Wish }[] {
    const cards = [...this.#wishes.values()];
    const longest = Math.max(0, ...cards.map(({ wishes }) => wishes.length));
    const found: { tag: TagRow; wish: Wish }[] = [];
    for (let at = 0; at < longest; at++)
      for (const { tag, wishes } of cards) {
        const wish = wishes[at];
        if (!wish) continue;
        const { run, place } = wish.entry;
        if (!this.#store.has(keyOf(run.number, tag[0], place, wish.options)))
          found.push({ tag, wish });
        if (found.length === MOST_WISHES) return found;
      }
    return found;
  }

  #take(run: number, tag: number, item: ValueItem, options: Options, reader: FrameReader): void {
    const [value, bytes] = this.parse(item, reader);
    const key = keyOf(run, tag, item.place, options);
    this.#store.put(key, value, bytes, (old) => this.#wanted.has(old));
  }
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
