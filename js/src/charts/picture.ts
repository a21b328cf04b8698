/** A chart as a file: SVG, or PNG. */

import type { Painter } from "./painter";
import { type Drawing, legendHeight, paintChart, paintLegend } from "./render";
import { SvgPainter } from "./svg";

export interface PictureOptions {
  width?: number;
  height?: number;
  title?: string;
}

const TITLE_HEIGHT = 24;
const WIDTH = 640;
const HEIGHT = 360;

/** An SVG document of what a chart shows, with a title and a legend. Texts are measured by `ruler`. */
export function svgOf(drawing: Drawing, ruler: Painter, options: PictureOptions = {}): string {
  const painter = new SvgPainter(ruler);
  const { width, height } = sizeOf(drawing, options);
  paintPicture(painter, drawing, options);
  return painter.document(width, height, drawing.theme.background, options.title ?? "");
}

/** A PNG image of it, `scale` pixels for each of the document. */
export function pngOf(
  drawing: Drawing,
  document: Document,
  scale: number,
  options: PictureOptions = {},
): Promise<Blob> {
  const { width, height } = sizeOf(drawing, options);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser has no 2-D canvas");
  context.scale(scale, scale);
  context.fillStyle = drawing.theme.background;
  context.fillRect(0, 0, width, height);
  paintPicture(context, drawing, options, (x, y) => context.translate(x, y));
  return new Promise((resolve, reject) => {
    const done = (blob: Blob | null) =>
      blob ? resolve(blob) : reject(new Error("the picture is too large"));
    canvas.toBlob(done, "image/png");
  });
}

function sizeOf(
  { lines }: Drawing,
  { width = WIDTH, height = HEIGHT }: PictureOptions,
): { width: number; height: number } {
  return { width, height: height + TITLE_HEIGHT + legendHeight(lines) };
}

function paintPicture(
  painter: Painter & { translate?(x: number, y: number): void },
  drawing: Drawing,
  { width = WIDTH, height = HEIGHT, title = "" }: PictureOptions,
  translate = (x: number, y: number) => painter.translate?.(x, y),
): void {
  const { theme } = drawing;
  painter.font = theme.font.replace(/[\d.]+px/, "13px");
  painter.fillStyle = theme.foreground;
  painter.textAlign = "left";
  painter.textBaseline = "middle";
  painter.fillText(title, 10, TITLE_HEIGHT / 2);
  translate(0, TITLE_HEIGHT);
  paintChart(painter, { width, height }, drawing);
  paintLegend(painter, drawing, 10, height);
}
