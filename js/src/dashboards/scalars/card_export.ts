// Points of a chart as text, and files out of the page.
import type { RunLine } from "./lines";

const COLUMNS = ["run", "tag", "step", "wall_time", "value", "smoothed"] as const;
const LIMITS = ["lower", "upper"] as const;
/** A spreadsheet takes a cell that begins so for a formula, and runs it. */
const FORMULA = /^[=+\-@\t\r]/;

/** The points that the page holds of a chart, one a line; with their limits, if it has bands. */
export function csvOf(lines: readonly RunLine[]): string {
  const banded = lines.some(({ band }) => band);
  const rows = [[...COLUMNS, ...(banded ? LIMITS : [])].join(",")];
  for (const line of lines.filter(isCurrent)) {
    const names = [cell(line.run.name), cell(line.tag)];
    line.raw.forEach((value, i) => {
      const numbers = [line.step[i], line.wall[i], value, line.smoothed?.[i] ?? value];
      if (banded) numbers.push(line.band?.low[i], line.band?.high[i]);
      rows.push([...names, ...numbers].join(","));
    });
  }
  return `${rows.join("\n")}\n`;
}

/** The same as JSON; what is not finite becomes a string, which JSON can hold. */
export function jsonOf(lines: readonly RunLine[]): string {
  const plain = (values: Float64Array) =>
    Array.from(values, (value) => (Number.isFinite(value) ? value : String(value)));
  const runs = lines.filter(isCurrent).map((line) => ({
    run: line.run.name,
    tag: line.tag,
    step: plain(line.step),
    wall_time: plain(line.wall),
    value: plain(line.raw),
    smoothed: plain(line.smoothed ?? line.raw),
    ...(line.band && { lower: plain(line.band.low), upper: plain(line.band.high) }),
  }));
  return JSON.stringify(runs);
}

function isCurrent({ superseded }: RunLine): boolean {
  return !superseded;
}

/** A text as a cell of such a file. */
export function cell(text: string): string {
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

export function saveFile(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // no permission, or no secure context
  }
}
