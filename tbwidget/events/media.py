"""Images and audio as bytes: what they are, told by their first bytes alone.

Nothing is decoded in the kernel, and no name or claim in a log decides how bytes are shown.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

UNKNOWN = "application/octet-stream"
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
#: Of a WAV file; empty ones would take a second a few megabytes.
_MOST_CHUNKS = 1_000
_MARKUP = (b"<svg", b"<?xml", b"<!doctype", b"<html")
# Start-of-frame markers of JPEG: C0 to CF but for DHT, JPG and DAC.
_JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class Image:
    """One image as its encoded bytes.

    Attributes
    ----------
    data
        The file's bytes, undecoded.
    mime
        By the first bytes; ``"text/plain"`` for SVG and other markup, which can hold scripts,
        ``"application/octet-stream"`` for what is not known.
    width, height
        In pixels, from the image's own header; what the log says if the header says nothing.
    """

    data: bytes
    mime: str
    width: int
    height: int

    def __repr__(self) -> str:
        return f"<Image {self.mime} {self.width}x{self.height}, {len(self.data):,} bytes>"


@dataclass(frozen=True, slots=True)
class Audio:
    """One audio clip as its encoded bytes.

    Attributes
    ----------
    data
        The file's bytes, undecoded.
    mime
        By the first bytes, as for `Image`.
    label
        Markdown that the writer gave with the clip; empty if none.
    sample_rate
        In hertz, if the log or a WAV header says; None if neither does.
    """

    data: bytes
    mime: str
    label: str = ""
    sample_rate: float | None = None

    #: A clip has no size in pixels; here so that all blobs have the same attributes.
    @property
    def width(self) -> None:
        """Always None."""
        return

    @property
    def height(self) -> None:
        """Always None."""
        return

    def __repr__(self) -> str:
        return f"<Audio {self.mime}, {len(self.data):,} bytes>"


def mime_of(data: bytes) -> str:
    """Return the media type of `data` by its first bytes.

    Examples
    --------
    >>> mime_of(b"GIF89a...")
    'image/gif'
    >>> mime_of(b"<svg onload='alert(1)'>")
    'text/plain'
    """
    for magic, mime in _MAGIC:
        if data.startswith(magic):
            return mime
    if data.startswith(b"RIFF"):
        return _RIFF.get(data[8:12], UNKNOWN)
    if data[4:12] in (b"ftypavif", b"ftypavis"):
        return "image/avif"
    beginning = data[:256].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return "text/plain" if beginning.startswith(_MARKUP) else UNKNOWN


def image_of(data: bytes, width: int, height: int) -> Image:
    """Return the image of `data`, of the given size unless its header says otherwise."""
    mime = mime_of(data)
    width, height = _size_of(data, mime) or (width, height)
    return Image(data, mime, width, height)


def audio_of(data: bytes, label: str = "", sample_rate: float = 0.0) -> Audio:
    """Return the clip of `data`; a sample rate of 0 means that the log does not say."""
    mime = mime_of(data)
    if sample_rate <= 0 and mime == "audio/wav":
        sample_rate = _wav_rate(data)
    return Audio(data, mime, label, sample_rate if sample_rate > 0 else None)


def _size_of(data: bytes, mime: str) -> tuple[int, int] | None:
    """Return width and height as the header of an encoded image has them."""
    try:
        if mime == "image/png" and data[12:16] == b"IHDR":
            return struct.unpack_from(">II", data, 16)
        if mime == "image/gif":
            return struct.unpack_from("<HH", data, 6)
        if mime == "image/bmp":
            width, height = struct.unpack_from("<ii", data, 18)
            return width, abs(height)
        if mime == "image/jpeg":
            return _jpeg_size(data)
        if mime == "image/webp":
            return _webp_size(data)
    except struct.error:  # cut short
        pass
    return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at < len(data):
        marker, kind, length = struct.unpack_from(">BBH", data, at)
        if marker != 0xFF:  # noqa: PLR2004 (begins every segment)
            return None
        if kind in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 + length
    return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    # source: https://developers.google.com/speed/webp/docs/riff_container
    form = data[12:16]
    if form == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if form == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8X":
        low, middle, high = struct.unpack_from("<HHH", data, 24)
        return (low | (middle & 0xFF) << 16) + 1, (middle >> 8 | high << 8) + 1
    return None


def _wav_rate(data: bytes) -> float:
    at = 12
    for _ in range(_MOST_CHUNKS):
        if at + 16 > len(data):
            break
        name, length = struct.unpack_from("<4sI", data, at)
        if name == b"fmt ":
            return float(struct.unpack_from("<I", data, at + 12)[0])
        at += 8 + length + length % 2
    return 0.0
