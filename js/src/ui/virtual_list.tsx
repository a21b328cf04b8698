// A list of any length in a box that scrolls: only what can be seen is in the page. Items have the
// height that they have; those not seen yet are taken to be as high as the others on average.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef } from "preact/hooks";

/** So much above and below the box is in the page too. */
const MARGIN_PX = 200;
const GUESS_PX = 80;

export interface VirtualListProps {
  class: string;
  count: number;
  keyOf: (at: number) => string;
  children: (at: number) => ComponentChildren;
  /** Told which items are in the page, from `first` up to but without `end`. */
  onRange: (first: number, end: number) => void;
}

/** Which of `count` items are in the page, and the room of those above and below, in pixels. */
interface Range {
  count: number;
  first: number;
  end: number;
  above: number;
  below: number;
}

export function VirtualList(props: VirtualListProps) {
  const { count, keyOf, children, onRange } = props;
  const box = useRef<HTMLDivElement>(null);
  const heights = useMemo(() => new Map<string, number>(), []);
  const range = useRef<Range | null>(null);
  const [, draw] = useReducer((n: number) => n + 1, 0);
  const redraw = () => {
    range.current = null;
    draw(undefined as never);
  };
  const observer = useMemo(() => new ResizeObserver((entries) => measure(entries)), []);
  const measure = (entries: readonly ResizeObserverEntry[]) => {
    let changed = false;
    for (const { target } of entries) {
      const { key } = (target as HTMLElement).dataset;
      const height = (target as HTMLElement).offsetHeight;
      if (target !== box.current && (!key || !height || heights.get(key) === height)) continue;
      if (key) heights.set(key, height);
      changed = true;
    }
    if (changed) redraw();
  };
  // Only what scrolls, is measured, comes or goes moves it. Anew at each drawing it may never come to
  // rest: items not measured yet move what is seen, as the browser keeps that in its place.
  if (range.current?.count !== count)
    range.current = { count, ...rangeOf(box.current, count, keyOf, heights) };
  const { first, end, above, below } = range.current;
  useEffect(() => {
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, [observer]);
  useLayoutEffect(() => onRange(first, end));
  return (
    <div ref={box} class={props.class} onScroll={redraw}>
      <div style={{ height: `${above}px` }} />
      {Array.from({ length: end - first }, (_, i) => first + i).map((at) => (
        <Item key={keyOf(at)} name={keyOf(at)} observer={observer}>
          {children(at)}
        </Item>
      ))}
      <div style={{ height: `${below}px` }} />
    </div>
  );
}

function Item(props: { name: string; observer: ResizeObserver; children: ComponentChildren }) {
  const { name, observer, children } = props;
  const item = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = item.current;
    if (!element) return;
    observer.observe(element);
    return () => observer.unobserve(element);
  }, [observer]);
  return (
    <div ref={item} data-key={name}>
      {children}
    </div>
  );
}

/** Which items to have in the page, and how much room the others take. */
function rangeOf(
  box: HTMLElement | null,
  count: number,
  keyOf: (at: number) => string,
  heights: ReadonlyMap<string, number>,
): Omit<Range, "count"> {
  let known = 0;
  for (const height of heights.values()) known += height;
  const guess = heights.size ? known / heights.size : GUESS_PX;
  const top = (box?.scrollTop ?? 0) - MARGIN_PX;
  const bottom = top + 2 * MARGIN_PX + (box?.clientHeight || 400);
  let [first, end, y, above, below] = [-1, 0, 0, 0, 0];
  for (let at = 0; at < count; at++) {
    const height = heights.size ? (heights.get(keyOf(at)) ?? guess) : guess;
    if (y + height >= top && first < 0) [first, above] = [at, y];
    if (y <= bottom) end = at + 1;
    else below += height;
    y += height;
  }
  if (first < 0)
    [first, end, above, below] = [Math.max(0, count - 1), count, Math.max(0, y - guess), 0];
  return { first, end, above, below };
}
