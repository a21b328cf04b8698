// The curves that the page holds for one widget: the newest of each run, and older ones asked for.
import { type Signal, signal } from "@preact/signals";
import type { RunInfo, Session } from "../../state/session";
import { Setting } from "../../state/settings";
import type { Channel } from "../../wire/channel";
import { FrameReader } from "../../wire/frame";
import type { TagRow } from "../../wire/types";
import { CardState } from "../cards/card_frame";
import { type Summary, type SummaryItem, SummaryModel } from "../summaries/model";
import { type Curve, type CurveMessage, curveOf, type Mode } from "./curve";

/** Older curves kept, the last asked for. */
const MOST_OLDER = 400;
const models = new WeakMap<Channel, PRCurvesModel>();

export interface CurveSource {
  run: RunInfo;
  summary: Summary;
  /** Null if there is none so early. */
  curve: Curve | null;
}

export class PRCurvesModel extends SummaryModel<CardState> {
  readonly threshold: Setting<number | null>;
  readonly mode: Setting<Mode>;
  readonly f1Lines: Setting<boolean>;
  /** The steps of single runs, by their names, which go before the step that all share. */
  readonly runSteps: Setting<Record<string, number>>;
  /** Whether each run shows a slider of its own. */
  readonly apart: Signal<boolean>;
  readonly #newest = new Map<string, Curve>();
  /** By run, tag and the step asked for; null where there is none so early. */
  readonly #older = new Map<string, Curve | null>();
  /** What has been asked for and not been answered, which a busy kernel may take long to do. */
  readonly #asked = new Set<string>();

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
    const { model } = channel;
    this.threshold = new Setting<number | null>(model, "threshold");
    this.mode = new Setting<Mode>(model, "mode");
    this.f1Lines = new Setting<boolean>(model, "f1_lines");
    this.runSteps = new Setting<Record<string, number>>(model, "run_steps");
    this.apart = signal(false);
    this.runSteps.signal.subscribe((steps) => {
      if (Object.keys(steps).length) this.apart.value = true;
    });
    this.listen();
  }

  protected newState(): CardState {
    return new CardState();
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

  /** The step to show of a run: its own, else the one that all share; null for the newest. */
  stepOf(run: RunInfo): number | null {
    const own = this.runSteps.value[run.name];
    return own ?? this.session.settings.step.value;
  }

  /** The curves of a tag, each at its run's step or before; those that the page lacks are missing. */
  curves(tag: TagRow): CurveSource[] {
    return this.sources(tag).flatMap(({ run, summary }): CurveSource[] => {
      const key = `${run.number}:${tag[0]}`;
      const step = this.stepOf(run);
      if (step === null || step >= lastOf(summary.step)) {
        const newest = this.#newest.get(key);
        return newest ? [{ run, summary, curve: newest }] : [];
      }
      const older = this.#older.get(`${key}:${step}`);
      return older === undefined ? [] : [{ run, summary, curve: older }];
    });
  }

  /** Ask for the curves of a tag that the page lacks, with a request for each step. */
  async load(tag: TagRow): Promise<void> {
    const lacking = new Map<number, RunInfo[]>();
    for (const { run, summary } of this.sources(tag)) {
      const step = this.stepOf(run);
      if (step === null || step >= lastOf(summary.step)) continue;
      const key = `${run.number}:${tag[0]}:${step}`;
      if (this.#older.has(key) || this.#asked.has(key)) continue;
      lacking.set(step, [...(lacking.get(step) ?? []), run]);
    }
    await Promise.all([...lacking].map(([step, runs]) => this.#ask(tag, step, runs)));
  }

  async #ask(tag: TagRow, step: number, runs: readonly RunInfo[]): Promise<void> {
    const keys = runs.map((run) => `${run.number}:${tag[0]}:${step}`);
    for (const key of keys) this.#asked.add(key);
    try {
      const args = { tags: [tag[1]], runs: runs.map((run) => run.name), step };
      const reply = await this.channel.request<RunCurve[]>("curve", args);
      const reader = new FrameReader(reply.buffers);
      const found = new Map(reply.result.map(({ run, curve }) => [run, curveOf(curve, reader)]));
      for (const [i, run] of runs.entries())
        this.#older.set(keys[i] as string, found.get(run.number) ?? null);
    } finally {
      for (const key of keys) this.#asked.delete(key);
    }
    for (const key of this.#older.keys()) {
      if (this.#older.size <= Math.max(MOST_OLDER, 2 * runs.length)) break;
      this.#older.delete(key);
    }
    this.revision(tag[0]).value++;
  }

  #forgetOlder(prefix: string): void {
    for (const key of this.#older.keys()) if (key.startsWith(prefix)) this.#older.delete(key);
  }
}

/** What a request for curves is answered with: of each run its curve. */
interface RunCurve {
  run: number;
  curve: CurveMessage;
}

function lastOf(steps: Float64Array): number {
  return steps[steps.length - 1] ?? Number.NEGATIVE_INFINITY;
}
