import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Setting } from "../../src/state/settings";
import type { Model } from "../../src/wire/host";

/** A model of one trait, as far as a setting needs it. */
class FakeModel {
  readonly saved: unknown[] = [];
  #value: unknown;
  #listeners: (() => void)[] = [];

  constructor(value: unknown) {
    this.#value = value;
  }
  get(): unknown {
    return this.#value;
  }
  set(_name: string, value: unknown): void {
    if (value === this.#value) return;
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }
  save_changes(): void {
    this.saved.push(this.#value);
  }
  on(_name: string, listener: () => void): void {
    this.#listeners.push(listener);
  }
}

const settingOf = (model: FakeModel) => new Setting<number>(model as unknown as Model, "smoothing");

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

describe("Setting", () => {
  test("many changes in a row are saved once", () => {
    const model = new FakeModel(0.6);
    const setting = settingOf(model);
    for (const value of [0.7, 0.8, 0.9]) setting.value = value;
    expect(setting.value).toBe(0.9);
    expect(model.saved).toEqual([]);
    vi.runAllTimers();
    expect(model.saved).toEqual([0.9]);
  });

  test("what the kernel sets is taken, what it only echoes is not", () => {
    const model = new FakeModel(0.6);
    const setting = settingOf(model);
    setting.value = 0.7;
    vi.advanceTimersByTime(200);
    setting.value = 0.8; // not saved yet when the echo of 0.7 comes in by another widget
    model.set("smoothing", 0.75);
    expect(setting.value).toBe(0.75);
    vi.runAllTimers();
    model.set("smoothing", 0.1);
    expect(setting.value).toBe(0.1);
  });

  test("a mirrored trait follows, is followed, and never throws the user back", () => {
    const state = new FakeModel(0.6);
    const view = new FakeModel(0.6);
    const setting = settingOf(state);
    setting.mirror(view as unknown as Model);
    setting.value = 0.7;
    expect(view.get()).toBe(0.7);
    vi.advanceTimersByTime(200);
    setting.value = 0.8;
    view.set("smoothing", 0.7); // the kernel links the view's trait to the state's, and is late
    expect(setting.value).toBe(0.8);
    vi.runAllTimers();
    view.set("smoothing", 0.3); // a slider that is linked to the view
    expect(setting.value).toBe(0.3);
    vi.runAllTimers();
    expect(state.saved.at(-1)).toBe(0.3);
  });

  test("what comes back late by two models is told from news on both", () => {
    const [state, view] = [new FakeModel("linear"), new FakeModel("linear")];
    const setting = settingOf(state) as unknown as Setting<string>;
    setting.mirror(view as unknown as Model);
    setting.value = "log";
    vi.advanceTimersByTime(200);
    setting.value = "linear";
    vi.advanceTimersByTime(200);
    for (const model of [state, view]) {
      model.set("smoothing", "log"); // of what was set first
      expect(setting.value).toBe("linear");
    }
    vi.runAllTimers();
    expect(state.saved.at(-1)).toBe("linear");
    view.set("smoothing", "symlog");
    view.set("smoothing", "log"); // that is news: it has come back already
    expect(setting.value).toBe("log");
  });

  test("a trait that the other widget lacks is left alone", () => {
    const setting = settingOf(new FakeModel(0.6));
    const other = new FakeModel(undefined);
    setting.mirror(other as unknown as Model);
    setting.value = 0.1;
    expect(other.get()).toBeUndefined();
  });
});
