// Pictures of sound on canvas.

import type { Theme } from "../../state/theme";
import { heatScale } from "../histograms/colors";
import type { Spectrogram } from "./model";

/** The outline of a clip, `scale` of the canvas's height at its peak, with a line for silence. */
export function paintWaveform(
  canvas: HTMLCanvasElement,
  outline: Uint8Array,
  scale: number,
  color: string,
): void {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  const height = Math.max(1, Math.round(canvas.clientHeight * ratio));
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) return;
  const columns = outline.length / 2;
  const y = (level: number) => (height / 2) * (1 - (scale * (level - 128)) / 127);
  const x = (column: number) => ((column + 0.5) / columns) * width;
  context.beginPath();
  for (let column = 0; column < columns; column++)
    context.lineTo(x(column), y(outline[2 * column + 1] as number));
  for (let column = columns; column-- > 0; )
    context.lineTo(x(column), y(outline[2 * column] as number));
  context.closePath();
  context.fillStyle = context.strokeStyle = color;
  context.lineWidth = ratio;
  context.fill();
  context.stroke(); // where low and high are equal there is nothing to fill
}

/** One pixel a level, from silence in the colour of the background up; CSS gives it its size. */
export function paintSpectrogram(
  canvas: HTMLCanvasElement,
  { levels, rows, columns }: Spectrogram,
  color: string,
  { background, foreground }: Theme,
): void {
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  if (!context) return;
  const scale = new Uint32Array(heatScale(color, background, foreground).buffer);
  const image = context.createImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      pixels[(rows - 1 - row) * columns + column] = scale[
        levels[row * columns + column] as number
      ] as number;
  context.putImageData(image, 0, 0);
}
