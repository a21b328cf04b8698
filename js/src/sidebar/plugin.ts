// The prebuilt extension of JupyterLab and Notebook 7: a container that they load, and its plugin.

import { openViews } from "../state/open_views";
import styles from "../styles/sidebar.css";
import { ViewArea } from "./area";
import { askWhileBusy } from "./busy_kernel";
import { EventFolders } from "./folders";
import {
  type Application,
  borrow,
  type FileBrowser,
  type Lab,
  type NotebookPanel,
  type ShareScope,
  type Tracker,
} from "./lab";
import { createSidebar, PANEL_ID } from "./panel";

const NAME = "tbwidget";
const FOLDER = '.jp-DirListing-item[data-isdir="true"]';
const LOOK_AFTER_MS = 150;
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="16"><path class="jp-icon3" fill="#616161" d="M3 3h2v16h16v2H3zm4.6 12.2 3.9-5.4 3 2.6 4.7-6.6 1.6 1.2-5.9 8.2-3-2.6-2.7 3.8z"/></svg>';

interface Tokens {
  ILabShell: unknown;
  ILayoutRestorer: unknown;
  INotebookTracker: unknown;
  IDefaultFileBrowser: unknown;
  ICommandPalette: unknown;
}

function activate(
  lab: Lab,
  app: Application,
  tracker: Tracker<NotebookPanel>,
  shell: unknown,
  restorer: { add(widget: unknown, name: string): void } | null,
  browser: FileBrowser | null,
  palette: { addItem(options: Record<string, unknown>): void } | null,
): void {
  const style = document.createElement("style");
  style.textContent = styles;
  document.head.append(style);
  const icon = new lab.LabIcon({ name: "tbwidget:board", svgstr: ICON });

  /** Show a view in a tab of its own, beside its notebook. */
  const popOut = (notebook: NotebookPanel, id: string) => {
    const area = new ViewArea(lab);
    const tab = new lab.MainAreaWidget({ content: area.panel });
    tab.id = `tbwidget-tab-${id}`;
    tab.title.label = openViews().views.get(id)?.title ?? "TensorBoard";
    tab.title.icon = icon;
    tab.title.closable = true;
    const follow = () => area.follow();
    document.addEventListener("tbwidget:views", follow);
    tab.disposed.connect(() => document.removeEventListener("tbwidget:views", follow));
    app.shell.add(tab, "main", { mode: "split-right", ref: notebook.id });
    void area.show(notebook, id);
  };
  const popOutShown = () => {
    const shown = sidebar.shown();
    if (shown) popOut(shown.notebook, shown.view.id);
  };
  const sidebar = createSidebar(lab, tracker, shell ? popOutShown : null);
  sidebar.panel.title.icon = icon;
  if (shell)
    openViews().popOut = (id) => {
      // It was clicked in its notebook, which is the current one then.
      if (tracker.currentWidget) popOut(tracker.currentWidget, id);
    };
  app.shell.add(sidebar.panel, "left", { rank: 900 });
  restorer?.add(sidebar.panel, PANEL_ID);

  const show = () => {
    app.shell.expandLeft?.(PANEL_ID);
    app.shell.activateById(PANEL_ID);
  };
  const folders = new EventFolders(app.serviceManager.contents);
  const folder = () => {
    const [selected] = browser?.selectedItems() ?? [];
    return selected?.type === "directory" ? selected.path : null;
  };
  const commands = {
    [`${NAME}:show`]: { label: "Show TensorBoard", execute: show },
    [`${NAME}:open-tab`]: { label: "Open TensorBoard in a Tab", execute: popOutShown },
    [`${NAME}:open-directory`]: {
      label: "Open in TensorBoard View",
      isVisible: () => folders.holdsEvents(folder() ?? "") !== false,
      execute: (args: Record<string, unknown>) => {
        const path = String(args.path ?? folder() ?? "");
        show();
        if (path) sidebar.open(path);
      },
    },
  };
  for (const [id, command] of Object.entries(commands)) app.commands.addCommand(id, command);
  app.contextMenu.addItem({ command: `${NAME}:open-directory`, selector: FOLDER, rank: 3.5 });
  for (const name of shell ? ["show", "open-tab"] : ["show"])
    palette?.addItem({ command: `${NAME}:${name}`, category: "TensorBoard" });
  if (browser) lookAtFolders(browser, folders);
}

/** Find out about the folder under the pointer, so that its menu is the right one when it opens. */
function lookAtFolders(browser: FileBrowser, folders: EventFolders): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  browser.node.addEventListener("pointerover", (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const entry = browser.modelForClick(event);
      if (entry?.type === "directory") void folders.look(entry.path);
    }, LOOK_AFTER_MS);
  });
}

/** Return the plugins, made of what the page lends. */
async function makePlugins(scope: ShareScope) {
  const names = [
    "application",
    "apputils",
    "filebrowser",
    "notebook",
    "rendermime",
    "ui-components",
  ];
  const packages = names.map((name) => borrow(scope, `@jupyterlab/${name}`));
  const [lumino, application, apputils, filebrowser, notebook, rendermime, ui] = await Promise.all([
    borrow(scope, "@lumino/widgets"),
    ...packages,
  ]);
  const tokens: Tokens = { ...application, ...apputils, ...filebrowser, ...notebook };
  const lab: Lab = {
    Panel: lumino.Panel,
    Widget: lumino.Widget,
    MainAreaWidget: apputils.MainAreaWidget,
    MimeModel: rendermime.MimeModel,
    LabIcon: ui.LabIcon,
  };
  const { ILabShell, ILayoutRestorer, IDefaultFileBrowser, ICommandPalette } = tokens;
  const sidebar = {
    id: `${NAME}:sidebar`,
    description: "Boards of the current notebook in the side area.",
    autoStart: true,
    requires: [tokens.INotebookTracker],
    optional: [ILabShell, ILayoutRestorer, IDefaultFileBrowser, ICommandPalette],
    activate: (app: Application, ...services: unknown[]) => {
      // Broken, it must not take anything else with it.
      try {
        // biome-ignore lint/suspicious/noExplicitAny: as the tokens above say
        (activate as any)(lab, app, ...services);
      } catch (error) {
        console.warn("tbwidget's sidebar could not be started:", error);
      }
    },
  };
  const busyKernels = {
    id: `${NAME}:busy-kernels`,
    description: "Widgets of a page that is loaded while a cell runs are alive at once.",
    autoStart: true,
    requires: [tokens.INotebookTracker],
    activate: ({ serviceManager }: Application, tracker: Tracker<NotebookPanel>) => {
      const follow = ({ sessionContext }: NotebookPanel) =>
        askWhileBusy(sessionContext, serviceManager.kernels);
      tracker.forEach(follow);
      tracker.widgetAdded.connect((_, notebook) => follow(notebook));
    },
  };
  return [sidebar, busyKernels];
}

let scope: ShareScope = {};
const container = {
  init: (given: ShareScope) => {
    scope = given;
  },
  get: async () => {
    const plugins = await makePlugins(scope);
    return () => ({ __esModule: true, default: plugins });
  },
};
const page = globalThis as { _JUPYTERLAB?: Record<string, unknown> };
page._JUPYTERLAB ??= {};
page._JUPYTERLAB[NAME] = container;
