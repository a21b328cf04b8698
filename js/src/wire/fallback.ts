// The picture that the kernel put into the notebook beside a view (`tbwidget/widget/fallback.py`).
import type { Model } from "./host";

/** Hide the picture of a view until the function returned is called.
 *
 * A style rule does it: it holds for every copy and update of the picture before that is drawn.
 */
export function hidePicture(model: Model): () => void {
  const mark = String(model.get("_picture_mark") ?? "");
  if (!/^[\w+/=]{16,64}$/.test(mark)) return () => {};
  const picture = `img[src*="${mark}"]`;
  const output = `.jp-OutputArea-child:has(>.jp-OutputArea-output ${picture})`;
  const frame = `iframe:has(+${picture})`; // what `embed` puts before it
  // JupyterLab gives up models that come after two seconds, and shows no view of them then.
  const givenUp = ".jp-OutputArea-child:has(+*>.jp-OutputArea-output.jupyter-widgets)";
  const hidden = `:is(${picture},${frame}):not(${givenUp} *),${output}:not(${givenUp})`;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`${hidden}{display:none!important}`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  return () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
  };
}

/** The last picture of a view as the URL of an image; null if there is none. */
export function savedPicture(model: Model): string | null {
  const bytes = model.get("_picture") as DataView<ArrayBuffer> | null | undefined;
  if (!bytes?.byteLength) return null;
  return URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
}
