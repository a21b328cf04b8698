"""What bytes are is told by themselves."""

from __future__ import annotations

import io
import struct
import wave

import pytest
from PIL import Image

from tbwidget.events.media import audio_of, image_of, mime_of


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
        ("WEBP", "image/webp", {}),
        ("WEBP", "image/webp", {"lossless": True}),
        ("WEBP", "image/webp", {"exif": b"Exif\0\0II*\0\x08\0\0\0\0\0"}),
    ],
)
@pytest.mark.parametrize("size", [(7, 5), (300, 1), (1, 300)])
def test_images_say_what_and_how_large_they_are(
    form: str, mime: str, options: dict[str, object], size: tuple[int, int]
) -> None:
    image = image_of(encoded(form, size, **options), 1, 1)
    assert (image.mime, image.width, image.height) == (mime, *size)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "BMP", "WEBP"])
def test_a_cut_image_has_the_size_that_the_log_says(form: str) -> None:
    data = encoded(form)
    for end in range(len(data)):
        image = image_of(data[:end], 11, 22)
        assert (image.width, image.height) in ((11, 22), (7, 5))
        assert image.data == data[:end]


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
