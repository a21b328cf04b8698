// The values that the page holds, those looked at last, within a budget of bytes.

interface Held<V> {
  value: V;
  bytes: number;
}

export class ValueStore<V> {
  readonly #held = new Map<string, Held<V>>();
  readonly #budget: number;
  readonly #dispose: (value: V) => void;
  #bytes = 0;

  /** `dispose` is told of each value that goes. */
  constructor(budget: number, dispose: (value: V) => void = () => {}) {
    this.#budget = budget;
    this.#dispose = dispose;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The bytes of those of some values that are held. */
  bytesOf(keys: ReadonlySet<string>): number {
    let sum = 0;
    for (const key of keys) sum += this.#held.get(key)?.bytes ?? 0;
    return sum;
  }

  has(key: string): boolean {
    return this.#held.has(key);
  }

  /** The value of `key`, from now on the last one looked at. */
  get(key: string): V | undefined {
    const held = this.#held.get(key);
    if (!held) return undefined;
    this.#held.delete(key);
    this.#held.set(key, held);
    return held.value;
  }

  /** Take in a value; the oldest go if there are too many, but none of those `wanted`. */
  put(key: string, value: V, bytes: number, wanted: (key: string) => boolean): void {
    this.drop(key);
    this.#held.set(key, { value, bytes });
    this.#bytes += bytes;
    if (this.#bytes <= this.#budget) return;
    for (const old of [...this.#held.keys()]) {
      if (this.#bytes <= this.#budget) return;
      if (old !== key && !wanted(old)) this.drop(old);
    }
  }

  drop(key: string): void {
    const held = this.#held.get(key);
    if (!held) return;
    this.#held.delete(key);
    this.#bytes -= held.bytes;
    this.#dispose(held.value);
  }

  /** Drop all values whose key begins with `prefix`. */
  dropAll(prefix: string): void {
    for (const key of [...this.#held.keys()]) if (key.startsWith(prefix)) this.drop(key);
  }
}
