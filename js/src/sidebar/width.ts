// The width of the sidebar while our panel is the one in it: JupyterLab has one for all panels.
import type { Widget } from "./lab";

const KEY = "tbwidget:sidebar-width";
const DEFAULT_WIDTH = 440;
const LEAST_WIDTH = 280;

interface Split extends Widget {
  relativeSizes(): number[];
  setRelativeSizes(sizes: number[]): void;
}

/** Give `panel` the width that it had last. */
export function restoreWidth(panel: Widget): void {
  const split = splitOf(panel);
  const total = split?.node.clientWidth ?? 0;
  const width = Number(localStorage.getItem(KEY)) || DEFAULT_WIDTH;
  if (!split || !total || Math.abs(panel.node.clientWidth - width) < 8) return;
  const [left = 0, main = 0, ...others] = split.relativeSizes();
  const wanted = Math.min(width / total, 0.6);
  split.setRelativeSizes([wanted, Math.max(0.2, main + left - wanted), ...others]);
}

/** Remember the width that the user has given to `panel`. */
export function keepWidth(panel: Widget): void {
  const width = panel.node.clientWidth;
  if (panel.isVisible && width >= LEAST_WIDTH) localStorage.setItem(KEY, String(width));
}

function splitOf(panel: Widget): Split | null {
  for (let widget = panel.parent; widget; widget = widget.parent)
    if ("setRelativeSizes" in widget) return widget as Split;
  return null;
}
