// What plays in a view: one clip at a time.
import { type Signal, signal } from "@preact/signals";
import type { AudioCardState } from "./card_state";

export interface Playing {
  tag: string;
  run: number;
  state: AudioCardState;
  audio: HTMLAudioElement;
}

export class Deck {
  readonly playing: Signal<Playing | null> = signal(null);
  #following = false;

  has(audio: HTMLAudioElement): boolean {
    return this.playing.peek()?.audio === audio;
  }

  /** A clip has begun to play: it takes over from another one, in the same card where that is. */
  start(next: Playing): void {
    const before = this.playing.peek();
    if (before?.audio === next.audio) return;
    this.playing.value = next;
    before?.audio.pause();
    if (before?.state === next.state) next.state.seek(before.audio.currentTime);
    if (!this.#following) requestAnimationFrame(this.#follow);
    this.#following = true;
  }

  /** A clip has stopped, or gone. */
  stop(audio: HTMLAudioElement): void {
    const playing = this.playing.peek();
    if (playing?.audio !== audio) return; // another one has taken over
    this.playing.value = null;
    if (audio.readyState) playing.state.seek(audio.currentTime);
  }

  #follow = (): void => {
    const playing = this.playing.peek();
    this.#following = playing !== null;
    if (!playing) return;
    const { audio, state } = playing;
    if (!audio.paused && audio.readyState && !audio.seeking)
      state.position.value = audio.currentTime;
    requestAnimationFrame(this.#follow);
  };
}
