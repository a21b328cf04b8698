/** A chart being painted: one of many points behind the one in sight, over several frames, until it is whole. */

import type { Frame } from "./axes";
import type { Layer } from "./layer";
import type { Effort } from "./paint";
import { type Drawing, paintInParts, type Rendered } from "./render";

/** With no more points than this a chart is painted in one go. */
const FEW_POINTS = 10_000;
/** What is done within one frame; the effort is the browser's, which strokes when the script has ended. */
const MOST_MS = 5;
const MOST_EFFORT: Effort = 20_000;

export class Painting {
  private readonly layer: Layer;
  private readonly parts: Generator<Effort, Rendered>;

  /** `previous` is the frame drawn before, if its margins are to be kept. */
  constructor(
    private readonly shown: Layer,
    drawing: Drawing,
    previous: Frame | null,
  ) {
    this.layer = isLarge(drawing, shown) ? shown.twin() : shown;
    this.layer.clear();
    const thinnest = 1 / shown.ratio;
    this.parts = paintInParts(this.layer.context, shown, drawing, previous, thinnest);
  }

  /** Paint for one frame, or, if it is `urgent`, to the end; returns what is in sight once that is all. */
  advance(urgent = false): Rendered | null {
    const whole = urgent || this.layer === this.shown;
    const end = performance.now() + MOST_MS;
    let effort = 0;
    while (whole || (effort < MOST_EFFORT && performance.now() < end)) {
      const part = this.parts.next();
      if (part.done) {
        if (this.layer !== this.shown) this.shown.copy(this.layer);
        return part.value;
      }
      effort += part.value;
    }
    return null;
  }
}

function isLarge({ lines }: Drawing, { width }: Layer): boolean {
  const points = lines.reduce(
    (sum, { x, smoothed }) => sum + Math.min(x.length, 2 * width) * (smoothed ? 2 : 1),
    0,
  );
  return points > FEW_POINTS;
}
