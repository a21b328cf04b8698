import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type GestureHandler, Gestures } from "../../src/charts/gestures";
import { Keys } from "../../src/charts/keys";

let frames: (() => void)[] = [];
beforeEach(() => {
  frames = [];
  vi.stubGlobal("requestAnimationFrame", (action: () => void) => frames.push(action));
  vi.stubGlobal("cancelAnimationFrame", (frame: number) => {
    frames[frame - 1] = () => {};
  });
});
afterEach(() => vi.unstubAllGlobals());

function nextFrame(): void {
  const due = frames;
  frames = [];
  for (const action of due) action();
}

/** An element 400 by 200 at the corner of the page. */
class Target extends EventTarget {
  readonly ownerDocument = new EventTarget();
  readonly clientWidth = 400;
  readonly attributes = new Map<string, string>();
  getBoundingClientRect = () => ({ left: 0, top: 0, width: 400, height: 200 });
  setPointerCapture = () => {};
  hasPointerCapture = () => false;
  setAttribute = (name: string, value: string) => this.attributes.set(name, value);
}

function start(overrides: Partial<GestureHandler> = {}) {
  const target = new Target();
  const told: unknown[][] = [];
  const tell =
    (name: string) =>
    (...args: unknown[]) =>
      void told.push([name, ...args]);
  const handler: GestureHandler = {
    hover: (point) => void told.push(["hover", point?.px ?? null]),
    click: tell("click"),
    select: tell("select"),
    zoom: tell("zoom"),
    reset: tell("reset"),
    grab: () => null,
    pan: (from) => (to) => void told.push(["pan", to.px - from.px, to.py - from.py]),
    scale: (point, factor, upright) => void told.push(["scale", point.px, factor, upright]),
    plot: () => ({ left: 40, top: 5, right: 390, bottom: 180 }),
    ...overrides,
  };
  const gestures = new Gestures(target as unknown as HTMLElement, handler);
  const send = (type: string, x: number, y: number, more: object = {}) => {
    const event = new Event(type, { cancelable: true });
    Object.assign(event, { clientX: x, clientY: y, button: 0, isPrimary: true, pointerId: 1 });
    Object.assign(event, { altKey: false, shiftKey: false, ctrlKey: false, metaKey: false }, more);
    target.dispatchEvent(event);
    return event;
  };
  const names = () => told.map(([name]) => name);
  return { send, told, names, gestures };
}

test("the wheel alone scrolls the page", () => {
  const { send, told } = start();
  expect(send("wheel", 100, 50, { deltaY: 100, deltaMode: 0 }).defaultPrevented).toBe(false);
  nextFrame();
  expect(told).toEqual([]);
});

test.each(["altKey", "ctrlKey", "metaKey"])(
  "the wheel with %s zooms about the pointer, once a frame",
  (key) => {
    const { send, told } = start();
    const turn = { deltaY: 100, deltaMode: 0, [key]: true };
    expect(send("wheel", 90, 50, turn).defaultPrevented).toBe(true);
    send("wheel", 100, 50, turn);
    expect(told).toEqual([]);
    nextFrame();
    expect(told).toEqual([["scale", 100, expect.closeTo(Math.exp(0.4), 9), false]]);
    nextFrame();
    send("wheel", 100, 50, turn);
    nextFrame();
    expect(told[1]).toEqual(["scale", 100, expect.closeTo(Math.exp(0.2), 9), false]);
  },
);

test("with shift too, y is zoomed, also where the browser turns the wheel sideways", () => {
  const { send, told } = start();
  send("wheel", 100, 50, { deltaX: -100, deltaY: 0, deltaMode: 0, altKey: true, shiftKey: true });
  nextFrame();
  expect(told).toEqual([["scale", 100, expect.closeTo(Math.exp(-0.2), 9), true]]);
});

test.each(["altKey", "shiftKey"])("a drag with %s pans, once a frame, to where it ends", (key) => {
  const { send, told, names } = start();
  send("pointerdown", 100, 100, { [key]: true });
  send("pointermove", 120, 100);
  send("pointermove", 150, 110);
  nextFrame();
  expect(told.filter(([name]) => name === "pan")).toEqual([["pan", 50, 10]]);
  send("pointermove", 160, 120);
  send("pointerup", 170, 130);
  nextFrame();
  expect(told.at(-1)).toEqual(["pan", 70, 30]);
  expect(names()).not.toContain("zoom");
  expect(names()).not.toContain("click");
});

test("shift and a click without a drag is a click", () => {
  const { send, names } = start();
  send("pointerdown", 100, 100, { shiftKey: true });
  send("pointermove", 101, 100);
  send("pointerup", 101, 100);
  nextFrame();
  expect(names()).toEqual(["click"]);
});

test("what is taken hold of moves instead of a rectangle", () => {
  const moved: number[] = [];
  const { send, names } = start({ grab: () => (point) => void moved.push(point.px) });
  send("pointerdown", 100, 100);
  send("pointermove", 130, 150);
  send("pointermove", 140, 150);
  nextFrame();
  send("pointerup", 145, 150);
  expect(moved).toEqual([140, 145]);
  expect(names()).not.toContain("select");
});

test("a flat drag zooms a band, a taller one a box, and a double click resets", () => {
  const { send, told } = start();
  for (const [y, box] of [
    [105, false],
    [150, true],
  ] as const) {
    send("pointerdown", 100, 100);
    send("pointermove", 200, y);
    send("pointerup", 200, y);
    expect(told.at(-1)).toEqual(["zoom", expect.objectContaining({ left: 100, right: 200, box })]);
  }
  send("dblclick", 100, 100);
  expect(told.at(-1)).toEqual(["reset"]);
});

test("nothing comes after the end", () => {
  const { send, told, gestures } = start();
  send("pointermove", 100, 100);
  send("wheel", 100, 50, { deltaY: 100, deltaMode: 0, altKey: true });
  gestures.destroy();
  send("pointermove", 120, 100);
  nextFrame();
  expect(told).toEqual([]);
});

test("keys move, zoom, reset and leave; those of the browser stay its own", () => {
  const target = new Target();
  const told: unknown[] = [];
  new Keys(target as unknown as HTMLElement, {
    move: (by) => told.push(by),
    scale: (factor) => told.push(factor < 1 ? "in" : "out"),
    reset: () => told.push("reset"),
    leave: () => told.push("leave"),
  });
  const press = (key: string, more: object = {}) => {
    const event = new Event("keydown", { cancelable: true });
    Object.assign(event, { key, ctrlKey: false, metaKey: false, altKey: false }, more);
    target.dispatchEvent(event);
    return event.defaultPrevented;
  };
  for (const key of ["ArrowRight", "ArrowLeft", "+", "-", "0", "Escape"]) {
    expect(press(key)).toBe(true);
  }
  expect(told).toEqual([1, -1, "in", "out", "reset", "leave"]);
  expect(press("Tab")).toBe(false);
  expect(press("+", { ctrlKey: true })).toBe(false);
  expect(told).toHaveLength(6);
});
