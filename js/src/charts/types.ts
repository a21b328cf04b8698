/** What goes into a line chart and what comes out of it. */

import type { Limits } from "./band";
import type { Marks } from "./points";
import type { Domain } from "./scales";

export interface Line {
  id: string;
  color: string;
  /** Steps, seconds since the start of the run, seconds since the epoch, or positions: as `ChartOptions.x` says. */
  x: Float64Array;
  raw: Float64Array;
  /** Null draws `raw` as the line itself. */
  smoothed: Float64Array | null;
  /** A line still growing ends with a dot. */
  live: boolean;
  /** What a legend calls it. */
  name?: string;
  /** The y axis it is read off; the left one unless said. */
  axis?: "left" | "right";
  dash?: readonly number[];
  /** In CSS pixels. */
  width?: number;
  /** An area about the line, with limits at each x. */
  band?: Limits;
  /** Instead of one, several areas: where they lie over each other they are darker. */
  bands?: readonly Limits[];
  dimmed?: boolean;
  highlighted?: boolean;
}

export type YScaleKind = "linear" | "log" | "symlog";

export interface ChartOptions {
  /** `value`: any number. */
  x: "step" | "relative" | "wall" | "order" | "value";
  y: YScaleKind;
  /** Wall times and positions have a linear axis always. */
  xScale?: "linear" | "log";
  ignoreOutliers: boolean;
  /** Null fits the axis to the data. */
  xDomain: [number, number] | null;
  /** Of the left axis. */
  yDomain: [number, number] | null;
  /** Of the right axis. */
  yDomain2?: [number, number] | null;
  /** The points of each line to mark: its best one in view, its last one. */
  marks?: Marks;
  /** The same as `marks.best`, which goes before it. */
  best?: "min" | "max" | null;
  /** A place on the x axis in words, for the chips of step and range; by the kind of axis unless said. */
  formatX?: (x: number) => string;
  /** What the chart is, for who cannot see it. */
  label?: string;
}

/** Colours as CSS colours and a CSS font; the caller reads them from its stylesheet. */
export interface ChartTheme {
  background: string;
  foreground: string;
  muted: string;
  grid: string;
  axis: string;
  font: string;
}

/** A line's point nearest in x to some place on the chart. */
export interface NearestPoint {
  id: string;
  index: number;
  x: number;
  raw: number;
  smoothed: number | null;
  /** Where the point stands, in CSS pixels from the chart's corner; `py` is NaN for a point without a height. */
  px: number;
  py: number;
  /** Vertical distance from the mouse in CSS pixels, infinite for a point without a height. */
  distance: number;
}

export interface ChartPosition {
  /** The data x under the mouse, drawn to a point that is close by. */
  x: number;
  y: number;
  /** CSS pixels from the chart's corner. */
  px: number;
  py: number;
  clientX: number;
  clientY: number;
  /** Whether the shift key was held. */
  shift: boolean;
}

export interface ChartHover extends ChartPosition {
  points: NearestPoint[];
}

export interface ChartEvents {
  onHover?: ((hover: ChartHover | null) => void) | undefined;
  /** By dragging, wheel or key, at most once a frame; null leaves the left, and the right y axis as it is. */
  onZoom?:
    | ((
        xDomain: [number, number],
        yDomain: [number, number] | null,
        yDomain2: [number, number] | null,
      ) => void)
    | undefined;
  onReset?: (() => void) | undefined;
  onClick?: ((position: ChartPosition) => void) | undefined;
  /** A marker is being dragged: at most once a frame. */
  onStep?: ((x: number) => void) | undefined;
  onRange?: ((range: [number, number]) => void) | undefined;
  /** The base canvas has been drawn anew. */
  onDraw?: (() => void) | undefined;
}

/** What one line looked like in the last draw. Everything is counted over the points inside the view. */
export interface DrawnLine {
  id: string;
  points: number;
  /** Of the finite raw values; NaN when there are none. */
  min: number;
  max: number;
  first: number;
  last: number;
  nonFinite: number;
  /** Zero or negative values that a log axis has no place for. */
  nonPositive: number;
  /** Finite values above or below the y domain. */
  outside: number;
  /** Of these, above it. */
  above: number;
}

export interface ChartProbe {
  series: number;
  /** Points inside the view that the drawn paths held before decimation. */
  points: number;
  drawn: DrawnLine[];
  xDomain: Domain;
  yDomain: Domain;
  /** Of the right axis; null without one. */
  yDomain2: Domain | null;
  background: string;
  /** Places of the markers in data. */
  step: number | null;
  range: Domain | null;
  /** How often the base canvas has been drawn. */
  draws: number;
  /** Points that `ignoreOutliers` left outside the y domain: in all, above and below. */
  outliers: number;
  outliersAbove: number;
  outliersBelow: number;
  /** Points whose x is zero or negative, for which a log x axis has no place. */
  nonPositiveX: number;
}
