import { describe, expect, test } from "vitest";
import { canonical } from "../../src/report/own";
import { bytes, doubles, held, Made } from "./made";

describe("Records", () => {
  test("deflated or not, a record is its message and its buffers", async () => {
    const made = new Made();
    const numbers = [true, false].map((deflate) =>
      made.add({ op: "é<" }, [bytes(1, 2, 3), bytes(), bytes(255)], deflate),
    );
    const records = made.records();
    for (const number of numbers) {
      const [message, buffers] = await records.read(number);
      expect(message).toEqual({ op: "é<" });
      expect(held(buffers)).toEqual([[1, 2, 3], [], [255]]);
    }
    await expect(records.read(2)).rejects.toThrow("no record 2");
  });
});

describe("Player", () => {
  test("a page that says hello gets catalog and status", async () => {
    const made = new Made();
    const catalog = made.add({ op: "catalog", runs: [] });
    const status = made.add({ op: "status" });
    const { model, wait } = made.play({ catalog, status });
    model.send({ op: "visible", args: { visible: true } }); // wants no answer
    model.send({ op: "hello", id: 7, args: {} });
    const heard = await wait(3);
    expect(heard.map(([{ op, id, seq }]) => [op, id ?? seq])).toEqual([
      ["answer", 7],
      ["catalog", 1],
      ["status", 2],
    ]);
  });

  test("what a page lacks is pushed, each time it says so, numbered on", async () => {
    const made = new Made();
    const tags = { loss: [made.add({ op: "series" }, [bytes(1)]), made.add({ op: "bands" })] };
    const { model, wait } = made.play({ tags });
    for (const id of [1, 2]) model.send({ op: "watch", id, args: { missing: ["loss", "gone"] } });
    const heard = await wait(6);
    expect(heard.map(([{ op, seq }]) => [op, seq])).toEqual([
      ["answer", undefined],
      ["series", 1],
      ["bands", 2],
      ["answer", undefined],
      ["series", 3],
      ["bands", 4],
    ]);
    expect(held(heard[1]?.[1] ?? [])).toEqual([[1]]);
  });

  test("names of any object's parts are names like others", async () => {
    const { ask } = new Made().play({});
    const [watched] = await ask("watch", { missing: ["__proto__", "constructor"] });
    expect(watched.ok).toBe(true);
    const wishes = [{ run: "constructor", tag: "__proto__", place: [0, 0, 0] }];
    const [{ ok, result }] = await ask("values", { wishes });
    expect([ok, (result as { error: string }[])[0]?.error]).toEqual([true, expect.any(String)]);
    const [{ ok: done }] = await ask("hasOwnProperty");
    expect(done).toBe(false);
  });

  test("what was not recorded is refused in words", async () => {
    const { ask } = new Made().play({});
    const [{ ok, error }] = await ask("detail", { low: 0 });
    expect(ok).toBe(false);
    expect(error).toMatchObject({ type: "NotRecordedError" });
    expect((error as { message: string }).message).toContain("not in this report");
  });

  test("recorded answers and modules are given", async () => {
    const made = new Made();
    const hparams = made.add({ 0: { lr: 0.1 } });
    const text = made.add(null, [bytes(65)]);
    const { ask } = made.play({ answers: { hparams } }, { text });
    expect((await ask("hparams"))[0]).toMatchObject({ ok: true, result: { 0: { lr: 0.1 } } });
    expect(held((await ask("module", { name: "text" }))[1])).toEqual([[65]]);
    expect((await ask("module", { name: "other" }))[0].ok).toBe(false);
  });

  test("the layout is told when it is asked for", async () => {
    const made = new Made();
    const { ask, wait } = made.play({ general: [made.add({ op: "layout", categories: [] })] });
    await ask("layout");
    const heard = await wait(2);
    expect(heard[1]?.[0].op).toBe("layout");
  });
});

describe("values", () => {
  const place = [1, 20, 0];
  const wish = { tag: "x", run: "a" };

  test("each has its item and its buffers, in the order asked", async () => {
    const made = new Made();
    const values = {
      x: {
        a: {
          [canonical({ place, sample: 0 })]: made.add({ n: 0 }, [bytes(1), bytes(2)]),
          [canonical({ place, sample: 1 })]: made.add({ n: 1 }, [bytes(3)]),
        },
      },
    };
    const { ask } = made.play({ values });
    const wishes = [1, 2, 0].map((sample) => ({ ...wish, sample, place }));
    const [{ result }, buffers] = await ask("values", { wishes });
    expect(result).toEqual([{ n: 1 }, { place, error: expect.any(String) }, { n: 0 }]);
    expect(held(buffers)).toEqual([[3], [1], [2]]);
  });

  test("for more of a value than there is, it comes as it is, and says so", async () => {
    const made = new Made();
    const values = { x: { a: { [canonical({ place })]: made.add({ note: "Cut." }, [bytes(1)]) } } };
    const { ask } = made.play({ values });
    const [{ result }, buffers] = await ask("values", { wishes: [{ ...wish, place, all: true }] });
    expect((result as { note: string }[])[0]?.note).toMatch(/^Cut\. This is not in the report/);
    expect(buffers).toHaveLength(1);
  });

  test("a curve is that of the step or the last before it", async () => {
    const made = new Made();
    const curve = (step: number) => made.add({ run: 0, curve: { step } }, [bytes(step)]);
    const values = { x: { a: { 5: curve(5), 100: curve(100), 20: curve(20) } } };
    const { ask } = made.play({ values });
    for (const [step, found] of [
      [4, []],
      [5, [5]],
      [99, [20]],
      [1e9, [100]],
    ] as const) {
      const [{ result }] = await ask("curve", { tags: ["x"], runs: ["a", "b"], step });
      const steps = (result as { curve: { step: number } }[]).map((one) => one.curve.step);
      expect(steps).toEqual(found);
    }
  });
});

describe("search", () => {
  /** A channel of texts, of one tag in one run, a text a step. */
  function playing(texts: string[]) {
    const made = new Made();
    const steps = texts.map((_, i) => i);
    const names = ["step", "wall", "file", "offset", "slot"];
    const columns = names.map((name) => [name, "f8", texts.length]);
    const zeros = steps.map(() => 0);
    const buffers = [steps, zeros, zeros, steps, zeros].map((one) => doubles(...one));
    const summaries = made.add({ op: "summaries", items: [{ key: [3, 9], columns }] }, buffers);
    const recorded = texts.map((text, i) => [
      canonical({ place: [0, i, 0] }),
      made.add({}, [Buffer.from(JSON.stringify([text]))]),
    ]);
    const catalog = made.add({ op: "catalog", runs: [[3, "a"]] });
    const values = { t: { a: Object.fromEntries(recorded) } };
    return made.play({ catalog, tags: { t: [summaries] }, values });
  }
  const args = { query: "L.SS", regex: true, runs: ["a"], tags: ["t"], next: [0, -1] };

  test("finds, the newest first, case ignored", async () => {
    const { ask } = playing(["loss", "nothing", "a Loss\nof loss"]);
    const [{ result }] = await ask("search", args);
    expect(result).toEqual({
      items: [
        [3, 9, 2, 0, [0, 2, 0], ["Loss", "loss"]],
        [3, 9, 0, 0, [0, 0, 0], ["loss"]],
      ],
      looked: 3,
      unreadable: 0,
      next: null,
    });
    const [{ result: plain }] = await ask("search", { ...args, regex: false });
    expect((plain as { items: [] }).items).toEqual([]);
  });

  test("goes on where it stopped", async () => {
    const { ask } = playing(Array.from({ length: 150 }, () => "loss"));
    const [{ result }] = await ask("search", args);
    expect(result).toMatchObject({ looked: 100, next: [100, 0] });
    const [{ result: rest }] = await ask("search", { ...args, next: [100, 0] });
    expect(rest).toMatchObject({ looked: 50, next: null });
  });

  test("a pattern that could take for ever is refused", async () => {
    const { ask } = playing(["x"]);
    const [{ ok, error }] = await ask("search", { ...args, query: "(a+)+$" });
    expect([ok, (error as { message: string }).message]).toEqual([false, "nested repeats"]);
  });
});

describe("ReportModel", () => {
  test("tells of what changes, and of nothing else", () => {
    const { model } = new Made().play({});
    const seen: unknown[] = [];
    const listener = () => seen.push(model.get("smoothing"));
    model.on("change:smoothing", listener);
    model.set("smoothing", 0.5);
    model.set("smoothing", 0.9);
    model.save_changes();
    model.off("change:smoothing", listener);
    model.set("smoothing", 0.1);
    expect(seen).toEqual([0.9]);
    expect(model.get("smoothing")).toBe(0.1);
  });
});

test("canonical JSON does not depend on the order of names", () => {
  // As in `tbwidget/widget/frame.py`.
  expect(canonical({ b: [1, true], a: "x" })).toBe('{"a":"x","b":[1,true]}');
  expect(canonical({ a: { d: 1, c: [{ f: null, e: 2 }] } })).toBe(
    canonical({ a: { c: [{ e: 2, f: null }], d: 1 } }),
  );
});
