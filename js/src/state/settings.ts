// Traits of a widget as signals, both ways.
import { type Signal, signal } from "@preact/signals";
import type { Model } from "../wire/host";

const SAVE_AFTER_MS = 120;

/** A signal that follows the trait `name`, and a setter that saves it a moment later. */
export class Setting<T> {
  readonly signal: Signal<T>;
  #model: Model;
  #name: string;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(model: Model, name: string) {
    this.#model = model;
    this.#name = name;
    this.signal = signal(model.get(name) as T);
    model.on(`change:${name}`, () => {
      this.signal.value = model.get(name) as T;
    });
  }

  get value(): T {
    return this.signal.value;
  }

  set value(value: T) {
    this.signal.value = value;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#model.set(this.#name, value);
      this.#model.save_changes();
    }, SAVE_AFTER_MS);
  }
}
