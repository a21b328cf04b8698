import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { drawNoMore, drawSoon, UNFINISHED } from "../../src/charts/turns";

let frames: (() => void)[] = [];

beforeEach(() => {
  frames = [];
  vi.stubGlobal("requestAnimationFrame", (frame: () => void) => frames.push(frame));
});
afterEach(() => vi.unstubAllGlobals());

function nextFrame(): void {
  for (const frame of frames.splice(0)) frame();
}

test("what is cheap is drawn in one frame, and once", () => {
  const drawn: string[] = [];
  const draws = ["a", "b", "c"].map((name) => () => drawn.push(name));
  for (const draw of [...draws, ...draws]) drawSoon(draw);
  expect(frames.length).toBe(1);
  nextFrame();
  expect(drawn).toEqual(["a", "b", "c"]);
  expect(frames.length).toBe(0);
});

test("what is dear is spread over frames, in the order asked for", () => {
  const drawn: string[] = [];
  for (const name of ["a", "b", "c"]) {
    drawSoon(() => {
      drawn.push(name);
      return 6_000;
    });
  }
  nextFrame();
  expect(drawn).toEqual(["a", "b"]);
  nextFrame();
  expect(drawn).toEqual(["a", "b", "c"]);
});

test("what takes long leaves the others to the next frame", () => {
  let now = 0;
  vi.stubGlobal("performance", { now: () => now });
  const drawn: string[] = [];
  for (const name of ["a", "b"]) {
    drawSoon(() => {
      now += 20;
      return drawn.push(name);
    });
  }
  nextFrame();
  expect(drawn).toEqual(["a"]);
  nextFrame();
  expect(drawn).toEqual(["a", "b"]);
});

test("what is gone is not drawn, and who asks while drawing comes in the next frame", () => {
  const drawn: string[] = [];
  const gone = () => drawn.push("gone");
  const again = () => {
    drawn.push("again");
    if (drawn.length < 2) drawSoon(again);
    return 20_000;
  };
  drawSoon(again);
  drawSoon(gone);
  drawNoMore(gone);
  nextFrame();
  expect(drawn).toEqual(["again"]);
  nextFrame();
  expect(drawn).toEqual(["again", "again"]);
});

test("what is unfinished goes on before all others, in frames of its own", () => {
  const drawn: string[] = [];
  let parts = 3;
  drawSoon(() => {
    drawn.push("long");
    return --parts > 0 ? UNFINISHED : 1;
  });
  drawSoon(() => drawn.push("short"));
  nextFrame();
  expect(drawn).toEqual(["long"]);
  nextFrame();
  expect(drawn).toEqual(["long", "long"]);
  nextFrame();
  expect(drawn).toEqual(["long", "long", "long", "short"]);
  expect(frames.length).toBe(0);
});
