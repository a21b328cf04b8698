// Columns out of message buffers; `tbwidget/widget/frame.py` is the other side.
import type { Buffers } from "./host";

export type ColumnSpec = readonly [name: string, dtype: "f8" | "f4" | "i4" | "u1", length: number];
export type Columns = Record<string, Float64Array>;

const ARRAYS = { f8: Float64Array, f4: Float32Array, i4: Int32Array, u1: Uint8Array } as const;

/** Reads buffers one after the other, in the order in which the kernel packed the columns. */
export class FrameReader {
  #buffers: Buffers;
  #next = 0;

  constructor(buffers: Buffers) {
    this.#buffers = buffers;
  }

  columns(specs: readonly ColumnSpec[]): Columns {
    const columns: Columns = Object.create(null);
    for (const [name, dtype, length] of specs) {
      const buffer = this.#buffers[this.#next++];
      if (!buffer) throw new Error(`the message lacks the buffer of column ${name}`);
      columns[name] = toFloat64(buffer, dtype, length);
    }
    return columns;
  }

  /** The next buffer as it is, copied: it would keep the whole message alive. */
  bytes(): Uint8Array<ArrayBuffer> {
    const buffer = this.#buffers[this.#next++];
    if (!buffer) throw new Error("the message lacks a buffer");
    const view = ArrayBuffer.isView(buffer) ? buffer : new DataView(buffer);
    return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice() as never;
  }
}

function toFloat64(
  buffer: ArrayBuffer | DataView,
  dtype: keyof typeof ARRAYS,
  length: number,
): Float64Array {
  const kind = ARRAYS[dtype];
  const view = ArrayBuffer.isView(buffer) ? buffer : new DataView(buffer);
  const bytes = length * kind.BYTES_PER_ELEMENT;
  if (view.byteLength !== bytes) {
    throw new Error(`a column of ${length} ${dtype} came with ${view.byteLength} bytes`);
  }
  // Copied: the message's buffer may be unaligned, and would keep the whole message alive.
  const copy = view.buffer.slice(view.byteOffset, view.byteOffset + bytes) as ArrayBuffer;
  const array = new kind(copy);
  return array instanceof Float64Array ? array : Float64Array.from(array);
}
