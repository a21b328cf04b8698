// A chart of histograms on stacked canvases: the slices below, what is marked or pointed at above.
import { Gestures, type Point, type Selection } from "../../charts/gestures";
import { Layer } from "../../charts/layer";
import { SvgPainter } from "../../charts/svg";
import { drawNoMore, drawSoon } from "../../charts/turns";
import type { ChartTheme } from "../../charts/types";
import { drawnHeights, layOut, type Options, type Source, type Spot, spotAt } from "./layout";
import { paintAxes, paintMarked, paintSlices } from "./paint";
import { Painting } from "./painting";

export interface HistogramEvents {
  /** The slice and bucket at the pointer, of what is drawn, and where that is in the chart. */
  onHover(spot: Spot | null, sources: readonly Source[], at: { px: number; py: number }): void;
  onClick(spot: Spot, sources: readonly Source[], shift: boolean): void;
  /** A range of values was dragged. */
  onZoom(low: number, high: number): void;
  onReset(): void;
  onDraw(): void;
}

export interface HistogramTheme extends ChartTheme {
  accent: string;
}

export interface HistogramProbe {
  mode: string;
  axis: string;
  sources: {
    name: string;
    slices: number;
    buckets: number;
    total: number;
    steps: number[];
    /** Where each slice stands: in pixels, and on the axis of time. */
    baselines: number[];
    times: number[];
  }[];
  /** The plot within the chart, in pixels. */
  frame: readonly [left: number, top: number, right: number, bottom: number];
  domain: readonly [number, number];
  highest: number;
  hover: Spot | null;
  marked: readonly number[];
  draws: number;
}

export class HistogramChart {
  readonly #root: HTMLElement;
  readonly #base: Layer;
  readonly #overlay: Layer;
  readonly #gestures: Gestures;
  readonly #sizes: ResizeObserver;
  #sources: readonly Source[] = [];
  #options: Options = { mode: "offset", axis: "step", log: false, density: false, marked: [] };
  /** What can be seen, and what will be next. */
  #shown: Painting | null = null;
  #painting: Painting | null = null;
  /** Where the pointer is, and what is there. */
  #point: Point | null = null;
  #spot: Spot | null = null;
  #selection: Selection | null = null;
  #stale = false;
  #draws = 0;

  constructor(
    host: HTMLElement,
    private theme: HistogramTheme,
    private readonly events: HistogramEvents,
  ) {
    this.#root = host.ownerDocument.createElement("div");
    Object.assign(this.#root.style, { position: "absolute", inset: "0", overflow: "hidden" });
    this.#base = new Layer(this.#root);
    this.#overlay = new Layer(this.#root);
    Object.assign(this.#overlay.canvas.style, { touchAction: "pan-y", cursor: "crosshair" });
    host.append(this.#root);
    this.#gestures = new Gestures(this.#overlay.canvas, {
      hover: (point) => this.#hover(point),
      click: (point) => this.#click(point),
      select: (selection) => {
        this.#selection = selection;
        this.#schedule(false);
      },
      zoom: ({ left, right }) => {
        const x = this.#shown?.layout.frame.x;
        if (x) this.events.onZoom(x.invert(left), x.invert(right));
      },
      reset: () => this.events.onReset(),
      grab: () => null,
      pan: () => () => {},
      scale: () => {},
      plot: () => this.#shown?.layout.frame ?? { left: 0, top: 0, right: 0, bottom: 0 },
    });
    this.#sizes = new ResizeObserver(() => this.#resize());
    this.#sizes.observe(this.#root);
  }

  update(sources: readonly Source[], options: Options): void {
    this.#sources = sources;
    this.#options = options;
    this.#schedule(true);
  }

  setTheme(theme: HistogramTheme): void {
    this.theme = theme;
    this.#schedule(true);
  }

  /** Whether anything has been drawn. */
  get drawn(): boolean {
    return this.#shown !== null;
  }

  probe(): HistogramProbe {
    const { layout, sources = [], options = this.#options } = this.#shown ?? {};
    return {
      mode: options.mode,
      axis: layout?.axis ?? "",
      sources: sources.map(({ name, slices }, at) => {
        const every = Array.from(slices.steps, (_, i) => i);
        const baselines = [...(layout?.baselines[at] ?? [])];
        return {
          name,
          slices: slices.length,
          buckets: every.reduce((sum, i) => sum + slices.size(i), 0),
          total: every.reduce((sum, i) => sum + slices.total(i), 0),
          steps: [...slices.steps],
          baselines,
          times: baselines.map((y) => layout?.frame.y.invert(y) ?? 0),
        };
      }),
      frame: layout
        ? [layout.frame.left, layout.frame.top, layout.frame.right, layout.frame.bottom]
        : [0, 0, 0, 0],
      domain: layout?.frame.x.domain ?? [0, 1],
      highest: layout?.highest ?? 0,
      hover: this.#spot,
      marked: this.#options.marked,
      draws: this.#draws,
    };
  }

  /** Of a drawn slice, the middle of each bucket and how high it is drawn, read off its outline. */
  heights(source: number, slice: number): [value: number, height: number][] {
    const { layout, sources = [], options } = this.#shown ?? {};
    const of = sources[source];
    return layout && options && of ? drawnHeights(layout, of, source, slice, options) : [];
  }

  /** What is drawn as a document of its own; a heat map is drawn by `toPng` alone. */
  toSvg(title: string): string {
    const { width, height } = this.#base;
    const painter = new SvgPainter(this.#base.context);
    painter.font = this.theme.font;
    const layout = layOut(painter, { width, height }, this.#sources, this.#options);
    paintAxes(painter, layout, this.theme);
    paintSlices(painter, layout, this.#sources, this.#options, this.theme);
    return painter.document(width, height, this.theme.background, title);
  }

  toPng(): Promise<Blob> {
    const { canvas } = this.#base;
    const picture = canvas.ownerDocument.createElement("canvas");
    Object.assign(picture, { width: canvas.width, height: canvas.height });
    const context = picture.getContext("2d");
    if (!context) throw new Error("this browser has no 2-D canvas");
    context.fillStyle = this.theme.background;
    context.fillRect(0, 0, picture.width, picture.height);
    context.drawImage(canvas, 0, 0);
    return new Promise((resolve, reject) =>
      picture.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture")))),
    );
  }

  destroy(): void {
    this.#gestures.destroy();
    this.#sizes.disconnect();
    drawNoMore(this.#draw);
    this.#root.remove();
  }

  #schedule(base: boolean): void {
    this.#stale ||= base;
    drawSoon(this.#draw);
  }

  #resize(): void {
    const { clientWidth, clientHeight } = this.#root;
    const ratio = this.#root.ownerDocument.defaultView?.devicePixelRatio ?? 1;
    const changed = [this.#base, this.#overlay].map((one) =>
      one.resize(clientWidth, clientHeight, ratio),
    );
    if (!changed.includes(true)) return;
    this.#stale = true;
    this.#draw();
  }

  /** Returns how many points it drew. */
  #draw = (): number => {
    drawNoMore(this.#draw);
    const { width, height } = this.#base;
    if (!width || !height) return 0;
    if (this.#stale) {
      this.#stale = false;
      this.#painting = new Painting(this.#base, this.#sources, this.#options, this.theme);
    }
    const points = this.#painting?.advance() ?? 0;
    if (this.#painting?.complete) {
      this.#shown = this.#painting;
      this.#painting = null;
      this.#draws++;
      if (this.#point) this.#spot = this.#at(this.#point);
    } else if (this.#painting) drawSoon(this.#draw);
    this.#drawOverlay();
    this.events.onDraw();
    return points;
  };

  #drawOverlay(): void {
    this.#overlay.clear();
    if (!this.#shown) return;
    const { layout, sources, options } = this.#shown;
    const { context } = this.#overlay;
    paintMarked(context, layout, sources, options, {
      spot: this.#spot,
      theme: this.theme,
      color: this.theme.accent,
    });
    if (!this.#selection) return;
    const { left, right } = this.#selection;
    context.fillStyle = this.theme.accent;
    context.globalAlpha = 0.15;
    context.fillRect(left, layout.frame.top, right - left, layout.frame.bottom - layout.frame.top);
    context.globalAlpha = 1;
  }

  #at(point: Point): Spot | null {
    if (!this.#shown) return null;
    const { layout, sources, options } = this.#shown;
    return spotAt(layout, sources, options, point);
  }

  #hover(point: Point | null): void {
    const spot = point && this.#at(point);
    this.#point = point;
    this.#spot = spot;
    this.#schedule(false);
    this.events.onHover(spot, this.#shown?.sources ?? [], point ?? { px: 0, py: 0 });
  }

  #click(point: Point): void {
    const spot = this.#at(point);
    if (spot) this.events.onClick(spot, this.#shown?.sources ?? [], point.shift);
  }
}
