// What a user has set for one chart alone.
import { type Signal, signal } from "@preact/signals";
import type { YScale } from "../../state/session";
import { CardState } from "../cards/card_frame";

export class CardOptions extends CardState {
  /** Null: as the toolbar says. So are the others. */
  readonly smoothing: Signal<number | null> = signal(null);
  readonly yScale: Signal<YScale | null> = signal(null);
  readonly table: Signal<boolean | null> = signal(null);
  /** Tags that are drawn into the same chart, and whether on an axis of their own. */
  readonly others: Signal<readonly string[]> = signal([]);
  readonly rightAxis = signal(false);
  readonly best: Signal<"min" | "max" | null> = signal(null);
}
