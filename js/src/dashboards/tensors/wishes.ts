// What a card asks for beyond the small picture that comes unasked.
import type { Options } from "../values/model";
import type { Tensor, TensorCardState } from "./model";

/** Cells each way of a slice in a card of normal size, and in a larger one or a table. */
export const SOME_CELLS = 128;
export const MOST_CELLS = 256;

/** The options of the slice that is wanted; null if `small`, which came without any, is it. */
export function detailOf(
  state: Pick<TensorCardState, "index" | "how" | "first">,
  small: Tensor | undefined,
  cells: number,
): Options | null {
  const slice = small?.slice;
  if (!slice) return null;
  const leading = Math.max(0, small.shape.length - 2);
  const index = state.index.value.slice(0, leading);
  const elsewhere = index.some(Boolean);
  const first = state.first.value;
  if (slice.texts) {
    if (!elsewhere && !first.some(Boolean)) return null;
    return { index, first };
  }
  const large = slice.how !== "";
  if (!elsewhere && !large) return null;
  const how = state.how.value;
  const part = large && (how === "part" ? { how, first } : how === "mean" ? {} : { how });
  return { cells, ...(elsewhere && { index }), ...part };
}
