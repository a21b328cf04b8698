// Long lists come into the page by and by: all at once would hold it up.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const FRAME_MS = 16;

/** How many of `all` are in the page: none until it has been drawn, then `more` with each frame, or all at once. */
export function useGrowing(all: number, more: number, atOnce = false): Signal<number> {
  const count = useSignal(0);
  if (atOnce || document.hidden) count.value = Number.POSITIVE_INFINITY;
  useEffect(() => {
    const grow = () => {
      if (count.peek() < all) count.value += more;
      else clearInterval(timer);
    };
    const timer = setInterval(grow, FRAME_MS);
    grow();
    return () => clearInterval(timer);
  }, [all, more, count]);
  return count;
}
