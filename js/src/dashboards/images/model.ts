// The images that the page holds for one widget.
import type { Session } from "../../state/session";
import type { Channel } from "../../wire/channel";
import type { FrameReader } from "../../wire/frame";
import { type Options, type ValueItem, ValueModel } from "../values/model";

const BUDGET_BYTES = 64 * 2 ** 20;
const models = new WeakMap<Channel, ImagesModel>();

/** One sample of a step, or the reason why it is not shown. */
export interface Picture {
  samples: number;
  mime: string;
  width: number;
  height: number;
  bytes: number;
  error: string;
  /** Where the page finds it; null if it is not shown. */
  url: string | null;
}

interface PictureItem extends ValueItem, Partial<Omit<Picture, "error" | "url">> {}

export class ImagesModel extends ValueModel<Picture> {
  protected readonly pushed: Options = { sample: 0 };

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
    this.listen();
  }

  protected parse(item: PictureItem, reader: FrameReader): [Picture, number] {
    const { samples = 0, mime = "", width = 0, height = 0, bytes = 0, error = "" } = item;
    const url = item.buffers
      ? URL.createObjectURL(new Blob([reader.bytes()], { type: mime }))
      : null;
    return [{ samples, mime, width, height, bytes, error, url }, url ? bytes : 256];
  }

  protected override dispose({ url }: Picture): void {
    if (url) URL.revokeObjectURL(url);
  }
}
