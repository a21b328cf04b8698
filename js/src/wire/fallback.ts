// The picture that the kernel put into the notebook beside a view (`tbwidget/widget/fallback.py`):
// hidden while the view is there. A rule does it, so that it holds for every copy and every update
// of the picture before one is drawn.
import type { Model } from "./host";

/** How many mounted views each mark has. */
const views = new Map<string, { count: number; sheet: CSSStyleSheet }>();

/** Hide the picture of a view until the function returned is called. */
export function hidePicture(model: Model): () => void {
  const mark = String(model.get("_picture_mark") ?? "");
  if (!/^[\w+/=]{16,64}$/.test(mark)) return () => {};
  let held = views.get(mark);
  if (!held) {
    const sheet = new CSSStyleSheet();
    const picture = `img[src*="${mark}"]`;
    sheet.replaceSync(
      `${picture},.jp-OutputArea-child:has(>.jp-OutputArea-output ${picture}){display:none!important}`,
    );
    document.adoptedStyleSheets.push(sheet);
    held = { count: 0, sheet };
    views.set(mark, held);
  }
  held.count += 1;
  const { sheet } = held;
  let hidden = true;
  return () => {
    if (!hidden) return;
    hidden = false;
    const left = views.get(mark);
    if (!left || --left.count > 0) return;
    views.delete(mark);
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
  };
}

/** The last picture of a view as the URL of an image; null if there is none. */
export function savedPicture(model: Model): string | null {
  const bytes = model.get("_picture") as DataView<ArrayBuffer> | null | undefined;
  if (!bytes?.byteLength) return null;
  return URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
}
