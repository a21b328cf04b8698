/** Drawing into an SVG document with the calls of a canvas. */

import type { Painter } from "./painter";

interface State {
  fillStyle: string;
  strokeStyle: string;
  globalAlpha: number;
  lineWidth: number;
  lineJoin: CanvasLineJoin;
  font: string;
  textAlign: CanvasTextAlign;
  textBaseline: CanvasTextBaseline;
  dash: number[];
  clip: string;
  left: number;
  top: number;
}

const ANCHORS: Partial<Record<CanvasTextAlign, string>> = { center: "middle", right: "end" };
const INITIAL: State = {
  fillStyle: "#000",
  strokeStyle: "#000",
  globalAlpha: 1,
  lineWidth: 1,
  lineJoin: "miter",
  font: "10px sans-serif",
  textAlign: "left",
  textBaseline: "alphabetic",
  dash: [],
  clip: "",
  left: 0,
  top: 0,
};

/** Knows the calls that charts make, and no others: circles are whole, and clips are rectangles. */
export class SvgPainter implements Painter {
  #state: State = { ...INITIAL };
  readonly #saved: State[] = [];
  readonly #elements: string[] = [];
  #path: string[] = [];
  #clips = 0;

  /** Texts are measured by `ruler`, as SVG cannot. */
  constructor(private readonly ruler: Painter) {}

  /** The document, `width` by `height` pixels. */
  document(width: number, height: number, background: string, title: string): string {
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
      `<title>${escapeXml(title)}</title>`,
      `<rect width="100%" height="100%" fill="${escapeXml(background)}"/>`,
      ...this.#elements,
      "</svg>",
    ].join("\n");
  }

  get fillStyle(): string {
    return this.#state.fillStyle;
  }
  set fillStyle(value: string | CanvasGradient | CanvasPattern) {
    this.#state.fillStyle = String(value);
  }
  get strokeStyle(): string {
    return this.#state.strokeStyle;
  }
  set strokeStyle(value: string | CanvasGradient | CanvasPattern) {
    this.#state.strokeStyle = String(value);
  }
  get globalAlpha(): number {
    return this.#state.globalAlpha;
  }
  set globalAlpha(value: number) {
    this.#state.globalAlpha = value;
  }
  get lineWidth(): number {
    return this.#state.lineWidth;
  }
  set lineWidth(value: number) {
    this.#state.lineWidth = value;
  }
  get lineJoin(): CanvasLineJoin {
    return this.#state.lineJoin;
  }
  set lineJoin(value: CanvasLineJoin) {
    this.#state.lineJoin = value;
  }
  get font(): string {
    return this.#state.font;
  }
  set font(value: string) {
    this.#state.font = value;
  }
  get textAlign(): CanvasTextAlign {
    return this.#state.textAlign;
  }
  set textAlign(value: CanvasTextAlign) {
    this.#state.textAlign = value;
  }
  get textBaseline(): CanvasTextBaseline {
    return this.#state.textBaseline;
  }
  set textBaseline(value: CanvasTextBaseline) {
    this.#state.textBaseline = value;
  }

  save(): void {
    this.#saved.push({ ...this.#state });
  }
  restore(): void {
    this.#state = this.#saved.pop() ?? { ...INITIAL };
  }
  translate(x: number, y: number): void {
    this.#state.left += x;
    this.#state.top += y;
  }
  setLineDash(segments: Iterable<number>): void {
    this.#state.dash = [...segments];
  }

  beginPath(): void {
    this.#path = [];
  }
  moveTo(x: number, y: number): void {
    this.#path.push(`M${this.#at(x, y)}`);
  }
  lineTo(x: number, y: number): void {
    this.#path.push(`L${this.#at(x, y)}`);
  }
  closePath(): void {
    this.#path.push("Z");
  }
  rect(x: number, y: number, width: number, height: number): void {
    this.#path.push(`M${this.#at(x, y)}h${short(width)}v${short(height)}h${short(-width)}Z`);
  }
  /** A whole circle, whatever the angles. */
  arc(x: number, y: number, radius: number): void {
    const r = short(radius);
    this.#path.push(
      `M${this.#at(x - radius, y)}a${r} ${r} 0 1 0 ${short(2 * radius)} 0a${r} ${r} 0 1 0 ${short(-2 * radius)} 0`,
    );
  }
  clip(): void {
    const id = `clip${++this.#clips}`;
    this.#elements.push(`<clipPath id="${id}"><path d="${this.#path.join("")}"/></clipPath>`);
    this.#state.clip = id;
  }

  stroke(): void {
    if (!this.#path.length) return;
    const { strokeStyle, lineWidth, lineJoin, dash } = this.#state;
    const dashed = dash.length ? ` stroke-dasharray="${dash.join(" ")}"` : "";
    this.#element(
      `path d="${this.#path.join("")}" fill="none" stroke="${escapeXml(strokeStyle)}" stroke-width="${lineWidth}" stroke-linejoin="${lineJoin}"${dashed}`,
    );
  }
  fill(): void {
    if (!this.#path.length) return;
    this.#element(`path d="${this.#path.join("")}" fill="${escapeXml(this.#state.fillStyle)}"`);
  }
  fillRect(x: number, y: number, width: number, height: number): void {
    this.beginPath();
    this.rect(x, y, width, height);
    this.fill();
  }
  strokeRect(x: number, y: number, width: number, height: number): void {
    this.beginPath();
    this.rect(x, y, width, height);
    this.stroke();
  }

  measureText(text: string): TextMetrics {
    this.ruler.font = this.#state.font;
    return this.ruler.measureText(text);
  }
  fillText(text: string, x: number, y: number): void {
    const { fillStyle, font, textAlign, textBaseline } = this.#state;
    const size = Number.parseFloat(/([\d.]+)px/.exec(font)?.[1] ?? "10");
    // Few programs know dominant-baseline: the middle of a line is a third of its size above its foot.
    const foot = textBaseline === "middle" ? y + size * 0.35 : y;
    this.#element(
      `text x="${short(x + this.#state.left)}" y="${short(foot + this.#state.top)}" font-family="sans-serif" font-size="${size}" text-anchor="${ANCHORS[textAlign] ?? "start"}" fill="${escapeXml(fillStyle)}"`,
      escapeXml(text),
    );
  }

  #at(x: number, y: number): string {
    return `${tenth(x + this.#state.left)} ${tenth(y + this.#state.top)}`;
  }

  #element(tag: string, content = ""): void {
    const { globalAlpha, clip } = this.#state;
    const alpha = globalAlpha < 1 ? ` opacity="${short(globalAlpha)}"` : "";
    const clipped = clip ? ` clip-path="url(#${clip})"` : "";
    const name = tag.slice(0, tag.indexOf(" "));
    this.#elements.push(
      content ? `<${tag}${alpha}${clipped}>${content}</${name}>` : `<${tag}${alpha}${clipped}/>`,
    );
  }
}

export function escapeXml(text: string): string {
  return (
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: which XML cannot hold at all
      .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs}/gu, "")
  );
}

/** To a hundredth of a pixel. */
function short(value: number): number {
  return Math.round(value * 100) / 100;
}

/** To a tenth of a pixel, for the many places of a path. */
function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
