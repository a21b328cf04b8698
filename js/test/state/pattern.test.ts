import { expect, test } from "vitest";
import { compilePattern } from "../../src/state/pattern";

test.each([
  ["", "anything", true],
  ["LOSS", "train/loss", true],
  ["^val/", "train/val/x", false],
  ["loss|acc", "val/acc", true],
])("%s on %s: %s", (pattern, name, expected) => {
  expect(compilePattern(pattern).test(name)).toBe(expected);
});

test("a broken pattern is plain text and says so", () => {
  const pattern = compilePattern("lr=(0.1");
  expect(pattern.error).toMatch(/not a valid/);
  expect(pattern.test("adam/lr=(0.1)")).toBe(true);
  expect(pattern.test("adam")).toBe(false);
});

test("a pattern that could take for ever is never run", () => {
  const pattern = compilePattern("(a+)+$");
  expect(pattern.error).toMatch(/plain text/);
  expect(pattern.test(`${"a".repeat(60)}!`)).toBe(false);
});
