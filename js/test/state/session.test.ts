import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Session } from "../../src/state/session";
import type { Message, Model, StubExports } from "../../src/wire/host";

const page = { hidden: false, addEventListener() {}, removeEventListener() {} };

/** What the page has said of this kind. */
let sent: Message[] = [];
let answering = true;
const said = (op: string) => sent.filter((message) => message.op === op);

/** A session whose page has an open view, and what the kernel says through, which answers requests. */
function openSession(): [Session, NonNullable<StubExports["receive"]>] {
  const send = (message: Message) => {
    sent.push(message);
    if (message.id && answering) exports.receive?.({ op: "answer", id: message.id, ok: true }, []);
  };
  const model = { get() {}, on() {}, send };
  const signal = new AbortController().signal;
  const stub = { model: model as unknown as Model, signal, waiting: [], receive: null };
  const exports = stub as StubExports;
  const session = Session.of(exports);
  session.open();
  return [session, (message, buffers) => exports.receive?.(message, buffers)];
}

beforeEach(() => {
  sent = [];
  answering = true;
  vi.useFakeTimers();
  vi.stubGlobal("document", page);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("after a sleep the page says hello until the kernel is heard again", () => {
  const [session, receive] = openSession();
  receive({ op: "heartbeat", seq: 1, channels: {} }, []);
  vi.advanceTimersByTime(10_000);
  expect([session.connection.value, said("hello").length]).toEqual(["live", 1]);
  vi.setSystemTime(Date.now() + 8 * 3600 * 1000);
  vi.advanceTimersByTime(2_000);
  expect([session.connection.value, said("hello").length]).toEqual(["silent", 2]);
  vi.advanceTimersByTime(20_000);
  const hellos = said("hello").length;
  expect(hellos).toBeGreaterThan(3); // the connection may not have been there yet
  expect(hellos).toBeLessThan(7);
  receive({ op: "heartbeat", seq: 2, channels: {} }, []);
  vi.advanceTimersByTime(10_000);
  expect([session.connection.value, said("hello").length]).toEqual(["live", hellos]);
});

test("a page that is not answered says hello once more, and no oftener", () => {
  answering = false;
  const [, receive] = openSession();
  receive({ op: "heartbeat", seq: 1, channels: {} }, []);
  vi.advanceTimersByTime(10_000);
  const [first, second] = said("hello");
  expect(said("hello").length).toBe(2);
  expect(second).toEqual(first); // either answer will do
});

test("a hidden or paused page is silent itself", () => {
  const [session] = openSession();
  session.pause(true);
  const before = said("hello").length;
  vi.advanceTimersByTime(100_000);
  expect([session.connection.value, said("hello").length]).toEqual(["live", before]);
});
