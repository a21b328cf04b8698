// The pixel of an image that is under the pointer.
interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

interface Size {
  width: number;
  height: number;
}

let canvas: HTMLCanvasElement | null = null;

/** The pixel at a place of the page, of an image fitted into the middle of `box`; null beside it. */
export function pixelPlace(box: Box, size: Size, at: { x: number; y: number }) {
  const scale = Math.min(box.width / size.width, box.height / size.height);
  const x = Math.floor((at.x - box.left - (box.width - size.width * scale) / 2) / scale);
  const y = Math.floor((at.y - box.top - (box.height - size.height * scale) / 2) / scale);
  return x >= 0 && y >= 0 && x < size.width && y < size.height ? { x, y } : null;
}

export function sizeOf(image: HTMLImageElement): Size {
  return { width: image.naturalWidth, height: image.naturalHeight };
}

/** Red, green, blue and opacity of one pixel, 0 to 255 each; of a film those of its first frame. */
export function pixelOf(image: HTMLImageElement, x: number, y: number): number[] {
  canvas ??= document.createElement("canvas");
  canvas.width = canvas.height = 1; // also empties it
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return [];
  context.imageSmoothingEnabled = false;
  context.drawImage(image, x, y, 1, 1, 0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data];
}
