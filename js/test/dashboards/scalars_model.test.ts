import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ScalarsModel } from "../../src/dashboards/scalars/model";
import { Session } from "../../src/state/session";
import { Channel } from "../../src/wire/channel";
import type { Message, Model, StubExports } from "../../src/wire/host";

const SETTINGS: Record<string, unknown> = {
  color_by: "run",
  fold_children: false,
  hidden_runs: [],
  run_colors: {},
  run_filter: "",
  run_notes: {},
  run_sort: "name",
};

/** What a stub exports whose model has received `waiting` before there was a view. */
function stub(waiting: Message[]): StubExports {
  const model = { get: (name: string) => SETTINGS[name], on() {}, send() {} } as unknown as Model;
  const { signal } = new AbortController();
  return { model, signal, waiting: waiting.map((message) => [message, []]), receive: null };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("points that wait without those before them, as in Voilà, are left for later", () => {
  const item = { key: [0, 0], generation: 0, exact: true, from: 3, n: 3, columns: [] };
  const channel = Channel.of(stub([{ op: "series", seq: 7, reading: false, items: [item] }]));
  const model = ScalarsModel.of(channel, Session.of(stub([])));
  expect(channel.sequence).toBe(7);
  expect(ScalarsModel.of(channel, Session.of(stub([])))).toBe(model);
});
