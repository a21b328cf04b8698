// The runs of a card with the area under their curves, and what they have at the picked threshold.
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { formatClock, formatPlace } from "../../charts/format";
import { Name } from "../../ui/controls";
import { commonHead, commonTail, shorten, textWidth } from "../../ui/names";
import { type ChartX, startOf } from "../scalars/lines";
import { summaryX } from "../summaries/lines";
import type { PRCardParts } from "./card";
import { type Curve, emptyReason, thresholdAt } from "./curve";
import type { CurveSource } from "./model";
import { RunSlider } from "./step_slider";

const AP_TITLE =
  "Average precision: the sum of precision times the recall it adds, over the thresholds, " +
  "without interpolation (as scikit-learn's average_precision_score)";
const AUC_TITLE = "Area under the ROC curve, by trapezoids";
const TIMES: Record<ChartX, string> = {
  step: "Step",
  relative: "Relative",
  wall: "Time",
  order: "Step",
  value: "Step",
};

/** What of the legend's width is not the name of a run: the numbers beside it, and its swatch. */
const NUMBER_WIDTH = 46;
const SWATCH_WIDTH = 16;

export function Legend(parts: PRCardParts) {
  const { view, model, sources } = parts;
  const legend = useRef<HTMLDivElement>(null);
  const width = useWidth(legend);
  const mode = model.mode.value;
  const threshold = model.threshold.value;
  const x = summaryX(view.session.settings.xAxis.value, sources.value);
  const roc = mode === "roc";
  const numbers = threshold !== null ? 3 : x === "wall" ? 2.4 : 2;
  const room = width - numbers * NUMBER_WIDTH - SWATCH_WIDTH;
  const names = sources.value.map(({ run }) => run.label);
  const [head, tail] = [commonHead(names), commonTail(names)];
  const font = `11.5px ${view.theme.value.font}`;
  const widthOf = (text: string) => textWidth(text, font);
  const shorter = (name: string) =>
    // What ends all names tells none of them apart.
    shorten(name.slice(0, name.length - tail.length), Math.max(56, room), head, widthOf);
  const sorted = [...sources.value].sort((a, b) => areaOf(b, roc) - areaOf(a, roc));
  return (
    <div ref={legend} class="curves-legend">
      <table>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col" title={roc ? AUC_TITLE : AP_TITLE}>
              {roc ? "AUC" : "AP"}
            </th>
            {threshold !== null && (
              <th scope="col" title={`Precision at the threshold ${threshold}`}>
                P
              </th>
            )}
            {threshold !== null && (
              <th scope="col" title={`Recall at the threshold ${threshold}`}>
                R
              </th>
            )}
            {threshold === null && <th scope="col">{TIMES[x]}</th>}
          </tr>
        </thead>
        <tbody>
          {sorted.map((source) => (
            <Row
              key={source.run.number}
              {...{ parts, source, mode, threshold, x }}
              name={shorter(source.run.label)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row(props: {
  parts: PRCardParts;
  source: CurveSource;
  mode: "pr" | "roc";
  threshold: number | null;
  x: ChartX;
  name: string;
}) {
  const { parts, source, mode, threshold, x, name } = props;
  const { view, model } = parts;
  const { run, curve } = source;
  const reason = curve ? emptyReason(curve, mode) : "none so early";
  const index = curve && threshold !== null ? thresholdAt(curve, threshold) : -1;
  const cell = (values: Float64Array | undefined) => share(values?.[index]);
  const time = curve && timeOf(curve, source, x);
  return (
    <>
      <tr
        title={curve?.error || undefined}
        onMouseEnter={() => {
          view.highlighted.value = run.number;
        }}
        onMouseLeave={() => {
          view.highlighted.value = null;
        }}
      >
        <th scope="row">
          <Name text={run.label} shown={name}>
            <span class="swatch" style={{ "--color": run.color }} />
          </Name>
        </th>
        {reason ? (
          <td colSpan={threshold === null ? 2 : 3} class="reason">
            {reason}
          </td>
        ) : (
          <>
            <td>{share(areaOf(source, mode === "roc"))}</td>
            {threshold !== null && <td>{cell(curve?.precision)}</td>}
            {threshold !== null && <td>{cell(curve?.recall)}</td>}
          </>
        )}
        {threshold === null && !reason && <td title={time?.full}>{time?.short}</td>}
      </tr>
      {model.apart.value && (
        <tr class="own-step">
          <td colSpan={threshold === null ? 3 : 4}>
            <RunSlider {...{ parts, run }} steps={source.summary.step} />
          </td>
        </tr>
      )}
    </>
  );
}

/** The width of an element, followed. */
function useWidth(of: RefObject<HTMLElement | null>): number {
  const width = useSignal(0);
  useEffect(() => {
    if (!of.current) return;
    const observer = new ResizeObserver(([entry]) => {
      width.value = entry?.contentRect.width ?? 0;
    });
    observer.observe(of.current);
    return () => observer.disconnect();
  }, [of, width]);
  return width.value;
}

/** When a curve is of, as the x axis has it, and in short: the day of a wall time is in its title. */
function timeOf({ step, wall }: Curve, { summary }: CurveSource, x: ChartX) {
  if (x === "wall") {
    const full = formatPlace(wall, x);
    const date = new Date(wall * 1000);
    return { full, short: Number.isNaN(date.getTime()) ? full : formatClock(date, true) };
  }
  const place = formatPlace(x === "relative" ? wall - startOf(summary.wall) : step, x);
  return { full: place, short: place };
}

function areaOf({ curve }: CurveSource, roc: boolean): number {
  const area = roc ? curve?.auc : curve?.averagePrecision;
  return area ?? Number.NaN;
}

/** A number from 0 to 1. */
function share(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? "–" : value.toFixed(3);
}
