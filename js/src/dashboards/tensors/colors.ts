// The colours of a heat map: from the background, which is low or zero, to orange for what is above
// and blue for what is below. So both can be told apart in any theme and with any sight.
import { mix, parse, type Rgb } from "../histograms/colors";

const ABOVE = "#d9600f";
const BELOW = "#2f74c9";
const ENDS = { light: ["#6b2300", "#0d2f66"], dark: ["#ffd9b8", "#cfe4ff"] } as const;
const NOT_A_NUMBER: Rgb = [217, 0, 217];
/** Where the plain colour is, on the way from the background to the end. */
const PLAIN = 0.65;
const SHADES = 256;

export interface ColorRange {
  low: number;
  high: number;
}

/** The finite values' range; null if there are none. */
export function rangeOf(values: Iterable<number>): ColorRange | null {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? { low, high } : null;
}

/**
 * Where a value stands: 0 has the colour of the background, 1 the strongest above and -1 below.
 * About zero if there are values on both sides of it, else from the value nearest to zero.
 */
export function shareOf(value: number, { low, high }: ColorRange): number {
  if (Number.isNaN(value)) return Number.NaN;
  let share: number;
  if (low < 0 && high > 0) share = value / Math.max(-low, high);
  else if (low === high) share = Math.sign(low) / 2;
  else share = high > 0 ? (value - low) / (high - low) : (value - high) / (high - low);
  return Math.min(1, Math.max(-1, share));
}

/** Two scales of RGBA pixels, for shares from -1 to 0 and from 0 to 1, after one another. */
export function makeScale(background: string, dark: boolean): Uint8ClampedArray {
  const scale = new Uint8ClampedArray(2 * SHADES * 4);
  const ends = dark ? ENDS.dark : ENDS.light;
  for (const [side, color] of [BELOW, ABOVE].entries())
    for (let i = 0; i < SHADES; i++) {
      const share = i / (SHADES - 1);
      const rgb =
        share < PLAIN
          ? mix(parse(background), parse(color), share / PLAIN)
          : mix(parse(color), parse(ends[1 - side] as string), (share - PLAIN) / (1 - PLAIN));
      const at = side ? SHADES + i : SHADES - 1 - i;
      scale.set([...rgb, 255], at * 4);
    }
  return scale;
}

/** Write the colours of cells into RGBA pixels. */
export function paintCells(
  values: Float64Array,
  range: ColorRange | null,
  scale: Uint8ClampedArray,
  pixels: Uint8ClampedArray,
): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    // Without a finite value there are infinities at most: these have an end each.
    const share = shareOf(value, range ?? { low: -1, high: 1 });
    if (Number.isNaN(share)) {
      pixels.set([...NOT_A_NUMBER, 255], i * 4);
      continue;
    }
    const at =
      share < 0
        ? Math.round((1 + share) * (SHADES - 1))
        : SHADES + Math.round(share * (SHADES - 1));
    for (let k = 0; k < 4; k++) pixels[i * 4 + k] = scale[at * 4 + k] as number;
  }
}
