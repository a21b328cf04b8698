// A slice as a table. Only the cells in sight are in the page: the table stays where it is, and what
// scrolls is an empty block behind it.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { cellText, placeText } from "./cells";
import type { Slice } from "./model";

const ROW_PIXELS = 20;
const COLUMN_PIXELS = { number: 76, complex: 148, text: 190 };
const HEADING_PIXELS = 62;

export function CellTable({ slice, label }: { slice: Slice; label: string }) {
  const host = useRef<HTMLDivElement>(null);
  const place = useSignal({ top: 0, left: 0, width: 0, height: 0 });
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const look = () => {
      const {
        scrollTop: top,
        scrollLeft: left,
        clientWidth: width,
        clientHeight: height,
      } = element;
      place.value = { top, left, width, height };
    };
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look);
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [place]);
  const kind = slice.texts ? "text" : slice.parts ? "complex" : "number";
  const columnPixels = COLUMN_PIXELS[kind];
  const { top, left, width, height } = place.value;
  const rows = inSight(top, height - ROW_PIXELS, ROW_PIXELS, slice.cells[0]);
  const columns = inSight(left, width - HEADING_PIXELS, columnPixels, slice.cells[1]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keys
    // biome-ignore lint/a11y/useSemanticElements: a section has no name of its own
    <div ref={host} class="cell-table" role="region" aria-label={label} tabIndex={0}>
      <div
        style={{
          width: `${HEADING_PIXELS + slice.cells[1] * columnPixels}px`,
          height: `${ROW_PIXELS * (1 + slice.cells[0])}px`,
        }}
      >
        <table
          aria-rowcount={slice.size[0]}
          aria-colcount={slice.size[1]}
          style={{ "--column": `${columnPixels}px`, "--heading": `${HEADING_PIXELS}px` }}
        >
          <thead>
            <tr>
              <th class="cell at corner" />
              {columns.map((column) => (
                <th key={column} class="cell at" scope="col">
                  {placeText(slice, 1, column)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row}>
                <th class="cell at corner" scope="row">
                  {placeText(slice, 0, row)}
                </th>
                {columns.map((column) => {
                  const text = cellText(slice, row, column);
                  return (
                    <td key={column} class={`cell ${kind}`} title={slice.texts ? text : undefined}>
                      {text}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** The places of those of `count` that can be seen, `each` so many pixels. */
export function inSight(from: number, room: number, each: number, count: number): number[] {
  const shown = Math.max(1, Math.ceil(room / each));
  const first = Math.max(0, Math.min(Math.round(from / each), count - Math.floor(room / each)));
  return Array.from({ length: Math.max(0, Math.min(shown, count - first)) }, (_, i) => first + i);
}
