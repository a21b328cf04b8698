// Images as files out of the page: one, all of a series as a zip, or a strip of them.
import type { Channel } from "../../wire/channel";
import type { TagRow } from "../../wire/types";
import { saveFile } from "../scalars/card_export";
import { type Entry, entryOf, type Wish } from "../values/model";
import type { ImagesModel, Picture } from "./model";
import type { Pane } from "./panes";

const MOST_TILES = 64;
/** Of a strip, in pixels: browsers make no larger canvas for certain. */
const MOST_SIDE = 8192;
const LABEL = 16;
const GAP = 4;

export function safeName(...parts: readonly (string | number)[]): string {
  return parts
    .map((part) => String(part).replace(/[^\w.+-]+/g, "_"))
    .join("_")
    .replace(/^[._-]+/, "");
}

/** Save the images that are shown, each as it was written. */
export function saveShown(tag: TagRow, panes: readonly Pane[]): string {
  const shown = panes.filter(({ picture }) => picture?.blob && !picture.error);
  for (const { run, entry, picture } of shown) {
    const ending = picture?.mime.replace("image/", "").replace("jpeg", "jpg");
    saveFile(`${safeName(run.name, tag[1], entry?.step ?? "")}.${ending}`, picture?.blob as Blob);
  }
  return shown.length ? "" : "There is no image to save.";
}

/** Save all images of a tag as a zip that the kernel makes; tell what is left out. */
export async function saveSeries(
  channel: Channel,
  tag: TagRow,
  runs: readonly string[],
): Promise<string> {
  const parts: BlobPart[] = [];
  let offset = 0;
  for (;;) {
    const { result, buffers } = await channel.request<{
      bytes: number;
      files: number;
      complete: boolean;
    }>("archive", { tags: [tag[1]], runs, offset });
    const [part] = buffers;
    if (!part?.byteLength) throw new Error("the kernel sent nothing");
    parts.push(part as BlobPart);
    offset += part.byteLength;
    if (offset < result.bytes) continue;
    saveFile(`${safeName(tag[1])}.zip`, new Blob(parts, { type: "application/zip" }));
    return result.complete ? "" : `The first ${result.files} images: all would be too large.`;
  }
}

/** Evenly spaced rows, the last one among them. */
export function spacedRows(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, row) => row);
  return Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / (most - 1)));
}

/** Save the images of each run over the steps as one PNG, a line a run. */
export async function saveStrip(model: ImagesModel, tag: TagRow, sample: number): Promise<string> {
  const lines: { name: string; tiles: [Entry, Picture][] }[] = [];
  let left = 0;
  const sources = model.sources(tag);
  const most = Math.max(2, Math.floor(MOST_TILES / Math.max(1, sources.length)));
  for (const source of sources) {
    const rows = spacedRows(source.summary.step.length, most);
    left += source.summary.step.length - rows.length;
    const tiles: [Entry, Picture][] = [];
    for (const row of rows) {
      const wish: Wish = { entry: entryOf(source, row), options: { sample } };
      tiles.push([wish.entry, await model.fetch(tag, wish)]);
    }
    lines.push({ name: source.run.label, tiles });
  }
  const blob = await paintStrip(lines);
  saveFile(`${safeName(tag[1])}.png`, blob);
  return left ? `${left} steps are left out: the strip would be too long.` : "";
}

async function paintStrip(
  lines: readonly { name: string; tiles: readonly [Entry, Picture][] }[],
): Promise<Blob> {
  const all = lines.flatMap(({ tiles }) => tiles.map(([, picture]) => picture));
  const columns = Math.max(1, ...lines.map(({ tiles }) => tiles.length));
  const wide = Math.max(1, ...all.map(({ width }) => width));
  const high = Math.max(1, ...all.map(({ height }) => height));
  const room = (side: number, count: number, label: number) => side / count - GAP - label;
  const fit = Math.min(
    room(MOST_SIDE, columns, 0) / wide,
    room(MOST_SIDE, Math.max(1, lines.length), LABEL) / high,
  );
  // Small images are enlarged, so that the steps above them can be read.
  const scale = Math.min(fit, Math.max(1, Math.floor(64 / Math.min(wide, high))));
  const [tileWidth, tileHeight] = [Math.ceil(wide * scale), Math.ceil(high * scale)];
  const canvas = document.createElement("canvas");
  canvas.width = columns * (tileWidth + GAP);
  canvas.height = lines.length * (tileHeight + GAP + LABEL);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser has no 2-D canvas");
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "black";
  context.font = "11px sans-serif";
  context.imageSmoothingEnabled = scale < 1;
  for (const [row, { name, tiles }] of lines.entries())
    for (const [column, [{ step }, { blob }]] of tiles.entries()) {
      const [x, y] = [column * (tileWidth + GAP), row * (tileHeight + GAP + LABEL)];
      context.fillText(column ? String(step) : `${step}  ${name}`, x, y + LABEL - 4);
      const image = blob && (await createImageBitmap(blob).catch(() => null));
      if (!image) continue; // what cannot be decoded leaves its place empty
      context.drawImage(image, x, y + LABEL, image.width * scale, image.height * scale);
      image.close();
    }
  return new Promise((resolve, reject) => {
    const done = (blob: Blob | null) =>
      blob ? resolve(blob) : reject(new Error("the strip is too large"));
    canvas.toBlob(done, "image/png");
  });
}
