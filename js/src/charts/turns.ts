/** Charts take turns at drawing: many that change at once are spread over frames, so that none of them is long. */

/** Points that may reach the canvases within one frame, and the time after which no other chart begins. */
const POINTS_PER_FRAME = 10_000;
const MOST_MS = 6;

/** Draws, and tells how many points that took; `UNFINISHED` if it is to go on in the next frame, before all others. */
export type Draw = () => number;
export const UNFINISHED = Number.POSITIVE_INFINITY;

let waiting = new Set<Draw>();
let frame = 0;

/** Call `draw` in one of the next animation frames; once, however often it is asked for. */
export function drawSoon(draw: Draw): void {
  waiting.add(draw);
  if (frame === 0) frame = requestAnimationFrame(takeTurns);
}

export function drawNoMore(draw: Draw): void {
  waiting.delete(draw);
}

function takeTurns(): void {
  frame = 0;
  const end = performance.now() + MOST_MS;
  let points = 0;
  for (const draw of waiting) {
    if (points >= POINTS_PER_FRAME || performance.now() > end) break;
    waiting.delete(draw);
    const drawn = draw();
    if (drawn === UNFINISHED) waiting = new Set([draw, ...waiting]);
    points += drawn;
  }
  if (waiting.size > 0 && frame === 0) frame = requestAnimationFrame(takeTurns);
}
