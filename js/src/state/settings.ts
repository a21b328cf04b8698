// Traits of a widget as signals, both ways.
import { type Signal, signal } from "@preact/signals";
import type { Model } from "../wire/host";

const SAVE_AFTER_MS = 120;
/** What was set here and comes back from the kernel so late says nothing new. */
const ECHO_MS = 5_000;

/** A signal that follows the trait `name`, and a setter that saves it a moment later. */
export class Setting<T> {
  readonly signal: Signal<T>;
  readonly name: string;
  #model: Model;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What was set here, when, and the models on which that has come back. */
  #own: { value: string; at: number; heard: Set<Model> }[] = [];

  constructor(model: Model, name: string) {
    this.#model = model;
    this.name = name;
    this.signal = signal(model.get(name) as T);
    model.on(`change:${name}`, () => this.#take(model.get(name) as T));
  }

  get value(): T {
    return this.signal.value;
  }

  /** Its value, without following it. */
  peek(): T {
    return this.signal.peek();
  }

  set value(value: T) {
    this.signal.value = value;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const now = Date.now();
      this.#own = this.#own.filter(({ at }) => now - at < ECHO_MS);
      this.#own.push({ value: JSON.stringify(value), at: now, heard: new Set() });
      this.#model.set(this.name, value);
      this.#model.save_changes();
    }, SAVE_AFTER_MS);
  }

  /**
   * Keep a trait of the same name of another model equal, so that what is linked to it in the page
   * follows without the kernel.
   */
  mirror(model: Model): void {
    if (model.get(this.name) === undefined) return;
    model.on(`change:${this.name}`, () => {
      const value = model.get(this.name) as T;
      if (!same(value, this.signal.value) && !this.#isEcho(value, model)) this.value = value;
    });
    this.signal.subscribe((value) => {
      if (!same(value, model.get(this.name))) model.set(this.name, value);
    });
  }

  #take(value: T): void {
    if (!same(value, this.signal.peek()) && !this.#isEcho(value, this.#model))
      this.signal.value = value;
  }

  #isEcho(value: T, model: Model): boolean {
    const text = JSON.stringify(value);
    const now = Date.now();
    const at = this.#own.findIndex(
      (own) => own.value === text && now - own.at < ECHO_MS && !own.heard.has(model),
    );
    // What was set before it cannot come back after it.
    for (const own of this.#own.slice(0, at + 1)) own.heard.add(model);
    return at >= 0;
  }
}

function same(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
