// Long names in little room: what all names have in common goes first, the tail never.

const ELLIPSIS = "…";

/** The leading path segments that all `names` share, with their slash. */
export function commonHead(names: readonly string[]): string {
  const [first = "", ...others] = names;
  if (!others.length) return "";
  let end = first.lastIndexOf("/") + 1;
  for (const name of others) {
    while (end > 0 && !name.startsWith(first.slice(0, end))) {
      end = first.lastIndexOf("/", end - 2) + 1;
    }
  }
  return first.slice(0, end);
}

/** The trailing path segments that all `names` share, with their slash; never a whole name. */
export function commonTail(names: readonly string[]): string {
  const [first = "", ...others] = names;
  if (!others.length) return "";
  let start = first.indexOf("/", 1);
  while (start >= 0 && !others.every((name) => isTail(first.slice(start), name)))
    start = first.indexOf("/", start + 1);
  return start < 0 ? "" : first.slice(start);
}

function isTail(tail: string, name: string): boolean {
  return name.length > tail.length && name.endsWith(tail);
}

/**
 * `name` in at most `room` pixels. First the head that all names share gives way, then the middle;
 * the last characters, which tell names apart, stay.
 */
export function shorten(
  name: string,
  room: number,
  head: string,
  widthOf: (text: string) => number,
): string {
  if (widthOf(name) <= room) return name;
  const own = name.startsWith(head) ? name.slice(head.length) : name;
  const short = head && own !== name ? `${ELLIPSIS}/${own}` : name;
  if (widthOf(short) <= room) return short;
  for (let kept = own.length - 1; kept > 3; kept--) {
    const left = Math.floor(kept * 0.3);
    const cut = own.slice(0, left) + ELLIPSIS + own.slice(own.length - (kept - left));
    if (widthOf(cut) <= room) return cut;
  }
  return ELLIPSIS + own.slice(-3);
}

let context: CanvasRenderingContext2D | null = null;

/** How wide `text` is in `font`, in pixels. */
export function textWidth(text: string, font: string): number {
  context ??= document.createElement("canvas").getContext("2d");
  if (!context) return text.length * 7;
  context.font = font;
  return context.measureText(text).width;
}
