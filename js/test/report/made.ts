// Reports as `tbwidget/widget/report/recording.py` writes them, for tests.
import { deflateSync } from "node:zlib";
import { Player } from "../../src/report/player";
import type { Directory, Entries } from "../../src/report/records";
import { Records } from "../../src/report/records";
import type { Buffers, Message } from "../../src/wire/host";

export class Made {
  readonly #texts: string[] = [];
  readonly #sizes: number[] = [];

  /** Add a record and return its number. */
  add(message: unknown, buffers: Uint8Array[] = [], deflate = true): number {
    const head = Buffer.from(JSON.stringify([message, buffers.map((one) => one.length)]));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(head.length);
    const whole = Buffer.concat([length, head, ...buffers]);
    const packed = deflate ? deflateSync(whole) : whole;
    this.#texts.push(packed.toString("base64"));
    this.#sizes.push(deflate ? packed.length : -packed.length);
    return this.#sizes.length - 1;
  }

  records(): Records {
    return new Records(this.#texts.join(""), this.#sizes);
  }

  /** A player of a report with one channel, and what its page hears and asks. */
  play(entries: Partial<Entries>, modules: Record<string, number> = {}) {
    const directory: Directory = {
      view: "anywidget:x",
      models: { "anywidget:x": { smoothing: 0.5 } },
      modules,
      channels: { "anywidget:x": { tags: {}, values: {}, answers: {}, ...entries } },
      sizes: this.#sizes,
    };
    const player = new Player(directory, this.records());
    const model = player.model("anywidget:x");
    const heard: [Message, Buffers][] = [];
    let arrived = () => {};
    model.on("msg:custom", (message: Message, buffers: Buffers) => {
      heard.push([message, buffers]);
      arrived();
    });
    /** Wait until so many messages have been heard. */
    const wait = async (count: number) => {
      while (heard.length < count)
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      return heard;
    };
    let id = 0;
    const ask = async (op: string, args: Message = {}) => {
      const [before, own] = [heard.length, ++id];
      model.send({ op, id: own, args });
      await wait(before + 1);
      const answer = heard.find(([message]) => message.op === "answer" && message.id === own);
      return answer as [Message, Buffers];
    };
    return { player, model, heard, wait, ask };
  }
}

export function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

export function doubles(...values: number[]): Uint8Array {
  return new Uint8Array(Float64Array.from(values).buffer);
}

export function held(buffers: Buffers): number[][] {
  return buffers.map((buffer) => {
    const view = buffer as DataView;
    return [...new Uint8Array(view.buffer, view.byteOffset, view.byteLength)];
  });
}
