"""WAV files with numpy: their samples, the outline of these, and a spectrogram.

Bytes come from logs, so nothing of what they claim is believed: sizes are compared with the bytes
that are there before anything is allocated, and whatever is wrong is an `UnreadableWaveError`.

Source of the format: https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

#: Columns of an outline: more than a card has pixels.
MOST_COLUMNS = 1_000
#: Size of a spectrogram, and how far below its loudest point it goes.
MOST_TIMES, MOST_FREQUENCIES, RANGE_DB = 256, 128, 80.0
#: Windows of which a column of a spectrogram is the mean at most, and how long one is.
MOST_WINDOWS, WINDOW_SECONDS = 16, 0.032
SHORTEST_WINDOW, LONGEST_WINDOW = 32, 2048
#: The level of what has no power at all.
SILENCE_DB = -160.0
MOST_HERTZ = 1_000_000
MOST_CHUNKS = 1_000
#: Samples decoded at a time.
_BLOCK_SAMPLES = 2**18

_FORMAT = struct.Struct("<HHIIHH")
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
#: What follows the encoding's number in the identifier of an extensible format.
_GUID_END = bytes.fromhex("000000001000800000aa00389b71")
_ENCODINGS = {
    2: "ADPCM",
    6: "A-law",
    7: "\N{GREEK SMALL LETTER MU}-law",
    0x11: "ADPCM",
    0x55: "MP3",
}


class UnreadableWaveError(ValueError):
    """A WAV file has no samples that can be read; the message says why.

    Attributes
    ----------
    playable : bool
        Whether it is sound but in an encoding not known here, which a player may know.
    """

    def __init__(self, message: str, *, playable: bool = False) -> None:
        super().__init__(message)
        self.playable = playable


@dataclass(frozen=True, slots=True)
class Wave:
    """A WAV file with samples that can be read.

    Attributes
    ----------
    data
        The bytes of the file.
    start
        Where among them the samples begin.
    frames
        How many samples of each channel are there.
    channels
        How many channels, at least 1.
    sample_rate
        In hertz, 1 to `MOST_HERTZ`.
    width
        Bytes of a sample: 1 to 4, or 4 or 8 if `floating`.
    floating
        Whether samples are floating-point numbers, not integers.
    claimed
        Bytes of samples that the header claims; more than there are if the file is cut.
    """

    data: bytes
    start: int
    frames: int
    channels: int
    sample_rate: int
    width: int
    floating: bool
    claimed: int

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return self.frames / self.sample_rate

    @property
    def encoding(self) -> str:
        """What its samples are, in words."""
        return f"{8 * self.width}-bit {'float' if self.floating else 'PCM'}"

    @property
    def held(self) -> int:
        """Bytes of samples that are there."""
        return self.frames * self.channels * self.width

    @property
    def is_cut(self) -> bool:
        """Whether the header claims samples that are not there."""
        return self.claimed - self.held >= self.channels * self.width


class Samples(NamedTuple):
    """Samples as float64[n, channels], full scale being -1 to 1, and their rate in hertz."""

    values: npt.NDArray[np.float64]
    sample_rate: int


class Envelope(NamedTuple):
    """The least and the greatest sample of each of some stretches, float64[columns] each."""

    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]


class Spectrogram(NamedTuple):
    """Power by frequency and time.

    Attributes
    ----------
    levels
        uint8[frequencies, times], the lowest frequency first: 0 for `low_db` or less, 255 for
        `high_db`, evenly in between.
    low_db, high_db
        In decibels; a sine of full scale has 0.
    top
        Where the highest frequency ends, in hertz: half the sample rate.
    """

    levels: npt.NDArray[np.uint8]
    low_db: float
    high_db: float
    top: float


def parse_wave(data: bytes) -> Wave:
    """Return where the samples of a WAV file lie, and what they are.

    Understood are PCM of 8, 16, 24 and 32 bits and floating point of 32 and 64 bits, of any number
    of channels, also as ``WAVE_FORMAT_EXTENSIBLE``. Of a file that is cut, or whose header does not
    know its length, there are the samples that it holds.

    Raises
    ------
    UnreadableWaveError
        If there are none.

    Examples
    --------
    >>> riff = struct.pack("<4sI4s", b"RIFF", 40, b"WAVE")
    >>> form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8, 16, 2, 16)
    >>> wave = parse_wave(riff + form + struct.pack("<4sIhh", b"data", 4, 0, -32768))
    >>> wave.frames, wave.sample_rate, wave.encoding
    (2, 8, '16-bit PCM')
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        _refuse("It is no WAV file.")
    found: dict[bytes, tuple[int, int]] = {}
    at = 12
    for _ in range(MOST_CHUNKS):
        if at + 8 > len(data) or len(found) == 2:  # noqa: PLR2004  (a format and samples)
            break
        name, length = struct.unpack_from("<4sI", data, at)
        if name in (b"fmt ", b"data"):
            found.setdefault(name, (at + 8, length))
        at += 8 + length + length % 2
    if b"fmt " not in found:
        _refuse("The WAV header has no format.")
    floating, channels, rate, block = _format_of(data, *found[b"fmt "])
    if b"data" not in found:
        _refuse("The WAV file ends before its samples.")
    start, claimed = found[b"data"]
    frames = min(claimed, len(data) - start) // block
    if not frames:
        _refuse("The WAV file holds no samples.")
    return Wave(data, start, frames, channels, rate, block // channels, floating, claimed)


def _format_of(data: bytes, at: int, length: int) -> tuple[bool, int, int, int]:
    """Return whether samples are floating, channels, sample rate, and bytes of a frame."""
    if length < _FORMAT.size or at + _FORMAT.size > len(data):
        _refuse("The format in the WAV header is cut short.")
    code, channels, rate, _, block, bits = _FORMAT.unpack_from(data, at)
    if code == _EXTENSIBLE:
        if length < 40 or data[at + 26 : at + 40] != _GUID_END:  # noqa: PLR2004  (with identifier)
            _refuse("The WAV header has an extensible format that is not known.", playable=True)
        (code,) = struct.unpack_from("<H", data, at + 24)
    if not 0 < rate <= MOST_HERTZ:
        _refuse(f"The WAV header has a sample rate of {rate:,} Hz.")
    if not channels or not block:
        _refuse(f"The WAV header claims {block} bytes for {channels} channel(s).")
    if code not in (_PCM, _FLOAT):
        name = _ENCODINGS.get(code, f"WAV encoding {code}")
        _refuse(f"{name} is not decoded here.", playable=True)
    width, rest = divmod(block, channels)
    widths = (4, 8) if code == _FLOAT else (1, 2, 3, 4)
    least = 8 * width if code == _FLOAT else 8 * width - 7
    if rest or width not in widths or not least <= bits <= 8 * width:
        _refuse(f"The WAV header claims {block} bytes for {channels} channel(s) of {bits} bits.")
    return code == _FLOAT, channels, rate, block


def _refuse(message: str, *, playable: bool = False) -> None:
    raise UnreadableWaveError(message, playable=playable)


def samples_of(data: bytes) -> Samples:
    """Return all samples of a WAV file, and their rate.

    Parameters
    ----------
    data
        The bytes of a WAV file, as in ``run.audio[tag][i][0].data``.

    Returns
    -------
    Samples
        ``values`` float64[n, channels] and ``sample_rate``. Integers are divided by full scale, so
        that they are from -1 to 1; floating-point samples are what they are.

    Raises
    ------
    UnreadableWaveError
        If there are none, or in another encoding; the message says why.

    Examples
    --------
    >>> clip = run.audio["speech"][-1][0]  # doctest: +SKIP
    >>> values, sample_rate = samples_of(clip.data)  # doctest: +SKIP
    """
    wave = parse_wave(data)
    return Samples(decode(wave, 0, wave.frames), wave.sample_rate)


def decode(wave: Wave, first: int, end: int) -> npt.NDArray[np.float64]:
    """Return the samples of the frames from `first` to before `end`, float64[n, channels]."""
    count = (end - first) * wave.channels
    offset = wave.start + first * wave.channels * wave.width
    if wave.floating:
        values = np.frombuffer(wave.data, f"<f{wave.width}", count, offset).astype(np.float64)
    elif wave.width == 1:  # the only width without a sign
        values = (np.frombuffer(wave.data, np.uint8, count, offset) - 128.0) / 128
    elif wave.width == 3:  # noqa: PLR2004  (bytes, which no dtype has)
        padded = np.zeros((count, 4), np.uint8)
        padded[:, 1:] = np.frombuffer(wave.data, np.uint8, 3 * count, offset).reshape(-1, 3)
        values = padded.view("<i4")[:, 0] / 2.0**31
    else:
        integers = np.frombuffer(wave.data, f"<i{wave.width}", count, offset)
        values = integers / 2.0 ** (8 * wave.width - 1)
    return values.reshape(-1, wave.channels)


def envelope(wave: Wave, columns: int = MOST_COLUMNS) -> Envelope:
    """Return the least and the greatest sample of any channel, for each column of a picture.

    Every sample belongs to a column, so no click is lost. What is no number counts as 0.

    Parameters
    ----------
    columns
        How many; one a frame if there are fewer of these.
    """
    columns = min(columns, wave.frames)
    edges = np.arange(columns + 1) * wave.frames // columns
    low, high = np.empty(columns), np.empty(columns)
    at_once = max(1, _BLOCK_SAMPLES * columns // (wave.frames * wave.channels))
    for column in range(0, columns, at_once):
        part = edges[column : column + at_once + 1]
        values = _finite(decode(wave, int(part[0]), int(part[-1])))
        starts = part[:-1] - part[0]
        low[column : column + at_once] = np.minimum.reduceat(values.min(axis=1), starts)
        high[column : column + at_once] = np.maximum.reduceat(values.max(axis=1), starts)
    return Envelope(low, high)


def spectrogram(wave: Wave) -> Spectrogram:
    """Return the power of the mean of all channels by frequency and time.

    It is the squared magnitude of the Fourier transform in Hann windows of about
    `WINDOW_SECONDS`, a power of two samples long, in decibels, from the loudest point `RANGE_DB`
    down. A column is the mean of up to `MOST_WINDOWS` of them, evenly spaced over its time; they
    overlap by half or more in what is short, and leave gaps in what is longer than a minute or two.
    Of neighbouring frequencies that share a row the greatest counts.

    Raises
    ------
    UnreadableWaveError
        If it is shorter than `SHORTEST_WINDOW` frames.
    """
    if wave.frames < SHORTEST_WINDOW:
        _refuse(f"{wave.frames} frames are too few for a spectrogram.")
    window = _window_of(wave)
    times = min(MOST_TIMES, -(-4 * wave.frames // window))
    power = np.array(list(_powers(wave, window, times))).T
    rows = min(MOST_FREQUENCIES, len(power))
    power = power.reshape(rows, -1, times).max(axis=1)
    decibels = 10 * np.log10(np.maximum(power, 10 ** (SILENCE_DB / 10)))
    high = float(decibels.max())
    low = max(high - RANGE_DB, SILENCE_DB)
    share = (decibels - low) / max(high - low, 1e-9)
    levels = np.rint(255 * np.clip(share, 0, 1)).astype(np.uint8)
    return Spectrogram(levels, low, high, wave.sample_rate / 2)


def _window_of(wave: Wave) -> int:
    """Return how many frames a window has: a power of two."""
    wanted = min(WINDOW_SECONDS * wave.sample_rate, LONGEST_WINDOW, wave.frames)
    window = SHORTEST_WINDOW
    while 2 * window <= wanted:
        window *= 2
    return window


def _powers(wave: Wave, window: int, times: int) -> Iterator[npt.NDArray[np.float64]]:
    """Yield the mean power of the windows of each column, float64[window // 2]."""
    each = int(np.clip(np.ceil(2 * wave.frames / times / window), 1, MOST_WINDOWS))
    middles = (np.arange(times * each) + 0.5) * wave.frames / (times * each)
    firsts = np.clip(np.rint(middles) - window // 2, 0, wave.frames - window).astype(int)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    for column in firsts.reshape(times, each).tolist():
        parts = [decode(wave, first, first + window) for first in column]
        sound = _finite(np.array(parts)).mean(axis=2)
        spectrum = np.abs(np.fft.rfft(sound * hann, axis=1))[:, :-1] / (hann.sum() / 2)
        yield (spectrum**2).mean(axis=0)


def _finite(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return samples with 0 for what is no number, and nothing far from what a sample can be."""
    return np.clip(np.nan_to_num(values, nan=0.0), -1e6, 1e6)
