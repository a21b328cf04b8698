// One precision-recall curve as it came, and the points that a plot of it has.
import type { ColumnSpec, FrameReader } from "../../wire/frame";

export type Mode = "pr" | "roc";

export interface CurveMessage {
  step: number;
  /** Null where it is missing, a name where it is infinite. */
  wall_time: number | string | null;
  /** Thresholds that the curve has; fewer were sent if there are very many. */
  n: number;
  /** Why it cannot be read; empty if it can. */
  error: string;
  average_precision?: number | null;
  auc?: number | null;
  columns: ColumnSpec[];
}

export interface Curve {
  step: number;
  /** Seconds since the epoch; NaN where it is missing. */
  wall: number;
  n: number;
  error: string;
  /** NaN where there is none. */
  averagePrecision: number;
  auc: number;
  threshold: Float64Array;
  tp: Float64Array;
  fp: Float64Array;
  tn: Float64Array;
  fn: Float64Array;
  precision: Float64Array;
  recall: Float64Array;
}

const NONE = new Float64Array(0);

export function curveOf(message: CurveMessage, reader: FrameReader): Curve {
  const columns = reader.columns(message.columns);
  const column = (name: string) => columns[name] ?? NONE;
  return {
    step: message.step,
    wall: Number(message.wall_time ?? Number.NaN),
    n: message.n,
    error: message.error,
    averagePrecision: message.average_precision ?? Number.NaN,
    auc: message.auc ?? Number.NaN,
    threshold: column("threshold"),
    tp: column("tp"),
    fp: column("fp"),
    tn: column("tn"),
    fn: column("fn"),
    precision: column("precision"),
    recall: column("recall"),
  };
}

/** Points by threshold; those at the end, and any without a place, are not drawn. */
export interface Points {
  x: Float64Array;
  y: Float64Array;
  /** How many are drawn: at the highest thresholds nothing is called positive any more. */
  end: number;
}

/**
 * Precision over recall, or true over false positive rate. Where no positive is called any more
 * precision says nothing: as in TensorBoard these last points are left out.
 */
export function pointsOf(curve: Curve, mode: Mode): Points {
  const { tp, fp, tn, fn, precision, recall } = curve;
  if (mode === "roc") {
    const rate = (of: Float64Array, others: Float64Array) =>
      of.map((count, i) => count / (count + (others[i] as number)));
    return { x: rate(fp, tn), y: rate(tp, fn), end: tp.length };
  }
  let end = tp.length;
  while (end > 1 && (tp[end - 1] as number) + (fp[end - 1] as number) === 0) end--;
  return { x: recall, y: precision, end };
}

/** The place of the threshold nearest to `threshold`; -1 if there is none. */
export function thresholdAt(curve: Curve, threshold: number): number {
  let [best, distance] = [-1, Number.POSITIVE_INFINITY];
  for (const [i, one] of curve.threshold.entries()) {
    if (Math.abs(one - threshold) >= distance) continue;
    [best, distance] = [i, Math.abs(one - threshold)];
  }
  return best;
}

/** The F1 score, the harmonic mean of precision and recall. */
export function f1Of(precision: number, recall: number): number {
  return precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
}

/** The precision at which a recall gives an F1 score; NaN where none does. */
export function precisionOfF1(f1: number, recall: number): number {
  const precision = (f1 * recall) / (2 * recall - f1);
  return precision > 0 && precision <= 1 ? precision : Number.NaN;
}

/** Why a curve has nothing to draw; empty if it has. */
export function emptyReason(curve: Curve, mode: Mode): string {
  if (curve.error) return "cannot be read";
  if (curve.n === 0) return "no thresholds";
  const { x, y, end } = pointsOf(curve, mode);
  for (let i = 0; i < end; i++) if (Number.isFinite(x[i]) && Number.isFinite(y[i])) return "";
  return mode === "roc" ? "no positives or no negatives" : "only NaN";
}
