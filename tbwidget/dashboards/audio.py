"""The Audio tab: the clips of a tag at a step, of all selected runs below each other."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import traitlets

from tbwidget.analysis.waveform import (
    UnreadableWaveError,
    Wave,
    envelope,
    parse_wave,
    spectrogram,
)
from tbwidget.logs.value_frames import SERIES_COLUMNS, frame_of
from tbwidget.widget.frame import jsonable
from tbwidget.widget.values import ValueDashboard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pandas as pd

    from tbwidget.drawing.sheet import Preview
    from tbwidget.events.media import Audio as Clip
    from tbwidget.logs.kinds import AudioSeries

#: Larger clips would take a page's memory; their waveform is shown, and they are in Python.
MOST_BYTES = 32 * 2**20
MOST_LABEL = 10_000
_COLUMNS = {
    **SERIES_COLUMNS,
    "sample": np.int64,
    "label": object,
    "sample_rate": np.float64,
    "mime": object,
}


class Audio(ValueDashboard):
    """Audio clips, one card a tag, all selected runs in it.

    Shown is each run's clip at `step` or the nearest step before it; the newest one if it is None.
    A clip comes with its waveform, and with its spectrogram if wanted, both computed here of WAV
    files alone; other encodings just play.

    Parameters
    ----------
    source
        A path, a `Logdir`, a `Run` or a list of runs.
    tags
        Which tags: a name, a list of names or a compiled regular expression; None for all.
    runs
        Which runs, in the same way; None for those of `source`.
    **traits
        Settings as of `Settings`; given here they hold for this view alone.
    height
        Height of the view in CSS pixels.

    Attributes
    ----------
    spectrogram : bool
        Whether spectrograms are shown.

    Raises
    ------
    TypeError, ValueError
        If `source` cannot be shown; the message says why.

    Examples
    --------
    >>> import tbwidget
    >>> audio = tbwidget.Audio("logs", tags="speech", step=100)  # doctest: +SKIP
    >>> clip = audio.selection.audio[0]  # doctest: +SKIP
    >>> from tbwidget.analysis.waveform import samples_of
    >>> values, sample_rate = samples_of(clip.data)  # doctest: +SKIP
    """

    kind: ClassVar[str] = "audio"
    title: ClassVar[str] = "Audio"
    data_kinds: ClassVar[tuple[str, ...]] = ("audio",)
    modules: ClassVar[tuple[str, ...]] = ("audio", "markdown")
    first_wish: ClassVar[Mapping[str, Any]] = {"sample": 0}
    page_writes: ClassVar[frozenset[str]] = ValueDashboard.page_writes | {"spectrogram"}

    spectrogram = traitlets.Bool(default_value=False).tag(sync=True)

    @property
    def data(self) -> pd.DataFrame:
        """All clips of this view as a table with a row a clip, without their bytes.

        Columns are run, tag, step (int64), wall_time (float64, seconds since the epoch), sample
        (int64, its number among those of the step), label, sample_rate (float64, hertz, NaN if not
        known), mime and bytes (int64, how many; ``run.audio[tag][i]`` has them). Steps that cannot
        be read are left out.
        """
        return _frame(
            (
                (name, tag, step, wall_time, clips)
                for name, tag, series in self.shown_series(self.shown_runs())
                for step, wall_time, clips in series.readable()
            ),
            "bytes",
            lambda clip: len(clip.data),
        )

    @property
    def selection(self) -> pd.DataFrame:
        """What is looked at, as a table like `data`, with the clips themselves.

        These are all samples of visible runs (`hidden_runs`) at `step` or the nearest step before
        it, or the newest ones if it is None. The column ``audio`` has each clip as an object with
        ``data`` (bytes), ``mime``, ``label`` and ``sample_rate``;
        `tbwidget.analysis.waveform.samples_of` makes float64[n, channels] of the bytes of WAV.
        """
        return _frame(self.values_at_step(self.visible_runs()), "audio", lambda clip: clip)

    def preview(self) -> Preview:
        """Return waveforms at a glance."""
        from tbwidget.dashboards import previews

        return previews.audio(self)

    # -- what the page gets ----------------------------------------------------------------------

    def wishes_beside(self, item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the other samples of a step, and their spectrograms."""
        samples = item.get("samples", 1)
        yield from ({"sample": sample} for sample in range(1, samples))
        if item.get("columns"):
            yield from ({"sample": sample, "part": "spectrogram"} for sample in range(samples))

    def series_of(self, run: str) -> Mapping[str, AudioSeries]:
        """Return the clips of a run by tag."""
        return self.logdir.runs[run].audio

    def describe(
        self, value: list[Clip], wish: dict[str, Any], buffers: list[memoryview]
    ) -> dict[str, Any]:
        """Return what one sample is, its waveform and its bytes; or its spectrogram if asked so.

        Buffers are the waveform (uint8[2 x columns], lows and highs in turn, 128 for silence and
        255 for `peak`) if there is one, then the bytes if they may be played.
        """
        if not value:
            return {"samples": 0, "error": "There is no clip at this step."}
        asked = wish.get("sample", 0)
        sample = min(max(asked if type(asked) is int else 0, 0), len(value) - 1)
        clip = value[sample]
        if wish.get("part") == "spectrogram":
            return _spectrogram_item(clip, buffers)
        item = {
            "samples": len(value),
            "sample": sample,
            "label": _shortened(clip.label),
            "mime": clip.mime,
            "bytes": len(clip.data),
            "sample_rate": jsonable(clip.sample_rate or 0.0),
        }
        item |= _waveform_item(clip, buffers)
        if not item.get("error") and len(clip.data) > MOST_BYTES:
            item["error"] = f"{len(clip.data):,} bytes are too many to play here."
        if not item.get("error"):
            buffers.append(memoryview(clip.data))
        return item


def _waveform_item(clip: Clip, buffers: list[memoryview]) -> dict[str, Any]:
    """Return what a WAV header says, and append the waveform; or say why there is none."""
    if not clip.mime.startswith("audio/"):
        what = "markup, which could hold scripts" if clip.mime == "text/plain" else "no audio"
        return {"error": f"These bytes are {what}."}
    if clip.mime != "audio/wav":
        return {"note": "A waveform is drawn of WAV alone."}
    try:
        wave = parse_wave(clip.data)
    except UnreadableWaveError as error:
        return {"note" if error.playable else "error": str(error)}
    low, high = envelope(wave)
    peak = max(-float(low.min()), float(high.max()), 0.0)
    scaled = np.column_stack((low, high)) * (127 / (peak or 1.0)) + 128
    buffers.append(memoryview(np.rint(scaled).astype(np.uint8).tobytes()))
    return {
        "sample_rate": wave.sample_rate,
        "channels": wave.channels,
        "seconds": wave.seconds,
        "encoding": wave.encoding,
        "columns": len(low),
        "peak": peak,
        "note": _cut_note(wave),
    }


def _cut_note(wave: Wave) -> str:
    if not wave.is_cut:
        return ""
    return f"Cut: of {wave.claimed:,} bytes of samples {wave.held:,} are there."


def _spectrogram_item(clip: Clip, buffers: list[memoryview]) -> dict[str, Any]:
    try:
        levels, low, high, top = spectrogram(parse_wave(clip.data))
    except UnreadableWaveError as error:
        return {"error": str(error)}
    buffers.append(memoryview(levels.tobytes()))
    frequencies, times = levels.shape
    return {"rows": frequencies, "columns": times, "low": low, "high": high, "top": top}


def _shortened(label: str) -> str:
    if len(label) <= MOST_LABEL:
        return label
    return f"{label[:MOST_LABEL]} ... (cut: {len(label):,} characters in all)"


def _frame(steps: Iterable[tuple[str, str, int, float, list[Clip]]], last: str, get: Any) -> Any:
    """Return a table of clips, whose last column is what `get` makes of each."""
    rows = (
        (*place, sample, clip.label, clip.sample_rate or math.nan, clip.mime, get(clip))
        for *place, clips in steps
        for sample, clip in enumerate(clips)
    )
    return frame_of(rows, {**_COLUMNS, last: np.int64 if last == "bytes" else object})
