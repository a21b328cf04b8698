// One model's conversation with the kernel: requests with answers, and numbered pushes.
import { signal } from "@preact/signals";
import type { Buffers, Message, Model, StubExports } from "./host";

/** A request that waits longer than this has met a busy kernel. */
export const BUSY_AFTER_MS = 300;

export interface KernelFailure {
  type: string;
  message: string;
  hint: string;
}

export class KernelError extends Error {
  readonly hint: string;

  constructor(failure: KernelFailure) {
    super(failure.message);
    this.name = failure.type;
    this.hint = failure.hint;
  }
}

export interface Reply<T> {
  result: T;
  buffers: Buffers;
}

interface Pending {
  resolve(reply: Reply<never>): void;
  reject(error: unknown): void;
  timer: ReturnType<typeof setTimeout>;
}

/** How many requests wait for a busy kernel, over all channels of the page. */
export const waitingForKernel = signal(0);

const channels = new WeakMap<StubExports, Channel>();
// Answers come to every page that shows the notebook, and to one loaded anew: no two count alike.
let lastId = Math.floor(Math.random() * 2 ** 48);

export class Channel {
  /** Whether there is no kernel that could be busy: then what takes long is just slow. */
  static withoutKernel = false;
  readonly model: Model;
  /** Called when a push was lost: what the page holds may be incomplete. */
  onGap: (() => void) | null = null;
  #handlers = new Map<string, (message: Message, buffers: Buffers) => void>();
  #pending = new Map<number, Pending>();
  #late = new Set<number>();
  #sequence = 0;
  #closed = false;
  #early: [Message, Buffers][] = [];

  /** The channel of a model: one, however many views it has. */
  static of(exports: StubExports): Channel {
    let channel = channels.get(exports);
    if (!channel) {
      channel = new Channel(exports);
      channels.set(exports, channel);
    }
    return channel;
  }

  private constructor(exports: StubExports) {
    this.model = exports.model;
    this.#early = exports.waiting.splice(0);
    exports.signal?.addEventListener("abort", () => this.close(), { once: true });
    exports.receive = (message, buffers) => this.#receive(message, buffers);
  }

  /** The number of the last push received. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Handle pushes called `op`, those included that came before there was a handler. */
  on(op: string, handler: (message: Message, buffers: Buffers) => void): void {
    this.#handlers.set(op, handler);
    const early = this.#early.filter(([message]) => message.op === op);
    this.#early = this.#early.filter(([message]) => message.op !== op);
    for (const [message, buffers] of early) this.#receive(message, buffers);
  }

  /**
   * Ask the kernel. Rejects only if the kernel refuses or is gone: a busy one answers later.
   *
   * With `again`, what was not answered after so many milliseconds is asked once more.
   */
  request<T>(op: string, args: Message = {}, again = 0): Promise<Reply<T>> {
    if (this.#closed) return Promise.reject(new Error("the kernel is gone"));
    const id = ++lastId;
    const ask = () => this.model.send({ id, op, args });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#markLate(id), BUSY_AFTER_MS);
      this.#pending.set(id, { resolve: resolve as Pending["resolve"], reject, timer });
      ask();
      if (again) setTimeout(() => this.#pending.has(id) && ask(), again);
    });
  }

  /** Tell the kernel something that needs no answer. */
  tell(op: string, args: Message = {}): void {
    if (!this.#closed) this.model.send({ op, args });
  }

  acknowledge(): void {
    this.tell("ack", { seq: this.#sequence });
  }

  /** The kernel is gone: send nothing any more. */
  close(): void {
    this.#closed = true;
    for (const [id, pending] of this.#pending) {
      this.#settle(id);
      pending.reject(new Error("the kernel is gone"));
    }
  }

  #receive(message: Message, buffers: Buffers): void {
    if (message.op === "answer") {
      this.#answer(message, buffers);
      return;
    }
    const handler = this.#handlers.get(String(message.op));
    if (!handler) {
      if (this.#early.length < 256) this.#early.push([message, buffers]);
      return;
    }
    const sequence = Number(message.seq);
    const gap = this.#sequence > 0 && sequence !== this.#sequence + 1;
    this.#sequence = Math.max(this.#sequence, sequence);
    handler(message, buffers);
    if (gap) this.onGap?.();
  }

  #answer(message: Message, buffers: Buffers): void {
    const id = Number(message.id);
    const pending = this.#pending.get(id);
    if (!pending) return; // another view's, or one from before a reload
    this.#settle(id);
    if (message.ok) pending.resolve({ result: message.result as never, buffers });
    else pending.reject(new KernelError(message.error as KernelFailure));
  }

  #markLate(id: number): void {
    if (Channel.withoutKernel) return;
    this.#late.add(id);
    waitingForKernel.value += 1;
  }

  #settle(id: number): void {
    clearTimeout(this.#pending.get(id)?.timer);
    this.#pending.delete(id);
    if (this.#late.delete(id)) waitingForKernel.value -= 1;
  }
}
