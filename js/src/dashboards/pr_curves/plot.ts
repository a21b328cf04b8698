// A plot of curves from (0, 0) to (1, 1), drawn on canvas, zoomed and hovered.
import { type Frame, paintAxes } from "../../charts/axes";
import { Gestures, type Point, type Selection } from "../../charts/gestures";
import { Layer } from "../../charts/layer";
import { panned, scaledAcross, scaledUp, selected, type Target } from "../../charts/navigation";
import { paintSelection } from "../../charts/overlay";
import { paintDots } from "../../charts/paint";
import { type Domain, linearScale, linearTicks } from "../../charts/scales";
import type { ChartTheme } from "../../charts/types";
import type { Curve, Mode, Points } from "./curve";
import { precisionOfF1 } from "./curve";

/** At the right stand the F1 scores of the lines. */
const [LEFT, TOP, RIGHT, BOTTOM] = [32, 18, 26, 34];
const AXIS_HEIGHT = 19;
const PIXELS_PER_TICK = 44;
/** How much longer one side may be than the other. */
const LONGEST = 1.4;
const ISO_F1 = [0.2, 0.4, 0.6, 0.8, 0.9];
const ISO_POINTS = 80;
/** With fewer points each is marked. */
const FEW_POINTS = 40;
/** A curve that lies on the edge of the plot must not be cut. */
const EDGE = 3;
/** Farther from a curve the pointer is at none of its points. */
const REACH = 60;

export interface PlotCurve {
  id: string;
  color: string;
  dimmed: boolean;
  highlighted: boolean;
  dash: readonly number[];
  curve: Curve;
  points: Points;
}

export interface PlotOptions {
  mode: Mode;
  isoLines: boolean;
  threshold: number | null;
  x: Domain | null;
  y: Domain | null;
  label: string;
}

/** The point of a curve nearest to the pointer. */
export interface PlotPoint {
  id: string;
  index: number;
  distance: number;
}

export interface PlotEvents {
  onHover(points: PlotPoint[] | null, at: { px: number; py: number }): void;
  onClick(points: PlotPoint[]): void;
  onZoom(x: Domain, y: Domain | null): void;
  onReset(): void;
  onDraw(): void;
}

/** The index of the threshold of a curve that is marked; -1 for none. */
export type MarkedIndex = (curve: Curve, threshold: number) => number;

export class Plot {
  readonly #root: HTMLElement;
  readonly #base: Layer;
  readonly #overlay: Layer;
  readonly #gestures: Gestures;
  readonly #sizes: ResizeObserver;
  #curves: readonly PlotCurve[] = [];
  #options: PlotOptions | null = null;
  #frame: Frame | null = null;
  #hovered: PlotPoint[] = [];
  #selection: Selection | null = null;
  #request = 0;
  draws = 0;
  /** The scores whose lines are in the plot. */
  f1Lines: number[] = [];

  constructor(
    host: HTMLElement,
    private theme: ChartTheme,
    private readonly marked: MarkedIndex,
    private readonly events: PlotEvents,
  ) {
    this.#root = host.ownerDocument.createElement("div");
    Object.assign(this.#root.style, { position: "absolute", inset: "0", overflow: "hidden" });
    this.#base = new Layer(this.#root);
    this.#overlay = new Layer(this.#root);
    Object.assign(this.#overlay.canvas.style, { touchAction: "pan-y", cursor: "crosshair" });
    host.append(this.#root);
    this.#gestures = new Gestures(this.#overlay.canvas, {
      hover: (point) => this.#hover(point),
      click: (point) => this.events.onClick(this.nearest(point.px, point.py)),
      select: (selection) => {
        this.#selection = selection;
        this.#drawOverlay();
      },
      zoom: (selection) => this.#go((frame) => selected(frame, selection)),
      reset: () => this.events.onReset(),
      grab: () => null,
      pan: (start) => {
        const frame = this.#frame;
        return ({ px, py }) =>
          this.#tell(frame && panned(frame, px - start.px, py - start.py, true));
      },
      scale: ({ px, py }, factor, upright) =>
        this.#go((frame) =>
          upright ? scaledUp(frame, py, factor) : scaledAcross(frame, px, factor),
        ),
      plot: () => this.#frame ?? { left: 0, top: 0, right: 0, bottom: 0 },
    });
    this.#sizes = new ResizeObserver(() => this.#draw());
    this.#sizes.observe(this.#root);
  }

  update(curves: readonly PlotCurve[], options: PlotOptions): void {
    this.#curves = curves;
    this.#options = options;
    this.#root.setAttribute("aria-label", options.label);
    this.#root.setAttribute("role", "img");
    this.schedule();
  }

  setTheme(theme: ChartTheme): void {
    this.theme = theme;
    this.schedule();
  }

  schedule(): void {
    if (this.#request === 0) this.#request = requestAnimationFrame(() => this.#draw());
  }

  get domains(): [x: Domain, y: Domain] | null {
    return this.#frame && [this.#frame.x.domain, this.#frame.y.domain];
  }

  /** Where a point of a curve is in CSS pixels from the plot's corner. */
  place(points: Points, index: number): [px: number, py: number] {
    const frame = this.#frame;
    if (!frame) return [Number.NaN, Number.NaN];
    return [frame.x.pixel(points.x[index] as number), frame.y.pixel(points.y[index] as number)];
  }

  /** Of every curve the point nearest to a place, the nearest first. */
  nearest(px: number, py: number): PlotPoint[] {
    const found: PlotPoint[] = [];
    for (const { id, points } of this.#curves) {
      const best = { id, index: -1, distance: Number.POSITIVE_INFINITY };
      for (let index = 0; index < points.end; index++) {
        const [x, y] = this.place(points, index);
        const distance = Math.hypot(x - px, y - py);
        if (distance < best.distance) Object.assign(best, { index, distance });
      }
      if (best.index >= 0) found.push(best);
    }
    return found.sort((a, b) => a.distance - b.distance);
  }

  destroy(): void {
    this.#gestures.destroy();
    this.#sizes.disconnect();
    cancelAnimationFrame(this.#request);
    this.#root.remove();
  }

  #hover(point: Point | null): void {
    const found = point ? this.nearest(point.px, point.py) : [];
    const near = (found[0]?.distance ?? Number.POSITIVE_INFINITY) < REACH;
    this.#hovered = near ? found : [];
    this.events.onHover(near ? found : null, { px: point?.px ?? 0, py: point?.py ?? 0 });
    this.#drawOverlay();
  }

  #go(to: (frame: Frame) => Target | null): void {
    this.#tell(this.#frame && to(this.#frame));
  }

  /** Never beyond the square: there is nothing. */
  #tell(target: Target | null): void {
    if (!target) return;
    this.events.onZoom(clamped(target.x), target.y && clamped(target.y));
  }

  #draw(): void {
    cancelAnimationFrame(this.#request);
    this.#request = 0;
    const { clientWidth: width, clientHeight: height } = this.#root;
    const ratio = this.#root.ownerDocument.defaultView?.devicePixelRatio ?? 1;
    this.#base.resize(width, height, ratio);
    this.#overlay.resize(width, height, ratio);
    const options = this.#options;
    if (!options || width <= 0 || height <= 0) return;
    const { context } = this.#base;
    this.#base.clear();
    context.font = this.theme.font;
    const frame = plotFrame(width, height, options.x ?? [0, 1], options.y ?? [0, 1]);
    this.#frame = frame;
    paintAxes(context, frame, this.theme);
    this.#paintNames(context, frame, options.mode);
    const isoLines = options.mode === "pr" && options.isoLines;
    if (isoLines) this.#paintIsoNames(context, frame);
    context.save();
    context.beginPath();
    context.rect(
      frame.left - EDGE,
      frame.top - EDGE,
      frame.right - frame.left + 2 * EDGE,
      frame.bottom - frame.top + 2 * EDGE,
    );
    context.clip();
    if (options.mode === "roc") this.#paintDiagonal(context, frame);
    this.f1Lines = [];
    if (isoLines) this.#paintIsoLines(context, frame);
    const ordered = [...this.#curves].sort((a, b) => rank(a) - rank(b));
    for (const curve of ordered) this.#paintCurve(context, curve, options.mode);
    if (options.threshold !== null)
      for (const curve of ordered) this.#paintMark(context, curve, options.threshold);
    context.restore();
    this.draws += 1;
    this.#drawOverlay();
    this.events.onDraw();
  }

  #paintNames(context: CanvasRenderingContext2D, frame: Frame, mode: Mode): void {
    const [across, up] =
      mode === "roc" ? ["false positive rate", "true positive rate"] : ["recall", "precision"];
    context.fillStyle = this.theme.muted;
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.fillText(up, frame.left, 8);
    context.textAlign = "right";
    context.fillText(across, frame.right, frame.bottom + AXIS_HEIGHT + 6);
  }

  #paintDiagonal(context: CanvasRenderingContext2D, frame: Frame): void {
    context.strokeStyle = this.theme.muted;
    context.globalAlpha = 0.6;
    context.setLineDash([3, 4]);
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(frame.x.pixel(0), frame.y.pixel(0));
    context.lineTo(frame.x.pixel(1), frame.y.pixel(1));
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
  }

  #paintIsoLines(context: CanvasRenderingContext2D, frame: Frame): void {
    const [low, high] = frame.x.domain;
    context.strokeStyle = this.theme.muted;
    context.globalAlpha = 0.35;
    context.lineWidth = 1;
    for (const f1 of ISO_F1) {
      const from = Math.max(low, f1 / (2 - f1)); // there its precision is 1
      if (from >= high) continue;
      this.f1Lines.push(f1);
      context.beginPath();
      for (let i = 0; i <= ISO_POINTS; i++) {
        const recall = from + ((high - from) * i) / ISO_POINTS;
        const precision = precisionOfF1(f1, i ? recall : recall * (1 + 1e-12));
        if (Number.isFinite(precision))
          context.lineTo(frame.x.pixel(recall), frame.y.pixel(precision));
      }
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  /** Each score where its line leaves the plot: on the lines they would lie under the curves. */
  #paintIsoNames(context: CanvasRenderingContext2D, frame: Frame): void {
    context.fillStyle = this.theme.muted;
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.fillText("F1", frame.right + 4, 8);
    for (const f1 of ISO_F1) {
      const y = frame.y.pixel(precisionOfF1(f1, frame.x.domain[1]));
      if (y >= frame.top && y <= frame.bottom) context.fillText(String(f1), frame.right + 4, y);
    }
  }

  #paintCurve(context: CanvasRenderingContext2D, curve: PlotCurve, mode: Mode): void {
    const { x, y, end } = curve.points;
    context.globalAlpha = curve.dimmed ? 0.2 : 1;
    context.strokeStyle = context.fillStyle = curve.color;
    context.lineWidth = curve.highlighted ? 2.5 : 1.5;
    context.lineJoin = "round";
    context.setLineDash([...curve.dash]);
    context.beginPath();
    const corners = mode === "roc" && x.length > 0 && Number.isFinite(x[0]);
    if (corners) context.moveTo(...this.#pixels(1, 1));
    const dots: number[] = [];
    let open = corners;
    for (let i = 0; i < end; i++) {
      const [px, py] = this.place(curve.points, i);
      if (!Number.isFinite(px) || !Number.isFinite(py)) {
        open = false;
        continue;
      }
      if (open) context.lineTo(px, py);
      else context.moveTo(px, py);
      open = true;
      if (Number.isFinite(y[i])) dots.push(px, py);
    }
    if (corners) context.lineTo(...this.#pixels(0, 0));
    context.stroke();
    context.setLineDash([]);
    if (dots.length <= 2 * FEW_POINTS) paintDots(context, dots, dots.length <= 2 ? 4 : 2);
    context.globalAlpha = 1;
  }

  #pixels(x: number, y: number): [number, number] {
    const frame = this.#frame as Frame;
    return [frame.x.pixel(x), frame.y.pixel(y)];
  }

  /** The point of the picked threshold. */
  #paintMark(context: CanvasRenderingContext2D, curve: PlotCurve, threshold: number): void {
    const index = this.marked(curve.curve, threshold);
    if (index < 0 || index >= curve.points.end) return;
    const [px, py] = this.place(curve.points, index);
    if (!Number.isFinite(px) || !Number.isFinite(py)) return;
    context.globalAlpha = curve.dimmed ? 0.2 : 1;
    context.fillStyle = this.theme.background;
    paintDots(context, [px, py], 5.5);
    context.fillStyle = curve.color;
    paintDots(context, [px, py], 4);
    context.globalAlpha = 1;
  }

  #drawOverlay(): void {
    this.#overlay.clear();
    const { context } = this.#overlay;
    if (this.#selection) paintSelection(context, this.theme, this.#selection);
    const curves = new Map(this.#curves.map((curve) => [curve.id, curve]));
    for (const { id, index } of [...this.#hovered].reverse()) {
      const curve = curves.get(id);
      if (!curve || index >= curve.points.end) continue;
      const [px, py] = this.place(curve.points, index);
      context.fillStyle = this.theme.background;
      paintDots(context, [px, py], 3.8);
      context.fillStyle = curve.color;
      paintDots(context, [px, py], 2.6);
    }
  }
}

function clamped([low, high]: readonly [number, number]): Domain {
  const span = Math.min(1, high - low);
  const from = Math.max(0, Math.min(1 - span, low));
  return [from, from + span];
}

function rank({ highlighted, dimmed }: PlotCurve): number {
  return highlighted ? 2 : dimmed ? 0 : 1;
}

/** All of the room; where that is much longer one way than the other, as much as is easy to read. */
function plotFrame(width: number, height: number, xDomain: Domain, yDomain: Domain): Frame {
  const [across, up] = [Math.max(1, width - LEFT - RIGHT), Math.max(1, height - TOP - BOTTOM)];
  const [left, top] = [LEFT, TOP];
  const right = left + Math.min(across, up * LONGEST);
  const bottom = top + Math.min(up, across * LONGEST);
  const ticks = (domain: Domain, length: number) =>
    linearTicks(domain, Math.max(2, Math.floor(length / PIXELS_PER_TICK)));
  return {
    width: right + RIGHT,
    height: bottom + AXIS_HEIGHT,
    left,
    right,
    top,
    bottom,
    x: linearScale(xDomain, [left, right]),
    y: linearScale(yDomain, [bottom, top]),
    y2: null,
    xTicks: ticks(xDomain, right - left),
    yTicks: ticks(yDomain, bottom - top),
    y2Ticks: [],
  };
}
