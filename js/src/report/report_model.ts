// A model without a kernel: what is set in it stays in the page.
import stub from "../stub";
import type { Buffers, Message, Model, StubExports } from "../wire/host";

// biome-ignore lint/suspicious/noExplicitAny: an event's arguments depend on its name
type Listener = (...args: any[]) => void;

export class ReportModel implements Model {
  readonly #state: Map<string, unknown>;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #onSend: (message: Message) => void;

  constructor(state: Record<string, unknown>, onSend: (message: Message) => void) {
    this.#state = new Map(Object.entries(state));
    this.#onSend = onSend;
  }

  get(name: string): unknown {
    return this.#state.get(name);
  }

  set(name: string, value: unknown): void {
    if (this.#state.get(name) === value) return;
    this.#state.set(name, value);
    this.#tell(`change:${name}`);
  }

  /** There is nobody to save them for. */
  save_changes(): void {}

  send(content: unknown): void {
    this.#onSend(content as Message);
  }

  on(name: string, callback: Listener): void {
    const listeners = this.#listeners.get(name);
    if (listeners) listeners.add(callback);
    else this.#listeners.set(name, new Set([callback]));
  }

  off(name: string, callback?: Listener | null): void {
    if (callback) this.#listeners.get(name)?.delete(callback);
    else this.#listeners.delete(name);
  }

  /** Have the page hear a message. */
  hear(message: Message, buffers: Buffers): void {
    this.#tell("msg:custom", message, buffers);
  }

  #tell(name: string, ...args: unknown[]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) listener(...args);
  }
}

/** What the stub of every widget exports, of this model. */
export function listen(model: Model): StubExports {
  return stub.initialize({ model, signal: new AbortController().signal });
}
