"""Images and audio as bytes: what they are, told by their first bytes alone.

Nothing is decoded in the kernel, and no name or claim in a log decides how bytes are shown.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    width, height = header_size(data, mime) or (width, height)
    return Image(data, mime, width, height)


def audio_of(data: bytes, label: str = "", sample_rate: float = 0.0) -> Audio:
    """Return the clip of `data`; a sample rate of 0 means that the log does not say."""
    mime = mime_of(data)
    if sample_rate <= 0 and mime == "audio/wav":
        sample_rate = _wav_rate(data)
    return Audio(data, mime, label, sample_rate if sample_rate > 0 else None)


def header_size(data: bytes, mime: str) -> tuple[int, int] | None:
    r"""Return width and height in pixels as an encoded image's own header has them.

    None if it does not say, or is of a type not known here.

    Examples
    --------
    >>> header_size(b"GIF89a\x20\x00\x10\x00", "image/gif")
    (32, 16)
    """
    size_of = _SIZES.get(mime)
    try:
        return size_of(data) if size_of else None
    except struct.error:  # cut short
        return None


def is_cut_short(data: bytes, mime: str) -> bool:
    """Tell whether a PNG lacks its end. A browser would draw nothing of the rest, and not say so.

    Examples
    --------
    >>> is_cut_short(b"", "image/gif")
    False
    """
    # source: https://www.w3.org/TR/png-3/#5Chunk-layout
    if mime != "image/png":
        return False
    at = 8
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        at += 12 + int(length)
        if kind == b"IEND":
            break
    else:
        return True
    return at > len(data)


def _png_size(data: bytes) -> tuple[int, int] | None:
    return struct.unpack_from(">II", data, 16) if data[12:16] == b"IHDR" else None


def _gif_size(data: bytes) -> tuple[int, int]:
    return struct.unpack_from("<HH", data, 6)


def _bmp_size(data: bytes) -> tuple[int, int]:
    if data[14:18] == b"\x0c\0\0\0":  # the oldest header, of 12 bytes
        return struct.unpack_from("<HH", data, 18)
    width, height = struct.unpack_from("<ii", data, 18)
    return width, abs(height)


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


def _avif_size(data: bytes) -> tuple[int, int] | None:
    """Return the largest of the sizes of an AVIF file's images: it may hold parts and previews."""
    # source: ISO/IEC 23008-12 (HEIF), 6.5.3: meta > iprp > ipco > ispe
    places = [(0, len(data))]
    for kind, skipped in ((b"meta", 4), (b"iprp", 0), (b"ipco", 0), (b"ispe", 4)):
        places = [
            (start + skipped, end)
            for outer in places
            for found, start, end in _boxes(data, *outer)
            if found == kind
        ]
    sizes = [struct.unpack_from(">II", data, start) for start, _ in places]
    return (max(w for w, _ in sizes), max(h for _, h in sizes)) if sizes else None


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, beginning and end of what is in each box between `at` and `end`."""
    # source: ISO/IEC 14496-12 (ISO base media file format), 4.2
    while at + 8 <= end:
        length, kind = struct.unpack_from(">I4s", data, at)
        begin = at + 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, begin)
            begin += 8
        until = at + length if length else end
        if not begin <= until <= end:
            return  # cut short, or it claims what it does not hold
        yield kind, begin, until
        at = until


_SIZES: dict[str, Callable[[bytes], tuple[int, int] | None]] = {
    "image/png": _png_size,
    "image/gif": _gif_size,
    "image/bmp": _bmp_size,
    "image/jpeg": _jpeg_size,
    "image/webp": _webp_size,
    "image/avif": _avif_size,
}


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
