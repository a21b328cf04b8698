import { signal } from "@preact/signals";
import { describe, expect, test } from "vitest";
import { unionOf } from "../../src/dashboards/cards/step_slider";
import {
  type Entry,
  type Options,
  rowAt,
  type ValueItem,
  ValueModel,
  type Wish,
} from "../../src/dashboards/values/model";
import { ValueStore } from "../../src/dashboards/values/store";
import type { RunInfo } from "../../src/state/runs";
import type { Session } from "../../src/state/session";
import type { Channel } from "../../src/wire/channel";
import type { FrameReader } from "../../src/wire/frame";
import type { TagRow } from "../../src/wire/types";

const nothing = () => false;

describe("the store", () => {
  test("lets those go that were looked at longest ago, and tells of each", () => {
    const gone: string[] = [];
    const store = new ValueStore<string>(30, (value) => gone.push(value));
    for (const key of ["a", "b", "c"]) store.put(key, key, 10, nothing);
    expect(store.get("a")).toBe("a");
    store.put("d", "d", 10, nothing);
    expect(gone).toEqual(["b"]);
    store.put("e", "e", 20, nothing);
    expect(gone).toEqual(["b", "c", "a"]);
    expect(store.bytes).toBe(30);
    expect(store.get("b")).toBeUndefined();
  });

  test("keeps what is wanted, and what just came, beyond its budget", () => {
    const store = new ValueStore<string>(20);
    store.put("a", "a", 10, nothing);
    store.put("b", "b", 10, nothing);
    store.put("c", "c", 50, (key) => key === "a");
    expect(["a", "b", "c"].map((key) => store.has(key))).toEqual([true, false, true]);
    expect(store.bytes).toBe(60);
    expect(store.bytesOf(new Set(["a", "c", "x"]))).toBe(60);
  });

  test("a value put again takes the place of the one before", () => {
    const gone: string[] = [];
    const store = new ValueStore<string>(100, (value) => gone.push(value));
    store.put("a", "old", 10, nothing);
    store.put("a", "new", 30, nothing);
    expect([store.get("a"), store.bytes, ...gone]).toEqual(["new", 30, "old"]);
  });

  test("all of a series go together", () => {
    const store = new ValueStore<number>(100);
    for (const key of ["1:2:0", "1:2:9", "1:22:0"]) store.put(key, 1, 10, nothing);
    store.dropAll("1:2:");
    expect([store.has("1:2:0"), store.has("1:2:9"), store.has("1:22:0")]).toEqual([
      false,
      false,
      true,
    ]);
    expect(store.bytes).toBe(10);
  });
});

test("a step's row is the last one at or before it", () => {
  const steps = Float64Array.of(0, 10, 10, 20);
  expect([-1, 0, 9, 10, 19, 20, 1e9].map((step) => rowAt(steps, step))).toEqual([
    -1, 0, 0, 2, 2, 3, 3,
  ]);
  expect(rowAt(steps, null)).toBe(3);
  expect(rowAt(new Float64Array(0), null)).toBe(-1);
  expect(rowAt(new Float64Array(0), 5)).toBe(-1);
});

test("the steps of several series are in order, each once", () => {
  expect([...unionOf([Float64Array.of(5, 10), Float64Array.of(1, 10, 100)])]).toEqual([
    1, 5, 10, 100,
  ]);
  const one = Float64Array.of(1, 2);
  expect(unionOf([one])).toBe(one);
  expect([...unionOf([])]).toEqual([]);
});

// -- what is asked for ----------------------------------------------------------------------------

const RUN = { number: 0, name: "run" } as RunInfo;
const TAGS: TagRow[] = [
  [0, "first", null],
  [1, "second", null],
];
const BYTES = 10;

class Texts extends ValueModel<string> {
  protected readonly pushed: Options = {};
  readonly gone: string[] = [];

  constructor(channel: Channel, budget: number) {
    const session = { selected: signal([RUN]), runs: signal([RUN]), tags: signal({}) };
    super(channel, session as unknown as Session, "text", budget);
  }

  protected parse(item: ValueItem, _reader: FrameReader): [string, number] {
    return [item.error ?? `value ${item.place.join(":")}`, BYTES];
  }

  protected override dispose(value: string): void {
    this.gone.push(value);
  }
}

/** A kernel that answers when told to, with as many values as told. */
class Kernel {
  readonly asked: { tag: string; place: number[] }[][] = [];
  #waiting: ((count: number) => void)[] = [];

  request = (_op: string, { wishes }: { wishes: { tag: string; place: number[] }[] }) => {
    this.asked.push(wishes);
    return new Promise((resolve) => {
      this.#waiting.push((count) =>
        resolve({ result: wishes.slice(0, count).map(({ place }) => ({ place })), buffers: [] }),
      );
    });
  };

  async answer(count = 99): Promise<void> {
    this.#waiting.shift()?.(count);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  }

  /** Tag and offset of what was asked for last. */
  get last(): string[] {
    return (this.asked.at(-1) ?? []).map(({ tag, place }) => `${tag} ${place[1]}`);
  }
}

function wish(offset: number, options: Options = {}): Wish {
  const entry: Entry = { run: RUN, step: offset, wall: 0, place: [0, offset, 0] };
  return { entry, options };
}

function opened(budget = 1000): { kernel: Kernel; model: Texts } {
  const kernel = new Kernel();
  return { kernel, model: new Texts(kernel as unknown as Channel, budget) };
}

describe("asking", () => {
  const [first, second] = TAGS as [TagRow, TagRow];

  test("the first wish of every card comes before the second of any, and all shown before ahead", async () => {
    const { kernel, model } = opened();
    model.want(first, [wish(1)]);
    model.want(first, [wish(1), wish(2), wish(3)], [wish(4)]);
    model.want(second, [wish(7), wish(8)], [wish(9)]);
    expect(kernel.asked.length).toBe(1); // one request at a time
    await kernel.answer();
    expect(kernel.last).toEqual(["second 7", "first 2", "second 8", "first 3"]);
    await kernel.answer();
    expect(kernel.last).toEqual(["first 4", "second 9"]);
    await kernel.answer();
    expect(kernel.asked.length).toBe(3);
    expect(model.holds(second, wish(9))).toBe(true);
    expect(model.value(first, wish(3))).toBe("value 0:3:0");
  });

  test("what the kernel left out of its answer is asked for again", async () => {
    const { kernel, model } = opened();
    model.want(
      first,
      [1, 2, 3].map((at) => wish(at)),
    );
    await kernel.answer(1);
    expect(kernel.last).toEqual(["first 2", "first 3"]);
    await kernel.answer(1);
    await kernel.answer(1);
    expect(kernel.asked.length).toBe(3);
    expect(model.holds(first, wish(3))).toBe(true);
  });

  test("an empty answer is not asked for over and over", async () => {
    const { kernel, model } = opened();
    model.want(first, [wish(1)]);
    await kernel.answer(0);
    expect(kernel.asked.length).toBe(1);
    model.want(first, [wish(1)]);
    expect(kernel.asked.length).toBe(2);
  });

  test("what is wanted no more when its turn comes is not asked for", async () => {
    const { kernel, model } = opened();
    model.want(first, [wish(1)]);
    for (const at of [2, 3, 4]) model.want(first, [wish(at)]);
    await kernel.answer();
    expect(kernel.last).toEqual(["first 4"]);
    model.release(first);
    await kernel.answer();
    expect(kernel.asked.length).toBe(2);
  });

  test("the same value is asked for once, with other options again", async () => {
    const { kernel, model } = opened();
    model.want(first, [wish(1), wish(1), wish(1, { sample: 2 })]);
    expect(kernel.last).toEqual(["first 1", "first 1"]);
    expect((kernel.asked[0] as unknown[])[1]).toMatchObject({ sample: 2, run: "run" });
  });

  test("a few ahead at a time, and none once half of the budget is wanted", async () => {
    const { kernel, model } = opened(12 * BYTES);
    const ahead = Array.from({ length: 20 }, (_, at) => wish(100 + at));
    model.want(first, [wish(1)], ahead);
    await kernel.answer();
    expect(kernel.last).toEqual(["first 100", "first 101", "first 102", "first 103"]);
    await kernel.answer();
    await kernel.answer();
    expect(kernel.asked.length).toBe(3);
    expect(model.holds(first, wish(107))).toBe(true);
    expect(model.holds(first, wish(108))).toBe(false);
    expect(model.gone).toEqual([]);
  });

  test("values that are shown never go, however many", async () => {
    const { kernel, model } = opened(3 * BYTES);
    const shown = Array.from({ length: 30 }, (_, at) => wish(at));
    model.want(first, shown);
    await kernel.answer();
    await kernel.answer();
    expect(shown.every((one) => model.holds(first, one))).toBe(true);
    expect(kernel.asked.length).toBe(2);
    model.want(first, [wish(99)]);
    await kernel.answer();
    expect(model.gone.length).toBe(28);
  });

  test("a value for a file comes at once, whoever shows what", async () => {
    const { kernel, model } = opened();
    const value = model.fetch(second, wish(5));
    await kernel.answer();
    expect(await value).toBe("value 0:5:0");
    expect(await model.fetch(second, wish(5))).toBe("value 0:5:0");
    expect(kernel.asked.length).toBe(1);
    const none = model.fetch(second, wish(6));
    const refused = expect(none).rejects.toThrow("nothing");
    await kernel.answer(0);
    await refused;
  });

  test("of a value that comes twice the first stays, so that nothing is loaded anew", async () => {
    const { kernel, model } = opened();
    const both = [model.fetch(first, wish(5)), model.fetch(first, wish(5))];
    await kernel.answer();
    await kernel.answer();
    expect((await Promise.all(both)).length).toBe(2);
    expect(model.gone.length).toBe(1); // the other one
    expect(model.holds(first, wish(5))).toBe(true);
  });
});
