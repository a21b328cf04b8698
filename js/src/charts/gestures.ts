/** Mouse, pen and finger on a chart, told as hovering, clicking, dragging a rectangle and resetting. */

const CLICK_DISTANCE = 4;
/** A drag flatter than this selects a band of x; a taller one selects a box. */
export const BAND_HEIGHT = 12;
const DELTA_LINES = 1;
const PIXELS_PER_LINE = 16;
const MOST_TURN = 200;
const ZOOM_PER_PIXEL = 0.002;

export interface Point {
  px: number;
  py: number;
  clientX: number;
  clientY: number;
  /** Whether the shift key was held. */
  shift: boolean;
}

export interface Selection {
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** False for a band: it spans the whole height and leaves y as it is. */
  box: boolean;
}

export interface GestureHandler {
  hover(point: Point | null): void;
  click(point: Point): void;
  /** The rectangle while it is dragged; null when it is gone. */
  select(selection: Selection | null): void;
  zoom(selection: Selection): void;
  reset(): void;
  /** The pointer took hold of something at `point`: what to call as it moves; null if there is nothing. */
  grab(point: Point): ((point: Point) => void) | null;
  /** The plot is to be dragged from `point`: what to call as the pointer moves. */
  pan(point: Point): (point: Point) => void;
  /** The wheel was turned with a modifier key held: show `factor` of what is shown about `point`; of y, if `upright`. */
  scale(point: Point, factor: number, upright: boolean): void;
  /** Where a drag may select. */
  plot(): { left: number; top: number; right: number; bottom: number };
}

/** Pointers tell more than a screen can show: of the calls in one frame only the last is made. */
class Soon {
  private action: (() => void) | null = null;
  private frame = 0;

  call(action: () => void): void {
    this.action = action;
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.action?.();
    });
  }

  drop(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.action = null;
  }
}

export class Gestures {
  private readonly listening = new AbortController();
  private pointer: number | null = null;
  private start: Point | null = null;
  private selection: Selection | null = null;
  /** What a drag does instead of selecting. */
  private drag: ((point: Point) => void) | null = null;
  private dragged = false;
  private readonly hovering = new Soon();
  private readonly dragging = new Soon();
  private readonly scaling = new Soon();
  private factor = 1;

  constructor(
    private readonly target: HTMLElement,
    private readonly handler: GestureHandler,
  ) {
    const { signal } = this.listening;
    target.addEventListener("pointerdown", (event) => this.onDown(event), { signal });
    target.addEventListener("pointermove", (event) => this.onMove(event), { signal });
    target.addEventListener("pointerup", (event) => this.onUp(event), { signal });
    target.addEventListener("pointercancel", () => this.cancel(), { signal });
    target.addEventListener("lostpointercapture", () => this.cancel(), { signal });
    target.addEventListener("pointerleave", (event) => this.onLeave(event), { signal });
    target.addEventListener("wheel", (event) => this.onWheel(event), { signal, passive: false });
    target.addEventListener("dblclick", () => handler.reset(), { signal });
    // During a drag the focus may be anywhere in the page, and the key must not reach the page's own shortcuts.
    target.ownerDocument.addEventListener("keydown", (event) => this.onKey(event), {
      signal,
      capture: true,
    });
    // A finger leaves as soon as it is lifted; what it pointed at stays until something else is touched.
    target.ownerDocument.addEventListener("pointerdown", (event) => this.onElsewhere(event), {
      signal,
      capture: true,
    });
  }

  destroy(): void {
    this.cancel();
    this.hovering.drop();
    this.scaling.drop();
    this.listening.abort();
  }

  private onDown(event: PointerEvent): void {
    if (event.button !== 0 || !event.isPrimary) return;
    this.pointer = event.pointerId;
    this.start = this.locate(event);
    this.target.setPointerCapture(event.pointerId);
    this.drag =
      event.altKey || event.shiftKey ? this.handler.pan(this.start) : this.handler.grab(this.start);
    if (event.pointerType === "touch") this.hoverSoon(this.start);
  }

  private onMove(event: PointerEvent): void {
    const point = this.locate(event);
    if (this.start === null || event.pointerId !== this.pointer) {
      this.hoverSoon(point);
      return;
    }
    const { drag } = this;
    if (drag !== null) {
      if (!this.dragged && distance(point, this.start) < CLICK_DISTANCE) return;
      if (!this.dragged) this.endHover();
      this.dragged = true;
      this.dragging.call(() => drag(point));
      return;
    }
    const next = this.selectionTo(this.start, point);
    if (next === null && this.selection === null) return;
    if (this.selection === null) this.endHover();
    this.selection = next ?? this.selection;
    this.handler.select(this.selection);
  }

  private onUp(event: PointerEvent): void {
    if (this.start === null || event.pointerId !== this.pointer) return;
    const point = this.locate(event);
    const selection = this.drag ? null : this.selectionTo(this.start, point);
    const still = distance(point, this.start) < CLICK_DISTANCE;
    const dragged = this.selection !== null || this.dragged;
    if (this.dragged) this.drag?.(point);
    this.cancel();
    if (selection !== null) this.handler.zoom(selection);
    else if (still && !dragged) this.handler.click(point);
  }

  /** Without a modifier the wheel scrolls the page, as everywhere. */
  private onWheel(event: WheelEvent): void {
    if (!event.altKey && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    // Browsers turn the wheel sideways while shift is held.
    const turned = event.deltaY || event.deltaX;
    const pixels = turned * (event.deltaMode === DELTA_LINES ? PIXELS_PER_LINE : 1);
    this.factor *= Math.exp(Math.max(-MOST_TURN, Math.min(MOST_TURN, pixels)) * ZOOM_PER_PIXEL);
    const point = this.locate(event);
    this.scaling.call(() => {
      const { factor } = this;
      this.factor = 1;
      this.handler.scale(point, factor, event.shiftKey);
    });
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== "Escape" || this.selection === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.cancel();
  }

  private onLeave(event: PointerEvent): void {
    if (event.pointerType !== "touch") this.endHover();
  }

  private onElsewhere(event: PointerEvent): void {
    if (event.pointerType === "touch" && !event.composedPath().includes(this.target))
      this.endHover();
  }

  private cancel(): void {
    const pointer = this.pointer;
    this.pointer = null;
    this.start = null;
    this.drag = null;
    this.dragged = false;
    this.dragging.drop();
    if (this.selection !== null) {
      this.selection = null;
      this.handler.select(null);
    }
    if (pointer !== null && this.target.hasPointerCapture(pointer))
      this.target.releasePointerCapture(pointer);
  }

  /** The rectangle between two points within the plot, or null when they are too near for a drag. */
  private selectionTo(from: Point, to: Point): Selection | null {
    const plot = this.handler.plot();
    const box = Math.abs(to.py - from.py) >= BAND_HEIGHT;
    if (Math.abs(to.px - from.px) < CLICK_DISTANCE) return null;
    const [left, right] = within(from.px, to.px, plot.left, plot.right);
    const [top, bottom] = box
      ? within(from.py, to.py, plot.top, plot.bottom)
      : [plot.top, plot.bottom];
    return right > left && bottom > top ? { left, top, right, bottom, box } : null;
  }

  private hoverSoon(point: Point): void {
    this.hovering.call(() => this.handler.hover(point));
  }

  private endHover(): void {
    this.hovering.drop();
    this.handler.hover(null);
  }

  private locate(event: MouseEvent): Point {
    const box = this.target.getBoundingClientRect();
    // A page may show the chart scaled; its own pixels are then larger or smaller than the screen's.
    const scale = box.width > 0 ? this.target.clientWidth / box.width : 1;
    return {
      px: (event.clientX - box.left) * scale,
      py: (event.clientY - box.top) * scale,
      clientX: event.clientX,
      clientY: event.clientY,
      shift: event.shiftKey,
    };
  }
}

function within(a: number, b: number, low: number, high: number): [number, number] {
  return [Math.max(low, Math.min(a, b)), Math.min(high, Math.max(a, b))];
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.px - b.px, a.py - b.py);
}
