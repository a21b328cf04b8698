"""Audio clips, sound and broken ones, and the events that hold them."""

from __future__ import annotations

import io
import struct
import wave
from typing import Any

import event_files as ef
import numpy as np

DT_STRING = 7


def tone(hertz: float, seconds: float = 0.5, rate: int = 8_000, loud: float = 0.8) -> np.ndarray:
    """Return the samples of a sine, float64[n]."""
    return loud * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def wav_of(samples: Any, rate: int = 8_000) -> bytes:
    """Return a 16-bit WAV file of samples [n] or [n, channels], as the standard library does."""
    samples = np.atleast_2d(np.asarray(samples).T).T
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.rint(samples * 32_767).astype("<i2").tobytes())
    return buffer.getvalue()


def wav_by_hand(
    data: bytes,
    *,
    code: int = 1,
    channels: int = 1,
    rate: int = 8_000,
    bits: int = 16,
    block: int | None = None,
    length: int | None = None,
    extra: bytes = b"",
    before: bytes = b"",
) -> bytes:
    """Return a WAV file whose header says whatever is wanted; `before` are further chunks."""
    block = channels * bits // 8 if block is None else block
    form = struct.pack("<HHIIHH", code, channels, rate, rate * block & 0xFFFFFFFF, block, bits)
    form += extra
    size = len(data) if length is None else length
    chunks = struct.pack("<4sI", b"fmt ", len(form)) + form + before
    chunks += struct.pack("<4sI", b"data", size) + data
    return struct.pack("<4sI4s", b"RIFF", 4 + len(chunks) & 0xFFFFFFFF, b"WAVE") + chunks


def audio_event(step: int, clips: list[bytes], tag: str = "sound", labels: Any = None) -> bytes:
    """Return the bytes of an event with clips as TensorFlow 2 writes them, [k] or [k, 2]."""
    parts, dimensions = list(clips), [{"size": len(clips)}]
    if labels is not None:
        parts = [part for clip, label in zip(clips, labels, strict=True) for part in (clip, label)]
        dimensions.append({"size": 2})
    tensor = {"dtype": DT_STRING, "tensor_shape": {"dim": dimensions}, "string_val": parts}
    return ef.summary(step, {"tag": tag, "metadata": ef.plugin("audio"), "tensor": tensor})
