// What all views of one log directory share in the page: catalog, status, settings, connection.
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { Channel } from "../wire/channel";
import type { Model, StubExports } from "../wire/host";
import type {
  CatalogMessage,
  HeartbeatMessage,
  HParams,
  ProblemRow,
  RunRow,
  StatusMessage,
  TagRow,
} from "../wire/types";
import { compilePattern } from "./pattern";
import { describeRuns, matches, type RunInfo, sortRuns } from "./runs";
import { Setting } from "./settings";

export type { RunInfo } from "./runs";
export type Connection = "live" | "silent" | "gone";
/** `tag:NAME` is the values of another tag. */
export type XAxis = "step" | "relative" | "wall" | `tag:${string}`;
export type YScale = "linear" | "log" | "symlog";
export type Range = [low: number, high: number] | null;
export type TooltipSort = "nearest" | "name" | "ascending" | "descending";

/** What the user calls a run and noted of it. */
export interface RunNote {
  name?: string;
  tags?: string[];
  note?: string;
}

/** When an HTML file was written, how large it might be, and what is not in it, by title. */
export interface Report {
  date: number;
  budget: string;
  notes: [title: string, text: string][];
}

/** What the pointer is at: a tag, a position on the x axis, and each run's value there. */
export interface Cursor {
  tag: string;
  x: number;
  /** `x` in words, with and without its noun. */
  label: string;
  place: string;
  values: ReadonlyMap<number, number>;
}

const HEARTBEAT_LOST_MS = 20_000;
const ASK_AGAIN_MS = 5_000;
const HELLO_AGAIN_MS = 1_000;
/** Several pages may show one notebook; the kernel tells them apart by this. */
const PAGE = Math.random().toString(36).slice(2);
const sessions = new WeakMap<Channel, Session>();

export class Session {
  readonly channel: Channel;
  readonly title = signal("");
  /** Hyperparameters by run number; asked for when something shows them. */
  readonly hparams: Signal<Record<number, HParams>> = signal({});
  readonly runs: ReadonlySignal<RunInfo[]>;
  readonly tags: Signal<Record<string, TagRow[]>> = signal({});
  /** What is in the logs by plugin: tags of each kind, and files beside event files. */
  readonly plugins: Signal<Pick<CatalogMessage, "plugins" | "files">> = signal({
    plugins: {},
    files: {},
  });
  readonly status: Signal<StatusMessage | null> = signal(null);
  readonly connection: Signal<Connection> = signal("live");
  readonly paused = signal(false);
  /** What is known of a report, in which there is no kernel; null where there is one. */
  readonly report: Report | null;
  readonly cursor: Signal<Cursor | null> = signal(null);
  readonly settings;
  /** Runs that are switched on. */
  readonly selected: ReadonlySignal<RunInfo[]>;
  /** Runs that the filter leaves in the list. */
  readonly listed: ReadonlySignal<RunInfo[]>;
  #rows: Signal<RunRow[]> = signal([]);
  /** The tags of hyperparameters when they were last asked for. */
  #sessions = "null";
  #mirrored = new WeakSet<Model>();
  #channels = new Map<string, Channel>();
  #views = 0;
  #heard = Date.now();
  #asked = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  static of(exports: StubExports): Session {
    const channel = Channel.of(exports);
    let session = sessions.get(channel);
    if (!session) {
      session = new Session(channel);
      sessions.set(channel, session);
    }
    return session;
  }

  private constructor(channel: Channel) {
    this.channel = channel;
    const { model } = channel;
    this.report = (model.get("_report") as Report | undefined) ?? null;
    Channel.withoutKernel = this.report !== null;
    this.settings = {
      smoothing: new Setting<number>(model, "smoothing"),
      xAxis: new Setting<XAxis>(model, "x_axis"),
      xScale: new Setting<"linear" | "log">(model, "x_scale"),
      yScale: new Setting<YScale>(model, "y_scale"),
      xRange: new Setting<Range>(model, "x_range"),
      yRange: new Setting<Range>(model, "y_range"),
      ignoreOutliers: new Setting<boolean>(model, "ignore_outliers"),
      step: new Setting<number | null>(model, "step"),
      stepRange: new Setting<Range>(model, "step_range"),
      groupBy: new Setting<string>(model, "group_by"),
      center: new Setting<string>(model, "center"),
      band: new Setting<string | null>(model, "band"),
      hiddenRuns: new Setting<string[]>(model, "hidden_runs"),
      runFilter: new Setting<string>(model, "run_filter"),
      tagFilter: new Setting<string>(model, "tag_filter"),
      pinned: new Setting<string[]>(model, "pinned"),
      columns: new Setting<string[]>(model, "columns"),
      cardWidth: new Setting<number>(model, "card_width"),
      tables: new Setting<boolean>(model, "tables"),
      tooltipSort: new Setting<TooltipSort>(model, "tooltip_sort"),
      tooltipRows: new Setting<number>(model, "tooltip_rows"),
      colorBy: new Setting<string>(model, "color_by"),
      runColors: new Setting<Record<string, string>>(model, "run_colors"),
      dashes: new Setting<boolean>(model, "dashes"),
      runNotes: new Setting<Record<string, RunNote>>(model, "run_notes"),
      runColumns: new Setting<string[]>(model, "run_columns"),
      runSort: new Setting<string>(model, "run_sort"),
      foldChildren: new Setting<boolean>(model, "fold_children"),
      superseded: new Setting<boolean>(model, "superseded"),
    };
    const { runColors, runNotes, colorBy, foldChildren, runFilter, hiddenRuns } = this.settings;
    this.runs = computed(() =>
      describeRuns(this.#rows.value, {
        colors: runColors.value,
        notes: runNotes.value,
        colorBy: colorBy.value,
        hparams: this.hparams.value,
        fold: foldChildren.value,
      }),
    );
    this.listed = computed(() => {
      const pattern = compilePattern(runFilter.value);
      const runs = this.runs.value.filter((run) => run.parent === null && matches(run, pattern));
      const sort = this.settings.runSort.value;
      const values = sort.endsWith("value") ? this.cursor.value?.values : undefined;
      return sortRuns(runs, sort, this.hparams.value, values ?? new Map());
    });
    this.selected = computed(() => {
      const hidden = new Set(hiddenRuns.value);
      const on = new Set(this.listed.value.filter((run) => !hidden.has(run.name)));
      const numbers = new Set([...on].map((run) => run.number));
      return this.runs.value.filter((run) =>
        run.parent === null ? on.has(run) : numbers.has(run.parent),
      );
    });
    channel.on("catalog", (message) => this.#takeCatalog(message as unknown as CatalogMessage));
    channel.on("status", (message) => {
      this.status.value = message as unknown as StatusMessage;
    });
    channel.on("heartbeat", (message) => this.#beat(message as unknown as HeartbeatMessage));
    channel.onGap = () => this.#hello();
    model.on("comm_live_update", () => this.#checkComm());
  }

  /** A view was mounted; returns what to call when it goes. */
  open(): () => void {
    if (this.#views++ === 0) {
      this.#hello();
      document.addEventListener("visibilitychange", this.#tellVisible);
      if (!this.report) this.#timer = setInterval(() => this.#watchHeartbeat(), 2_000);
      this.#heard = Date.now();
      void this.#checkComm(); // a saved notebook has models without a kernel
    }
    return () => {
      if (--this.#views > 0) return;
      document.removeEventListener("visibilitychange", this.#tellVisible);
      clearInterval(this.#timer);
      this.#tellVisible();
    };
  }

  /** Have `channel` checked against the kernel's count of what it has sent on it. */
  follow(reference: string, channel: Channel): void {
    this.#channels.set(reference.replace("anywidget:", ""), channel);
  }

  /** Keep the settings that `model` has as traits equal to these. */
  mirror(model: Model): void {
    if (this.#mirrored.has(model)) return;
    this.#mirrored.add(model);
    for (const setting of Object.values(this.settings)) setting.mirror(model);
  }

  /** Ask for the hyperparameters, as they are now. */
  async askForHParams(): Promise<void> {
    const reply = await this.channel.request<Record<number, HParams>>("hparams").catch(() => null);
    if (reply) this.hparams.value = reply.result;
  }

  pause(paused: boolean): void {
    this.paused.value = paused;
    this.#tellVisible();
    if (!paused) this.#hello();
  }

  async problems(): Promise<ProblemRow[]> {
    return (await this.channel.request<ProblemRow[]>("problems")).result;
  }

  #hello(): void {
    // Unanswered while the kernel is busy: what it pushes meanwhile needs no answer. Of a page that
    // is just loaded, the first waits for the cell, and the second goes to a subshell.
    this.channel.request("hello", { page: PAGE }, HELLO_AGAIN_MS).catch(() => {});
  }

  #tellVisible = (): void => {
    const visible = this.#views > 0 && !document.hidden && !this.paused.value;
    this.channel.tell("visible", { visible, page: PAGE });
    if (visible) this.#heard = Date.now();
  };

  #takeCatalog(catalog: CatalogMessage): void {
    this.title.value = catalog.name;
    const sessions = JSON.stringify(catalog.tags.hparams ?? null);
    if (sessions !== this.#sessions) {
      this.#sessions = sessions;
      if (catalog.tags.hparams) void this.askForHParams();
    }
    this.#rows.value = catalog.runs;
    this.tags.value = catalog.tags;
    this.plugins.value = { plugins: catalog.plugins, files: catalog.files };
  }

  #beat(message: HeartbeatMessage): void {
    this.#heard = Date.now();
    if (this.connection.value === "silent") this.connection.value = "live";
    this.channel.acknowledge();
    for (const [id, channel] of this.#channels) {
      channel.acknowledge();
      const sent = message.channels[id] ?? 0;
      if (sent > channel.sequence) channel.onGap?.();
    }
  }

  #watchHeartbeat(): void {
    if (this.connection.value === "gone" || document.hidden || this.paused.value) return;
    const now = Date.now();
    if (now - this.#heard <= HEARTBEAT_LOST_MS) return;
    this.connection.value = "silent";
    if (now - this.#asked < ASK_AGAIN_MS) return;
    this.#asked = now;
    // The computer may have slept, and the kernel have given this page up: it waits to be told.
    this.channel.tell("hello", { page: PAGE });
  }

  async #checkComm(): Promise<void> {
    const { model } = this.channel;
    const id = String(model.get("_channel")).replace("anywidget:", "");
    const live = await model.widget_manager
      ?.get_model?.(id)
      .then((found) => found.comm_live)
      .catch(() => false);
    if (live !== false) return;
    this.connection.value = "gone";
    for (const channel of [this.channel, ...this.#channels.values()]) channel.close();
  }
}
