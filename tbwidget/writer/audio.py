"""The audio method of a writer."""

from __future__ import annotations

import io
import warnings
import wave
from typing import Any

from .arguments import array_of, number_of, tag_of
from .base import EventWriter

_LOUDEST = 32_767


class AudioMethods(EventWriter):
    """Add audio clips, as WAV."""

    def add_audio(
        self,
        tag: str,
        snd_tensor: Any,
        global_step: int | None = None,
        sample_rate: int = 44100,
        walltime: float | None = None,
    ) -> None:
        """Add an audio clip, of one channel and 16 bits.

        Parameters
        ----------
        tag
            Name of the series.
        snd_tensor
            Numbers from -1 to 1, in an array, tensor or list of shape [L] or [1, L].
        global_step
            Step of the clip. Default: 0.
        sample_rate
            Numbers a second.
        walltime
            Seconds since 1970. Default: now.

        Raises
        ------
        TypeError
            If `tag` is no string, or something else no real number.
        ValueError
            If `snd_tensor` is of another shape, empty or has NaN, or `sample_rate` is not above 0.

        Warns
        -----
        UserWarning
            If there are numbers outside -1 to 1, which are cut off.

        Examples
        --------
        >>> writer.add_audio("spoken", samples, step, sample_rate=16_000)  # doctest: +SKIP
        """
        import numpy as np

        array = array_of(tag_of(tag), snd_tensor)
        if not array.size or array.size != max(array.shape, default=0):
            message = (
                f"the audio {tag!r} must have the shape [L] or [1, L] and at least one number, "
                f"not {list(array.shape)}"
            )
            raise ValueError(message)
        rate = round(number_of(tag, sample_rate))
        if rate <= 0:
            message = f"sample_rate of {tag!r} must be above 0, not {sample_rate}"
            raise ValueError(message)
        samples = array.ravel().astype(np.result_type(array, np.float32))
        if count := np.count_nonzero(np.isnan(samples)):
            message = f"the audio {tag!r} has {count:,} NaN among its {len(samples):,} numbers"
            raise ValueError(message)
        if abs(samples).max() > 1:
            message = f"the audio {tag!r} has numbers outside -1 to 1, which are cut off"
            warnings.warn(message, stacklevel=2)
        levels = (samples.clip(-1, 1) * _LOUDEST).astype("<i2")
        audio = {
            "sample_rate": rate,
            "num_channels": 1,
            "length_frames": len(levels),
            "encoded_audio_string": _wav_of(levels.tobytes(), rate),
            "content_type": "audio/wav",
        }
        self._add(tag, global_step, walltime, audio=audio)


def _wav_of(data: bytes, rate: int) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(data)
    return buffer.getvalue()
