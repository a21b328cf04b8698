// The bundle: evaluated once a page, whatever the number of widgets. `mount` draws one view.
import { signal } from "@preact/signals";
import { h, render } from "preact";
import { Board } from "./board/board";
import type { DashboardComponent, Tab, View } from "./board/view";
import { arriving } from "./dashboards/arriving";
import { CustomScalarsPanel } from "./dashboards/custom_scalars/panel";
import { DistributionsPanel } from "./dashboards/distributions/panel";
import { HistogramsPanel } from "./dashboards/histograms/panel";
import { PRCurvesPanel } from "./dashboards/pr_curves/panel";
import { ScalarsPanel } from "./dashboards/scalars/panel";
import { announce } from "./state/announce";
import { idOf, openViews } from "./state/open_views";
import { Session } from "./state/session";
import { Setting } from "./state/settings";
import { readTheme, themeRevision, watchTheme } from "./state/theme";
import { sheet } from "./styles/sheet";
import { Channel } from "./wire/channel";
import { hidePicture, savedPicture } from "./wire/fallback";
import type { Host, Model, RuntimeExports, StubExports, ViewProps } from "./wire/host";
import { listenForModules } from "./wire/modules";

/** To add a tab, add its component here, or its bundle in `js/build.mjs` and `arriving` here. */
const DASHBOARDS: Record<string, DashboardComponent> = {
  scalars: ScalarsPanel,
  custom_scalars: CustomScalarsPanel,
  images: arriving("images"),
  audio: arriving("audio"),
  histograms: HistogramsPanel,
  distributions: DistributionsPanel,
  pr_curves: PRCurvesPanel,
  tensors: arriving("tensors"),
  text: arriving("text"),
};

// For tests: how often this module ran.
const counts = globalThis as { __tbwidget_evaluations?: number };
counts.__tbwidget_evaluations = (counts.__tbwidget_evaluations ?? 0) + 1;

interface DashboardReference {
  kind: string;
  title: string;
  data_kinds: string[];
  /** Empty until there is something of its kinds. */
  model: string;
}

async function mount(props: ViewProps): Promise<() => void> {
  const showPicture = hidePicture(props.model);
  try {
    return await draw(props, showPicture);
  } catch (error) {
    showPicture();
    throw error;
  }
}

async function draw(props: ViewProps, showPicture: () => void): Promise<() => void> {
  const { model, el, host, signal: ended } = props;
  await nextTask();
  const self = await exportsOf(host, String(model.get("_channel")));
  self.mounted?.();
  const session = Session.of(await exportsOf(host, String(model.get("_state"))));
  const board = model.get("_kind") === "board";
  const { tabs, stop: stopTabs } = await openTabs(host, session, model, board);
  const title = board ? String(model.get("title") ?? "") : "";
  const root = attach(el);
  const view: View = {
    session,
    root,
    theme: signal(readTheme(root)),
    width: signal(el.clientWidth || 1000),
    tooltip: signal(null),
    popover: signal(null),
    highlighted: signal(null),
    target: signal(null),
  };
  const named = board ? "" : ` · ${tabs.value[0]?.title}`;
  const stop = [
    showPicture,
    followHeight(root, el, new Setting<number>(model, "height")),
    followTheme(view),
    followWidth(view, el),
    session.open(),
    stopTabs,
    announce(model, session, () => (title || session.title.value || "TensorBoard") + named),
  ];
  const tab = board ? new Setting<string>(model, "tab") : signal("");
  if (board)
    view.goTo = (kind, tag) => {
      view.target.value = tag;
      tab.value = kind;
    };
  if (board) view.popOut = popOutOf(model);
  const picture = () => savedPicture(model);
  // Called by the host's signal and again as its clean-up function.
  const unmount = () => {
    render(null, root);
    for (const one of stop.splice(0)) one();
  };
  ended?.addEventListener("abort", unmount, { once: true });
  await nextTask();
  if (ended?.aborted) unmount();
  else render(h(Board, { view, tabs, tabbed: board, title, tab, picture }), root);
  return unmount;
}

/** Let the page go on: what the host does for a view, and we, in one task would be a long one. */
function nextTask(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

async function exportsOf(host: Host, reference: string): Promise<StubExports> {
  return (await host.getWidget(reference)).exports as StubExports;
}

function referencesOf(model: Model, board: boolean): DashboardReference[] {
  if (board) return model.get("_dashboards") as DashboardReference[];
  const kind = String(model.get("_kind"));
  const data_kinds = model.get("_data_kinds") as string[];
  return [{ kind, title: kind, data_kinds, model: String(model.get("_channel")) }];
}

/** The tabs of a view; one whose model comes later gets its channel then. */
async function openTabs(host: Host, session: Session, model: Model, board: boolean) {
  const tabs = signal<Tab[]>([]);
  const wanted = () => JSON.stringify(referencesOf(model, board));
  const follow = async () => {
    let opening: string;
    do {
      opening = wanted();
      const references: DashboardReference[] = JSON.parse(opening);
      tabs.value = await Promise.all(references.map((one) => openTab(host, session, one)));
    } while (opening !== wanted());
  };
  model.on("change:_dashboards", follow);
  await follow();
  return { tabs, stop: () => model.off("change:_dashboards", follow) };
}

async function openTab(host: Host, session: Session, one: DashboardReference): Promise<Tab> {
  const component = DASHBOARDS[one.kind];
  if (!component) throw new Error(`this page's tbwidget knows no ${one.kind}: reload the page`);
  if (!one.model) return { ...one, channel: null, component };
  const channel = Channel.of(await exportsOf(host, one.model));
  session.follow(one.model, channel);
  listenForModules(channel);
  session.mirror(channel.model);
  return { ...one, channel, component };
}

/** Give the view a shadow root, so that the host's styles and ours do not mix. */
function attach(el: HTMLElement): HTMLElement {
  // JupyterLab would take keys typed into our filters for notebook commands.
  el.dataset.lmSuppressShortcuts = "true";
  const container = document.createElement("div");
  const shadow = container.attachShadow({ mode: "open" });
  shadow.adoptedStyleSheets = [sheet];
  const root = document.createElement("div");
  root.className = "tbw";
  shadow.append(root);
  el.replaceChildren(container);
  return root;
}

function followTheme(view: View): () => void {
  watchTheme();
  return themeRevision.subscribe(() => {
    view.theme.value = readTheme(view.root);
  });
}

/** Take the height that is set, or all of a frame that wants to be filled. */
function followHeight(root: HTMLElement, el: HTMLElement, height: Setting<number>): () => void {
  let frame: HTMLElement | null = null;
  const resize = () => {
    root.style.height = `${frame?.clientHeight || height.signal.value}px`;
    root.classList.toggle("fills", frame !== null);
  };
  const observer = new ResizeObserver(() => {
    frame ??= el.closest<HTMLElement>("[data-tbwidget-fill]");
    if (frame) observer.observe(frame);
    resize();
  });
  observer.observe(el);
  const stop = height.signal.subscribe(resize);
  return () => {
    stop();
    observer.disconnect();
  };
}

/** Return what shows a view in a tab of the application; undefined where there are none. */
function popOutOf(model: Model): (() => void) | undefined {
  const { popOut } = openViews();
  return popOut ? () => popOut(idOf(model)) : undefined;
}

function followWidth(view: View, el: HTMLElement): () => void {
  const observer = new ResizeObserver(() => {
    if (el.clientWidth) view.width.value = el.clientWidth;
  });
  observer.observe(el);
  return () => observer.disconnect();
}

export default {
  initialize(): RuntimeExports {
    return { mount };
  },
};
