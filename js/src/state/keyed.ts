/** Values made when they are first asked for. */
export class Keyed<K, V> {
  readonly #made = new Map<K, V>();

  constructor(private readonly make: (key: K) => V) {}

  get(key: K): V {
    let value = this.#made.get(key);
    if (value === undefined) {
      value = this.make(key);
      this.#made.set(key, value);
    }
    return value;
  }
}
