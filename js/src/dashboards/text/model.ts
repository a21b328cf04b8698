// The texts that the page holds for one widget.
import { type Signal, signal } from "@preact/signals";
import type { RunInfo, Session } from "../../state/session";
import { Setting } from "../../state/settings";
import type { Channel } from "../../wire/channel";
import type { FrameReader } from "../../wire/frame";
import { ValueCardState } from "../values/card_state";
import { type Options, type ValueItem, ValueModel } from "../values/model";
import type { Unit } from "./difference";
import { TextSearch } from "./search";

const BUDGET_BYTES = 32 * 2 ** 20;
const models = new WeakMap<Channel, TextModel>();

export type TextMode = "step" | "all" | "difference";

/** One text: its elements row by row, or the reason why it is not shown. */
export interface TextValue {
  shape: number[];
  /** Of the elements that were sent. */
  columns: number;
  /** Of the whole text. */
  characters: number;
  /** Whether not all of it was sent. */
  cut: boolean;
  /** How many characters of those sent are replacements. */
  nuls: number;
  invalid: number;
  note: string;
  error: string;
  elements: string[];
}

type TextItem = ValueItem & Partial<Omit<TextValue, "elements">>;

/** One side of a comparison; null: the card's step, and a run by its place. */
export interface Side {
  run: RunInfo["number"] | null;
  step: number | null;
}

export class TextCardState extends ValueCardState {
  /** The texts of which all is shown, by where they lie. */
  readonly whole: Signal<ReadonlySet<string>> = signal(new Set());
  readonly sides: readonly [Signal<Side>, Signal<Side>] = [
    signal({ run: null, step: null }),
    signal({ run: null, step: null }),
  ];
  readonly unit: Signal<Unit> = signal("words");
}

export class TextModel extends ValueModel<TextValue, TextCardState> {
  protected readonly pushed: Options = {};
  readonly mode: Setting<TextMode>;
  readonly markdown: Setting<boolean>;
  readonly query: Setting<string>;
  readonly regex: Setting<boolean>;
  readonly search: TextSearch;

  static of(channel: Channel, session: Session): TextModel {
    let model = models.get(channel);
    if (!model) {
      model = new TextModel(channel, session);
      models.set(channel, model);
    }
    return model;
  }

  private constructor(channel: Channel, session: Session) {
    super(channel, session, "text", BUDGET_BYTES);
    this.mode = new Setting<TextMode>(channel.model, "mode");
    this.markdown = new Setting<boolean>(channel.model, "markdown");
    this.query = new Setting<string>(channel.model, "search");
    this.regex = new Setting<boolean>(channel.model, "regex");
    this.search = new TextSearch(channel);
    this.listen();
  }

  protected override newState(): TextCardState {
    return new TextCardState();
  }

  protected parse(item: TextItem, reader: FrameReader): [TextValue, number] {
    const { shape = [], columns = 0, characters = 0, cut = false, nuls = 0, invalid = 0 } = item;
    const { note = "", error = "", buffers } = item;
    const bytes = buffers ? reader.bytes() : new Uint8Array();
    const elements = buffers ? (JSON.parse(new TextDecoder().decode(bytes)) as string[]) : [];
    const value = { shape, columns, characters, cut, nuls, invalid, note, error, elements };
    return [value, 512 + 2 * bytes.length];
  }
}

/** The whole of what was sent as one text: a line a row, tabs between columns. */
export function plainText({ elements, columns }: TextValue): string {
  const parts = elements.map((text, at) => text + ((at + 1) % (columns || 1) ? "\t" : "\n"));
  return parts.join("").slice(0, -1);
}
