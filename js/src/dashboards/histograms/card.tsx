// One tag: a chart for each selected run, or one of all of them.
import { useSignal } from "@preact/signals";
import { useCallback, useMemo, useRef } from "preact/hooks";
import type { View } from "../../board/view";
import { formatStep } from "../../charts/format";
import type { RunInfo } from "../../state/session";
import { IconButton } from "../../ui/controls";
import { waitingForKernel } from "../../wire/channel";
import type { TagRow } from "../../wire/types";
import { CardFrame } from "../cards/card_frame";
import type { Visibility } from "../cards/visible";
import { CardMenu } from "./card_menu";
import { type HistogramsModel, MOST_RUNS } from "./model";
import { type CardParts, Plot, type ValueRange } from "./plot";
import { noteOf } from "./slices";

export interface CardProps {
  view: View;
  model: HistogramsModel;
  tag: TagRow;
  visible: Visibility;
}

export function Card({ view, model, tag, visible }: CardProps) {
  const name = tag[1];
  const card = useRef<HTMLElement | null>(null);
  const seen = useSignal(false);
  const zoom = useSignal<ValueRange>(null);
  const plots = useMemo<CardParts["plots"]>(() => new Map(), []);
  const runs = model.runs(tag);
  const shown = runs.slice(0, MOST_RUNS);
  const together = model.mode.value === "runs";
  const onDraw = () => markDrawn(card.current, plots);
  const parts: CardParts = { view, model, tag, seen, zoom, plots, onDraw };
  const onElement = useCallback((element: HTMLElement) => {
    card.current = element;
  }, []);
  const held = shown.filter((run) => model.slices(run.number, tag[0]));
  const several = !together && shown.length > 1;
  const named = view.session.runs.value.length > 1;
  return (
    <CardFrame
      {...{ view, visible, seen, onElement }}
      tag={name}
      state={model.state(name)}
      note={notes(parts, runs, shown)}
      className={`histogram${zoom.value ? " zoomed" : ""}${several ? " several" : ""}`}
      data={{ "data-series": held.length }}
      label={describe(parts, held)}
      tools={
        zoom.value && (
          <IconButton
            icon="fit"
            label="Show all values again (double-click the chart)"
            onClick={() => {
              zoom.value = null;
            }}
          />
        )
      }
      menu={() => <CardMenu parts={parts} />}
    >
      <div class="plots">
        {together ? (
          <Plot key="together" parts={parts} runs={shown} caption={false} />
        ) : (
          shown.map((run) => <Plot key={run.number} parts={parts} runs={[run]} caption={named} />)
        )}
      </div>
    </CardFrame>
  );
}

/** What a reader must know to read the card right. */
function notes({ model, tag, zoom }: CardParts, runs: RunInfo[], shown: RunInfo[]): string {
  const parts: string[] = [];
  if (shown.length < runs.length) parts.push(`${shown.length} of ${runs.length} runs shown`);
  if (zoom.value && waitingForKernel.value) parts.push("kernel busy: the zoom follows");
  const of = shown.map((run) => {
    const slices = model.slices(run.number, tag[0]);
    return slices ? noteOf(slices, model.mode.value === "runs") : "";
  });
  const different = new Set(of.filter(Boolean));
  const [one] = different;
  if (one) parts.push(different.size > 1 ? `${one} (other runs differ)` : one);
  return parts.join("; ");
}

function describe({ model, tag }: CardParts, runs: readonly RunInfo[]): string {
  const each = runs.slice(0, 5).map((run) => {
    const slices = model.slices(run.number, tag[0]);
    const last = slices?.steps[slices.length - 1];
    const range = slices
      ? `${slices.item.low.toPrecision(4)} to ${slices.item.high.toPrecision(4)}`
      : "";
    return `${run.label}: ${slices?.length ?? 0} steps up to ${last === undefined ? "none" : formatStep(last)}, values ${range}`;
  });
  return `${tag[1]}: histograms of ${runs.length} runs. ${each.join("; ")}`;
}

/** Leave on the element what tests (and the curious) can read: that it is drawn, and what. */
function markDrawn(card: HTMLElement | null, plots: CardParts["plots"]): void {
  if (!card) return;
  const all = [...plots.values()];
  if (
    all.length &&
    all.every(({ chart, sources, message }) => chart?.drawn && (sources.length || message))
  )
    card.dataset.drawn = "1";
  Object.assign(card, {
    tbwidgetProbe: () => ({
      plots: all.map(({ chart, message }) => ({ ...chart?.probe(), message })),
    }),
    /** What the outlines of a chart's slices say of their buckets, by source and slice. */
    tbwidgetHeights: (at: number) => {
      const chart = all[at]?.chart;
      return chart
        ?.probe()
        .sources.map(({ steps }, source) => steps.map((_, slice) => chart.heights(source, slice)));
    },
  });
}
