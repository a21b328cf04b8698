// The views that are open in the page, for what shows them elsewhere: JupyterLab's sidebar, which is
// another bundle and finds them under a symbol.
import type { Model } from "../wire/host";

/** A view, however often it is shown. */
export interface OpenView {
  /** Id of its model. */
  readonly id: string;
  /** Id of the kernel that it belongs to. */
  readonly kernel: string;
  title: string;
  /** Whether the kernel that made it is no more. */
  gone: boolean;
  shown: number;
}

export interface OpenViews {
  readonly views: Map<string, OpenView>;
  /** Shows a view in a tab of the application, where there is one. */
  popOut: ((id: string) => void) | null;
}

/** Dispatched on the document when something about the open views has changed. */
export const CHANGED = "tbwidget:views";
const KEY = Symbol.for("tbwidget.open_views");

export function openViews(): OpenViews {
  const holder = globalThis as { [KEY]?: OpenViews };
  holder[KEY] ??= { views: new Map(), popOut: null };
  return holder[KEY];
}

export function idOf(model: Model): string {
  return String(model.get("_channel")).replace("anywidget:", "");
}
