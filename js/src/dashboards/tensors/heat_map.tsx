// A slice as a heat map, a pixel a cell, made larger by the browser.
import type { Signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { View } from "../../board/view";
import { formatValue } from "../../charts/format";
import { type ColorRange, makeScale, paintCells } from "./colors";
import type { Pair, Slice } from "./model";

/** A slice longer than this many times its width fills its place, lest its cells are hairlines. */
const LONGEST = 5;
/** With so few rows it takes little room. */
const FLAT = 2;
/** Pixels that a cell has at most. */
const LARGEST = 48;
const BAR_PIXELS = 128;

export interface HeatMapProps {
  view: View;
  slice: Slice;
  range: ColorRange | null;
  label: string;
  /** The cell under the pointer, or that the keys are at. */
  pointed: Signal<Pair | null>;
  /** Called with a cell that stands for a block. */
  onPick: (cell: Pair) => void;
}

export function HeatMap({ view, slice, range, label, pointed, onPick }: HeatMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { background, dark } = view.theme.value;
  const scale = useMemo(() => makeScale(background, dark), [background, dark]);
  const [rows, columns] = slice.cells;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(columns, rows);
    paintCells(slice.values, range, scale, image.data);
    context.putImageData(image, 0, 0);
  }, [slice, range?.low, range?.high, scale, rows, columns]);
  const long = Math.max(rows / columns, columns / rows) > LONGEST;
  return (
    <canvas
      ref={canvas}
      class={`heat${long ? " long" : ""}${rows <= FLAT ? " flat" : ""}${slice.how ? " blocks" : ""}`}
      width={columns}
      height={rows}
      style={{ maxWidth: `${columns * LARGEST}px`, maxHeight: `${rows * LARGEST}px` }}
      role="img"
      aria-label={label}
      tabIndex={0}
      onPointerMove={(event) => {
        pointed.value = cellAt(event, slice.cells, long);
      }}
      onPointerLeave={() => {
        pointed.value = null;
      }}
      onBlur={() => {
        pointed.value = null;
      }}
      onClick={(event) => {
        // A click is told in whole pixels, which is not where the pointer is.
        const cell = pointed.peek() ?? cellAt(event, slice.cells, long);
        if (cell && slice.how) onPick(cell);
      }}
      onKeyDown={(event) => {
        const at = pointed.peek();
        const by = MOVES[event.key];
        if (by) pointed.value = moved(at, by, slice.cells);
        else if (event.key === "Enter" && at && slice.how) onPick(at);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}

/** What the colours mean: the lowest and the highest value, and NaN if there is any. */
export function Legend(props: { view: View; slice: Slice; range: ColorRange | null }) {
  const { view, slice, range } = props;
  const bar = useRef<HTMLCanvasElement>(null);
  const { background, dark } = view.theme.value;
  useEffect(() => {
    const context = bar.current?.getContext("2d");
    if (!context || !range) return;
    const { low, high } = range;
    const values = Float64Array.from({ length: BAR_PIXELS }, (_, i) => {
      const share = i / (BAR_PIXELS - 1);
      return low * (1 - share) + high * share; // no difference, which could overflow
    });
    const image = context.createImageData(BAR_PIXELS, 1);
    paintCells(values, range, makeScale(background, dark), image.data);
    context.putImageData(image, 0, 0);
  }, [range?.low, range?.high, background, dark]);
  const missing = slice.values.some(Number.isNaN);
  return (
    <span class="heat-legend">
      {range ? (
        <>
          {formatValue(range.low)}
          <canvas ref={bar} width={BAR_PIXELS} height={1} />
          {formatValue(range.high)}
        </>
      ) : (
        "no finite value"
      )}
      {missing && <i class="nan">NaN</i>}
    </span>
  );
}

const MOVES: Record<string, Pair> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

function moved(at: Pair | null, by: Pair, cells: Pair): Pair {
  if (!at) return [0, 0];
  const place = (i: 0 | 1) => Math.min(Math.max(at[i] + by[i], 0), cells[i] - 1);
  return [place(0), place(1)];
}

/** The cell at the pointer: the picture lies in the upper left of its element. */
function cellAt(event: MouseEvent, [rows, columns]: Pair, filled: boolean): Pair | null {
  const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
  let [width, height] = [box.width / columns, box.height / rows];
  if (!filled) width = height = Math.min(width, height);
  const row = Math.floor((event.clientY - box.top) / height);
  const column = Math.floor((event.clientX - box.left) / width);
  return row >= 0 && column >= 0 && row < rows && column < columns ? [row, column] : null;
}
