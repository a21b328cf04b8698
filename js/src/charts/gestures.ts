/** Mouse, pen and finger on a chart, told as hovering, clicking, dragging a rectangle and resetting. */

const CLICK_DISTANCE = 4;
/** A drag flatter than this selects a band of x; a taller one selects a box. */
const BAND_HEIGHT = 12;

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
  /** The view is dragged by so many pixels since the last call. */
  pan(dx: number, dy: number): void;
  /** The wheel was turned with a modifier key held: shrink or enlarge what is shown about `point`. */
  scale(point: Point, factor: number): void;
  /** Where a drag may select. */
  plot(): { left: number; top: number; right: number; bottom: number };
}

export class Gestures {
  private readonly listening = new AbortController();
  private pointer: number | null = null;
  private start: Point | null = null;
  private selection: Selection | null = null;
  /** What a drag does instead of selecting. */
  private drag: ((point: Point) => void) | null = null;
  private dragged = false;
  private pendingHover: Point | null = null;
  private hoverFrame = 0;

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
    this.dropHover();
    this.listening.abort();
  }

  private onDown(event: PointerEvent): void {
    if (event.button !== 0 || !event.isPrimary) return;
    this.pointer = event.pointerId;
    this.start = this.locate(event);
    this.target.setPointerCapture(event.pointerId);
    this.drag =
      event.altKey || event.shiftKey ? this.panFrom(this.start) : this.handler.grab(this.start);
    if (event.pointerType === "touch") this.hoverSoon(this.start);
  }

  private onMove(event: PointerEvent): void {
    const point = this.locate(event);
    if (this.start === null || event.pointerId !== this.pointer) {
      this.hoverSoon(point);
      return;
    }
    if (this.drag !== null) {
      if (distance(point, this.start) >= CLICK_DISTANCE) this.dragged = true;
      if (this.dragged) this.drag(point);
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
    this.cancel();
    if (selection !== null) this.handler.zoom(selection);
    else if (still && !dragged) this.handler.click(point);
  }

  private panFrom(start: Point): (point: Point) => void {
    let last = start;
    this.endHover();
    return (point) => {
      this.handler.pan(point.px - last.px, point.py - last.py);
      last = point;
    };
  }

  /** Without a modifier the wheel scrolls the page, as everywhere. */
  private onWheel(event: WheelEvent): void {
    if (!event.altKey && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const delta = Math.max(-200, Math.min(200, (event.deltaY || event.deltaX) * lines));
    this.handler.scale(this.locate(event), Math.exp(delta * 0.002));
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
    this.pendingHover = point;
    if (this.hoverFrame !== 0) return;
    this.hoverFrame = requestAnimationFrame(() => {
      this.hoverFrame = 0;
      if (this.pendingHover !== null) this.handler.hover(this.pendingHover);
    });
  }

  private endHover(): void {
    this.dropHover();
    this.handler.hover(null);
  }

  private dropHover(): void {
    cancelAnimationFrame(this.hoverFrame);
    this.hoverFrame = 0;
    this.pendingHover = null;
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
