import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { BUSY_AFTER_MS, Channel, waitingForKernel } from "../../src/wire/channel";
import type { Message, Model, StubExports } from "../../src/wire/host";

/** A model whose sent messages are kept, and what its stub exports. */
function fakeStub(waiting: StubExports["waiting"] = []) {
  const sent: Message[] = [];
  const model = { send: (message: Message) => sent.push(message) } as unknown as Model;
  const controller = new AbortController();
  const exports: StubExports = { model, signal: controller.signal, waiting, receive: null };
  return { exports, sent, controller };
}

beforeEach(() => {
  vi.useFakeTimers();
  waitingForKernel.value = 0;
});
afterEach(() => vi.useRealTimers());

describe("Channel", () => {
  test("there is one channel a model", () => {
    const { exports } = fakeStub();
    expect(Channel.of(exports)).toBe(Channel.of(exports));
  });

  test("two pages of one notebook number their requests differently", async () => {
    const numbers = new Set();
    for (let page = 0; page < 5; page++) {
      vi.resetModules();
      const { Channel: OnePage } = await import("../../src/wire/channel");
      const { exports, sent } = fakeStub();
      void OnePage.of(exports).request("a");
      expect(Number.isSafeInteger(sent[0]?.id)).toBe(true);
      numbers.add(sent[0]?.id);
    }
    expect(numbers.size).toBe(5);
  });

  test("an answer resolves its request and no other", async () => {
    const { exports, sent } = fakeStub();
    const channel = Channel.of(exports);
    const first = channel.request("a");
    const second = channel.request("b", { x: 1 });
    expect(sent.map(({ op, args }) => [op, args])).toEqual([
      ["a", {}],
      ["b", { x: 1 }],
    ]);
    exports.receive?.({ op: "answer", id: sent[1]?.id, ok: true, result: 2 }, []);
    expect((await second).result).toBe(2);
    exports.receive?.({ op: "answer", id: sent[0]?.id, ok: true, result: 1 }, []);
    expect((await first).result).toBe(1);
  });

  test("a refusal rejects with the kernel's words and hint", async () => {
    const { exports, sent } = fakeStub();
    const request = Channel.of(exports).request("a");
    const error = { type: "RequestError", message: "no such tag", hint: "reload" };
    exports.receive?.({ op: "answer", id: sent[0]?.id, ok: false, error }, []);
    await expect(request).rejects.toMatchObject({ message: "no such tag", hint: "reload" });
  });

  test("without a kernel none is busy, however long an answer takes", () => {
    const { exports } = fakeStub();
    Channel.withoutKernel = true;
    void Channel.of(exports).request("a");
    vi.advanceTimersByTime(BUSY_AFTER_MS * 10);
    Channel.withoutKernel = false;
    expect(waitingForKernel.value).toBe(0);
  });

  test("a request that waits makes the kernel busy, until its answer", async () => {
    const { exports, sent } = fakeStub();
    const request = Channel.of(exports).request("a");
    vi.advanceTimersByTime(BUSY_AFTER_MS - 1);
    expect(waitingForKernel.value).toBe(0);
    vi.advanceTimersByTime(1);
    expect(waitingForKernel.value).toBe(1);
    vi.advanceTimersByTime(1e6); // never an error
    exports.receive?.({ op: "answer", id: sent[0]?.id, ok: true, result: null }, []);
    await request;
    expect(waitingForKernel.value).toBe(0);
  });

  test("pushes that came before the handler are not lost", () => {
    const { exports } = fakeStub([[{ op: "catalog", seq: 1 }, []]]);
    const channel = Channel.of(exports);
    exports.receive?.({ op: "status", seq: 2 }, []);
    const seen: unknown[] = [];
    channel.on("catalog", ({ seq }) => seen.push(seq));
    channel.on("status", ({ seq }) => seen.push(seq));
    expect(seen).toEqual([1, 2]);
    expect(channel.sequence).toBe(2);
  });

  test("a lost push is noticed", () => {
    const { exports } = fakeStub();
    const channel = Channel.of(exports);
    channel.on("series", () => {});
    channel.onGap = vi.fn();
    exports.receive?.({ op: "series", seq: 1 }, []);
    exports.receive?.({ op: "series", seq: 2 }, []);
    expect(channel.onGap).not.toHaveBeenCalled();
    exports.receive?.({ op: "series", seq: 4 }, []);
    expect(channel.onGap).toHaveBeenCalledOnce();
  });

  test("when the kernel closes the model, what waits ends and nothing more is sent", async () => {
    const { exports, sent, controller } = fakeStub();
    const channel = Channel.of(exports);
    const request = channel.request("a");
    vi.advanceTimersByTime(BUSY_AFTER_MS);
    controller.abort();
    await expect(request).rejects.toThrow(/gone/);
    expect(waitingForKernel.value).toBe(0);
    channel.tell("ack");
    await expect(channel.request("b")).rejects.toThrow(/gone/);
    expect(sent).toHaveLength(1);
  });
});
