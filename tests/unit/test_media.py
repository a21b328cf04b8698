"""What bytes are is told by themselves."""

from __future__ import annotations

import io
import struct
import wave

import pytest
from PIL import Image, features

from tbwidget.events.media import audio_of, header_size, image_of, is_cut_short, mime_of


def encoded(form: str, size: tuple[int, int] = (7, 5), **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (9, 99, 199)).save(buffer, form, **options)
    return buffer.getvalue()


def wav(rate: int = 16000) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(20))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("form", "mime", "options"),
    [
        ("PNG", "image/png", {}),
        ("JPEG", "image/jpeg", {}),
        ("JPEG", "image/jpeg", {"progressive": True, "comment": b"c" * 300}),
        ("GIF", "image/gif", {}),
        ("BMP", "image/bmp", {}),
        ("AVIF", "image/avif", {}),
        ("WEBP", "image/webp", {}),
        ("WEBP", "image/webp", {"lossless": True}),
        ("WEBP", "image/webp", {"exif": b"Exif\0\0II*\0\x08\0\0\0\0\0"}),
    ],
)
@pytest.mark.parametrize("size", [(7, 5), (300, 1), (1, 300)])
def test_images_say_what_and_how_large_they_are(
    form: str, mime: str, options: dict[str, object], size: tuple[int, int]
) -> None:
    if form == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow writes no AVIF")
    image = image_of(encoded(form, size, **options), 1, 1)
    assert (image.mime, image.width, image.height) == (mime, *size)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "BMP", "WEBP"])
def test_a_cut_image_has_the_size_that_the_log_says(form: str) -> None:
    data = encoded(form)
    for end in range(len(data)):
        image = image_of(data[:end], 11, 22)
        assert (image.width, image.height) in ((11, 22), (7, 5))
        assert image.data == data[:end]


def box(kind: bytes, data: bytes, version: bytes = b"") -> bytes:
    content = version + data
    return struct.pack(">I4s", 8 + len(content), kind) + content


def avif(*sizes: tuple[int, int]) -> bytes:
    parts = [box(b"ispe", struct.pack(">II", *size), bytes(4)) for size in sizes]
    properties = box(b"iprp", box(b"ipco", b"".join([box(b"pixi", bytes(6)), *parts])))
    meta = box(b"meta", box(b"hdlr", bytes(25)) + properties, bytes(4))
    return box(b"ftyp", b"avif\0\0\0\0mif1") + meta + box(b"mdat", bytes(50))


def test_an_avif_is_as_large_as_the_largest_of_its_images() -> None:
    assert header_size(avif((64, 48)), "image/avif") == (64, 48)
    assert header_size(avif((16, 12), (64, 9), (8, 48)), "image/avif") == (64, 48)
    assert header_size(avif(), "image/avif") is None


def test_an_avif_that_is_cut_or_lies_about_its_boxes_has_no_size() -> None:
    whole = avif((64, 48))
    end = whole.index(b"ispe") + 16
    for length in range(end):
        assert header_size(whole[:length], "image/avif") is None
    wrong = whole.replace(struct.pack(">I", len(box(b"ispe", bytes(12)))), b"\xff\xff\xff\xff")
    assert header_size(wrong, "image/avif") is None
    # A box of no length ends with what is around it; a length of 1 is followed by eight bytes.
    last = struct.pack(">I4s", 0, b"meta") + bytes(4)
    assert header_size(box(b"ftyp", b"avif") + last, "image/avif") is None
    long = struct.pack(">I4sQ", 1, b"free", 2**63)
    assert header_size(box(b"ftyp", b"avif") + long, "image/avif") is None


def test_the_oldest_bitmaps_have_sizes_of_two_bytes() -> None:
    data = b"BM" + bytes(12) + struct.pack("<IHH", 12, 300, 7)
    assert header_size(data, "image/bmp") == (300, 7)


def test_a_png_is_cut_short_without_its_last_chunk() -> None:
    whole = encoded("PNG")
    assert not is_cut_short(whole, "image/png")
    assert not is_cut_short(whole + b"more", "image/png")
    assert all(is_cut_short(whole[:end], "image/png") for end in range(len(whole)))


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"\xef\xbb\xbf<SVG/>",
        b" \n\t<?xml version='1.0'?><svg/>",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"<html>",
    ],
)
def test_markup_is_text_and_never_an_image(data: bytes) -> None:
    """Threat T6."""
    assert mime_of(data) == "text/plain"


@pytest.mark.parametrize("data", [b"", b"\0", b"PNG", b"RIFF", b"RIFFxxxxAVI ", b"alert(1)"])
def test_what_is_not_known_has_no_type_that_a_browser_would_run(data: bytes) -> None:
    """Case 99."""
    assert mime_of(data) == "application/octet-stream"


def test_the_sample_rate_is_that_of_the_log_else_of_the_clip() -> None:
    assert audio_of(wav(), "label", 0.0).sample_rate == 16000
    assert audio_of(wav(), "label", 8000.0).sample_rate == 8000
    assert audio_of(wav(), "label").label == "label"
    assert audio_of(b"", "", 0.0).sample_rate is None
    assert audio_of(wav()[:20]).sample_rate is None
    assert audio_of(wav(0xFFFFFFFF % 2**31)).sample_rate == 2**31 - 1
    assert (audio_of(wav()).width, audio_of(wav()).height) == (None, None)


def test_a_wav_whose_chunks_lead_nowhere() -> None:
    data = b"RIFF\0\0\0\0WAVE" + b"junk" + struct.pack("<I", 2**32 - 1) + bytes(8)
    assert audio_of(data).sample_rate is None
