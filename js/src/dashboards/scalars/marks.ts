// The step, the range of steps and the pointer that all charts share: marked, dragged and shown.
import { batch } from "@preact/signals";
import type { View } from "../../board/view";
import type { ChartEvents, ChartPosition, LineChart } from "../../charts/line_chart";
import { type ChartX, placeOfStep, type RunLine, stepAt } from "./lines";

/** What a chart draws just now. */
export interface Drawn {
  lines: readonly RunLine[];
  x: ChartX;
}

/** What clicks and dragged markers do: they mark steps in all cards. */
export function markingEvents(
  view: View,
  drawn: () => Drawn,
): Pick<ChartEvents, "onClick" | "onStep" | "onRange"> {
  const { settings } = view.session;
  const stepOf = (at: number) => {
    const { lines, x } = drawn();
    return stepAt(lines, at, x);
  };
  return {
    onClick: (position) => markStep(view, stepOf(position.x), position),
    onStep: (at) => {
      settings.step.value = stepOf(at);
    },
    onRange: ([low, high]) => {
      const [first, last] = [stepOf(low), stepOf(high)];
      if (first !== null && last !== null && first < last) settings.stepRange.value = [first, last];
    },
  };
}

/**
 * A click marks its step in all cards; a click there takes the mark away. With shift the range from
 * the marked step is marked.
 */
function markStep(view: View, at: number | null, { shift }: ChartPosition): void {
  const { step, stepRange } = view.session.settings;
  if (at === null) return;
  const marked = step.value;
  batch(() => {
    stepRange.value = null;
    if (shift && marked !== null && marked !== at)
      stepRange.value = marked < at ? [marked, at] : [at, marked];
    else step.value = marked === at ? null : at;
  });
}

/** Show what is marked; to be called in an effect. */
export function showMarks(chart: LineChart | null, view: View, { lines, x }: Drawn): void {
  const { step, stepRange } = view.session.settings;
  const place = (at: number) => placeOfStep(lines, at, x);
  chart?.setStep(step.value === null ? null : place(step.value));
  const range = stepRange.value;
  const [low, high] = range ? [place(range[0]), place(range[1])] : [null, null];
  chart?.setRange(low === null || high === null ? null : [low, high]);
}

/** Show where the pointer is, in whatever card; to be called in an effect. */
export function showCursor(chart: LineChart | null, view: View, tag: string, x: ChartX): void {
  const { value } = view.session.cursor;
  const same = x !== "order" || value?.tag === tag;
  chart?.setCursor(value && same ? value.x : null);
}
