/** The line chart: many lines with x of their own on one pair of axes, drawn on canvas. */

import { type Frame, layOut, paintAxes, paintEmptyAxes } from "./axes";
import { nearestIndex } from "./decimate";
import { Gestures, type Point, type Selection } from "./gestures";
import { OutlierMarks, paintCursor, paintLines, paintNonFinite, paintSelection } from "./paint";
import type {
  ChartEvents,
  ChartHover,
  ChartOptions,
  ChartPosition,
  ChartProbe,
  ChartTheme,
  DrawnLine,
  Line,
  NearestPoint,
} from "./types";
import { hasFinite, measureLine, sortedX, viewLines, xDomainOf, yDomainOf } from "./view";

export type * from "./types";

/** How far outside the plot a line's nearest point may stand and still be named. */
const OUTSIDE_TOLERANCE = 12;
/** The crosshair jumps to a point this near; farther away it stays under the mouse. */
const SNAP_DISTANCE = 24;
/** With more lines the dots at the crosshair would hide them. */
const MOST_DOTS = 12;
const DEFAULT_OPTIONS: ChartOptions = {
  x: "step",
  y: "linear",
  ignoreOutliers: false,
  xDomain: null,
  yDomain: null,
};

/** Fills `host`, which must have a size of its own: the chart takes it and follows it. */
export class LineChart {
  private readonly root: HTMLElement;
  private readonly base: Layer;
  private readonly overlay: Layer;
  private readonly gestures: Gestures;
  private readonly sizes: ResizeObserver;
  private density: MediaQueryList | null = null;
  private lines: readonly Line[] = [];
  private options = DEFAULT_OPTIONS;
  private frame: Frame | null = null;
  private cursor: number | null = null;
  private selection: Selection | null = null;
  private animationFrame = 0;
  private baseIsStale = false;
  private draws = 0;
  private drawn: DrawnLine[] = [];
  private outliers = 0;

  constructor(
    host: HTMLElement,
    private theme: ChartTheme,
    readonly events: ChartEvents = {},
  ) {
    const document = host.ownerDocument;
    this.root = document.createElement("div");
    Object.assign(this.root.style, {
      position: "relative",
      width: "100%",
      height: "100%",
      overflow: "hidden",
    });
    this.base = new Layer(this.root);
    this.overlay = new Layer(this.root);
    Object.assign(this.overlay.canvas.style, { touchAction: "pan-y", cursor: "crosshair" });
    host.append(this.root);
    this.gestures = new Gestures(this.overlay.canvas, {
      hover: (point) => this.hover(point),
      click: (point) => this.click(point),
      select: (selection) => this.select(selection),
      zoom: (selection) => this.zoom(selection),
      reset: () => this.events.onReset?.(),
      plot: () => this.frame ?? { left: 0, top: 0, right: 0, bottom: 0 },
    });
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this.root);
    this.followDensity();
  }

  /** Several updates before the next animation frame make one draw. */
  update(lines: readonly Line[], options: ChartOptions): void {
    if (options.y !== this.options.y && this.frame) this.frame.left = 0;
    this.lines = lines;
    this.options = options;
    this.schedule(true);
  }

  setTheme(theme: ChartTheme): void {
    this.theme = theme;
    this.schedule(true);
  }

  /** Takes the host's size anew. A change of size draws at once: waiting would show one stretched frame. */
  resize(): void {
    const { clientWidth, clientHeight } = this.root;
    const ratio = this.root.ownerDocument.defaultView?.devicePixelRatio ?? 1;
    const baseChanged = this.base.resize(clientWidth, clientHeight, ratio);
    const overlayChanged = this.overlay.resize(clientWidth, clientHeight, ratio);
    if (!baseChanged && !overlayChanged) return;
    this.baseIsStale = true;
    this.drawNow();
  }

  /** The crosshair, at a place in data; null takes it away. */
  setCursor(x: number | null): void {
    if (x === this.cursor) return;
    this.cursor = x;
    this.schedule(false);
  }

  /** For every line its point nearest in x to a place on the chart, the one nearest in height first. */
  nearest(px: number, py: number): NearestPoint[] {
    if (this.frame === null) return [];
    return this.nearestTo(this.frame, this.frame.x.invert(px), py);
  }

  probe(): ChartProbe {
    return {
      series: this.drawn.length,
      points: this.drawn.reduce((sum, line) => sum + line.points, 0),
      drawn: this.drawn.map((line) => ({ ...line })),
      xDomain: this.frame?.x.domain ?? [0, 1],
      yDomain: this.frame?.y.domain ?? [0, 1],
      draws: this.draws,
      outliers: this.outliers,
    };
  }

  destroy(): void {
    this.gestures.destroy();
    this.sizes.disconnect();
    this.density?.removeEventListener("change", this.onDensity);
    cancelAnimationFrame(this.animationFrame);
    this.root.remove();
    this.lines = [];
    this.frame = null;
  }

  private schedule(base: boolean): void {
    this.baseIsStale ||= base;
    if (this.animationFrame !== 0) return;
    this.animationFrame = requestAnimationFrame(() => this.drawNow());
  }

  private drawNow(): void {
    cancelAnimationFrame(this.animationFrame);
    this.animationFrame = 0;
    if (this.base.width <= 0 || this.base.height <= 0) return;
    if (this.baseIsStale) this.drawBase();
    this.drawOverlay();
  }

  private drawBase(): void {
    this.baseIsStale = false;
    const { lines, options, theme } = this;
    const { context } = this.base;
    const log = options.y === "log";
    const xDomain = xDomainOf(lines, options);
    const views = viewLines(lines, xDomain);
    const yDomain = yDomainOf(views, xDomain, options);
    this.base.clear();
    context.font = theme.font;
    const frame = layOut(context, this.base, xDomain, yDomain, options, this.frame?.left ?? 0);
    this.frame = frame;
    const numbers = views.some(hasFinite);
    if (numbers) paintAxes(context, frame, theme);
    else
      paintEmptyAxes(
        context,
        frame,
        theme,
        lines.some((line) => line.x.length > 0),
      );
    paintLines(context, frame, views, log);
    const showOutliers = options.ignoreOutliers && options.yDomain === null;
    this.drawn = views.map((view) => {
      const marks = showOutliers ? new OutlierMarks(frame) : null;
      const drawn = measureLine(
        view,
        xDomain,
        yDomain,
        log,
        marks ? (x, above) => marks.add(x, above) : undefined,
      );
      if (drawn.outside > 0) marks?.paint(context, view.line.color, view.line.dimmed ? 0.2 : 0.8);
      if (drawn.nonFinite > 0) paintNonFinite(context, frame, view);
      return drawn;
    });
    this.outliers = showOutliers ? this.drawn.reduce((sum, line) => sum + line.outside, 0) : 0;
    this.draws += 1;
    this.events.onDraw?.();
  }

  private drawOverlay(): void {
    this.overlay.clear();
    const { context } = this.overlay;
    if (this.frame === null) return;
    if (this.selection !== null) paintSelection(context, this.theme, this.selection);
    else if (this.cursor !== null) {
      const colors = new Map(this.lines.map((line) => [line.id, line.color]));
      const dots = this.nearestTo(this.frame, this.cursor, 0)
        .slice(0, MOST_DOTS)
        .reverse()
        .map(({ id, px, py }) => ({ px, py, color: colors.get(id) ?? this.theme.foreground }));
      paintCursor(context, this.frame, this.theme, this.cursor, dots);
    }
  }

  private nearestTo(frame: Frame, x: number, py: number): NearestPoint[] {
    const points: NearestPoint[] = [];
    for (const line of this.lines) {
      const index = nearestIndex(line.x, x, sortedX(line.x));
      const at = line.x[index];
      const raw = line.raw[index];
      if (at === undefined || raw === undefined) continue;
      const px = frame.x.pixel(at);
      if (!(px >= frame.left - OUTSIDE_TOLERANCE && px <= frame.right + OUTSIDE_TOLERANCE))
        continue;
      const smoothed = line.smoothed?.[index] ?? null;
      const height = frame.y.pixel(smoothed ?? raw);
      const placed = Number.isFinite(height);
      points.push({
        id: line.id,
        index,
        x: at,
        raw,
        smoothed,
        px,
        py: placed ? height : Number.NaN,
        distance: placed ? Math.abs(height - py) : Number.POSITIVE_INFINITY,
      });
    }
    return points.sort((a, b) => compare(a.distance, b.distance));
  }

  private hover(point: Point | null): void {
    if (point === null || this.frame === null) {
      this.setCursor(null);
      this.events.onHover?.(null);
      return;
    }
    const points = this.nearest(point.px, point.py);
    const hover: ChartHover = { ...this.position(this.frame, point, points), points };
    this.setCursor(hover.x);
    this.events.onHover?.(hover);
  }

  private click(point: Point): void {
    if (this.frame === null) return;
    this.events.onClick?.(this.position(this.frame, point, this.nearest(point.px, point.py)));
  }

  private position(frame: Frame, point: Point, points: readonly NearestPoint[]): ChartPosition {
    const px = Math.max(frame.left, Math.min(frame.right, point.px));
    let x = frame.x.invert(px);
    let distance = SNAP_DISTANCE;
    for (const candidate of points) {
      if (Math.abs(candidate.px - px) >= distance) continue;
      distance = Math.abs(candidate.px - px);
      x = candidate.x;
    }
    return { ...point, x, y: frame.y.invert(point.py) };
  }

  private select(selection: Selection | null): void {
    this.selection = selection;
    this.schedule(false);
  }

  private zoom({ left, right, top, bottom, box }: Selection): void {
    if (this.frame === null) return;
    const { x, y } = this.frame;
    this.events.onZoom?.(
      [x.invert(left), x.invert(right)],
      box ? [y.invert(bottom), y.invert(top)] : null,
    );
  }

  /** A query matches one pixel ratio only, so each change asks anew. */
  private followDensity(): void {
    const view = this.root.ownerDocument.defaultView;
    if (!view?.matchMedia) return;
    this.density?.removeEventListener("change", this.onDensity);
    this.density = view.matchMedia(`(resolution: ${view.devicePixelRatio}dppx)`);
    this.density.addEventListener("change", this.onDensity);
  }

  private readonly onDensity = (): void => {
    this.followDensity();
    this.resize();
  };
}

/** One of the stacked canvases. Its context counts in CSS pixels. */
class Layer {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  width = 0;
  height = 0;
  private ratio = 1;

  constructor(root: HTMLElement) {
    this.canvas = root.ownerDocument.createElement("canvas");
    this.canvas.width = 0;
    this.canvas.height = 0;
    Object.assign(this.canvas.style, {
      position: "absolute",
      inset: "0",
      width: "100%",
      height: "100%",
      display: "block",
    });
    const context = this.canvas.getContext("2d");
    if (context === null) throw new Error("this browser has no 2-D canvas");
    this.context = context;
    root.append(this.canvas);
  }

  /** True when the size changed, which also clears the canvas. */
  resize(width: number, height: number, ratio: number): boolean {
    if (width === this.width && height === this.height && ratio === this.ratio) return false;
    this.width = width;
    this.height = height;
    this.ratio = ratio;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    return true;
  }

  clear(): void {
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
  }
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
