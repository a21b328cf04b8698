/** A canvas context of characters six pixels wide that draws nothing, and remembers what it was told. */

import type { Painter } from "../../src/charts/painter";
import type { ChartOptions, ChartTheme, Line } from "../../src/charts/types";

export interface Call {
  name: string;
  args: unknown[];
  /** How opaque it was drawn. */
  alpha: number;
}

export function recorder(): { painter: Painter; calls: Call[]; texts: () => string[] } {
  const calls: Call[] = [];
  const state: Record<string | symbol, unknown> = {};
  const painter = new Proxy(state, {
    get: (_, name) => {
      if (name === "measureText") return (text: string) => ({ width: 6 * text.length });
      if (name in state) return state[name];
      const alpha = () => Number(state.globalAlpha);
      return (...args: unknown[]) => calls.push({ name: String(name), args, alpha: alpha() });
    },
    set: (_, name, value) => {
      state[name] = value;
      return true;
    },
  }) as unknown as Painter;
  painter.globalAlpha = 1;
  const texts = () =>
    calls.filter(({ name }) => name === "fillText").map(({ args }) => String(args[0]));
  return { painter, calls, texts };
}

export const THEME: ChartTheme = {
  background: "white",
  foreground: "black",
  muted: "gray",
  grid: "silver",
  axis: "silver",
  font: "10.5px Arial",
};

export const OPTIONS: ChartOptions = {
  x: "step",
  y: "linear",
  ignoreOutliers: false,
  xDomain: null,
  yDomain: null,
};

export function line(raw: number[], x: number[] = raw.map((_, i) => i), id = "a"): Line {
  return {
    id,
    color: "red",
    x: Float64Array.from(x),
    raw: Float64Array.from(raw),
    smoothed: null,
    live: false,
  };
}
