// Stands for the kernel: answers what a page asks from the records, and pushes what it lacks.
import type { Buffers, Host, Message, StubExports } from "../wire/host";
import { own } from "./own";
import type { Directory, Entries, Packet, Records } from "./records";
import { listen, ReportModel } from "./report_model";
import { searchTexts } from "./search";
import { curves, values } from "./values";

/** What is asked for and was not recorded. */
export class NotRecordedError extends Error {
  constructor(what: string) {
    super(`${what} is not in this report: only a kernel can tell.`);
    this.name = "NotRecordedError";
  }
}

const NOTHING: Entries = { tags: {}, values: {}, answers: {} };

export class Player {
  readonly host: Host;
  readonly #directory: Directory;
  readonly #records: Records;
  readonly #channels = new Map<string, PlayedChannel>();

  constructor(directory: Directory, records: Records) {
    this.#directory = directory;
    this.#records = records;
    this.host = {
      getModel: async (reference) => this.model(reference),
      getWidget: async (reference) => ({ exports: this.#channel(reference).exports }),
    };
  }

  model(reference: string): ReportModel {
    return this.#channel(reference).model;
  }

  #channel(reference: string): PlayedChannel {
    let channel = this.#channels.get(reference);
    if (!channel) {
      channel = new PlayedChannel(reference, this.#directory, this.#records);
      this.#channels.set(reference, channel);
    }
    return channel;
  }
}

class PlayedChannel {
  readonly model: ReportModel;
  readonly exports: StubExports;
  readonly #directory: Directory;
  readonly #records: Records;
  readonly #entries: Entries;
  #sequence = 0;
  /** Resolved when all that was asked for before has been told. */
  #told: Promise<unknown> = Promise.resolve();

  constructor(reference: string, directory: Directory, records: Records) {
    const state = own(directory.models, reference);
    if (!state) throw new Error(`the report has no ${reference}`);
    this.#directory = directory;
    this.#records = records;
    this.#entries = own(directory.channels, reference) ?? NOTHING;
    this.model = new ReportModel(state, (message) => this.#take(message));
    this.exports = listen(this.model);
  }

  /** One request after the other, as a kernel would take them. */
  #take({ id, op, args = {} }: Message): void {
    if (id === undefined) return; // what only a kernel need know
    this.#told = this.#told.then(async () => {
      try {
        const [result, buffers] = await this.#answer(String(op), args as Message);
        this.model.hear({ op: "answer", id, ok: true, result }, buffers);
        await this.#push(String(op), args as Message);
      } catch (error) {
        const { name: type, message } = error as Error;
        this.model.hear({ op: "answer", id, ok: false, error: { type, message, hint: "" } }, []);
      }
    });
  }

  async #answer(op: string, args: Message): Promise<[unknown, Buffers]> {
    const [entries, records] = [this.#entries, this.#records];
    if (op === "hello" || op === "watch" || op === "layout") return [null, []];
    if (op === "module") return records.read(this.#moduleOf(String(args.name)));
    if (op === "values") return values(entries, records, args);
    if (op === "curve") return curves(entries, records, args);
    if (op === "search") return [await searchTexts(entries, records, await this.#runs(), args), []];
    const number = own(entries.answers, op);
    if (number === undefined) throw new NotRecordedError("This");
    return records.read(number);
  }

  #moduleOf(name: string): number {
    const number = own(this.#directory.modules, name);
    if (number === undefined) throw new NotRecordedError(`The code of ${name}`);
    return number;
  }

  /** The numbers of the runs by name. */
  async #runs(): Promise<Map<string, number>> {
    const [reference = ""] = Object.keys(this.#directory.channels).filter(
      (name) => this.#directory.channels[name]?.catalog !== undefined,
    );
    const number = this.#directory.channels[reference]?.catalog ?? -1;
    const [{ runs }] = await this.#records.read(number);
    return new Map((runs as [number, string][]).map(([number, name]) => [name, number]));
  }

  /** Tell what a page gets that has asked for something. */
  async #push(op: string, args: Message): Promise<void> {
    const { catalog, status, general = [], tags } = this.#entries;
    if (op === "hello")
      for (const one of [catalog, status]) if (one !== undefined) await this.#tell(one);
    if (op === "layout") for (const one of general) await this.#tell(one);
    if (op !== "watch") return;
    for (const tag of args.missing as string[])
      for (const one of own(tags, tag) ?? []) await this.#tell(one);
  }

  async #tell(record: number): Promise<void> {
    const [message, buffers]: Packet = await this.#records.read(record);
    this.model.hear({ ...message, seq: ++this.#sequence }, buffers);
  }
}
