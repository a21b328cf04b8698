/** The course of one line on the canvas: in pixels, and without the points that nobody would miss. */

import type { Frame } from "./axes";
import type { PathSink } from "./decimate";
import type { Painter } from "./painter";

/** A point this near to the straight line between its neighbours, in pixels, is left out. */
const TOLERANCE = 0.15;
/** Beyond this distance the canvas loses precision; lines that far out are vertical anyway. */
export const FAR = 1e5;
/** A long path takes a browser much longer to stroke than the same path in pieces. */
const PIECE = 64;

/**
 * Collects what `tracePath` keeps. Of points that run straight on, within `TOLERANCE`, only the last is held: a smooth
 * line of a thousand points is some fifty straight ones.
 */
export class Path implements PathSink {
  /** x and y by turns. */
  readonly places: number[] = [];
  /** Where in `places` a stretch begins. */
  readonly starts: number[] = [];
  /** x and y of points without neighbours. */
  readonly dots: number[] = [];
  /** The pixels that the path is long, within the plot. */
  length = 0;
  // Every slope between these two passes all the points left out since the last one that is certain.
  private lowest = 0;
  private highest = 0;
  private open = false;

  constructor(
    private readonly frame: Frame,
    private readonly x: Float64Array,
    private readonly y: Float64Array,
  ) {}

  get points(): number {
    return this.places.length / 2;
  }

  move(index: number): void {
    this.starts.push(this.places.length);
    this.places.push(this.pixelX(index), this.pixelY(index));
    this.open = false;
  }

  line(index: number): void {
    const { places } = this;
    const x = this.pixelX(index);
    const y = this.pixelY(index);
    const end = places.length;
    const [lastX, lastY] = [places[end - 2] as number, places[end - 1] as number];
    const { left, right, top, bottom } = this.frame;
    this.length += overlap(x, lastX, left, right) + overlap(y, lastY, top, bottom);
    // The last point is not certain yet: it gives way if the line from the one before it leads here as well.
    const from = this.open ? end - 4 : end - 2;
    const across = x - (places[from] as number);
    const up = y - (places[from + 1] as number);
    if (this.open && x > lastX && up >= this.lowest * across && up <= this.highest * across) {
      places[end - 2] = x;
      places[end - 1] = y;
      this.narrow(across, up);
      return;
    }
    places.push(x, y);
    this.open = x > lastX;
    this.lowest = Number.NEGATIVE_INFINITY;
    this.highest = Number.POSITIVE_INFINITY;
    if (this.open) this.narrow(x - lastX, y - lastY);
  }

  dot(index: number): void {
    this.dots.push(this.pixelX(index), this.pixelY(index));
  }

  private narrow(across: number, up: number): void {
    this.lowest = Math.max(this.lowest, (up - TOLERANCE) / across);
    this.highest = Math.min(this.highest, (up + TOLERANCE) / across);
  }

  private pixelX(index: number): number {
    return near(this.frame.x.pixel(this.x[index] as number));
  }

  private pixelY(index: number): number {
    return near(this.frame.y.pixel(this.y[index] as number));
  }
}

/** Strokes a path with the pen that `context` holds; `inPieces` only where overlapping ends cannot be seen. */
export function strokePath(context: Painter, path: Path, inPieces: boolean): void {
  const { places, starts } = path;
  let next = 0;
  let drawn = 0;
  context.beginPath();
  for (let i = 0; i < places.length; i += 2) {
    const x = places[i] as number;
    const y = places[i + 1] as number;
    if (i === starts[next]) {
      context.moveTo(x, y);
      next++;
      continue;
    }
    context.lineTo(x, y);
    if (!inPieces || ++drawn % PIECE !== 0) continue;
    context.stroke();
    context.beginPath();
    context.moveTo(x, y);
  }
  context.stroke();
}

export function near(pixel: number): number {
  return Math.max(-FAR, Math.min(FAR, pixel));
}

/** How much of the way between two places lies between two limits. */
function overlap(a: number, b: number, low: number, high: number): number {
  return Math.max(0, Math.min(high, Math.max(a, b)) - Math.max(low, Math.min(a, b)));
}
