// What is known of a clip, in words.
import { formatRelative, formatStep } from "../../charts/format";
import type { Clip, Spectrogram } from "./model";

const CHANNELS = ["", "mono", "stereo"];

/** "16 kHz · mono · 0.25 s · WAV 16-bit PCM · 8,044 bytes"; what is not known is left out. */
export function factsOf(clip: Clip): string {
  const { sample_rate: rate, channels, seconds, encoding = "", mime = "", bytes } = clip;
  const facts = [];
  if (typeof rate === "number" && rate > 0) facts.push(kilohertz(rate));
  if (channels) facts.push(CHANNELS[channels] ?? `${channels} channels`);
  if (seconds !== undefined) facts.push(formatRelative(seconds));
  const format = mime.startsWith("audio/") ? mime.slice(6).toUpperCase() : mime;
  if (format) facts.push(`${format} ${encoding}`.trim());
  if (bytes !== undefined) facts.push(`${formatStep(bytes)} bytes`);
  return facts.join(" · ");
}

/** "44.1 kHz". */
export function kilohertz(hertz: number): string {
  return `${Number((hertz / 1000).toPrecision(4))} kHz`;
}

/** The ends of the levels: "-92 to -12 dB". */
export function decibels({ low, high }: Spectrogram): string {
  return `${low.toFixed(0)} to ${high.toFixed(0)} dB`;
}

/** How tall a waveform is beside the greatest of a card: quiet ones stay visible. */
export function scaleOf(clip: Clip, greatest: number): number {
  return clip.peak && greatest ? clip.peak / greatest : 0;
}
