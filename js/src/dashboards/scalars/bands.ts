// Groups of runs as curves with bands, as the kernel computes them.
import { type Signal, signal } from "@preact/signals";
import { colorOf } from "../../state/palette";
import type { RunInfo } from "../../state/runs";
import { Series } from "../../state/series";
import type { FrameReader } from "../../wire/frame";
import type { BandItem, BandsMessage } from "../../wire/types";
import type { LineSource } from "./lines";

interface Group {
  number: number;
  /** The group as the run that its curve is drawn for. */
  run: RunInfo;
}

interface Curve {
  series: Series;
  band: NonNullable<LineSource["band"]>;
  note: string;
}

export class Bands {
  /** What is wrong with what runs are grouped by; empty if nothing. */
  readonly error: Signal<string> = signal("");
  readonly #groups: Signal<Group[]> = signal([]);
  readonly #curves = new Map<string, Curve>();

  /** Take what was pushed; returns the tags whose curves changed. */
  take(message: BandsMessage, reader: FrameReader): Set<number> {
    if (message.groups) {
      this.#groups.value = message.groups.map(([number, name, runs]) =>
        groupOf(number, name, runs),
      );
      this.error.value = message.error ?? "";
      const numbers = new Set(message.groups.map(([number]) => String(number)));
      for (const key of this.#curves.keys()) {
        if (!numbers.has(key.split(":")[0] as string)) this.#curves.delete(key);
      }
    }
    for (const item of message.items) this.#curves.set(item.key.join(":"), curveOf(item, reader));
    return new Set(message.items.map(({ key }) => key[1]));
  }

  sources(tag: number, name: string, place: number): LineSource[] {
    return this.#groups.value.flatMap(({ number, run }) => {
      const curve = this.#curves.get(`${number}:${tag}`);
      if (!curve?.series.length) return [];
      return [{ run, tag: name, place, series: curve.series, detail: undefined, band: curve.band }];
    });
  }

  note(tag: number): string {
    const notes = this.#groups.value.map(
      ({ number }) => this.#curves.get(`${number}:${tag}`)?.note,
    );
    return notes.find((note) => note) ?? "";
  }
}

function curveOf(item: BandItem, reader: FrameReader): Curve {
  const columns = reader.columns(item.columns);
  const { low, high, count, relative } = columns;
  if (!low || !high || !count || !relative) throw new Error("a band came without its columns");
  const series = new Series({ ...item, generation: 0, from: 0 }, columns);
  return { series, band: { low, high, count, relative }, note: item.note };
}

function groupOf(number: number, name: string, runs: readonly number[]): Group {
  const label = `${name} (${runs.length})`;
  const rest = { deleted: false, started: null, parent: null, key: "", tags: [], note: "" };
  // Below zero: it is no run of the list.
  return { number, run: { number: -1 - number, name, label, color: colorOf(number), ...rest } };
}
