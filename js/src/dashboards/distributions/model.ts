// The percentiles that the page holds for one widget.
import { type Signal, signal } from "@preact/signals";
import { LARGEST } from "../../charts/domain";
import { formatValue } from "../../charts/format";
import type { RunInfo, Session } from "../../state/session";
import { Setting } from "../../state/settings";
import type { Channel } from "../../wire/channel";
import { FrameReader } from "../../wire/frame";
import type { TagRow } from "../../wire/types";
import { CardState } from "../cards/card_frame";
import { counted, joined, type Summary, type SummaryItem, SummaryModel } from "../summaries/model";
import { countOdd } from "./lines";

/** How several runs share a card: "auto" is over each other if they are few. */
export type Mode = "auto" | "overlay" | "single";

/** With more runs over each other no band can be told from the others. */
export const MOST_OVERLAID = 3;
const models = new WeakMap<Channel, DistributionsModel>();

export class DistributionCardState extends CardState {
  /** Number of the run that is shown alone; null for the first. */
  readonly run: Signal<number | null> = signal(null);
}

/** Percentiles of the part that a zoom shows, by run number. */
export type Detail = ReadonlyMap<number, Summary>;

export class DistributionsModel extends SummaryModel<DistributionCardState> {
  readonly mode: Setting<Mode>;

  static of(channel: Channel, session: Session): DistributionsModel {
    let model = models.get(channel);
    if (!model) {
      model = new DistributionsModel(channel, session);
      models.set(channel, model);
    }
    return model;
  }

  private constructor(channel: Channel, session: Session) {
    super(channel, session, "histograms");
    this.mode = new Setting(channel.model, "mode");
    this.listen();
  }

  protected newState(): DistributionCardState {
    return new DistributionCardState();
  }

  override note(tag: TagRow): string {
    const summaries = this.sources(tag).map(({ summary }) => summary);
    const counts = summaries.map(countOdd);
    const notes = [super.note(tag)];
    const empty = counts.reduce((sum, one) => sum + one.empty, 0);
    const odd = counts.reduce((sum, one) => sum + one.odd, 0);
    if (empty) notes.push(`${counted(empty)} ${empty === 1 ? "holds" : "hold"} no values`);
    if (odd) notes.push(`${counted(odd)} ${odd === 1 ? "counts" : "count"} NaN`);
    const ends = [
      summaries.map(({ columns }) => columns.p0),
      summaries.map(({ columns }) => columns.p10000),
    ].flat();
    if (ends.some((values) => values?.some((value) => Math.abs(value) > LARGEST)))
      notes.push(`cut off beyond ±${formatValue(LARGEST)}`);
    return notes.filter(Boolean).join(", ");
  }

  /** Ask for the percentiles of `tag` between two x values. */
  async detail(
    tag: TagRow,
    runs: readonly RunInfo[],
    args: { low: number; high: number; x_axis: string },
  ): Promise<Detail> {
    const request = { ...args, tags: [tag[1]], runs: runs.map((run) => run.name) };
    const reply = await this.channel.request<SummaryItem[]>("detail", request);
    const reader = new FrameReader(reply.buffers);
    const found = new Map<number, Summary>();
    for (const item of reply.result) {
      const summary = joined(undefined, item, reader.columns(item.columns));
      if (summary) found.set(item.key[0], summary);
    }
    return found;
  }
}
