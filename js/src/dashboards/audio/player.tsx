// The browser's own player of one clip. Another clip takes its place where it was, and plays on.
import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { AudioCardState } from "./card_state";
import type { Deck } from "./deck";

/** Places closer than this are the same, in seconds. */
const CLOSE = 0.02;

export interface PlayerProps {
  file: Blob;
  label: string;
  tag: string;
  run: number;
  state: AudioCardState;
  deck: Deck;
}

export function Player({ file, label, tag, run, state, deck }: PlayerProps) {
  const element = useRef<HTMLAudioElement>(null);
  const loading = useRef(false);
  const held = useRef("");
  const failed = useSignal(false);
  useLayoutEffect(() => {
    const audio = element.current as HTMLAudioElement;
    const url = URL.createObjectURL(file);
    const onLoaded = () => {
      loading.current = false;
      moveTo(audio, state.position.peek());
      if (deck.has(audio))
        audio.play().catch(() => {
          if (!loading.current) deck.stop(audio); // else yet another clip has taken its place
        });
    };
    if (!audio.paused) deck.start({ tag, run, state, audio }); // before it is told, too
    failed.value = false;
    loading.current = true;
    audio.addEventListener("loadedmetadata", onLoaded, { once: true });
    audio.src = url;
    // Not before the next one is set: what still loads would fail.
    URL.revokeObjectURL(held.current);
    held.current = url;
    return () => audio.removeEventListener("loadedmetadata", onLoaded);
  }, [file, tag, run, state, deck, failed]);
  useEffect(() => {
    const audio = element.current as HTMLAudioElement;
    return () => {
      deck.stop(audio);
      audio.removeAttribute("src");
      audio.load(); // lets go of what it holds
      URL.revokeObjectURL(held.current);
    };
  }, [deck]);
  useSignalEffect(() => {
    const { seconds } = state.put.value;
    if (element.current && !loading.current) moveTo(element.current, seconds);
  });
  return (
    <>
      {/* biome-ignore lint/a11y/useMediaCaption: a log has no captions */}
      <audio
        ref={element}
        controls
        preload="metadata"
        aria-label={label}
        onPlay={({ currentTarget: audio }) => deck.start({ tag, run, state, audio })}
        onPause={({ currentTarget: audio }) => {
          if (!loading.current) deck.stop(audio);
        }}
        onSeeked={({ currentTarget: audio }) => {
          const expected = Math.min(state.put.peek().seconds, audio.duration);
          if (!loading.current && Math.abs(audio.currentTime - expected) > CLOSE)
            state.seek(audio.currentTime);
        }}
        onError={({ currentTarget: audio }) => {
          deck.stop(audio);
          failed.value = true;
        }}
      />
      {failed.value && <p class="reason">This browser cannot play it.</p>}
    </>
  );
}

function moveTo(audio: HTMLAudioElement, seconds: number): void {
  if (!audio.readyState) return;
  const place = Math.min(seconds, audio.duration);
  if (Math.abs(audio.currentTime - place) > CLOSE) audio.currentTime = place;
}
