// What a run is called, what colour it has, and whose child it is.
import type { HParams, RunRow } from "../wire/types";
import { colorOf } from "./palette";
import { compileRegex, type Pattern } from "./pattern";
import type { RunNote } from "./session";

export interface RunInfo {
  number: number;
  name: string;
  /** What it is shown as: its name, unless the user gave it another. */
  label: string;
  deleted: boolean;
  color: string;
  started: number | null;
  /** Number of the run that it is folded into, and what it is called there. */
  parent: number | null;
  key: string;
  tags: readonly string[];
  note: string;
}

export interface RunSettings {
  colors: Record<string, string>;
  notes: Record<string, RunNote>;
  colorBy: string;
  hparams: Record<number, HParams>;
  fold: boolean;
}

/** Describe all runs; a child that is folded has the colour of its parent. */
export function describeRuns(rows: readonly RunRow[], settings: RunSettings): RunInfo[] {
  const { colors, notes, fold } = settings;
  const present = new Map(rows.map((row) => [row[0], row]));
  const classes = classesOf(rows, settings);
  return rows.map(([number, name, started, deleted, parent, key]) => {
    const folded = fold && parent !== null && present.has(parent) ? parent : null;
    const source = folded === null ? number : folded;
    const sourceName = present.get(source)?.[1] ?? name;
    const note = notes[name] ?? {};
    return {
      number,
      name,
      label: note.name || name,
      deleted,
      color: colors[sourceName] ?? colorOf(classes?.get(source) ?? source),
      started,
      parent: folded,
      key,
      tags: note.tags ?? [],
      note: note.note ?? "",
    };
  });
}

/** Tell whether a filter leaves a run: by its name, what the user calls it, or its tags. */
export function matches(run: RunInfo, pattern: Pattern): boolean {
  return (
    pattern.test(run.name) || pattern.test(run.label) || run.tags.some((tag) => pattern.test(tag))
  );
}

/** Order the run list. What has no value comes last either way; equal ones stay in their order. */
export function sortRuns(
  runs: readonly RunInfo[],
  sort: string,
  hparams: Record<number, HParams>,
  values: ReadonlyMap<number, number>,
): RunInfo[] {
  const down = sort.startsWith("-");
  const by = down ? sort.slice(1) : sort;
  const key = (run: RunInfo): unknown => {
    if (by === "started") return run.started;
    if (by === "value") return values.get(run.number);
    if (by.startsWith("hparam:")) return hparams[run.number]?.[by.slice("hparam:".length)];
    return undefined;
  };
  const sorted = [...runs]; // in natural order, as the kernel sent them
  if (by === "name") return down ? sorted.reverse() : sorted;
  return sorted.sort((a, b) => compareKeys(key(a), key(b), down));
}

function compareKeys(a: unknown, b: unknown, down: boolean): number {
  const missing = Number(isMissing(a)) - Number(isMissing(b));
  if (missing || isMissing(a)) return missing;
  const both = typeof a === "number" && typeof b === "number";
  const order = both ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
  return down ? -order : order;
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || Number.isNaN(value);
}

/** Number the classes that runs are coloured by; null where each run has a colour of its own. */
function classesOf(rows: readonly RunRow[], settings: RunSettings): Map<number, number> | null {
  const { colorBy, hparams } = settings;
  if (colorBy === "run" || !colorBy) return null;
  const classOf = classifier(colorBy, hparams);
  const numbers = new Map<string, number>();
  const classes = new Map<number, number>();
  for (const [number, name] of rows) {
    const found = classOf(number, name);
    if (!numbers.has(found)) numbers.set(found, numbers.size);
    classes.set(number, numbers.get(found) as number);
  }
  return classes;
}

function classifier(
  colorBy: string,
  hparams: Record<number, HParams>,
): (number: number, name: string) => string {
  if (colorBy === "directory") return (_number, name) => name.slice(0, name.lastIndexOf("/") + 1);
  if (colorBy.startsWith("hparam:")) {
    const key = colorBy.slice("hparam:".length);
    return (number) => String(hparams[number]?.[key] ?? "");
  }
  const { regex } = compileRegex(colorBy);
  return (_number, name) => {
    const found = regex?.exec(name);
    return found ? (found.length > 1 ? found.slice(1).join("/") : found[0]) : "";
  };
}

/** The names of the hyperparameters of any run, sorted. */
export function hparamNames(hparams: Record<number, HParams>): string[] {
  return [...new Set(Object.values(hparams).flatMap(Object.keys))].sort();
}
