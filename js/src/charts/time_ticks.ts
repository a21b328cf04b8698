/** Ticks for time axes: wall time in local calendar units, and durations since the start of a run. */

import { formatClock, formatDay, formatLogTick, formatMonth, formatRelativeTicks } from "./format";
import { type Domain, linearTicks, type Tick } from "./scales";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;
const CLOCK_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800];
const HOUR_STEPS = [1, 2, 3, 6, 12];
const DAY_STEPS = [1, 2, 7, 14];
const MONTH_STEPS = [1, 2, 3, 6, 12];
const MOST_TICKS = 200;
/** Calendar steps lie far apart: a few ticks too many are better than half of what has room. */
const CLOSE_ENOUGH = 0.85;

/** Ticks of a duration axis, in seconds, at round seconds, minutes, hours or days. */
export function relativeTicks(domain: Domain, count: number): Tick[] {
  const raw = (CLOSE_ENOUGH * (domain[1] - domain[0])) / Math.max(1, count);
  if (!(raw > 0) || !Number.isFinite(raw)) return [];
  const clock = [...CLOCK_STEPS, ...HOUR_STEPS.map((hours) => hours * HOUR), DAY];
  const step = clock.find((candidate) => candidate >= raw);
  if (raw <= 1 || step === undefined) {
    const unit = raw <= 1 ? 1 : DAY;
    const scaled: Domain = [domain[0] / unit, domain[1] / unit];
    const values = linearTicks(scaled, count).map((tick) => tick.value * unit);
    return labelled(values, formatRelativeTicks(values, spacing(values, raw)));
  }
  const values: number[] = [];
  for (let i = Math.ceil(domain[0] / step - 1e-6); i * step <= domain[1] + step * 1e-6; i++)
    values.push(i * step);
  return labelled(values, formatRelativeTicks(values, step));
}

/** Ticks of a logarithmic duration axis: one and ten of each unit, thinned when they are many. */
export function logRelativeTicks(domain: Domain, count: number): Tick[] {
  const values: number[] = [];
  for (let power = -9; power < 0; power++) values.push(1 / 10 ** -power);
  for (const unit of [1, MINUTE, HOUR, DAY]) values.push(unit, 10 * unit);
  for (let power = 2; power < 9; power++) values.push(DAY * 10 ** power);
  const inside = values.filter((value) => value >= domain[0] && value <= domain[1]);
  if (inside.length < 2) return relativeTicks(domain, count);
  const stride = Math.ceil(inside.length / Math.max(1, count));
  const kept = inside.filter((_, i) => i % stride === 0);
  return labelled(kept, kept.map(logTimeLabel));
}

function logTimeLabel(seconds: number): string {
  const [unit, name] =
    seconds >= DAY
      ? [DAY, "d"]
      : seconds >= HOUR
        ? [HOUR, "h"]
        : seconds >= MINUTE
          ? [MINUTE, "min"]
          : [1, "s"];
  return `${formatLogTick(seconds / unit)} ${name}`;
}

/** Ticks of a wall-time axis, in seconds since the epoch, where local clocks and calendars are round. */
export function timeTicks(domain: Domain, count: number): Tick[] {
  const raw = (CLOSE_ENOUGH * (domain[1] - domain[0])) / Math.max(1, count);
  if (!(raw > 0) || !isDate(domain[0]) || !isDate(domain[1])) return [];
  if (raw <= 0.5) return fractionTicks(domain, count);
  const clock = CLOCK_STEPS.find((step) => step >= raw);
  if (clock !== undefined) return clockTicks(domain, clock);
  const hours = HOUR_STEPS.find((step) => step * HOUR >= raw);
  if (hours !== undefined) return calendarTicks(domain, "hour", hours);
  const days = DAY_STEPS.find((step) => step * DAY >= raw);
  if (days !== undefined) return calendarTicks(domain, "day", days);
  const months = MONTH_STEPS.find((step) => step * 30 * DAY >= raw);
  return calendarTicks(domain, "month", months ?? 12 * niceYears(raw / (365 * DAY)));
}

function fractionTicks(domain: Domain, count: number): Tick[] {
  // Ticks are found within the minute: the fraction of a second is what the label has to tell.
  const minute = Math.floor(domain[0] / MINUTE) * MINUTE;
  return linearTicks([domain[0] - minute, domain[1] - minute], count).map((tick) => {
    const fraction = tick.label.split(".")[1];
    const clock = formatClock(new Date((minute + Math.floor(tick.value + 1e-9)) * 1000), true);
    return {
      value: minute + tick.value,
      label: fraction === undefined ? clock : `${clock}.${fraction}`,
    };
  });
}

function clockTicks(domain: Domain, step: number): Tick[] {
  const shift = new Date(domain[0] * 1000).getTimezoneOffset() * MINUTE;
  const ticks: Tick[] = [];
  for (let i = Math.ceil((domain[0] - shift) / step - 1e-6); ticks.length < MOST_TICKS; i++) {
    const value = i * step + shift;
    if (value > domain[1]) break;
    ticks.push({ value, label: clockLabel(new Date(value * 1000), step < MINUTE) });
  }
  return ticks;
}

/** Walks local calendar time, so that days of 23 and 25 hours and months of any length come out right. */
function calendarTicks(domain: Domain, unit: "hour" | "day" | "month", step: number): Tick[] {
  const start = new Date(domain[0] * 1000);
  const [year, month, day] = [start.getFullYear(), start.getMonth(), start.getDate()];
  const dayNumber = Math.round(Date.UTC(year, month, day) / (DAY * 1000));
  const monthNumber = year * 12 + month;
  const ticks: Tick[] = [];
  for (let i = 0; i < MOST_TICKS; i++) {
    let date: Date;
    if (unit === "hour") date = new Date(year, month, day, i * step);
    else if (unit === "day") date = new Date(year, month, day - (dayNumber % step) + i * step);
    else date = new Date(0, monthNumber - (monthNumber % step) + i * step - 1900 * 12);
    const value = date.getTime() / 1000;
    if (value > domain[1]) break;
    if (value < domain[0]) continue;
    ticks.push({ value, label: calendarLabel(date, unit, step) });
  }
  return ticks;
}

function calendarLabel(date: Date, unit: "hour" | "day" | "month", step: number): string {
  if (unit === "hour") return clockLabel(date, false);
  if (unit === "day") return formatDay(date);
  return step >= 12 ? String(date.getFullYear()) : formatMonth(date);
}

/** Midnight names its day, so that a clock axis says where the date changes. */
function clockLabel(date: Date, seconds: boolean): string {
  const midnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
  return midnight ? formatDay(date) : formatClock(date, seconds);
}

function niceYears(years: number): number {
  const power = 10 ** Math.floor(Math.log10(years));
  return (
    [1, 2, 5, 10].map((factor) => factor * power).find((nice) => nice >= years && nice >= 1) ?? 1
  );
}

function spacing(values: readonly number[], otherwise: number): number {
  return values.length > 1 ? (values[1] as number) - (values[0] as number) : otherwise;
}

function isDate(seconds: number): boolean {
  return Math.abs(seconds) < 8.6e12;
}

function labelled(values: readonly number[], labels: readonly string[]): Tick[] {
  return values.map((value, i) => ({ value, label: labels[i] ?? "" }));
}
