// Answers to what a page asks for by step: values by where they lie, curves by their step.
import type { Buffers, Message } from "../wire/host";
import { canonical, own } from "./own";
import type { Entries, Packet, Records } from "./records";

const LEFT_OUT = "This is not in the report: it was left out to keep the file small.";
/** With these a page asks for more of what it has: without them it gets what there is. */
const FINER = new Set(["all", "cells"]);

export async function values(
  entries: Entries,
  records: Records,
  args: Message,
): Promise<[unknown, Buffers]> {
  const wishes = args.wishes as Record<string, unknown>[];
  return joined(await Promise.all(wishes.map((wish) => recordedValue(entries, records, wish))));
}

async function recordedValue(
  { values }: Entries,
  records: Records,
  { run, tag, ...wish }: Record<string, unknown>,
): Promise<Packet> {
  const recorded = own(own(values, String(tag)), String(run));
  const number = own(recorded, canonical(wish));
  if (number !== undefined) return records.read(number);
  const coarser = Object.fromEntries(Object.entries(wish).filter(([name]) => !FINER.has(name)));
  const coarse = own(recorded, canonical(coarser));
  if (coarse === undefined) return [{ place: wish.place, error: LEFT_OUT }, []];
  const [item, buffers] = await records.read(coarse);
  return [{ ...item, note: [item.note, LEFT_OUT].filter(Boolean).join(" ") }, buffers];
}

export async function curves(
  { values }: Entries,
  records: Records,
  args: Message,
): Promise<[unknown, Buffers]> {
  const [tag = ""] = args.tags as string[];
  const found = (args.runs as string[]).flatMap((run) => {
    const recorded = Object.entries(own(own(values, tag), run) ?? {});
    const early = recorded.filter(([step]) => Number(step) <= Number(args.step));
    const [last] = early.sort(([a], [b]) => Number(b) - Number(a));
    return last ? [records.read(last[1])] : [];
  });
  return joined(await Promise.all(found));
}

function joined(packets: readonly Packet[]): [unknown, Buffers] {
  return [packets.map(([item]) => item), packets.flatMap(([, buffers]) => buffers)];
}
