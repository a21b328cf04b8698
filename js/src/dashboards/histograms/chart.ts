// A chart of histograms on stacked canvases: the slices below, what is marked or pointed at above.
import { Gestures, type Point, type Selection } from "../../charts/gestures";
import { Layer } from "../../charts/layer";
import { SvgPainter } from "../../charts/svg";
import { drawNoMore, drawSoon } from "../../charts/turns";
import type { ChartTheme } from "../../charts/types";
import { type Layout, layOut, type Options, type Source, type Spot, spotAt } from "./layout";
import { heatPixels, paintAxes, paintMarked, paintSlices } from "./paint";

export interface HistogramEvents {
  /** The slice and bucket at the pointer, and where that is in the chart. */
  onHover(spot: Spot | null, at: { px: number; py: number }): void;
  onClick(spot: Spot, shift: boolean): void;
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
  sources: { name: string; slices: number; buckets: number; total: number; steps: number[] }[];
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
  #layout: Layout | null = null;
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
        const x = this.#layout?.frame.x;
        if (x) this.events.onZoom(x.invert(left), x.invert(right));
      },
      reset: () => this.events.onReset(),
      grab: () => null,
      pan: () => () => {},
      scale: () => {},
      plot: () => this.#layout?.frame ?? { left: 0, top: 0, right: 0, bottom: 0 },
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

  probe(): HistogramProbe {
    return {
      mode: this.#options.mode,
      sources: this.#sources.map(({ name, slices }) => {
        const every = Array.from(slices.steps, (_, i) => i);
        return {
          name,
          slices: slices.length,
          buckets: every.reduce((sum, i) => sum + slices.size(i), 0),
          total: every.reduce((sum, i) => sum + slices.total(i), 0),
          steps: [...slices.steps],
        };
      }),
      domain: this.#layout?.frame.x.domain ?? [0, 1],
      highest: this.#layout?.highest ?? 0,
      hover: this.#spot,
      marked: this.#options.marked,
      draws: this.#draws,
    };
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
    const { width, height, context } = this.#base;
    if (!width || !height) return 0;
    const stale = this.#stale;
    if (stale) {
      this.#stale = false;
      this.#base.clear();
      context.font = this.theme.font;
      this.#layout = layOut(context, { width, height }, this.#sources, this.#options);
      if (this.#options.mode === "heatmap") this.#drawHeat(this.#layout);
      paintAxes(context, this.#layout, this.theme);
      if (this.#options.mode !== "heatmap")
        paintSlices(context, this.#layout, this.#sources, this.#options, this.theme);
      this.#draws++;
      if (this.#point) this.#spot = this.#at(this.#point);
    }
    this.#drawOverlay();
    this.events.onDraw();
    return stale ? this.#sources.reduce((sum, { slices }) => sum + slices.counts.length, 0) : 0;
  };

  #drawHeat(layout: Layout): void {
    const source = this.#sources[0];
    if (!source?.slices.length) return;
    const { context, ratio } = this.#base;
    const { data, width, height } = heatPixels(layout, source, this.#options, this.theme, ratio);
    const { left, top } = layout.frame;
    context.putImageData(new ImageData(data, width, height), left * ratio, top * ratio);
  }

  #drawOverlay(): void {
    this.#overlay.clear();
    const layout = this.#layout;
    if (!layout) return;
    const { context } = this.#overlay;
    paintMarked(context, layout, this.#sources, this.#options, {
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
    return this.#layout && spotAt(this.#layout, this.#sources, this.#options, point);
  }

  #hover(point: Point | null): void {
    const spot = point && this.#at(point);
    this.#point = point;
    this.#spot = spot;
    this.#schedule(false);
    this.events.onHover(spot, point ?? { px: 0, py: 0 });
  }

  #click(point: Point): void {
    const spot = this.#at(point);
    if (spot) this.events.onClick(spot, point.shift);
  }
}
