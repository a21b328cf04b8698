import { describe, expect, test } from "vitest";
import { FrameReader } from "../../src/wire/frame";

describe("FrameReader", () => {
  test("reads columns in the order packed, whatever their alignment", () => {
    const bytes = new Uint8Array(3 + 16 + 4);
    const doubles = new Uint8Array(new Float64Array([1.5, Number.NaN]).buffer);
    bytes.set(doubles, 3);
    bytes.set(new Uint8Array(new Int32Array([7]).buffer), 19);
    const buffers = [new DataView(bytes.buffer, 3, 16), new DataView(bytes.buffer, 19, 4)];
    const columns = new FrameReader(buffers).columns([
      ["value", "f8", 2],
      ["row", "i4", 1],
    ]);
    expect([...(columns.value ?? [])]).toEqual([1.5, Number.NaN]);
    expect([...(columns.row ?? [])]).toEqual([7]);
  });

  test("several items share one list of buffers", () => {
    const reader = new FrameReader([new Float64Array([1]).buffer, new Float64Array([2]).buffer]);
    expect(reader.columns([["value", "f8", 1]]).value?.[0]).toBe(1);
    expect(reader.columns([["value", "f8", 1]]).value?.[0]).toBe(2);
  });

  test("a buffer that is missing or of the wrong size is an error, not garbage", () => {
    expect(() => new FrameReader([]).columns([["value", "f8", 1]])).toThrow(/lacks the buffer/);
    const short = new FrameReader([new ArrayBuffer(4)]);
    expect(() => short.columns([["value", "f8", 1]])).toThrow(/4 bytes/);
  });

  test("a column named like a property of objects is just a column", () => {
    const reader = new FrameReader([new Float64Array([3]).buffer]);
    const name = "__proto__" as string;
    expect(reader.columns([[name, "f8", 1]])[name]?.[0]).toBe(3);
  });
});
