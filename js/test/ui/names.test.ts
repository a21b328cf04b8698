import { describe, expect, test } from "vitest";
import { commonHead, commonTail, shorten } from "../../src/ui/names";

const widthOf = (text: string) => text.length;

test("the head that all names share ends with a segment", () => {
  expect(commonHead(["logs/a/x", "logs/a/y"])).toBe("logs/a/");
  expect(commonHead(["logs/ab", "logs/ac"])).toBe("logs/");
  expect(commonHead(["a", "b"])).toBe("");
  expect(commonHead(["only/one"])).toBe("");
  expect(commonHead(["a/b", "a"])).toBe("");
});

test("the tail that all names share begins a segment, and leaves something of each", () => {
  expect(commonTail(["a/seed/x", "b/seed/x"])).toBe("/seed/x");
  expect(commonTail(["a/x", "b/c/x"])).toBe("/x");
  expect(commonTail(["a/x", "b/y"])).toBe("");
  expect(commonTail(["/x", "a/x"])).toBe("");
  expect(commonTail(["only/one"])).toBe("");
});

describe("shorten", () => {
  test("a name that fits stays", () => {
    expect(shorten("adam/seed0", 10, "", widthOf)).toBe("adam/seed0");
  });

  test("what all share goes first", () => {
    const head = "lightning_logs/";
    expect(shorten("lightning_logs/version_12", 14, head, widthOf)).toBe("…/version_12");
  });

  test("then the middle, and the tail stays", () => {
    const short = shorten("adam/lr=0.001/seed0", 14, "", widthOf);
    expect(short).toHaveLength(14);
    expect(short.endsWith("001/seed0")).toBe(true);
    expect(short.startsWith("ada")).toBe(true);
  });

  test("however little room there is, something tells", () => {
    expect(shorten("adam/lr=0.001/seed0", 2, "", widthOf)).toBe("…ed0");
  });
});
