// The little of JupyterLab and Notebook 7 that the sidebar uses. Their packages come from the page,
// through the share scope that every prebuilt extension is given; so none is installed to build this.
// Source: JupyterLab 4, docs/source/extension/extension_dev.md, "prebuilt extensions".

export interface Signal<A> {
  connect(slot: (sender: unknown, args: A) => void): boolean;
  disconnect(slot: (sender: unknown, args: A) => void): boolean;
}

export interface Widget {
  id: string;
  readonly node: HTMLElement;
  readonly title: { label: string; caption: string; icon: unknown; closable: boolean };
  readonly parent: Widget | null;
  readonly isVisible: boolean;
  readonly isDisposed: boolean;
  readonly disposed: Signal<undefined>;
  addClass(name: string): void;
  dispose(): void;
}

export interface Panel extends Widget {
  addWidget(widget: Widget): void;
}

export interface Renderer extends Widget {
  renderModel(model: unknown): Promise<void>;
}

export interface ExecuteReply {
  content: {
    status: string;
    user_expressions?: Record<
      string,
      { status: string; ename?: string; evalue?: string; data?: Record<string, string> }
    >;
  };
}

export interface KernelMessage {
  header: Record<string, string> & { msg_type: string; subshell_id?: string };
  channel: string;
  parent_header: Record<string, never>;
  metadata: Record<string, never>;
  content: Record<string, string>;
  buffers: ArrayBuffer[];
}

export interface Kernel {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  readonly status: string;
  readonly isDisposed: boolean;
  readonly connectionStatus: string;
  readonly connectionStatusChanged: Signal<string>;
  readonly info: Promise<unknown>;
  readonly spec: Promise<{ language: string } | undefined>;
  readonly anyMessage: Signal<{ msg: KernelMessage; direction: string }>;
  /** Where what is asked goes; null for the kernel's main thread. */
  subshellId?: string | null;
  readonly commsOverSubshells?: string;
  requestExecute(content: Record<string, unknown>): { done: Promise<ExecuteReply> };
  requestKernelInfo(): Promise<unknown>;
  requestDeleteSubshell(content: { subshell_id: string }): unknown;
  sendControlMessage(
    msg: KernelMessage,
    expectReply: boolean,
  ): { done: Promise<{ content: { subshell_id: string } }> };
  dispose(): void;
}

/** The kernels of the server. */
export interface Kernels {
  connectTo(options: { model: { id: string; name: string }; handleComms: boolean }): Kernel;
  refreshRunning(): Promise<void>;
  running(): Iterable<{ id: string; execution_state?: string }>;
}

export interface SessionContext {
  readonly session: { kernel: Kernel | null } | null;
  readonly kernelChanged: Signal<{ newValue: Kernel | null }>;
  readonly statusChanged: Signal<unknown>;
}

export interface NotebookPanel extends Widget {
  readonly context: { path: string };
  readonly sessionContext: SessionContext;
  readonly content: { rendermime: { createRenderer(mime: string): Renderer } };
}

export interface Tracker<T> {
  readonly currentWidget: T | null;
  readonly currentChanged: Signal<unknown>;
  readonly widgetAdded: Signal<T>;
  forEach(visit: (widget: T) => void): void;
}

export interface ContentsModel {
  path: string;
  name: string;
  type: string;
  content: ContentsModel[] | null;
}

export interface FileBrowser extends Widget {
  modelForClick(event: MouseEvent): ContentsModel | undefined;
  selectedItems(): Iterable<ContentsModel>;
}

export interface Command {
  label: string;
  caption?: string;
  isVisible?: () => boolean;
  isEnabled?: () => boolean;
  execute: (args: Record<string, unknown>) => unknown;
}

export interface Application {
  readonly shell: {
    add(widget: Widget, area: string, options?: Record<string, unknown>): void;
    activateById(id: string): void;
    /** Of Notebook 7. */
    expandLeft?(id: string): void;
  };
  readonly commands: { addCommand(id: string, command: Command): unknown };
  readonly contextMenu: { addItem(options: Record<string, unknown>): unknown };
  readonly serviceManager: {
    readonly kernels: Kernels;
    contents: { get(path: string, options: { content: boolean }): Promise<ContentsModel> };
  };
}

// biome-ignore lint/suspicious/noExplicitAny: constructors of the page, called with what they want
type Constructor<T> = new (...args: any[]) => T;

/** The classes that the page lends. */
export interface Lab {
  readonly Panel: Constructor<Panel>;
  readonly Widget: Constructor<Widget>;
  readonly MainAreaWidget: Constructor<Widget>;
  readonly MimeModel: Constructor<unknown>;
  readonly LabIcon: Constructor<unknown>;
}

type Factory = () => Record<string, never>;
export type ShareScope = Record<
  string,
  Record<string, { get(): Promise<Factory> | Factory }> | undefined
>;

/** Return a package of the page. */
// biome-ignore lint/suspicious/noExplicitAny: a package's exports
export async function borrow(scope: ShareScope, name: string): Promise<any> {
  const version = Object.values(scope[name] ?? {})[0];
  if (!version) throw new Error(`the page has no ${name}`);
  return (await version.get())();
}
