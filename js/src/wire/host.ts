// The part of the anywidget front-end module protocol that we use.
// Source: anywidget 0.11, packages/types.

export type Message = Record<string, unknown>;
export type Buffers = readonly (ArrayBuffer | DataView)[];

export interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown, callbacks?: unknown, buffers?: unknown): void;
  // biome-ignore lint/suspicious/noExplicitAny: a Backbone event's arguments depend on its name
  on(name: string, callback: (...args: any[]) => void): void;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  off(name: string, callback?: ((...args: any[]) => void) | null): void;
  widget_manager?: {
    get_model?(id: string): Promise<{ comm_live?: boolean }>;
    /** In JupyterLab and Notebook 7. */
    kernel?: { id?: string } | null;
  };
}

export interface Host {
  getModel(reference: string): Promise<Model>;
  // biome-ignore lint/suspicious/noExplicitAny: what a widget exports is its own affair
  getWidget(reference: string): Promise<{ exports: any }>;
}

/** What a stub's `initialize` returns: the model's messages, from the very first one on. */
export interface StubExports {
  model: Model;
  /** Aborted when the kernel closes the model. */
  signal: AbortSignal;
  waiting: [Message, Buffers][];
  receive: ((message: Message, buffers: Buffers) => void) | null;
  /** To be called when a view is mounted: it hides the picture itself from then on. */
  mounted?: () => void;
}

export interface RuntimeExports {
  mount(props: ViewProps): Promise<() => void>;
}

export interface StubProps {
  model: Model;
  signal: AbortSignal;
}

export interface ViewProps extends StubProps {
  el: HTMLElement;
  host: Host;
}
