// Where one view of a notebook is shown outside of its cell: the same live model, rendered again.
import { openViews } from "../state/open_views";
import type { Lab, NotebookPanel, Panel, Renderer } from "./lab";

const WIDGET_VIEW = "application/vnd.jupyter.widget-view+json";

export class ViewArea {
  readonly panel: Panel;
  #lab: Lab;
  #notebook: NotebookPanel | null = null;
  #id = "";
  #title = "";
  #rendered: Renderer | null = null;

  constructor(lab: Lab) {
    this.#lab = lab;
    this.panel = new lab.Panel();
    this.panel.addClass("tbwidget-area");
    this.panel.node.dataset.tbwidgetFill = "";
  }

  get id(): string {
    return this.#id;
  }

  /** Show a view of a notebook; nothing if `id` is empty. */
  async show(notebook: NotebookPanel | null, id: string): Promise<void> {
    if (id === this.#id && notebook === this.#notebook) return;
    this.#rendered?.dispose();
    this.#rendered = null;
    this.#notebook = notebook;
    this.#id = id;
    if (!id || !notebook || notebook.isDisposed) return;
    this.#title = openViews().views.get(id)?.title ?? "";
    const renderer = notebook.content.rendermime.createRenderer(WIDGET_VIEW);
    this.#rendered = renderer;
    this.panel.addWidget(renderer);
    const data = { [WIDGET_VIEW]: { model_id: id, version_major: 2, version_minor: 0 } };
    try {
      await renderer.renderModel(new this.#lab.MimeModel({ data, trusted: true }));
    } catch (error) {
      if (!renderer.isDisposed) throw error; // else it made room for another meanwhile
    }
  }

  /** Go over to the view that took the place of one whose cell was run again. */
  follow(): void {
    const { views } = openViews();
    const shown = views.get(this.#id);
    if (!this.#id || (shown && !shown.gone)) {
      this.#title = shown?.title || this.#title;
      return;
    }
    const kernel = this.#notebook?.sessionContext.session?.kernel?.id;
    const next = [...views.values()].find(
      (one) => one.kernel === kernel && one.title === this.#title && !one.gone,
    );
    if (next) void this.show(this.#notebook, next.id);
  }
}
