// Points that a restart or a later write replaced, while they are to be shown.
import type { RunInfo } from "../../state/runs";
import { Series } from "../../state/series";
import type { FrameReader } from "../../wire/frame";
import type { SupersededItem } from "../../wire/types";
import type { LineSource } from "./lines";

interface Held {
  stretches: Series[];
  /** How many points there are in the kernel. */
  n: number;
}

export class Superseded {
  readonly #held = new Map<string, Held>();

  /** Take what was pushed; returns the tags whose lines changed. */
  take(items: readonly SupersededItem[], reader: FrameReader): Set<number> {
    for (const item of items) {
      const stretches = stretchesOf(item, reader);
      this.#held.set(item.key.join(":"), { stretches, n: item.n });
    }
    return new Set(items.map(({ key }) => key[1]));
  }

  /** A line for each stretch of ascending steps of a tag in a run. */
  sources(run: RunInfo, [number, name]: readonly [number, string, ...unknown[]], place: number) {
    const { stretches } = this.#held.get(`${run.number}:${number}`) ?? { stretches: [] };
    return stretches.map(
      (series, stretch): LineSource => ({
        ...{ run, tag: name, place, series, detail: undefined },
        superseded: stretch + 1,
      }),
    );
  }

  /** What is left out of the points of a tag; empty if nothing. */
  note(tag: number, runs: readonly RunInfo[]): string {
    for (const { number } of runs) {
      const { stretches, n } = this.#held.get(`${number}:${tag}`) ?? { stretches: [], n: 0 };
      const shown = stretches.reduce((sum, { length }) => sum + length, 0);
      if (shown < n)
        return `${shown.toLocaleString("en")} of ${n.toLocaleString("en")} replaced points`;
    }
    return "";
  }
}

function stretchesOf({ key, columns }: SupersededItem, reader: FrameReader): Series[] {
  const { step, wall, value, stretch } = reader.columns(columns);
  if (!step || !wall || !value || !stretch) throw new Error("points came without their columns");
  const found: Series[] = [];
  for (let first = 0; first < step.length; ) {
    let end = first;
    while (end < step.length && stretch[end] === stretch[first]) end++;
    const [part, n] = [(column: Float64Array) => column.slice(first, end), end - first];
    const item = { key, generation: 0, from: 0, n, columns: [] };
    found.push(new Series(item, { step: part(step), wall: part(wall), value: part(value) }));
    first = end;
  }
  return found;
}
