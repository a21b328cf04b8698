"""WAV files: whatever they claim, what is there is read, and nothing more is allocated."""

from __future__ import annotations

import io
import struct
import tracemalloc
import wave as standard
from typing import Any

import numpy as np
import pytest
from audio_events import tone, wav_by_hand, wav_of
from hypothesis import given, settings
from hypothesis import strategies as st

from tbwidget.analysis import waveform
from tbwidget.analysis.waveform import (
    SILENCE_DB,
    UnreadableWaveError,
    decode,
    envelope,
    parse_wave,
    samples_of,
    spectrogram,
)

GUID = bytes.fromhex("000000001000800000aa00389b71")


def standard_wav(frames: bytes, channels: int, width: int, rate: int) -> bytes:
    buffer = io.BytesIO()
    with standard.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(frames)
    return buffer.getvalue()


def integers_of(frames: bytes, width: int) -> list[int]:
    """Return integer samples as plain Python reads them."""
    parts = [frames[at : at + width] for at in range(0, len(frames), width)]
    if width == 1:
        return [part[0] - 128 for part in parts]
    return [int.from_bytes(part, "little", signed=True) for part in parts]


@given(st.data())
def test_what_the_standard_library_writes_comes_back(data: Any) -> None:
    width, channels = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 5))
    rate = data.draw(st.integers(1, 200_000))
    count = data.draw(st.integers(1, 40))
    frames = data.draw(
        st.binary(min_size=count * channels * width, max_size=count * channels * width)
    )
    encoded = standard_wav(frames, channels, width, rate)
    values, sample_rate = samples_of(encoded)
    assert (values.shape, values.dtype, sample_rate) == ((count, channels), np.float64, rate)
    expected = np.array(integers_of(frames, width)) / 2.0 ** (8 * width - 1)
    np.testing.assert_array_equal(values.ravel(), expected)
    low, high = envelope(parse_wave(encoded), 7)
    assert (low.min(), high.max()) == (values.min(), values.max())


@pytest.mark.parametrize("width", [4, 8])
def test_floating_point_comes_back(width: int) -> None:
    expected = np.array([[0.5, -1.5], [np.nan, np.inf], [1e-30, -0.0]], f"<f{width}")
    data = wav_by_hand(expected.tobytes(), code=3, channels=2, bits=8 * width)
    np.testing.assert_array_equal(samples_of(data).values, expected)
    assert parse_wave(data).encoding == f"{8 * width}-bit float"
    low, high = envelope(parse_wave(data))
    assert low.tolist() == [-1.5, 0.0, 0.0]  # NaN counts as 0
    assert np.isfinite(high).all()


@pytest.mark.parametrize(
    ("code", "bits", "dtype"), [(1, 24, "<i4"), (1, 32, "<i4"), (3, 32, "<f4")]
)
def test_extensible_formats(code: int, bits: int, dtype: str) -> None:
    samples = np.array([1, -2, 3], dtype)
    extra = struct.pack("<HHIH", 22, bits, 3, code) + GUID
    data = wav_by_hand(samples.tobytes(), code=0xFFFE, bits=32, extra=extra)
    scale = 1 if code == 3 else 2.0**31
    np.testing.assert_array_equal(samples_of(data).values[:, 0], samples / scale)
    for end, what in ((b"x" * 14, "not known"), (b"", "not known")):
        broken = wav_by_hand(samples.tobytes(), code=0xFFFE, bits=32, extra=extra[:10] + end)
        with pytest.raises(UnreadableWaveError, match=what):
            parse_wave(broken)


def test_chunks_of_other_kinds_are_passed_over() -> None:
    notes = struct.pack("<4sI", b"LIST", 5) + b"abcde\0"  # an odd length is padded
    data = wav_by_hand(b"\x01\x00\x02\x00", before=notes)
    assert samples_of(data).values[:, 0].tolist() == [1 / 2**15, 2 / 2**15]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b"", "no WAV file"),
        (b"RIFF\0\0\0\0WEBP", "no WAV file"),
        (b"RIFF\0\0\0\0WAVE", "no format"),
        (wav_by_hand(b"ab")[:30], "cut short"),
        (wav_by_hand(b"ab")[:36], "before its samples"),
        (wav_by_hand(b""), "no samples"),
        (wav_by_hand(b"a"), "no samples"),
        (wav_by_hand(b"ab", rate=0), "sample rate of 0 Hz"),
        (wav_by_hand(b"ab", rate=2**32 - 1), "sample rate of 4,294,967,295 Hz"),
        (wav_by_hand(b"ab", block=0), "0 bytes for 1 channel"),
        (wav_by_hand(b"ab", channels=0, block=2), "2 bytes for 0 channel"),
        (wav_by_hand(b"abcdef", channels=2, block=3), "3 bytes for 2 channel"),
        (wav_by_hand(b"ab", bits=0, block=2), "of 0 bits"),
        (wav_by_hand(b"ab" * 9, bits=64), "of 64 bits"),
        (wav_by_hand(b"ab" * 9, code=3, bits=16), "of 16 bits"),
        (wav_by_hand(b"ab", before=struct.pack("<4sI", b"junk", 0) * 2_000), "before its samples"),
    ],
)
def test_what_is_wrong_is_told(broken: bytes, reason: str) -> None:
    with pytest.raises(UnreadableWaveError, match=reason) as raised:
        samples_of(broken)
    assert not raised.value.playable


@pytest.mark.parametrize(("code", "name"), [(7, "law"), (2, "ADPCM"), (0x161, "WAV encoding 353")])
def test_other_encodings_are_left_to_the_player(code: int, name: str) -> None:
    with pytest.raises(UnreadableWaveError, match=name) as raised:
        parse_wave(wav_by_hand(bytes(8), code=code, bits=8))
    assert raised.value.playable


@pytest.mark.parametrize("claimed", [7, 4_000, 2**31, 2**32 - 1])
def test_of_a_file_that_is_cut_there_is_what_it_holds(claimed: int) -> None:
    wave = parse_wave(wav_by_hand(b"\x01\x00\x02\x00\x03", length=claimed))
    assert (wave.frames, wave.held, wave.claimed, wave.is_cut) == (2, 4, claimed, True)
    assert samples_of(wave.data).values[:, 0].tolist() == [1 / 2**15, 2 / 2**15]


def test_a_claim_of_4_gigabytes_allocates_nothing() -> None:
    for data in (
        wav_by_hand(bytes(2_000), length=2**32 - 1),
        wav_by_hand(bytes(2_000), channels=1_000, block=2_000, length=2**32 - 1),
        wav_by_hand(bytes(65_535), channels=65_535, bits=8, block=65_535, rate=10**6),
    ):
        tracemalloc.start()
        wave = parse_wave(data)
        envelope(wave)
        decode(wave, 0, wave.frames)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 40 * len(data) + 200_000


@settings(max_examples=300)
@given(st.data())
def test_any_bytes_give_samples_or_the_reason_why_not(data: Any) -> None:
    """A header of which some fields are anything, or bytes that are anything from somewhere on."""
    fields = {
        "code": st.sampled_from([1, 3, 0xFFFE, 7]),
        "channels": st.integers(0, 2**16 - 1),
        "rate": st.integers(0, 2**32 - 1),
        "bits": st.integers(0, 2**16 - 1),
        "block": st.integers(0, 2**16 - 1),
        "length": st.integers(0, 2**32 - 1),
        "extra": st.binary(max_size=30),
        "before": st.binary(max_size=12),
    }
    chosen = data.draw(st.fixed_dictionaries({}, optional=fields))
    if "block" not in chosen:
        chosen["block"] = 2
    encoded = wav_by_hand(data.draw(st.binary(max_size=300)), **chosen)
    cut = data.draw(st.integers(0, len(encoded)))
    encoded = data.draw(
        st.sampled_from([encoded, encoded[:cut] + data.draw(st.binary(max_size=60))])
    )
    tracemalloc.start()
    try:
        wave = parse_wave(encoded)
        values, rate = samples_of(encoded)
        assert 1 <= len(values) == wave.frames
        assert values.nbytes <= 8 * len(encoded)
        assert 0 < rate <= waveform.MOST_HERTZ
        low, high = envelope(wave)
        assert (low <= high).all()
        assert len(low) == min(len(values), waveform.MOST_COLUMNS)
        assert spectrogram(wave).levels.size <= 2**15
    except UnreadableWaveError as error:
        assert str(error)  # noqa: PT017  (either is right)
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 2**20


def test_no_click_is_lost_from_the_outline(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = np.zeros((123_457, 2))
    samples[77_777, 1], samples[77_779, 0] = 1, -1
    wave = parse_wave(wav_of(samples, 44_100))
    whole = envelope(wave)
    assert len(whole.low) == 1_000
    column = 630  # from frame 77,777.9, rounded down
    assert np.flatnonzero(whole.high > 0.9).tolist() == [column]
    assert np.flatnonzero(whole.low < -0.9).tolist() == [column]
    monkeypatch.setattr(waveform, "_BLOCK_SAMPLES", 999)  # by pieces it is the same
    np.testing.assert_array_equal(envelope(wave), whole)


def row_of(hertz: float, picture: waveform.Spectrogram) -> int:
    return int(hertz / picture.top * len(picture.levels))


@pytest.mark.parametrize("rate", [8_000, 44_100])
@pytest.mark.parametrize("seconds", [0.1, 3, 40])
def test_a_tone_is_a_line_at_its_frequency_and_level(rate: int, seconds: float) -> None:
    silent, loud = np.zeros(int(rate * seconds)), tone(1_250, seconds, rate, loud=0.5)
    wave = parse_wave(wav_of(np.concatenate((silent, loud)), rate))
    picture = spectrogram(wave)
    rows, times = picture.levels.shape
    assert rows <= 128
    assert times <= 256
    assert picture.top == rate / 2
    later = picture.levels[:, 3 * times // 4]
    assert abs(int(later.argmax()) - row_of(1_250, picture)) <= 1
    # A sine of half the full scale is at -6 dB; between two frequencies a Hann window loses 1.4.
    assert -6.1 - 1.5 < picture.high_db < -5.9
    assert picture.low_db == picture.high_db - 80
    assert not picture.levels[:, times // 4].any()


def test_silence_has_a_spectrogram_too() -> None:
    picture = spectrogram(parse_wave(wav_of(np.zeros(500))))
    assert (picture.low_db, picture.high_db) == (SILENCE_DB, SILENCE_DB)
    assert not picture.levels.any()
    with pytest.raises(UnreadableWaveError, match="31 frames are too few"):
        spectrogram(parse_wave(wav_of(np.zeros(31))))


def test_what_is_no_number_spoils_no_picture() -> None:
    samples = np.full(2_000, np.nan, "<f4")
    samples[1_000:] = tone(500, 1_000 / 8_000)
    samples[:3] = np.inf, -np.inf, 3e38
    wave = parse_wave(wav_by_hand(samples.tobytes(), code=3, bits=32))
    assert np.isfinite(envelope(wave)).all()
    picture = spectrogram(wave)
    assert np.isfinite([picture.low_db, picture.high_db]).all()
