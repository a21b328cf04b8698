/** Numbers and times as text: axis labels, tooltip values, steps, durations. */

const UNITS: readonly (readonly [number, string])[] = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

/** Labels for ticks `step` apart: just enough digits that no two of them read the same. */
export function formatTicks(values: readonly number[], step: number): string[] {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  const decimals = decimalsOf(step);
  const exponential = largest >= 1e15 || (largest < 1e-3 && decimals > 4) || decimals > 15;
  return values.map((value) => {
    if (value === 0) return "0";
    if (exponential) return exponentialTick(value, step);
    return plainTick(value, step, decimals);
  });
}

/** Labels for ticks a factor apart: each is round by itself. */
export function formatLogTick(value: number): string {
  return formatTicks([value], value).join();
}

function plainTick(value: number, step: number, decimals: number): string {
  for (const [unit, suffix] of UNITS) {
    // A fine step would need many digits behind the unit ("6.405k"): then the whole number reads better.
    if (Math.abs(value) >= unit && step / unit >= 0.0499) {
      return trimZeros((value / unit).toFixed(decimalsOf(step / unit))) + suffix;
    }
  }
  return withThousands(trimZeros(value.toFixed(decimals)));
}

function exponentialTick(value: number, step: number): string {
  const digits = exponentOf(value) - exponentOf(step) + (isWhole(mantissaOf(step)) ? 0 : 1);
  const [mantissa, exponent] = value.toExponential(clamp(digits, 0, 15)).split("e") as [
    string,
    string,
  ];
  return `${trimZeros(mantissa)}e${exponent.replace("+", "")}`;
}

/** A value for a tooltip: four to six significant digits, so that a column of them lines up. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e7) return withThousands(String(value));
  if (size < 1e-4 || size >= 1e7) return value.toExponential(3).replace("e+", "e");
  if (size >= 1e4) return withThousands(value.toFixed(0));
  return withThousands(value.toPrecision(size >= 1e3 ? 5 : 4));
}

/** A step number with thousands separators. */
export function formatStep(step: number): string {
  if (!Number.isFinite(step)) return formatValue(step);
  if (Math.abs(step) >= 1e18) return trimExponent(step.toExponential(6));
  return Number.isInteger(step)
    ? withThousands(step.toFixed(0))
    : withThousands(String(Number(step.toFixed(3))));
}

/** A duration in one unit: "45 s", "12.7 min", "3.2 h", "2.5 d". */
export function formatRelative(seconds: number): string {
  if (!Number.isFinite(seconds)) return formatValue(seconds);
  const size = Math.abs(seconds);
  // The thresholds round up, so that 59.97 s does not become "60 s".
  if (size < 9.995) return `${trimZeros(seconds.toFixed(size !== 0 && size < 0.1 ? 3 : 2))} s`;
  if (size < 59.5) return `${seconds.toFixed(0)} s`;
  if (size < 59.95 * MINUTE) return `${(seconds / MINUTE).toFixed(1)} min`;
  if (size < 47.95 * HOUR) return `${(seconds / HOUR).toFixed(1)} h`;
  return `${withThousands((seconds / DAY).toFixed(1))} d`;
}

/** A wall time, given in seconds since the epoch, in local time: "2026-11-25 04:03:12". */
export function formatWallTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return "no time";
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day} ${formatClock(date, true)}`;
}

/** "14:05", or "14:05:09" with seconds. */
export function formatClock(date: Date, seconds: boolean): string {
  const clock = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  return seconds ? `${clock}:${pad(date.getSeconds())}` : clock;
}

/** "Nov 25". */
export function formatDay(date: Date): string {
  return `${MONTHS[date.getMonth()]} ${date.getDate()}`;
}

/** "Nov 2026". */
export function formatMonth(date: Date): string {
  return `${MONTHS[date.getMonth()]} ${date.getFullYear()}`;
}

/** Ticks of a duration axis, all in one unit: the largest in which the step is still short to write. */
export function formatRelativeTicks(values: readonly number[], step: number): string[] {
  const largest = values.reduce((size, value) => Math.max(size, Math.abs(value)), 0);
  for (const [unit, name] of [
    [DAY, "d"],
    [HOUR, "h"],
    [MINUTE, "min"],
  ] as const) {
    if (largest < 2 * unit) continue;
    const decimals = decimalsOf(step / unit);
    if (decimals > 2) continue;
    return values.map((value) => label((value / unit).toFixed(decimals), name));
  }
  return formatTicks(values, step).map((text) => label(text, "s"));
}

function label(number: string, unit: string): string {
  const text = withThousands(trimZeros(number));
  return text === "0" ? "0" : `${text} ${unit}`;
}

/** How many decimals write this number exactly; tick steps are round, so the answer is small. */
export function decimalsOf(step: number): number {
  const digits = Math.max(0, -exponentOf(step));
  for (let extra = 0; extra <= 2; extra++) {
    if (isWhole(mantissaOf(step) * 10 ** (extra + Math.min(0, -exponentOf(step)))))
      return digits + extra;
  }
  return digits + 3;
}

function exponentOf(value: number): number {
  return Number(value.toExponential(9).split("e")[1]);
}

function mantissaOf(value: number): number {
  return Number(value.toExponential(9).split("e")[0]);
}

function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-6;
}

function trimZeros(text: string): string {
  const trimmed = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return trimmed === "-0" ? "0" : trimmed;
}

function trimExponent(text: string): string {
  return text.replace(/\.?0+e/, "e").replace("e+", "e");
}

function withThousands(text: string): string {
  const [whole, fraction] = text.split(".") as [string, string | undefined];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** A place on an x axis in words. */
export function formatPlace(
  x: number,
  kind: "step" | "relative" | "wall" | "order" | "value",
): string {
  if (kind === "relative") return formatRelative(x);
  if (kind === "wall") return formatWallTime(x);
  if (kind === "value") return formatValue(x);
  return formatStep(Math.round(x) + (kind === "order" ? 1 : 0));
}
