// What a report holds: records, and a directory that tells which is which.
// `tbwidget/widget/report/recording.py` is the other side.
import type { Message } from "../wire/host";

export interface Directory {
  /** The model of the view that is shown. */
  view: string;
  /** The traits of each model. */
  models: Record<string, Record<string, unknown>>;
  /** The records of bundles, by name. */
  modules: Record<string, number>;
  channels: Record<string, Entries>;
  /** Bytes of each record; negative for one that is not deflated. */
  sizes: readonly number[];
}

/** The records of what one model is sent. */
export interface Entries {
  catalog?: number;
  status?: number;
  /** What does not belong to any one tag. */
  general?: readonly number[];
  tags: Record<string, readonly number[]>;
  /** By tag, run and what tells a value from others of these. */
  values: Record<string, Record<string, Record<string, number>>>;
  /** Answers to requests without arguments. */
  answers: Record<string, number>;
}

export type Packet = [message: Message, buffers: DataView<ArrayBuffer>[]];

export class Records {
  readonly #text: string;
  readonly #sizes: readonly number[];
  /** Where each begins in the text. */
  readonly #starts: number[] = [];

  /** `text` is all records in base64, each by itself. */
  constructor(text: string, sizes: readonly number[]) {
    this.#text = text;
    this.#sizes = sizes;
    let start = 0;
    for (const size of sizes) {
      this.#starts.push(start);
      start += encodedSize(Math.abs(size));
    }
  }

  /** The message of a record, and its buffers. */
  async read(number: number): Promise<Packet> {
    const start = this.#starts[number];
    const size = this.#sizes[number];
    if (start === undefined || size === undefined)
      throw new Error(`the report has no record ${number}`);
    const packed = bytesOf(this.#text.slice(start, start + encodedSize(Math.abs(size))));
    return unpack(size < 0 ? packed : await inflate(packed));
  }
}

function unpack({ buffer, byteOffset }: Uint8Array<ArrayBuffer>): Packet {
  const length = new DataView(buffer, byteOffset).getUint32(0, true);
  let at = byteOffset + 4;
  const head = new TextDecoder().decode(new Uint8Array(buffer, at, length));
  const [message, sizes] = JSON.parse(head) as [Message, number[]];
  at += length;
  const buffers = sizes.map((size) => {
    at += size;
    return new DataView(buffer, at - size, size);
  });
  return [message, buffers];
}

function encodedSize(size: number): number {
  return Math.ceil(size / 3) * 4;
}

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

export async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
