// Colours of histograms: shades of a run's colour by age, and a scale for heat maps.

export type Rgb = readonly [number, number, number];

/** From what stands behind to the run's own colour: `age` is 1 for the oldest and 0 for the newest. */
export function shade(color: string, background: string, age: number): string {
  return css(mix(parse(color), parse(background), 0.55 * age));
}

/**
 * The colours of a heat map for shares 0 to 1 of the highest, as bytes of 256 RGBA pixels: from the
 * background through the run's colour to the foreground, so that more stands out in any theme.
 */
export function heatScale(
  color: string,
  background: string,
  foreground: string,
): Uint8ClampedArray {
  const [low, middle, high] = [parse(background), parse(color), parse(foreground)];
  const scale = new Uint8ClampedArray(256 * 4);
  for (let i = 0; i < 256; i++) {
    const share = i / 255;
    // A little is told from nothing at once.
    const rgb =
      share < 0.6
        ? mix(low, middle, i === 0 ? 0 : 0.1 + (0.9 * share) / 0.6)
        : mix(middle, high, ((share - 0.6) / 0.4) * 0.75);
    scale.set([...rgb, 255], i * 4);
  }
  return scale;
}

export function parse(color: string): Rgb {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(color);
  if (hex) return hex.slice(1, 4).map((digits) => Number.parseInt(digits, 16)) as unknown as Rgb;
  const [r = 128, g = 128, b = 128] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return [r, g, b];
}

export function mix(one: Rgb, other: Rgb, share: number): Rgb {
  const at = (i: 0 | 1 | 2) => one[i] + (other[i] - one[i]) * share;
  return [at(0), at(1), at(2)];
}

function css(rgb: Rgb): string {
  return `rgb(${rgb.map(Math.round).join(", ")})`;
}
