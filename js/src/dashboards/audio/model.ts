// The clips that the page holds for one widget.
import type { Session } from "../../state/session";
import { Setting } from "../../state/settings";
import type { Channel } from "../../wire/channel";
import type { FrameReader } from "../../wire/frame";
import { type Options, type ValueItem, ValueModel } from "../values/model";
import { AudioCardState } from "./card_state";

const BUDGET_BYTES = 64 * 2 ** 20;
const models = new WeakMap<Channel, AudioModel>();

/** What the kernel tells of one sample of a step; numbers that are not known are left out. */
interface Facts {
  samples: number;
  sample: number;
  label: string;
  mime: string;
  bytes: number;
  sample_rate: number;
  channels: number;
  seconds: number;
  encoding: string;
  /** The greatest sample in size; 1 is full scale. */
  peak: number;
  /** What must be known of it, or why there is no waveform. */
  note: string;
  /** Why it is not played. */
  error: string;
}

/** Power by frequency and time: a byte each, the lowest frequencies first. */
export interface Spectrogram {
  levels: Uint8Array<ArrayBuffer>;
  rows: number;
  columns: number;
  /** The levels 0 and 255 in decibels, and the frequency at the upper end in hertz. */
  low: number;
  high: number;
  top: number;
}

export interface Clip extends Partial<Facts> {
  /** The file; null if it is not played. */
  file: Blob | null;
  /** Lows and highs in turn, 128 for silence; null if there are none. */
  outline: Uint8Array<ArrayBuffer> | null;
  spectrogram: Spectrogram | null;
}

type ClipItem = ValueItem & Partial<Facts> & Partial<Omit<Spectrogram, "levels">>;

export class AudioModel extends ValueModel<Clip, AudioCardState> {
  protected readonly pushed: Options = { sample: 0 };
  readonly spectrogram: Setting<boolean>;

  static of(channel: Channel, session: Session): AudioModel {
    let model = models.get(channel);
    if (!model) {
      model = new AudioModel(channel, session);
      models.set(channel, model);
    }
    return model;
  }

  private constructor(channel: Channel, session: Session) {
    super(channel, session, "audio", BUDGET_BYTES);
    this.spectrogram = new Setting<boolean>(channel.model, "spectrogram");
    this.listen();
  }

  protected override newState(): AudioCardState {
    return new AudioCardState();
  }

  protected parse(item: ClipItem, reader: FrameReader): [Clip, number] {
    const clip: Clip = { ...item, file: null, outline: null, spectrogram: null };
    const { rows = 0, columns = 0, low = 0, high = 0, top = 0 } = item;
    let buffers = item.buffers ?? 0;
    const bytes = () => {
      buffers--;
      return reader.bytes();
    };
    if (buffers && rows) clip.spectrogram = { levels: bytes(), rows, columns, low, high, top };
    else if (buffers && columns) clip.outline = bytes();
    if (buffers) clip.file = new Blob([bytes()], { type: item.mime ?? "" });
    return [clip, 1024 + 2 * columns * (1 + rows) + (clip.file?.size ?? 0)];
  }
}
