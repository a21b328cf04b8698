// The curves that the page holds for one widget: the newest of each run, and older ones asked for.
import { type Signal, signal } from "@preact/signals";
import type { RunInfo, Session } from "../../state/session";
import { Setting } from "../../state/settings";
import type { Channel } from "../../wire/channel";
import { FrameReader } from "../../wire/frame";
import type { TagRow } from "../../wire/types";
import { CardState } from "../cards/card_frame";
import { type SummaryItem, SummaryModel } from "../summaries/model";
import { type Curve, type CurveMessage, curveOf, type Mode } from "./curve";

/** Older curves kept, the last asked for. */
const MOST_OLDER = 400;
const models = new WeakMap<Channel, PRCurvesModel>();

export class PRCardState extends CardState {
  /** The step that the card's own slider is at; null for the newest. */
  readonly step: Signal<number | null> = signal(null);
}

export interface CurveSource {
  run: RunInfo;
  /** Null if there is none so early. */
  curve: Curve | null;
  /** Whether it is the last one there is. */
  newest: boolean;
}

export class PRCurvesModel extends SummaryModel<PRCardState> {
  readonly threshold: Setting<number | null>;
  readonly mode: Signal<Mode> = signal("pr");
  readonly isoLines: Signal<boolean> = signal(true);
  readonly #newest = new Map<string, Curve>();
  /** By run, tag and the step asked for; null where there is none so early. */
  readonly #older = new Map<string, Curve | null>();

  static of(channel: Channel, session: Session): PRCurvesModel {
    let model = models.get(channel);
    if (!model) {
      model = new PRCurvesModel(channel, session);
      models.set(channel, model);
    }
    return model;
  }

  private constructor(channel: Channel, session: Session) {
    super(channel, session, "pr_curves");
    this.threshold = new Setting<number | null>(channel.model, "threshold");
    this.listen();
  }

  protected newState(): PRCardState {
    return new PRCardState();
  }

  protected override takeMore(item: SummaryItem, reader: FrameReader, changed: boolean): void {
    const { key, curve } = item as SummaryItem & { curve?: CurveMessage };
    if (curve) this.#newest.set(key.join(":"), curveOf(curve, reader));
    if (changed) this.#forgetOlder(`${key.join(":")}:`);
  }

  protected override forget(run: number, tag: number): void {
    this.#newest.delete(`${run}:${tag}`);
    this.#forgetOlder(`${run}:${tag}:`);
  }

  /** The curves of a tag at a step or before it; those that the page lacks are not among them. */
  curves(tag: TagRow, step: number | null): CurveSource[] {
    return this.sources(tag).flatMap(({ run, summary }): CurveSource[] => {
      const key = `${run.number}:${tag[0]}`;
      const last = summary.step[summary.step.length - 1] as number;
      const newest = this.#newest.get(key);
      if (step === null || step >= last)
        return newest ? [{ run, curve: newest, newest: true }] : [];
      const older = this.#older.get(`${key}:${step}`);
      return older === undefined ? [] : [{ run, curve: older, newest: false }];
    });
  }

  /** Ask for the curves at a step that the page lacks. */
  async load(tag: TagRow, step: number): Promise<void> {
    const lacking = this.sources(tag).filter(({ run, summary }) => {
      const last = summary.step[summary.step.length - 1] as number;
      return step < last && !this.#older.has(`${run.number}:${tag[0]}:${step}`);
    });
    if (!lacking.length) return;
    const runs = lacking.map(({ run }) => run.name);
    const args = { tags: [tag[1]], runs, step };
    const reply = await this.channel.request<{ run: number; curve: CurveMessage }[]>("curve", args);
    const reader = new FrameReader(reply.buffers);
    const found = new Map(reply.result.map(({ run, curve }) => [run, curveOf(curve, reader)]));
    for (const { run } of lacking)
      this.#older.set(`${run.number}:${tag[0]}:${step}`, found.get(run.number) ?? null);
    for (const key of this.#older.keys()) {
      if (this.#older.size <= Math.max(MOST_OLDER, 2 * lacking.length)) break;
      this.#older.delete(key);
    }
    this.revision(tag[0]).value++;
  }

  #forgetOlder(prefix: string): void {
    for (const key of this.#older.keys()) if (key.startsWith(prefix)) this.#older.delete(key);
  }
}
