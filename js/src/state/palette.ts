// Run colours. Chosen by search so that any two of the ten stay apart (OKLab distance over 0.085)
// for normal, deuteranope and protanope sight, on white and on near-black.
const BASE = [
  "#5f7ceb",
  "#c47d04",
  "#04896a",
  "#d05faf",
  "#3babef",
  "#ac4923",
  "#cda629",
  "#8a48b3",
  "#5aa26b",
  "#fe77a6",
] as const;

/** Dashes that tell lines apart without colour; the first is a plain line. */
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3], [1, 3]];

/** The colour of number `number`: of a run, the same in every view, tab and cell. */
export function colorOf(number: number): string {
  const base = BASE[number % BASE.length] as string;
  const round = Math.floor(number / BASE.length) % 3;
  if (round === 0) return base;
  return mix(base, round === 1 ? 255 : 0, 0.35);
}

export function dashOf(number: number): number[] {
  return [...(DASHES[number % DASHES.length] as readonly number[])];
}

function mix(color: string, target: number, part: number): string {
  const channels = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  const mixed = channels.map((channel) => Math.round(channel + (target - channel) * part));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}
