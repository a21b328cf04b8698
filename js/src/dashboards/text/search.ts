// A search in all steps: the kernel looks through them for a while at a time, and goes on when asked.
import { type Signal, signal } from "@preact/signals";
import type { Channel, Reply } from "../../wire/channel";
import type { Place } from "../values/model";

/** Texts that match and are shown at most. */
export const MOST_TEXTS = 1_000;

/** A text that matches, and what was found in it. */
export interface Match {
  run: number;
  step: number;
  wall: number;
  place: Place;
  found: readonly string[];
}

type Row = [number, number, number, number, Place, string[]];

interface Answer {
  items: Row[];
  looked: number;
  unreadable: number;
  next: [number, number] | null;
}

export interface Search {
  query: string;
  regex: boolean;
  runs: readonly string[];
  tags: readonly string[];
}

export interface SearchState {
  /** By number of the tag. */
  matches: ReadonlyMap<number, readonly Match[]>;
  /** How many texts match, were looked through, and could not be read. */
  texts: number;
  looked: number;
  unreadable: number;
  /** Whether it has come to its end, and whether that is before all were looked through. */
  done: boolean;
  more: boolean;
  error: string;
}

export class TextSearch {
  /** Null while nothing is looked for. */
  readonly state: Signal<SearchState | null> = signal(null);
  readonly #channel: Channel;
  #run = 0;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  stop(): void {
    this.#run++;
    this.state.value = null;
  }

  /** Look for something; what is looked for already, is not looked for any more. */
  async start(search: Search): Promise<void> {
    const run = ++this.#run;
    const matches = new Map<number, readonly Match[]>();
    let state: SearchState = {
      ...{ matches, texts: 0, looked: 0, unreadable: 0, done: false, more: false, error: "" },
    };
    this.state.value = state;
    let next: Answer["next"] = [0, -1];
    while (next) {
      try {
        const reply: Reply<Answer> = await this.#channel.request<Answer>("search", {
          ...search,
          next,
        });
        if (run !== this.#run) return;
        const { items, looked, unreadable } = reply.result;
        next = reply.result.next;
        state = {
          ...state,
          matches: joined(state.matches, items),
          texts: state.texts + items.length,
          looked: state.looked + looked,
          unreadable: state.unreadable + unreadable,
        };
        if (next && state.texts >= MOST_TEXTS) {
          state.more = true;
          next = null;
        }
        state.done = !next;
      } catch (error) {
        if (run !== this.#run) return;
        next = null;
        state = { ...state, done: true, error: (error as Error).message };
      }
      this.state.value = state;
    }
  }
}

function joined(
  held: SearchState["matches"],
  rows: readonly Row[],
): ReadonlyMap<number, readonly Match[]> {
  const all = new Map(held);
  for (const [run, tag, step, wall, place, found] of rows)
    all.set(tag, [...(all.get(tag) ?? []), { run, step, wall, place, found }]);
  return all;
}
