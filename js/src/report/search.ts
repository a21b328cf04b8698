// A search in the texts of a report, newest first. As `Text._search` in `tbwidget/dashboards/text.py`.
import { compileRegex } from "../state/pattern";
import { FrameReader } from "../wire/frame";
import type { Message } from "../wire/host";
import { canonical, own } from "./own";
import type { Entries, Records } from "./records";

const MOST_FINDS = 10;
const LONGEST_FIND = 200;
/** A regular expression is let loose on pieces so short that it cannot take long. */
const LONGEST_PIECE = 2_000;
/** Texts that match in one answer; the page asks for the next ones. */
const MOST_MATCHES = 100;

type Row = [run: number, tag: number, step: number, wall: number, place: number[], found: string[]];

interface Item {
  key: [run: number, tag: number];
  columns: Parameters<FrameReader["columns"]>[0];
}

interface Entry {
  tag: string;
  run: string;
  numbers: Item["key"];
  step: number;
  wall: number;
  place: number[];
}

/** Texts that match, from the row that `args.next` names; and from where to go on. */
export async function searchTexts(
  entries: Entries,
  records: Records,
  runs: ReadonlyMap<string, number>,
  args: Message,
) {
  const pattern = patternOf(String(args.query), args.regex === true);
  const all = await textsOf(entries, records, runs, args);
  const [first] = args.next as number[];
  const items: Row[] = [];
  let at = first ?? 0;
  for (; at < all.length && items.length < MOST_MATCHES; at++) {
    const { tag, run, numbers, step, wall, place } = all[at] as Entry;
    const recorded = own(own(entries.values, tag), run);
    const number =
      own(recorded, canonical({ place, all: true })) ?? own(recorded, canonical({ place }));
    if (number === undefined) continue;
    const [, [content]] = await records.read(number);
    const texts = content ? (JSON.parse(new TextDecoder().decode(content)) as string[]) : [];
    const found = findsIn(texts.join("\n"), pattern);
    if (found.length) items.push([...numbers, step, wall, place, found]);
  }
  const looked = at - (first ?? 0);
  return { items, looked, unreadable: 0, next: at < all.length ? [at, 0] : null };
}

/** The texts of the runs and tags that are meant, of each series the newest first. */
async function textsOf(
  { tags }: Entries,
  records: Records,
  runs: ReadonlyMap<string, number>,
  args: Message,
): Promise<Entry[]> {
  const wanted = new Map((args.runs as string[]).map((run) => [runs.get(run), run]));
  const found: Entry[] = [];
  for (const tag of args.tags as string[])
    for (const record of own(tags, tag) ?? []) {
      const [{ items }, buffers] = await records.read(record);
      const reader = new FrameReader(buffers);
      for (const { key, columns } of items as Item[]) {
        const { step = [], wall = [], file = [], offset = [], slot = [] } = reader.columns(columns);
        const run = wanted.get(key[0]);
        for (let row = run === undefined ? 0 : step.length; row-- > 0; ) {
          const place = [file[row], offset[row], slot[row]] as number[];
          const entry = { tag, run: run ?? "", numbers: key, place };
          found.push({ ...entry, step: step[row] as number, wall: wall[row] as number });
        }
      }
    }
  return found;
}

function patternOf(query: string, isRegex: boolean): RegExp {
  const escaped = query.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  const { regex, error } = compileRegex(isRegex ? query : escaped, "gim");
  if (!regex) throw new Error(error);
  return regex;
}

function findsIn(text: string, pattern: RegExp): string[] {
  const found = new Set<string>();
  for (const line of text.split("\n"))
    for (let start = 0; start < line.length; start += LONGEST_PIECE)
      for (const [match] of line.slice(start, start + LONGEST_PIECE).matchAll(pattern)) {
        if (match) found.add(match.slice(0, LONGEST_FIND));
        if (found.size === MOST_FINDS) return [...found];
      }
  return [...found];
}
