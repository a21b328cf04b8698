// The images that the page holds for one widget, and what is set for them.
import { type Signal, signal } from "@preact/signals";
import type { RunInfo, Session } from "../../state/session";
import { Setting } from "../../state/settings";
import type { Channel } from "../../wire/channel";
import type { FrameReader } from "../../wire/frame";
import type { TagRow } from "../../wire/types";
import { ValueCardState } from "../values/card_state";
import { type Options, type ValueItem, ValueModel } from "../values/model";

const BUDGET_BYTES = 64 * 2 ** 20;
/** An element may just be about to load what is not held any more. */
const LINGER_MS = 1_000;
const models = new WeakMap<Channel, ImagesModel>();

/** One sample of a step, or the reason why it is not shown. */
export interface Picture {
  samples: number;
  mime: string;
  width: number;
  height: number;
  bytes: number;
  error: string;
  /** Its bytes and where the page finds them; null if it is not shown. */
  blob: Blob | null;
  url: string | null;
}

interface PictureItem extends ValueItem, Partial<Omit<Picture, "error" | "url" | "blob">> {}

export type CompareMode = "wipe" | "flicker" | "difference";

/** Two images of a card over each other. */
export interface Comparison {
  mode: CompareMode;
  /** Numbers of the runs; null for the first, or the one after it. */
  a: number | null;
  b: number | null;
  /** The step of the second image; null for that of the card. */
  step: number | null;
  /** Where the second image begins, 0 to 1. */
  edge: number;
  /** By what differences are multiplied. */
  gain: number;
}

export class ImageCardState extends ValueCardState {
  readonly sample = signal(0);
  readonly playing = signal(false);
  readonly comparison: Signal<Comparison | null> = signal(null);
}

export class ImagesModel extends ValueModel<Picture, ImageCardState> {
  protected readonly pushed: Options = { sample: 0 };
  readonly brightness: Setting<number>;
  readonly contrast: Setting<number>;
  readonly actualSize: Setting<boolean>;
  readonly rate: Setting<number>;
  /** The runs that this widget is about; null: all. */
  readonly #only: Signal<readonly string[] | null>;

  static of(channel: Channel, session: Session): ImagesModel {
    let model = models.get(channel);
    if (!model) {
      model = new ImagesModel(channel, session);
      models.set(channel, model);
    }
    return model;
  }

  private constructor(channel: Channel, session: Session) {
    super(channel, session, "images", BUDGET_BYTES);
    const { model } = channel;
    this.brightness = new Setting(model, "brightness");
    this.contrast = new Setting(model, "contrast");
    this.actualSize = new Setting(model, "actual_size");
    this.rate = new Setting(model, "rate");
    this.#only = signal(model.get("runs") as string[] | null);
    model.on("change:runs", () => {
      this.#only.value = model.get("runs") as string[] | null;
    });
    this.listen();
  }

  protected override newState(): ImageCardState {
    return new ImageCardState();
  }

  /** Where the kernel is asked for files. */
  get kernel(): Channel {
    return this.channel;
  }

  /** The selected runs that have a tag, whether their images are known yet or not. */
  runs([, , holders]: TagRow): RunInfo[] {
    const only = this.#only.value;
    return this.session.selected.value.filter(
      ({ name, number }) =>
        (!only || only.includes(name)) && (!holders || holders.includes(number)),
    );
  }

  /** The browser cannot decode an image. */
  fail(tag: TagRow, picture: Picture): void {
    if (picture.error) return;
    const what = `${picture.mime}, ${picture.bytes.toLocaleString("en")} bytes`;
    picture.error = `The browser cannot decode this image (${what}).`;
    this.revision(tag[0]).value++;
  }

  protected parse(item: PictureItem, reader: FrameReader): [Picture, number] {
    const { samples = 0, mime = "", width = 0, height = 0, bytes = 0, error = "" } = item;
    const blob = item.buffers ? new Blob([reader.bytes()], { type: mime }) : null;
    const url = blob && URL.createObjectURL(blob);
    return [{ samples, mime, width, height, bytes, error, blob, url }, url ? bytes : 256];
  }

  protected override dispose({ url }: Picture): void {
    if (url) setTimeout(() => URL.revokeObjectURL(url), LINGER_MS);
  }
}
