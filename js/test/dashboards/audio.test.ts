import { signal } from "@preact/signals";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { neighbours } from "../../src/dashboards/audio/card";
import { AudioCardState } from "../../src/dashboards/audio/card_state";
import { Deck } from "../../src/dashboards/audio/deck";
import { factsOf, scaleOf } from "../../src/dashboards/audio/facts";
import type { Clip } from "../../src/dashboards/audio/model";

const NOTHING = { file: null, outline: null, spectrogram: null };

/** A player as far as a deck knows it. */
function player(at = 0) {
  const audio = { currentTime: at, paused: false, readyState: 4, seeking: false, pause: () => {} };
  audio.pause = () => {
    audio.paused = true;
  };
  return audio as typeof audio & HTMLAudioElement;
}

const frames: (() => void)[] = [];
beforeEach(() => {
  frames.length = 0;
  vi.stubGlobal("requestAnimationFrame", (frame: () => void) => frames.push(frame));
});

function nextFrame() {
  for (const frame of frames.splice(0)) frame();
}

describe("a deck", () => {
  test("plays one clip at a time", () => {
    const deck = new Deck();
    const [first, second] = [player(), player()];
    deck.start({ tag: "a", run: 0, state: new AudioCardState(), audio: first });
    deck.start({ tag: "b", run: 1, state: new AudioCardState(), audio: second });
    expect([first.paused, second.paused]).toEqual([true, false]);
    expect(deck.playing.value?.tag).toBe("b");
    deck.stop(first); // what it tells late
    expect(deck.has(second)).toBe(true);
  });

  test("goes on in the next clip of a card where the one before was", () => {
    const deck = new Deck();
    const state = new AudioCardState();
    deck.start({ tag: "a", run: 0, state, audio: player(1.25) });
    deck.start({ tag: "a", run: 1, state, audio: player(0) });
    expect([state.position.value, state.put.value.seconds]).toEqual([1.25, 1.25]);
  });

  test("leaves the place of another card alone", () => {
    const deck = new Deck();
    const other = new AudioCardState();
    other.seek(0.5);
    deck.start({ tag: "a", run: 0, state: new AudioCardState(), audio: player(1.25) });
    deck.start({ tag: "b", run: 0, state: other, audio: player(0.5) });
    expect(other.position.value).toBe(0.5);
  });

  test("follows what plays, but not while that is loaded anew", () => {
    const deck = new Deck();
    const state = new AudioCardState();
    const audio = player(1);
    deck.start({ tag: "a", run: 0, state, audio });
    nextFrame();
    expect(state.position.value).toBe(1);
    Object.assign(audio, { currentTime: 0, readyState: 0, paused: true });
    nextFrame();
    expect(state.position.value).toBe(1);
    Object.assign(audio, { currentTime: 2, readyState: 4, paused: false });
    nextFrame();
    expect(state.position.value).toBe(2);
    deck.stop(audio);
    expect(deck.playing.value).toBe(null);
    expect(state.put.value.seconds).toBe(2);
    nextFrame();
    expect(frames.length).toBe(0);
  });
});

test("a place put twice is told twice: what plays has moved on since", () => {
  const state = new AudioCardState();
  const told = signal(0);
  state.put.subscribe(() => {
    told.value++;
  });
  state.seek(0);
  state.seek(0);
  expect(told.value).toBe(3);
});

describe("facts", () => {
  test("of a WAV file", () => {
    const clip: Clip = {
      ...NOTHING,
      sample_rate: 44_100,
      channels: 2,
      seconds: 0.25,
      encoding: "24-bit PCM",
      mime: "audio/wav",
      bytes: 66_194,
    };
    expect(factsOf(clip)).toBe("44.1 kHz · stereo · 0.25 s · WAV 24-bit PCM · 66,194 bytes");
    expect(factsOf({ ...clip, channels: 6 })).toContain("6 channels");
  });

  test("are left out where they are not known", () => {
    expect(factsOf({ ...NOTHING, sample_rate: 0, mime: "audio/ogg", bytes: 8 })).toBe(
      "OGG · 8 bytes",
    );
    const infinite = { ...NOTHING, sample_rate: "Infinity" as never };
    expect(factsOf(infinite)).toBe("");
  });
});

test("waveforms of a card share one scale", () => {
  expect(scaleOf({ ...NOTHING, peak: 0.1 }, 0.4)).toBe(0.25);
  expect(scaleOf({ ...NOTHING, peak: 0 }, 0)).toBe(0);
});

test("the steps around the one looked at are prefetched, none around the newest", () => {
  const steps = Float64Array.of(0, 10, 20);
  expect(neighbours(steps, 10)).toEqual([20, 0]);
  expect(neighbours(steps, 15)).toEqual([20, 0]);
  expect(neighbours(steps, 20)).toEqual([10]);
  expect(neighbours(steps, null)).toEqual([]);
});
