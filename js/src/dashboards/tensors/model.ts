// The tensors that the page holds for one widget. `tbwidget/dashboards/tensors/` is the other side.
import { type Signal, signal } from "@preact/signals";
import type { Session } from "../../state/session";
import type { Channel } from "../../wire/channel";
import type { ColumnSpec, FrameReader } from "../../wire/frame";
import type { TagRow } from "../../wire/types";
import { ValueCardState } from "../values/card_state";
import { type Options, type ValueItem, ValueModel } from "../values/model";

const BUDGET_BYTES = 32 * 2 ** 20;
const models = new WeakMap<Channel, TensorsModel>();

export type Pair = readonly [rows: number, columns: number];
/** How a slice that is too large is shown: by blocks, or a part of it as it is. */
export type How = "mean" | "min" | "max" | "part";

/** Two dimensions of a tensor, or what is made of them. */
export interface Slice {
  /** Where in the other dimensions. */
  index: readonly number[];
  /** Rows and columns that there are. */
  size: Pair;
  /** The first row and column that are here. */
  first: Pair;
  /** Rows and columns that are here. */
  cells: Pair;
  /** Rows and columns that each cell stands for. */
  block: Pair;
  /** How these were made one; empty if each is one element. */
  how: string;
  /** Whether there are integers that are not exact here. */
  rounded: boolean;
  /** The cells row by row; magnitudes of complex numbers; empty for texts. */
  values: Float64Array;
  /** The parts of complex numbers. */
  parts: { real: Float64Array; imaginary: Float64Array } | null;
  texts: readonly (readonly string[])[] | null;
}

export interface Tensor {
  /** Why there is none; empty if there is. */
  error: string;
  plugin: string;
  type: string;
  shape: readonly number[];
  statistics: Readonly<Record<string, number>>;
  slice: Slice | null;
}

interface TensorItem extends ValueItem {
  plugin?: string;
  type?: string;
  shape?: number[];
  statistics?: Record<string, number | string | null>;
  index: number[];
  slice: Pair;
  first: Pair;
  cells: Pair;
  block: Pair;
  how: string;
  rounded?: boolean;
  texts?: string[][];
  columns?: ColumnSpec[];
}

export class TensorCardState extends ValueCardState {
  /** Number of the run whose slice is shown; null for the first. */
  readonly run: Signal<number | null> = signal(null);
  readonly index: Signal<readonly number[]> = signal([]);
  readonly how: Signal<How> = signal("mean");
  readonly first: Signal<Pair> = signal([0, 0]);
}

export class TensorsModel extends ValueModel<Tensor, TensorCardState> {
  protected readonly pushed: Options = {};
  readonly shown: Signal<"map" | "table"> = signal("map");
  /** Whether colours span the values of the slice, or of all steps of its run. */
  readonly colors: Signal<"slice" | "steps"> = signal("slice");
  readonly band: Signal<"std" | "range" | "norm"> = signal("std");

  static of(channel: Channel, session: Session): TensorsModel {
    let model = models.get(channel);
    if (!model) {
      model = new TensorsModel(channel, session);
      models.set(channel, model);
    }
    return model;
  }

  private constructor(channel: Channel, session: Session) {
    super(channel, session, "tensors", BUDGET_BYTES);
    this.listen();
  }

  protected override newState(): TensorCardState {
    return new TensorCardState();
  }

  override note(tag: TagRow): string {
    const sources = this.sources(tag);
    let [all, made, unreadable] = [0, 0, 0];
    for (const { summary } of sources) {
      all += summary.step.length;
      unreadable += summary.unreadable;
      for (const size of summary.columns.size ?? []) if (!Number.isNaN(size)) made++;
    }
    const thinned = this.thinned(tag);
    const notes = thinned ? [thinned] : [];
    if (unreadable)
      notes.push(`${unreadable} ${unreadable === 1 ? "step" : "steps"} cannot be read`);
    if (made + unreadable < all)
      notes.push(`statistics of ${made} of ${(all - unreadable).toLocaleString("en")} steps`);
    return notes.join(", ");
  }

  protected parse(item: TensorItem, reader: FrameReader): [Tensor, number] {
    const { error = "", plugin = "", type = "", shape = [], statistics = {} } = item;
    const numbers = Object.entries(statistics).map(([name, value]): [string, number] => [
      name,
      value === null ? Number.NaN : Number(value), // infinities come by name
    ]);
    const slice = error ? null : sliceOf(item, reader);
    const tensor = { error, plugin, type, shape, statistics: Object.fromEntries(numbers), slice };
    const texts = slice?.texts ? JSON.stringify(slice.texts).length : 0;
    return [tensor, 512 + 2 * texts + (item.buffers ?? 0) * 8 * (slice?.values.length ?? 0)];
  }
}

function sliceOf(item: TensorItem, reader: FrameReader): Slice {
  const { index, first, cells, block, how, rounded = false, texts = null } = item;
  const columns = item.columns ? reader.columns(item.columns) : {};
  const { real, imaginary, value = new Float64Array(0) } = columns;
  const parts = real && imaginary ? { real, imaginary } : null;
  const values = parts
    ? parts.real.map((x, i) => Math.hypot(x, parts.imaginary[i] as number))
    : value;
  return { index, size: item.slice, first, cells, block, how, rounded, values, parts, texts };
}
