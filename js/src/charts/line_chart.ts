/** The line chart: many lines with x of their own on one pair of axes, drawn on canvas. */

import type { Frame } from "./axes";
import { formatPlace } from "./format";
import { BAND_HEIGHT, Gestures, type Point, type Selection } from "./gestures";
import { Keys } from "./keys";
import { Layer } from "./layer";
import { type Chip, chipAt, paintMarkers, placeChips } from "./markers";
import { panned, scaledAcross, scaledUp, selected, type Target } from "./navigation";
import { nearestPoints, nextX } from "./nearest";
import { paintCursor, paintRange, paintSelection } from "./overlay";
import { Painting } from "./painting";
import { type PictureOptions, pngOf, svgOf } from "./picture";
import type { Drawing } from "./render";
import type { Domain } from "./scales";
import { drawNoMore, drawSoon, UNFINISHED } from "./turns";
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
import { countNonPositiveX, isLogX } from "./view";

export type * from "./types";

/** The crosshair jumps to a point this near; farther away it stays under the mouse. */
const SNAP_DISTANCE = 24;
/** With more lines dots at the crosshair would hide them: only that of the nearest one is drawn. */
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
  private readonly keys: Keys;
  private readonly sizes: ResizeObserver;
  private density: MediaQueryList | null = null;
  private lines: readonly Line[] = [];
  private options = DEFAULT_OPTIONS;
  private frame: Frame | null = null;
  private cursor: number | null = null;
  /** The point nearest to the pointer, while that is on this chart. */
  private pointedAt: NearestPoint[] = [];
  private selection: Selection | null = null;
  private baseIsStale = false;
  private painting: Painting | null = null;
  private draws = 0;
  private drawn: DrawnLine[] = [];
  private outside: [above: number, below: number] = [0, 0];
  private keepsGutters = false;
  private step: number | null = null;
  private range: Domain | null = null;

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
      grab: (point) => this.grab(point),
      pan: (point) => this.pan(point),
      scale: ({ px, py }, factor, upright) =>
        this.go((frame) =>
          upright ? scaledUp(frame, py, factor) : scaledAcross(frame, px, factor),
        ),
      plot: () => this.frame ?? { left: 0, top: 0, right: 0, bottom: 0 },
    });
    this.keys = new Keys(this.root, {
      move: (by) => this.moveCursor(by),
      scale: (factor) =>
        this.go((frame) => scaledAcross(frame, (frame.left + frame.right) / 2, factor)),
      reset: () => this.events.onReset?.(),
      leave: () => this.hover(null),
    });
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this.root);
    this.followDensity();
  }

  /** Several updates before the next animation frame make one draw. */
  update(lines: readonly Line[], options: ChartOptions): void {
    if (options.y !== this.options.y) this.keepsGutters = false;
    this.lines = lines;
    this.options = options;
    this.root.setAttribute("aria-label", options.label ? `Chart of ${options.label}` : "Chart");
    this.schedule(true);
  }

  setTheme(theme: ChartTheme): void {
    this.theme = theme;
    this.schedule(true);
  }

  /** Takes the host's size anew. A change of size draws at once: waiting would show one stretched frame. */
  resize(): void {
    const { clientWidth, clientHeight } = this.root;
    const sized = this.base.width > 0;
    const ratio = this.root.ownerDocument.defaultView?.devicePixelRatio ?? 1;
    const baseChanged = this.base.resize(clientWidth, clientHeight, ratio);
    const overlayChanged = this.overlay.resize(clientWidth, clientHeight, ratio);
    if (!baseChanged && !overlayChanged) return;
    this.painting = null;
    this.baseIsStale = true;
    if (sized) this.draw(true);
    else this.schedule(true);
  }

  /** The crosshair, at a place in data; null takes it away. */
  setCursor(x: number | null): void {
    if (x === this.cursor) return;
    this.cursor = x;
    this.schedule(false);
  }

  /** A line that stays; null takes it away. */
  setStep(x: number | null): void {
    if (x === this.step) return;
    this.step = x;
    this.schedule(false);
  }

  /** A range of x that is marked; null takes it away. */
  setRange(range: Domain | null): void {
    if (range === this.range) return;
    this.range = range;
    this.schedule(false);
  }

  /** What is drawn as a document of its own. */
  toSvg(options: PictureOptions = {}): string {
    return svgOf(this.drawing, this.base.context, options);
  }

  toPng(scale: number, options: PictureOptions = {}): Promise<Blob> {
    return pngOf(this.drawing, this.root.ownerDocument, scale, options);
  }

  /** For every line its point nearest in x to a place on the chart, the one nearest in height first. */
  nearest(px: number, py: number): NearestPoint[] {
    return this.frame ? this.nearestTo(this.frame, this.frame.x.invert(px), py) : [];
  }

  probe(): ChartProbe {
    const [above, below] = this.outside;
    return {
      series: this.drawn.length,
      points: this.drawn.reduce((sum, line) => sum + line.points, 0),
      drawn: this.drawn.map((line) => ({ ...line })),
      xDomain: this.frame?.x.domain ?? [0, 1],
      yDomain: this.frame?.y.domain ?? [0, 1],
      yDomain2: this.frame?.y2?.domain ?? null,
      background: this.theme.background,
      step: this.step,
      range: this.range,
      draws: this.draws,
      outliers: above + below,
      outliersAbove: above,
      outliersBelow: below,
      nonPositiveX: countNonPositiveX(this.lines, this.options),
    };
  }

  destroy(): void {
    this.gestures.destroy();
    this.keys.destroy();
    this.sizes.disconnect();
    this.density?.removeEventListener("change", this.onDensity);
    drawNoMore(this.drawNow);
    this.root.remove();
    this.lines = [];
    this.frame = null;
  }

  private schedule(base: boolean): void {
    this.baseIsStale ||= base;
    drawSoon(this.drawNow);
  }

  private readonly drawNow = (): number => this.draw(false);

  /** Returns how many points it drew, or that there are more to be drawn. */
  private draw(urgent: boolean): number {
    drawNoMore(this.drawNow);
    if (this.base.width <= 0 || this.base.height <= 0) return 0;
    const points = this.painting || this.baseIsStale ? this.drawBase(urgent) : 0;
    this.drawOverlay();
    return points;
  }

  /** What has changed since a painting was begun waits until that is in sight: it may change in every frame. */
  private drawBase(urgent: boolean): number {
    if (this.painting === null) {
      const previous = this.keepsGutters ? this.frame : null;
      this.painting = new Painting(this.base, this.drawing, previous);
      this.baseIsStale = false;
      this.keepsGutters = true;
    }
    const rendered = this.painting.advance(urgent);
    if (rendered === null) return UNFINISHED;
    this.painting = null;
    this.frame = rendered.frame;
    this.drawn = rendered.drawn;
    this.outside = rendered.outside;
    this.draws += 1;
    this.events.onDraw?.();
    if (this.baseIsStale) drawSoon(this.drawNow);
    return this.drawn.reduce((sum, { points }) => sum + points, 0);
  }

  private get drawing(): Drawing {
    return { lines: this.lines, options: this.options, theme: this.theme };
  }

  private drawOverlay(): void {
    const { range, selection, cursor, step } = this;
    this.overlay.clear([range, selection, cursor, step].every((one) => one === null));
    const { context } = this.overlay;
    const { frame, theme } = this;
    if (frame === null) return;
    context.font = theme.font;
    if (this.range !== null) paintRange(context, frame, theme, this.range);
    if (this.selection !== null) paintSelection(context, theme, this.selection);
    else if (this.cursor !== null) {
      const colors = new Map(this.lines.map((line) => [line.id, line.color]));
      const few = this.lines.length <= MOST_DOTS;
      const points = few ? this.nearestTo(frame, this.cursor, 0).reverse() : this.pointedAt;
      const dots = points.map(({ id, px, py }) => ({
        px,
        py,
        color: colors.get(id) ?? theme.foreground,
      }));
      paintCursor(context, frame, theme, this.cursor, dots);
    }
    paintMarkers(context, frame, theme, this.chips(frame));
  }

  /** Both ends of the range, else the step. */
  private chips(frame: Frame): Chip[] {
    const places = this.range ?? (this.step === null ? [] : [this.step]);
    const { x, formatX = (at) => formatPlace(at, x) } = this.options;
    const { context } = this.overlay;
    context.font = this.theme.font;
    return placeChips(context, frame, places, formatX);
  }

  private nearestTo(frame: Frame, x: number, py: number): NearestPoint[] {
    return nearestPoints(this.lines, frame, x, py, isLogX(this.options));
  }

  private hover(point: Point | null): void {
    if (point === null || this.frame === null) {
      this.pointedAt = [];
      this.setCursor(null);
      this.events.onHover?.(null);
      return;
    }
    const held = this.holds(point) && chipAt(this.frame, this.chips(this.frame), point) >= 0;
    this.overlay.canvas.style.cursor = held ? "ew-resize" : "crosshair";
    const points = this.nearest(point.px, point.py);
    this.pointedAt = points.slice(0, 1);
    this.schedule(false);
    const hover: ChartHover = { ...this.position(this.frame, point, points), points };
    this.setCursor(hover.x);
    this.events.onHover?.(hover);
  }

  /** To the next point of any line, as the arrow keys ask. */
  private moveCursor(by: 1 | -1): void {
    const { frame } = this;
    if (frame === null) return;
    const [low, high] = frame.x.domain;
    // Without a cursor the first point in view comes next, which may stand on its very edge.
    const edge = by > 0 ? low - (high - low) * 1e-9 : high + (high - low) * 1e-9;
    const next = nextX(this.lines, this.cursor ?? edge, by);
    if (next === null || next < low || next > high) return;
    const box = this.root.getBoundingClientRect();
    const [px, py] = [frame.x.pixel(next), (frame.top + frame.bottom) / 2];
    this.hover({ px, py, clientX: box.left + px, clientY: box.top + py, shift: false });
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

  private zoom(selection: Selection): void {
    this.go((frame) => selected(frame, selection));
  }

  private pan(start: Point): (point: Point) => void {
    const { frame } = this;
    let upright = false;
    return ({ px, py }) => {
      const [dx, dy] = [px - start.px, py - start.py];
      // As with a rectangle: a drag along x leaves y fitted to what is in view.
      upright ||= Math.abs(dy) >= BAND_HEIGHT;
      if (frame) this.tell(panned(frame, dx, dy, upright));
    };
  }

  private go(to: (frame: Frame) => Target | null): void {
    if (this.frame) this.tell(to(this.frame));
  }

  private tell(target: Target | null): void {
    if (target) this.events.onZoom?.(target.x, target.y, target.y2);
  }

  /** Whether somebody listens to what would be dragged at a point. */
  private holds(point: Point): boolean {
    return !point.shift && Boolean(this.range ? this.events.onRange : this.events.onStep);
  }

  /** The marker at `point`, to be dragged. */
  private grab(point: Point): ((point: Point) => void) | null {
    const { frame, range } = this;
    if (frame === null || !this.holds(point)) return null;
    const chips = this.chips(frame);
    const chip = chips[chipAt(frame, chips, point)];
    if (!chip) return null;
    // The other end stays where it is, also when this one is dragged across it.
    const other = range && (chip.x === range[0] ? range[1] : range[0]);
    const offset = point.py > frame.bottom ? point.px - frame.x.pixel(chip.x) : 0;
    return (at) => {
      const now = this.frame ?? frame;
      const x = now.x.invert(Math.max(now.left, Math.min(now.right, at.px - offset)));
      if (other === null) this.events.onStep?.(x);
      else this.events.onRange?.([Math.min(x, other), Math.max(x, other)]);
    };
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
