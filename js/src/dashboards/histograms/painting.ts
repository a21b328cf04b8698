// A picture in the making. One of very many slices is painted over several frames, out of sight.
import type { Layer } from "../../charts/layer";
import type { ChartTheme } from "../../charts/types";
import { heatPixels } from "./heat";
import { type Layout, layOut, type Options, type Source } from "./layout";
import { paintAxes, paintingSlices } from "./paint";

/** Points painted in one go. */
const POINTS_AT_ONCE = 2_000;
/** What a point takes, filled and with its edge, beside one of a line. */
const COST = 4;

export class Painting {
  readonly layout: Layout;
  readonly sources: readonly Source[];
  readonly options: Options;
  readonly #base: Layer;
  readonly #layer: Layer;
  readonly #slices: Generator<number, void>;
  /** Points that are painted already. */
  #points = 0;
  #complete = false;

  constructor(base: Layer, sources: readonly Source[], options: Options, theme: ChartTheme) {
    this.sources = sources;
    this.options = options;
    const points = sources.reduce((sum, { slices }) => sum + slices.counts.length, 0);
    const heat = options.mode === "heatmap";
    this.#base = base;
    this.#layer = heat || points <= POINTS_AT_ONCE ? base : base.twin();
    this.#layer.clear();
    const { context, width, height } = this.#layer;
    context.font = theme.font;
    this.layout = layOut(context, { width, height }, sources, options);
    if (heat) this.#points = this.#paintHeat(theme);
    paintAxes(context, this.layout, theme);
    this.#slices = paintingSlices(context, this.layout, heat ? [] : sources, options, theme);
  }

  /** Whether all is painted, and can be seen. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Paint on for a while; tells how many points of a line that would have been. */
  advance(): number {
    let points = this.#points;
    this.#points = 0;
    do {
      const { done, value } = this.#slices.next();
      if (done) {
        this.#show();
        break;
      }
      points += value;
    } while (points < POINTS_AT_ONCE);
    return COST * points;
  }

  #show(): void {
    this.#complete = true;
    if (this.#layer !== this.#base) this.#base.copy(this.#layer);
  }

  /** Returns how many points that were. */
  #paintHeat(theme: ChartTheme): number {
    const source = this.sources[0];
    if (!source?.slices.length) return 0;
    const { context, ratio } = this.#layer;
    const { layout, options } = this;
    const { data, width, height } = heatPixels(layout, source, options, theme, ratio);
    const { left, top } = layout.frame;
    context.putImageData(new ImageData(data, width, height), left * ratio, top * ratio);
    return source.slices.counts.length;
  }
}
