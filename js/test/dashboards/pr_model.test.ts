import { signal } from "@preact/signals";
import { expect, test, vi } from "vitest";
import { PRCurvesModel } from "../../src/dashboards/pr_curves/model";
import type { RunInfo, Session } from "../../src/state/session";
import { Channel } from "../../src/wire/channel";
import type { Message, Model, StubExports } from "../../src/wire/host";
import type { TagRow } from "../../src/wire/types";

const RUNS = ["a", "b"].map((name, number) => ({ name, number })) as RunInfo[];
const TAG: TagRow = [0, "pr", null];
const NAMES = ["threshold", "tp", "fp", "tn", "fn", "precision", "recall"];

/** A model whose page has been sent steps 0, 1 and 2 of both runs. */
function open() {
  const sent: Message[] = [];
  const traits: Record<string, unknown> = { run_steps: {}, mode: "pr", threshold: null };
  const model = {
    send: (message: Message) => sent.push(message),
    get: (name: string) => traits[name],
    set: () => {},
    save_changes: () => {},
    on: () => {},
  } as unknown as Model;
  const exports = { model, waiting: [], receive: null } as unknown as StubExports;
  const step = signal<number | null>(null);
  const session = {
    settings: { step },
    selected: signal(RUNS),
    runs: signal(RUNS),
    tags: signal({ pr_curves: [TAG] }),
  } as unknown as Session;
  const curves = PRCurvesModel.of(Channel.of(exports), session);
  const items = RUNS.map(({ number }) => ({
    ...{ key: [number, 0], from: 0, n: 3, steps: 3, unreadable: 0 },
    columns: ["step", "wall", "average_precision", "auc"].map((name) => [name, "f8", 3]),
    curve: curveOf(2),
  }));
  const buffers = RUNS.flatMap(() => [...columns(4, [0, 1, 2]), ...columns(7, [0.5])]);
  exports.receive?.({ op: "summaries", seq: 1, items }, buffers);
  const answer = (message: Message | undefined, at: number) =>
    exports.receive?.(
      {
        ...{ op: "answer", id: message?.id, ok: true },
        result: RUNS.map(({ number }) => ({ run: number, curve: curveOf(at) })),
      },
      RUNS.flatMap(() => columns(7, [0.5])),
    );
  return { curves, sent, step, answer };
}

function curveOf(step: number) {
  return { step, wall_time: 9, n: 1, error: "", columns: NAMES.map((name) => [name, "f8", 1]) };
}

function columns(count: number, values: number[]): DataView[] {
  return Array.from({ length: count }, () => new DataView(Float64Array.from(values).buffer));
}

test("an older step is asked for once, and shown when it has come", async () => {
  const { curves, sent, step, answer } = open();
  const stepsOf = () => curves.curves(TAG).map(({ curve }) => curve?.step);
  expect(stepsOf()).toEqual([2, 2]);
  step.value = 1;
  expect(stepsOf()).toEqual([]);
  const loaded = curves.load(TAG);
  void curves.load(TAG); // as every push does, while the kernel is busy
  expect(sent.map(({ op, args }) => [op, args])).toEqual([
    ["curve", { tags: ["pr"], runs: ["a", "b"], step: 1 }],
  ]);
  answer(sent[0], 1);
  await loaded;
  expect(stepsOf()).toEqual([1, 1]);
  await curves.load(TAG);
  expect(sent).toHaveLength(1);
});

test("a run's own step goes before the shared one", () => {
  vi.useFakeTimers();
  const { curves, sent, step } = open();
  curves.runSteps.value = { b: 0 };
  expect(RUNS.map((run) => curves.stepOf(run))).toEqual([null, 0]);
  expect(curves.apart.value).toBe(true);
  step.value = 1;
  void curves.load(TAG);
  expect(sent.map(({ args }) => args)).toEqual([
    { tags: ["pr"], runs: ["a"], step: 1 },
    { tags: ["pr"], runs: ["b"], step: 0 },
  ]);
  vi.useRealTimers();
});
