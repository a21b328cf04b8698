// Waveform and spectrogram of a clip, with the place where it plays; a click goes there.
import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Theme } from "../../state/theme";
import type { AudioCardState } from "./card_state";
import { decibels, kilohertz } from "./facts";
import type { Clip } from "./model";
import { paintSpectrogram, paintWaveform } from "./paint";

export interface PlotsProps {
  clip: Clip;
  /** Its spectrogram if that is to be shown: undefined while it has yet to come. */
  spectrum: Clip | undefined | null;
  /** The height of the waveform at its peak, 0 to 1. */
  scale: number;
  color: string;
  theme: Theme;
  state: AudioCardState;
  label: string;
}

export function Plots({ clip, spectrum, scale, color, theme, state, label }: PlotsProps) {
  const { outline, seconds = 0 } = clip;
  if (!outline) return <p class="reason wave">{clip.note || ""}</p>;
  const seek = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    if (!(event.buttons & 1)) return;
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - left) / width));
    state.seek(share * seconds);
  };
  return (
    <div class={`clip-plots${spectrum === null ? "" : " with-axis"}`}>
      <div
        class="seek"
        title="Click or drag to go there"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          seek(event);
        }}
        onPointerMove={seek}
      >
        <Waveform {...{ outline, scale, color, label }} />
        {spectrum !== null && <Spectrum {...{ spectrum, color, theme, label }} />}
        <Playhead state={state} seconds={seconds} />
      </div>
      {spectrum?.spectrogram && <Frequencies top={spectrum.spectrogram.top} />}
    </div>
  );
}

function Waveform(props: { outline: Uint8Array; scale: number; color: string; label: string }) {
  const { outline, scale, color, label } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const target = canvas.current as HTMLCanvasElement;
    const paint = () => paintWaveform(target, outline, scale, color);
    const observer = new ResizeObserver(paint); // paints at once, too
    observer.observe(target);
    return () => observer.disconnect();
  }, [outline, scale, color]);
  return <canvas ref={canvas} class="wave" role="img" aria-label={`Waveform of ${label}`} />;
}

type SpectrumProps = Pick<PlotsProps, "color" | "theme" | "label"> & { spectrum: Clip | undefined };

function Spectrum({ spectrum, color, theme, label }: SpectrumProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = spectrum?.spectrogram;
  useEffect(() => {
    if (canvas.current && picture) paintSpectrogram(canvas.current, picture, color, theme);
  }, [picture, color, theme]);
  if (!picture) return <p class="reason spectrum">{spectrum?.error ?? ""}</p>;
  return (
    <>
      <canvas ref={canvas} class="spectrum" role="img" aria-label={`Spectrogram of ${label}`} />
      <small class="levels">{decibels(picture)}</small>
    </>
  );
}

/** The frequency axis, beside the spectrogram. */
function Frequencies({ top }: { top: number }) {
  return (
    <div class="frequencies" aria-hidden="true">
      <span>{kilohertz(top)}</span>
      <span>{kilohertz(top / 2)}</span>
      <span>0</span>
    </div>
  );
}

function Playhead({ state, seconds }: { state: AudioCardState; seconds: number }) {
  const line = useRef<HTMLElement>(null);
  useSignalEffect(() => {
    const share = seconds ? Math.min(1, state.position.value / seconds) : 0;
    if (line.current) line.current.style.left = `${100 * share}%`;
  });
  return <i ref={line} class="playhead" />;
}
