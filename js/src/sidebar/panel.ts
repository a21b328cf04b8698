// The panel: the current notebook's views to choose from, a directory to open, and one view, live.
import { CHANGED, type OpenView, openViews } from "../state/open_views";
import { ViewArea } from "./area";
import { openDirectory } from "./kernel";
import type { Lab, NotebookPanel, Panel, Tracker } from "./lab";
import { keepWidth, restoreWidth } from "./width";

export const PANEL_ID = "tbwidget-sidebar";
const SVG = "http://www.w3.org/2000/svg";
const NO_NOTEBOOK = "Open a notebook: boards live in its kernel.";
const NO_VIEW =
  "No board in this notebook yet. Run %tensorboard --logdir in a cell, or open a directory above.";
const RESTARTED = "The kernel was restarted. Run the cell again, or open the directory above.";
const BUSY = "The kernel is busy: the directory opens when the cell has ended.";

export interface Sidebar {
  panel: Panel;
  /** The view that is shown, and the notebook it is of. */
  shown(): { notebook: NotebookPanel; view: OpenView } | null;
  /** Open a directory of the server. */
  open(path: string): void;
}

export function createSidebar(
  lab: Lab,
  tracker: Tracker<NotebookPanel>,
  popOut: (() => void) | null,
): Sidebar {
  const parts = build(popOut);
  const area = new ViewArea(lab);
  const chosen = new WeakMap<NotebookPanel, string>();
  let notebook: NotebookPanel | null = null;
  let note = "";
  /** A view that has yet to be drawn for the first time. */
  let opening = "";

  /** The views of the notebook's kernel; what was made before a restart only if nothing since. */
  function viewsOfNotebook(): OpenView[] {
    const kernel = notebook?.sessionContext.session?.kernel?.id;
    const views = [...openViews().views.values()].filter((one) => one.kernel === kernel);
    const live = views.filter((one) => !one.gone);
    return live.length ? live : views;
  }

  function update(): void {
    area.follow();
    const views = viewsOfNotebook();
    if (openViews().views.has(opening)) opening = "";
    let id = (notebook && chosen.get(notebook)) ?? "";
    if (!id || (id !== opening && views.every((one) => one.id !== id))) {
      id = (views.find((one) => one.id === area.id) ?? views.at(-1))?.id ?? "";
      if (notebook) chosen.set(notebook, id);
    }
    parts.fill(views, id);
    const gone = views.length > 0 && views.every((one) => one.gone);
    parts.say(note || (notebook ? (gone ? RESTARTED : id ? "" : NO_VIEW) : NO_NOTEBOOK));
    void area.show(notebook, panel.isVisible ? id : "");
  }

  async function open(path: string, from: string): Promise<void> {
    const kernel = notebook?.sessionContext.session?.kernel;
    if (!notebook || !kernel) {
      parts.say(NO_NOTEBOOK);
      return;
    }
    note = kernel.status === "busy" ? BUSY : "Opening…";
    update();
    try {
      opening = await openDirectory(kernel, path, from);
      chosen.set(notebook, opening);
      note = "";
    } catch (error) {
      note = error instanceof Error ? error.message : String(error);
    }
    update();
  }

  const changed = () => {
    note = "";
    update();
  };
  const follow = () => {
    notebook?.sessionContext.kernelChanged.disconnect(changed);
    notebook?.sessionContext.statusChanged.disconnect(update);
    notebook = tracker.currentWidget;
    notebook?.sessionContext.kernelChanged.connect(changed);
    notebook?.sessionContext.statusChanged.connect(update);
    changed();
  };

  class SidebarPanel extends lab.Panel {
    // Lumino calls these.
    onAfterShow(): void {
      restoreWidth(this);
      update();
    }
    onAfterHide(): void {
      update();
    }
  }
  const panel = new SidebarPanel();
  panel.id = PANEL_ID;
  panel.title.caption = "TensorBoard";
  panel.addClass("tbwidget-sidebar");
  panel.addWidget(new lab.Widget({ node: parts.node }));
  panel.addWidget(area.panel);

  parts.select.onchange = () => {
    if (notebook) chosen.set(notebook, parts.select.value);
    changed();
  };
  parts.form.onsubmit = (event) => {
    event.preventDefault();
    const path = parts.input.value.trim();
    if (path) void open(path, "");
  };
  document.addEventListener(CHANGED, update);
  // Before Lumino, which lets nobody hear of it after a drag.
  window.addEventListener("pointerup", () => keepWidth(panel), true);
  tracker.currentChanged.connect(follow);
  follow();
  return {
    panel,
    shown: () => {
      const view = openViews().views.get(area.id);
      return notebook && view ? { notebook, view } : null;
    },
    open: (path) => void open(path, notebook?.context.path ?? ""),
  };
}

/** Build what stands above the view. */
function build(popOut: (() => void) | null) {
  const node = document.createElement("div");
  node.className = "tbwidget-bar";
  node.dataset.lmSuppressShortcuts = "true";
  const select = document.createElement("select");
  select.setAttribute("aria-label", "Board to show");
  const out = button("Open in a tab", "M6 2.5H2.5v9h9V8M8 2.5h3.5V6M11.5 2.5 6.5 7.5");
  out.onclick = popOut;
  const form = document.createElement("form");
  const input = document.createElement("input");
  input.placeholder = "Log directory";
  input.setAttribute("aria-label", "Log directory to open");
  input.spellcheck = false;
  const open = document.createElement("button");
  open.textContent = "Open";
  form.append(input, open);
  const message = document.createElement("p");
  message.setAttribute("role", "status");
  const row = document.createElement("div");
  row.className = "tbwidget-row";
  row.append(select, ...(popOut ? [out] : []));
  node.append(row, form, message);
  let options = "";
  return {
    node,
    select,
    form,
    input,
    fill(views: OpenView[], id: string): void {
      row.hidden = !views.length;
      const wanted = JSON.stringify(views.map((one) => [one.id, one.title]));
      if (wanted !== options) {
        options = wanted;
        select.replaceChildren(...views.map((one, at) => new Option(nameOf(views, at), one.id)));
      }
      select.value = id;
    },
    say(text: string): void {
      message.hidden = !text;
      if (message.textContent !== text) message.textContent = text;
    },
  };
}

/** The title of a view, with its number among those of the same title. */
function nameOf(views: OpenView[], at: number): string {
  const title = views[at]?.title ?? "";
  const number = views.slice(0, at + 1).filter((one) => one.title === title).length;
  return number > 1 ? `${title} (${number})` : title;
}

function button(label: string, path: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.title = label;
  made.setAttribute("aria-label", label);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 14 14");
  svg.append(document.createElementNS(SVG, "path"));
  svg.firstElementChild?.setAttribute("d", path);
  made.append(svg);
  return made;
}
