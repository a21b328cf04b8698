// The cells of a slice in words: where each is, and what it holds.
import { formatStep, formatValue } from "../../charts/format";
import { cell as csvCell } from "../scalars/card_export";
import type { Slice, Tensor } from "./model";

/** "(3, 4)"; "()" for a single number. */
export function shapeText(shape: readonly number[]): string {
  return `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
}

/** The rows or columns, as `axis` says, that a cell stands for: "12", or "12–15" of a block. */
export function placeText(slice: Slice, axis: 0 | 1, at: number): string {
  const from = slice.first[axis] + at * slice.block[axis];
  const to = Math.min(from + slice.block[axis], slice.size[axis]) - 1;
  return to > from ? `${from}–${to}` : String(from);
}

export function cellText(slice: Slice, row: number, column: number): string {
  if (slice.texts) return slice.texts[row]?.[column] ?? "";
  const at = row * slice.cells[1] + column;
  if (!slice.parts) return formatValue(slice.values[at] ?? Number.NaN);
  const [real = Number.NaN, imaginary = Number.NaN] = [
    slice.parts.real[at],
    slice.parts.imaginary[at],
  ];
  const sign = imaginary < 0 || Object.is(imaginary, -0) ? "−" : "+";
  return `${formatValue(real)} ${sign} ${formatValue(Math.abs(imaginary))}i`;
}

/** A cell as Python would index it, and its value. */
export function readout(tensor: Tensor, row: number, column: number): string {
  const { slice, shape } = tensor;
  if (!slice) return "";
  const places = [...slice.index, placeText(slice, 0, row), placeText(slice, 1, column)];
  const shown = shape.length < 2 ? places.slice(places.length - shape.length) : places;
  const how = slice.how ? `${slice.how} ` : "";
  return `[${shown.join(", ")}] ${how}${cellText(slice, row, column)}`;
}

/** What of the slice is shown, where that is not all of it; empty if it is. */
export function partText({ size, cells, block, how, rounded }: Slice): string {
  const whole = `${formatStep(size[0])} × ${formatStep(size[1])}`;
  const notes = [];
  if (how) notes.push(`${how} of each ${block[0]} × ${block[1]} of ${whole}`);
  else if (cells[0] * cells[1] < size[0] * size[1])
    notes.push(`${cells[0]} × ${cells[1]} of ${whole}`);
  if (rounded) notes.push("integers above 2^53 are rounded");
  return notes.join(", ");
}

/** The cells that are here as a file: the first column and the first row say where they are. */
export function csvOf(slice: Slice): string {
  const range = (count: number) => Array.from({ length: count }, (_, i) => i);
  const [rows, columns] = slice.cells;
  const value = (row: number, column: number) =>
    slice.texts || slice.parts
      ? csvCell(cellText(slice, row, column))
      : String(slice.values[row * columns + column]);
  const lines = range(rows).map((row) =>
    [placeText(slice, 0, row), ...range(columns).map((column) => value(row, column))].join(),
  );
  const heading = ["", ...range(columns).map((column) => placeText(slice, 1, column))].join();
  return `${[heading, ...lines].join("\n")}\n`;
}
