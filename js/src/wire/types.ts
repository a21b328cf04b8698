// What the kernel pushes, field names as in Python.
import type { ColumnSpec } from "./frame";

/**
 * A run: number, name, earliest wall time (null if none), whether its files are gone; and of a
 * sub-run that `add_scalars` or `add_hparams` made the number of the run that made it, and its key.
 */
export type RunRow = [
  number: number,
  name: string,
  started: number | null,
  deleted: boolean,
  parent: number | null,
  key: string,
];

/** Hyperparameters by name, as the kernel sends them. */
export type HParams = Record<string, unknown>;

/** A tag: number, name, and the numbers of the runs that have it (null: all). */
export type TagRow = [number: number, name: string, runs: number[] | null];

export interface CatalogMessage {
  op: "catalog";
  name: string;
  runs: RunRow[];
  tags: Record<string, TagRow[]>;
  /** By kind, but for scalars: how many tags are of which plugin. */
  plugins: Record<string, Record<string, number>>;
  /** How many files there are beside event files, by plugin. */
  files: Record<string, number>;
}

export interface StatusMessage {
  op: "status";
  exists: boolean;
  complete: boolean;
  bytes_read: number;
  bytes_total: number;
  files: number;
  files_read: number;
  /** How long the first read will still take; null while nobody can tell. */
  seconds_remaining: number | null;
  points: number;
  last_write: number;
  problems: number;
  bytes_skipped: number;
  path: string;
  /** Why there is nothing to read, if there is a reason. */
  notice: string;
}

export interface HeartbeatMessage {
  op: "heartbeat";
  channels: Record<string, number>;
}

export interface SeriesItem {
  key: [run: number, tag: number];
  generation: number;
  /** First row sent; 0 for a series sent anew. */
  from: number;
  /** Rows of the series in the kernel. */
  n: number;
  /** Whether a series sent anew holds every point. */
  exact?: boolean;
  /** The weight with which `smoothed` was computed, if not exact. */
  smoothing?: number;
  /** The state of the moving average after the last point, if not exact. */
  average?: [last: number, count: number];
  columns: ColumnSpec[];
}

export interface SeriesMessage {
  op: "series";
  /** Whether there is more to read. */
  reading: boolean;
  items: SeriesItem[];
}

/** Superseded points of a series in the order written; `stretch` tells where steps run back. */
export interface SupersededItem {
  key: [run: number, tag: number];
  /** How many there are, sent or not. */
  n: number;
  columns: ColumnSpec[];
}

/** A group's curve: `value` is the centre, `low` and `high` are the band, `count` runs took part. */
export interface BandItem {
  key: [group: number, tag: number];
  n: number;
  runs: number;
  exact: boolean;
  /** What was done to runs whose steps differ; empty if they agree. */
  note: string;
  columns: ColumnSpec[];
}

/** The groups of runs, where they changed, and what is wrong if there are none; and curves. */
export interface BandsMessage {
  op: "bands";
  groups?: [number: number, name: string, members: number[]][];
  error?: string;
  items: BandItem[];
}

/** A chart of a layout: the numbers of its tags, or of value, lower and upper of each band. */
export interface ChartItem {
  title: string;
  tags: number[];
  /** Null: there is no such tag. */
  margins: [value: number | null, lower: number | null, upper: number | null][];
  /** The regular expressions that its tags match; none of a chart of bands. */
  patterns: string[];
  /** What is wrong with it; empty if nothing. */
  message: string;
}

export interface LayoutMessage {
  op: "layout";
  categories: { title: string; closed: boolean; charts: ChartItem[] }[];
}

export interface ProblemRow {
  file: string;
  offset: number;
  kind: string;
  message: string;
}
