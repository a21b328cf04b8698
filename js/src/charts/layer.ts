/** One of the stacked canvases. Its context counts in CSS pixels. */
export class Layer {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  width = 0;
  height = 0;
  /** Pixels of the screen for each of CSS. */
  ratio = 1;
  private blank = true;

  constructor(root: HTMLElement) {
    this.canvas = root.ownerDocument.createElement("canvas");
    this.canvas.width = 0;
    this.canvas.height = 0;
    Object.assign(this.canvas.style, {
      position: "absolute",
      inset: "0",
      width: "100%",
      height: "100%",
      display: "block",
    });
    const context = this.canvas.getContext("2d");
    if (context === null) throw new Error("this browser has no 2-D canvas");
    this.context = context;
    root.append(this.canvas);
  }

  /** True when the size changed, which also clears the canvas. */
  resize(width: number, height: number, ratio: number): boolean {
    if (width === this.width && height === this.height && ratio === this.ratio) return false;
    this.width = width;
    this.height = height;
    this.ratio = ratio;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.blank = false; // its scale is to be set
    return true;
  }

  /** One like it, that nobody sees. */
  twin(): Layer {
    const twin = new Layer(this.canvas.ownerDocument.createElement("div"));
    twin.resize(this.width, this.height, this.ratio);
    return twin;
  }

  /** Show what is on a twin. */
  copy({ canvas }: Layer): void {
    this.clear();
    this.context.drawImage(canvas, 0, 0, this.width, this.height);
  }

  /** Make it empty; `blank` if nothing will be drawn, so that an empty one is left alone. */
  clear(blank = false): void {
    if (blank && this.blank) return;
    this.blank = blank;
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
  }
}
