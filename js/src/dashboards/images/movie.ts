// A card that plays: its steps one after the other, each once its images are here.
import { type ReadonlySignal, useSignalEffect } from "@preact/signals";

/** After so long a step is shown though its images are not here yet, and they follow. */
const PATIENCE_MS = 1_500;

export interface Film {
  playing: { value: boolean };
  seen: ReadonlySignal<boolean>;
  /** Steps a second. */
  rate: { readonly value: number };
  steps: ReadonlySignal<Float64Array>;
  /** The row shown. */
  row: ReadonlySignal<number>;
  /** Whether the images of a row are here. */
  ready: (row: number) => boolean;
  go: (row: number) => void;
}

export function usePlay({ playing, seen, rate, steps, row, ready, go }: Film): void {
  useSignalEffect(() => {
    if (!playing.value) return;
    if (!seen.value) {
      playing.value = false;
      return;
    }
    const pause = 1000 / rate.value;
    let due = performance.now() + pause;
    let frame = 0;
    const tick = (now: number) => {
      frame = requestAnimationFrame(tick);
      const next = (row.peek() + 1) % Math.max(1, steps.peek().length);
      if (now < due || (now < due + PATIENCE_MS && !ready(next))) return;
      due = Math.max(due + pause, now);
      go(next);
    };
    frame = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(frame);
  });
}

/** Rows that may be shown next, from the nearest: both ways, or ahead and around if it plays. */
export function rowsAhead(row: number, count: number, playing: boolean): number[] {
  if (playing)
    return Array.from({ length: Math.min(8, count - 1) }, (_, i) => (row + 1 + i) % count);
  return [1, -1, 2, -2, 3].map((ahead) => row + ahead).filter((one) => one >= 0 && one < count);
}
