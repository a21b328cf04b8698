import { describe, expect, it } from "vitest";
import type { SummarySource } from "../../src/dashboards/summaries/model";
import { count, difference, folded, type Piece } from "../../src/dashboards/text/difference";
import { allSteps, foundTexts, oneStep } from "../../src/dashboards/text/items";
import { plainText, type TextValue } from "../../src/dashboards/text/model";
import { TextSearch } from "../../src/dashboards/text/search";
import type { RunInfo } from "../../src/state/session";
import type { Channel } from "../../src/wire/channel";

const run = (number: number) => ({ number, name: `run${number}` }) as RunInfo;

function source(number: number, steps: readonly number[]): SummarySource {
  const step = Float64Array.from(steps);
  const columns = {
    file: Float64Array.from(steps, () => number),
    offset: step,
    slot: new Float64Array(steps.length),
  };
  return { run: run(number), summary: { step, wall: step, columns } } as unknown as SummarySource;
}

/** What `pieces` make of the text before and of the text after. */
function sides(pieces: readonly Piece[] | null): [string, string] {
  const but = (kind: string) =>
    (pieces ?? []).flatMap((one) => (one.kind === kind ? [] : [one.text])).join("");
  return [but("added"), but("removed")];
}

describe("difference", () => {
  it("is of words and signs, and both texts are whole in it", () => {
    const [before, after] = ["the loss is 0.5, fine", "the new loss is 0.25, fine!"];
    const pieces = difference(before, after, "words");
    expect(sides(pieces)).toEqual([before, after]);
    const of = (kind: Piece["kind"]) =>
      pieces?.flatMap((one) => (one.kind === kind ? [one.text] : []));
    expect(of("removed")).toEqual(["5"]);
    expect(of("added")?.map((text) => text.trim())).toEqual(["new", "25", "!"]);
    expect(count(pieces ?? [], "added", "words")).toBe(3);
  });

  it("is of random texts what makes one of the other", () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed;
    };
    for (let turn = 0; turn < 200; turn++) {
      const text = () =>
        Array.from({ length: random() % 12 }, () => "ab \n"[random() % 4]).join("");
      const [before, after] = [text(), text()];
      for (const unit of ["words", "lines"] as const)
        expect(sides(difference(before, after, unit))).toEqual([before, after]);
    }
  });

  it("folds lines alike that are far from a change", () => {
    const lines = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, at) => `line ${from + at}\n`).join("");
    const before = lines(0, 40);
    const after = before.replace("line 20\n", "other\n");
    const shown = folded(difference(before, after, "lines") ?? []);
    expect(shown.filter((one) => typeof one === "number")).toEqual([17, 16]);
    expect(shown.map((one) => (typeof one === "number" ? "" : one.text)).join("")).toBe(
      `${lines(17, 20)}line 20\nother\n${lines(21, 24)}`,
    );
    const same = folded(difference(before, before, "lines") ?? []);
    expect(same).toEqual([40]);
  });

  it("gives up on what is too long and too different, not on what is long", () => {
    const words = (name: string) => Array.from({ length: 3_000 }, (_, at) => name + at).join(" ");
    expect(difference(words("a"), words("b"), "words")).toBeNull();
    expect(difference(words("a"), `${words("a")} end`, "words")).toHaveLength(2);
  });
});

describe("lists of texts", () => {
  const sources = [source(1, [0, 5, 10]), source(2, [3, 10])];
  const list = (items: ReturnType<typeof allSteps>) =>
    Array.from({ length: items.count }, (_, at) => {
      const { run, step, place } = items.entry(at);
      return [run.number, step, place[0]];
    });

  it("are of all steps the newest first, of one step in the order of the runs", () => {
    const all = [
      [1, 10, 1],
      [2, 10, 2],
      [1, 5, 1],
      [2, 3, 2],
      [1, 0, 1],
    ];
    expect(list(allSteps(sources))).toEqual(all);
    expect(list(oneStep(sources, 4)).map(([number, step]) => [number, step])).toEqual([
      [1, 0],
      [2, 3],
    ]);
    expect(list(oneStep(sources, 2))).toHaveLength(1);
    expect(list(oneStep(sources, null)).map(([, step]) => step)).toEqual([10, 10]);
    expect(allSteps([]).count).toBe(0);
  });

  it("are of a search those of the runs that are on", () => {
    const match = (number: number, step: number) => ({
      ...{ run: number, step, wall: 0, place: [0, 0, 0] as const, found: [`${step}`] },
    });
    const items = foundTexts([match(2, 1), match(3, 9), match(1, 1)], [run(1), run(2)]);
    expect(list(items).map(([number, step]) => [number, step])).toEqual([
      [1, 1],
      [2, 1],
    ]);
    expect(items.found(0)).toEqual(["1"]);
  });
});

it("a table is a line a row", () => {
  const value = { elements: ["a", "b", "c", "d"], columns: 2 } as TextValue;
  expect(plainText(value)).toBe("a\tb\nc\td");
  expect(plainText({ elements: ["x"], columns: 1 } as TextValue)).toBe("x");
});

describe("a search", () => {
  const asked: unknown[] = [];
  const answers: unknown[] = [];
  const request = async (_op: string, args: { next: unknown }) => {
    asked.push(args.next);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return { result: answer, buffers: [] };
  };
  const what = { query: "x", regex: false, runs: ["a"], tags: ["t"] };
  const found = (...rows: number[]) => rows.map((step) => [1, 4, step, 0, [0, step, 0], ["x"]]);

  it("goes on from where the kernel stopped, and ends", async () => {
    const search = new TextSearch({ request } as unknown as Channel);
    answers.push({ items: found(9, 8), looked: 5, unreadable: 1, next: [0, 3] });
    answers.push({ items: found(2), looked: 4, unreadable: 0, next: null });
    await search.start(what);
    expect(asked).toEqual([
      [0, -1],
      [0, 3],
    ]);
    const state = search.state.value;
    expect(state?.matches.get(4)?.map(({ step }) => step)).toEqual([9, 8, 2]);
    expect(state).toMatchObject({ texts: 3, looked: 9, unreadable: 1, done: true, more: false });
    answers.push(new Error("no such pattern"));
    await search.start(what);
    expect(search.state.value).toMatchObject({ done: true, error: "no such pattern", texts: 0 });
    search.stop();
    expect(search.state.value).toBeNull();
  });
});
