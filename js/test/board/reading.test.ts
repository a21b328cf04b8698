import { expect, test } from "vitest";
import { formatReading } from "../../src/board/reading";

const MB = 2 ** 20;

function reading(status: Partial<Parameters<typeof formatReading>[0]>): string {
  return formatReading({
    bytes_read: 14.2 * MB,
    bytes_total: 98 * MB,
    files: 120,
    files_read: 3,
    seconds_remaining: null,
    ...status,
  });
}

test("bytes and files, and the time only once it is known", () => {
  expect(reading({})).toBe("reading 14 of 98 MB · 3 of 120 files");
  expect(reading({ seconds_remaining: 11.2 })).toBe(
    "reading 14 of 98 MB · 3 of 120 files · 12 s left",
  );
});

test("one file needs no count", () => {
  expect(reading({ files: 1, files_read: 0 })).toBe("reading 14 of 98 MB");
});

test("a read that is nearly done needs no time", () => {
  expect(reading({ seconds_remaining: 1.9 })).not.toContain("left");
  expect(reading({ seconds_remaining: 0 })).not.toContain("left");
});

test.each([
  [2, "2 s left"],
  [19.9, "20 s left"],
  [22.4, "20 s left"],
  [57.4, "55 s left"],
  [57.5, "1 min left"],
  [59.4 * 60, "59 min left"],
  [59.5 * 60, "1.0 h left"],
  [9000, "2.5 h left"],
])("%d seconds are %s", (seconds, text) => {
  expect(reading({ seconds_remaining: seconds }).split(" · ").at(-1)).toBe(text);
});

test("little is told with a digit more", () => {
  expect(reading({ bytes_read: 0, bytes_total: 2.5 * MB })).toMatch(/^reading 0.0 of 2.5 MB/);
});
