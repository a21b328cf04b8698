/** Scales map a domain of data to pixels and back; ticks are the few round values an axis names. */

import { formatLogTick, formatTicks } from "./format";

export type Domain = readonly [number, number];

export interface Scale {
  readonly domain: Domain;
  readonly range: Domain;
  /** Data to pixel. */
  pixel(value: number): number;
  /** Pixel to data. */
  invert(pixel: number): number;
}

export interface Tick {
  value: number;
  label: string;
}

export function linearScale(domain: Domain, range: Domain): Scale {
  return transformed(
    domain,
    range,
    (value) => value,
    (value) => value,
  );
}

/** The domain must be positive; a value of zero or less has no place and maps to NaN. */
export function logScale(domain: Domain, range: Domain): Scale {
  return transformed(
    domain,
    range,
    (value) => (value > 0 ? Math.log10(value) : NaN),
    (value) => 10 ** value,
  );
}

/** Linear within `threshold` of zero and logarithmic beyond, for values of both signs. */
export function symlogScale(domain: Domain, range: Domain, threshold = 1): Scale {
  return transformed(
    domain,
    range,
    (value) => Math.sign(value) * Math.log1p(Math.abs(value) / threshold),
    (value) => Math.sign(value) * Math.expm1(Math.abs(value)) * threshold,
  );
}

function transformed(
  domain: Domain,
  range: Domain,
  forward: (value: number) => number,
  backward: (value: number) => number,
): Scale {
  const start = forward(domain[0]);
  const factor = (range[1] - range[0]) / (forward(domain[1]) - start);
  return {
    domain,
    range,
    pixel: (value) => range[0] + (forward(value) - start) * factor,
    invert: (pixel) => backward(start + (pixel - range[0]) / factor),
  };
}

/** Round values of the domain, about `count` of them. `whole` keeps the step an integer. */
export function linearTicks(domain: Domain, count: number, whole = false): Tick[] {
  const span = domain[1] - domain[0];
  if (!(span > 0) || !Number.isFinite(span)) return [];
  const [mantissa, exponent] = niceStep(span / Math.max(1, count), whole);
  const step = scaleByTen(mantissa, exponent);
  const first = Math.ceil(domain[0] / step - 1e-6) + 0; // + 0 makes zero of -0
  const last = Math.floor(domain[1] / step + 1e-6);
  const values: number[] = [];
  // Counting in whole steps keeps 0.3 from becoming 0.30000000000000004.
  for (let i = first; i <= last && values.length < 200; i++)
    values.push(scaleByTen(i * mantissa, exponent));
  return labelled(values, formatTicks(values, step));
}

/** Decades, joined by 2 and 5 when they are few, thinned when they are many. */
export function logTicks(domain: Domain, count: number): Tick[] {
  const [low, high] = domain;
  if (!(low > 0) || !(high > low) || !Number.isFinite(high)) return [];
  const decades = Math.log10(high) - Math.log10(low);
  const stride = Math.max(1, Math.ceil(decades / Math.max(1, count)));
  const multiples = decades * 3 <= count ? [1, 2, 5] : [1];
  const values: number[] = [];
  const end = Math.floor(Math.log10(high) + 1e-9);
  for (let power = Math.floor(Math.log10(low)); power <= end; power++) {
    if (mod(power, stride) !== 0) continue;
    for (const multiple of multiples) {
      const value = scaleByTen(multiple, power);
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) values.push(value);
    }
  }
  // Less than a decade holds too few of these: then the round values of a linear axis serve better.
  if (values.length < 2) return linearTicks(domain, count).filter((tick) => tick.value > 0);
  return labelled(values, values.map(formatLogTick));
}

/** Zero and the decades on both sides that fit. */
export function symlogTicks(domain: Domain, count: number, threshold = 1): Tick[] {
  const half = Math.max(1, Math.floor(count / 2));
  const positive = domain[1] > threshold ? logTicks([threshold, domain[1]], half) : [];
  const negative = domain[0] < -threshold ? logTicks([threshold, -domain[0]], half) : [];
  const values = negative.map((tick) => -tick.value).reverse();
  if (domain[0] <= 0 && domain[1] >= 0) values.push(0);
  values.push(...positive.map((tick) => tick.value));
  const inside = values.filter((value) => value >= domain[0] && value <= domain[1]);
  if (inside.length < 2) return linearTicks(domain, count);
  return labelled(
    inside,
    inside.map((value) => (value < 0 ? `-${formatLogTick(-value)}` : formatLogTick(value))),
  );
}

/** The smallest of 1, 2, 2.5 and 5 times a power of ten that is at least `raw`, as mantissa and exponent. */
function niceStep(raw: number, whole: boolean): [number, number] {
  let exponent = Math.floor(Math.log10(raw));
  if (whole && exponent < 0) return [1, 0];
  const fraction = raw / scaleByTen(1, exponent);
  for (const mantissa of [1, 2, 2.5, 5]) {
    if (whole && mantissa === 2.5 && exponent < 1) continue;
    if (fraction <= mantissa * (1 + 1e-9)) return [mantissa, exponent];
  }
  exponent += 1;
  return [1, exponent];
}

/** Dividing by a power of ten rounds once; multiplying by its inexact inverse would round twice. */
function scaleByTen(value: number, exponent: number): number {
  if (exponent >= 0) return value * 10 ** exponent;
  return exponent >= -300 ? value / 10 ** -exponent : value * 10 ** exponent;
}

function labelled(values: readonly number[], labels: readonly string[]): Tick[] {
  return values.map((value, i) => ({ value, label: labels[i] ?? "" }));
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}
