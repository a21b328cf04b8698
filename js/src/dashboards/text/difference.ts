// How two texts differ: the longest common subsequence of their words or lines.

export type Unit = "words" | "lines";

export interface Piece {
  kind: "same" | "removed" | "added";
  text: string;
}

/** Cells of the table of common subsequences at most: about 40 ms. */
const MOST_CELLS = 4_000_000;
/** Unchanged lines around a change that are shown. */
const AROUND = 3;

/** The pieces of both texts in order; null if they are too long to be compared. */
export function difference(before: string, after: string, unit: Unit): Piece[] | null {
  const [a, b] = [partsOf(before, unit), partsOf(after, unit)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  const most = Math.min(a.length, b.length) - head;
  while (tail < most && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const [inA, inB] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  if ((inA.length + 1) * (inB.length + 1) > MOST_CELLS) return null;
  const pieces: Piece[] = [];
  add(pieces, "same", a.slice(0, head));
  for (const [kind, part] of steps(inA, inB)) add(pieces, kind, [part]);
  add(pieces, "same", a.slice(a.length - tail));
  return pieces;
}

/** The same lines that stand far from any change, taken out; null in their place, with how many. */
export function folded(pieces: readonly Piece[]): (Piece | number)[] {
  return pieces.flatMap((piece, at): (Piece | number)[] => {
    const lines = partsOf(piece.text, "lines");
    const [first, last] = [at === 0, at === pieces.length - 1];
    const [head, tail] = [first ? 0 : AROUND, last ? 0 : AROUND];
    if (piece.kind !== "same" || lines.length <= head + tail + 1) return [piece];
    const part = (text: string[]): Piece[] =>
      text.length ? [{ kind: "same", text: text.join("") }] : [];
    const hidden = lines.length - head - tail;
    return [...part(lines.slice(0, head)), hidden, ...part(lines.slice(head + hidden))];
  });
}

/** How many words or lines are of a kind; what is only space does not count. */
export function count(pieces: readonly Piece[], kind: Piece["kind"], unit: Unit): number {
  const parts = pieces.flatMap((one) => (one.kind === kind ? partsOf(one.text, unit) : []));
  return unit === "lines" ? parts.length : parts.filter((part) => part.trim()).length;
}

/** Words, spaces and single signs; or lines with their ends. */
function partsOf(text: string, unit: Unit): string[] {
  const pattern = unit === "lines" ? /[^\n]*\n|[^\n]+/g : /\s+|[\p{L}\p{N}_]+|./gsu;
  return text.match(pattern) ?? [];
}

function add(pieces: Piece[], kind: Piece["kind"], parts: readonly string[]): void {
  if (!parts.length) return;
  const last = pieces[pieces.length - 1];
  if (last?.kind === kind) last.text += parts.join("");
  else pieces.push({ kind, text: parts.join("") });
}

function* steps(a: readonly string[], b: readonly string[]): Generator<[Piece["kind"], string]> {
  const width = b.length + 1;
  // lengths[i * width + j]: of the longest common subsequence of what follows i and j.
  const lengths = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] as number;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      yield ["same", a[i++] as string];
      j++;
    } else if (i < a.length && (j === b.length || at(i + 1, j) >= at(i, j + 1)))
      yield ["removed", a[i++] as string];
    else yield ["added", b[j++] as string];
  }
}
