// Which texts a card lists, and in which order.
import type { RunInfo } from "../../state/session";
import type { SummarySource } from "../summaries/model";
import { type Entry, entryOf, rowAt } from "../values/model";
import type { Match } from "./search";

/** Texts in their order, each made when it is looked at: there may be a hundred thousand. */
export interface Items {
  count: number;
  entry: (at: number) => Entry;
  /** What a search found in it. */
  found: (at: number) => readonly string[];
}

const NOTHING: readonly string[] = [];

/** All steps of several runs, the newest first; of one step in the order of the runs. */
export function allSteps(sources: readonly SummarySource[]): Items {
  const count = sources.reduce((sum, { summary }) => sum + summary.step.length, 0);
  const [owners, rows] = [new Int32Array(count), new Int32Array(count)];
  const left = sources.map(({ summary }) => summary.step.length - 1);
  for (let at = 0; at < count; at++) {
    let [owner, newest] = [-1, Number.NEGATIVE_INFINITY];
    for (let i = 0; i < left.length; i++) {
      const step = sources[i]?.summary.step[left[i] as number];
      if (step !== undefined && (owner < 0 || step > newest)) [owner, newest] = [i, step];
    }
    owners[at] = owner;
    rows[at] = left[owner] as number;
    left[owner] = (left[owner] as number) - 1;
  }
  return {
    count,
    entry: (at) => entryOf(sources[owners[at] as number] as SummarySource, rows[at] as number),
    found: () => NOTHING,
  };
}

/** Of each run the last text at a step or before it; the newest ones for null. */
export function oneStep(sources: readonly SummarySource[], step: number | null): Items {
  const entries = sources.flatMap((source) => {
    const row = rowAt(source.summary.step, step);
    return row < 0 ? [] : [entryOf(source, row)];
  });
  return { count: entries.length, entry: (at) => entries[at] as Entry, found: () => NOTHING };
}

/** What a search has found in the selected runs, the newest first. */
export function foundTexts(matches: readonly Match[], runs: readonly RunInfo[]): Items {
  const order = new Map(runs.map((run, at) => [run.number, at]));
  const shown = matches
    .filter(({ run }) => order.has(run))
    .sort((a, b) => b.step - a.step || (order.get(a.run) ?? 0) - (order.get(b.run) ?? 0));
  return {
    count: shown.length,
    entry: (at) => {
      const { run, step, wall, place } = shown[at] as Match;
      return { run: runs[order.get(run) as number] as RunInfo, step, wall, place };
    },
    found: (at) => shown[at]?.found ?? NOTHING,
  };
}
