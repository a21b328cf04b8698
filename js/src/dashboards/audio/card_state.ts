// What a user has set for one card of clips, and where in them the ear is.
import { type Signal, signal } from "@preact/signals";
import { ValueCardState } from "../values/card_state";

export class AudioCardState extends ValueCardState {
  /** Which of several samples of a step. */
  readonly sample: Signal<number> = signal(0);
  /** Seconds from the beginning: one place for all clips of the card, so that they compare. */
  readonly position: Signal<number> = signal(0);
  /** Where that was put last, or has come to rest; an object each time. */
  readonly put: Signal<{ seconds: number }> = signal({ seconds: 0 });

  /** Have all clips of the card go to a place. */
  seek(seconds: number): void {
    this.position.value = seconds;
    this.put.value = { seconds };
  }
}
