// What a user has set for one card of values alone.
import { type Signal, signal } from "@preact/signals";
import { CardState } from "../cards/card_frame";

export class ValueCardState extends CardState {
  /** The step that the card's own slider is at; null for the newest. */
  readonly step: Signal<number | null> = signal(null);
}
