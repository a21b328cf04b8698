"""The Audio tab on the side of the kernel: what is pushed, answered and given to Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest
from audio_events import audio_event, tone, wav_by_hand, wav_of
from pages import Page, unpack

import tbwidget
from tbwidget.analysis.waveform import envelope, parse_wave, samples_of, spectrogram
from tbwidget.dashboards import audio

if TYPE_CHECKING:
    from pathlib import Path


def clip(step: int, sample: int = 0) -> bytes:
    return wav_of(tone(200 + step + 500 * sample, 0.25, loud=0.5))


def write(path: Path, steps: Any, **options: Any) -> None:
    records = [
        ef.record(audio_event(step, [clip(step), clip(step, 1)], **options)) for step in steps
    ]
    ef.write(path / ef.NAME, ef.record(ef.file_version()), *records)


def pushed(page: Page, view: tbwidget.Audio) -> dict[str, tuple[dict[str, Any], Any, list[bytes]]]:
    """Return of each run the newest value pushed: what is told, its place, its buffers."""
    runs = {number: name for name, number in view.state._run_numbers.items()}
    found = {}
    for message, buffers in page.custom(view, "summaries"):
        left = list(buffers)
        for item in message["items"]:
            columns = unpack(item["columns"], left)
            if value := item.get("value"):
                parts = [bytes(left.pop(0)) for _ in range(value.get("buffers", 0))]
                found[runs[item["key"][0]]] = (value, columns, parts)
        assert not left
    return found


def outline_of(data: bytes) -> np.ndarray:
    low, high = envelope(parse_wave(data))
    peak = max(-low.min(), high.max())
    return np.rint(np.column_stack((low, high)) / peak * 127 + 128).astype(np.uint8).ravel()


def ask(page: Page, view: tbwidget.Audio, place: Any, **wish: Any) -> tuple[Any, list[bytes]]:
    wishes = [{"run": ".", "tag": "sound", "place": [int(part) for part in place], **wish}]
    answer, buffers = page.ask(view, "values", wishes=wishes)
    assert answer["ok"], answer
    (item,) = answer["result"]
    return item, [bytes(buffer) for buffer in buffers]


def test_the_newest_clip_is_pushed_with_its_waveform(page: Page, tmp_path: Path) -> None:
    write(tmp_path / "a", [0, 5], labels=[b"**one**", b"two"])
    write(tmp_path / "b", [3])
    view = tbwidget.Audio(tmp_path)
    page.read()
    page.tick()
    found = pushed(page, view)
    value, columns, (outline, data) = found["a"]
    assert columns["step"].tolist() == [0, 5]
    assert data == clip(5)
    np.testing.assert_array_equal(np.frombuffer(outline, np.uint8), outline_of(clip(5)))
    facts = {name: value[name] for name in ("samples", "sample", "label", "mime", "bytes", "note")}
    assert facts == {
        "samples": 2,
        "sample": 0,
        "label": "**one**",
        "mime": "audio/wav",
        "bytes": len(clip(5)),
        "note": "",
    }
    assert (value["sample_rate"], value["channels"], value["seconds"]) == (8_000, 1, 0.25)
    assert (value["encoding"], value["columns"]) == ("16-bit PCM", 1_000)
    assert value["peak"] == pytest.approx(0.5, abs=1e-3)
    assert found["b"][2][1] == clip(3)


def test_another_sample_and_an_older_step_are_asked_for(page: Page, tmp_path: Path) -> None:
    write(tmp_path, [0, 5])
    view = tbwidget.Audio(tmp_path)
    page.read()
    page.tick()
    _, columns, _ = pushed(page, view)["."]
    places = np.column_stack([columns[name] for name in ("file", "offset", "slot")])
    for row, step in enumerate((0, 5)):
        for sample in (0, 1):
            item, (_, data) = ask(page, view, places[row], sample=sample)
            assert data == clip(step, sample)
            assert (item["sample"], item["samples"]) == (sample, 2)
    for odd in (99, -3, "x", None, True, 0.5):
        item, _ = ask(page, view, places[0], sample=odd)
        assert item["sample"] == (1 if odd == 99 else 0)


def test_a_spectrogram_comes_alone_when_asked_for(page: Page, tmp_path: Path) -> None:
    write(tmp_path, [0])
    view = tbwidget.Audio(tmp_path)
    page.read()
    page.tick()
    _, columns, _ = pushed(page, view)["."]
    place = [columns[name][0] for name in ("file", "offset", "slot")]
    item, (levels,) = ask(page, view, place, sample=1, part="spectrogram")
    expected = spectrogram(parse_wave(clip(0, 1)))
    assert levels == expected.levels.tobytes()
    assert (item["rows"], item["columns"]) == expected.levels.shape
    assert (item["low"], item["high"], item["top"]) == expected[1:]


PCM = clip(0)[44:]
HOSTILE = {
    "rate": (wav_by_hand(PCM, rate=0), "sample rate of 0 Hz"),
    "block": (wav_by_hand(PCM, block=0), "0 bytes for 1 channel"),
    "html": (b"<html><script>alert(1)</script>", "markup"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(9), "no audio"),
    "nothing": (b"", "no audio"),
    "header": (clip(0)[:40], "before its samples"),
}


def test_what_is_broken_says_why_and_its_neighbours_are_whole(page: Page, tmp_path: Path) -> None:
    for name, (data, _) in HOSTILE.items():
        ef.write(tmp_path / name / ef.NAME, ef.record(audio_event(0, [data])))
    write(tmp_path / "good", [0])
    view = tbwidget.Audio(tmp_path)
    page.read()
    page.tick()
    found = pushed(page, view)
    assert set(found) == {*HOSTILE, "good"}
    for name, (_, reason) in HOSTILE.items():
        value, _, buffers = found[name]
        assert reason in value["error"]
        assert buffers == []
    assert found["good"][2][1] == clip(0)
    assert len(view.data) == len(HOSTILE) + 2


def test_what_plays_without_a_waveform_says_why(page: Page, tmp_path: Path) -> None:
    clips = {
        "mp3": (b"ID3" + bytes(90), "of WAV alone"),
        "flac": (b"fLaC" + bytes(90), "of WAV alone"),
        "law": (wav_by_hand(PCM, code=7, bits=8), "law is not decoded"),
    }
    for name, (data, _) in clips.items():
        ef.write(tmp_path / name / ef.NAME, ef.record(audio_event(0, [data])))
    ef.write(
        tmp_path / "cut" / ef.NAME, ef.record(audio_event(0, [wav_by_hand(PCM, length=10**9)]))
    )
    ef.write(tmp_path / "none" / ef.NAME, ef.record(audio_event(0, [])))
    view = tbwidget.Audio(tmp_path)
    page.read()
    page.tick()
    found = pushed(page, view)
    for name, (data, reason) in clips.items():
        value, _, buffers = found[name]
        assert reason in value["note"]
        assert "error" not in value
        assert buffers == [data]
    value, _, buffers = found["cut"]
    assert value["note"] == "Cut: of 1,000,000,000 bytes of samples 4,000 are there."
    assert len(buffers) == 2
    assert found["none"][0]["error"] == "There is no clip at this step."


def test_what_is_too_much_for_a_page_is_capped(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audio, "MOST_BYTES", 4_000)
    write(tmp_path, [0], labels=[b"x" * 20_000, b""])
    view = tbwidget.Audio(tmp_path)
    page.read()
    page.tick()
    value, _, buffers = pushed(page, view)["."]
    assert value["error"] == "4,044 bytes are too many to play here."
    assert len(buffers) == 1  # the waveform
    assert value["label"].endswith(" ... (cut: 20,000 characters in all)")
    assert len(value["label"]) < 10_100


@pytest.mark.parametrize("rate", [float("inf"), float("nan"), -1.0, 0.0])
def test_an_odd_rate_of_an_old_summary_can_be_sent(page: Page, tmp_path: Path, rate: float) -> None:
    fields = {"sample_rate": rate, "encoded_audio_string": b"OggS" + bytes(40)}
    ef.write(tmp_path / ef.NAME, ef.record(ef.summary(0, {"tag": "sound", "audio": fields})))
    view = tbwidget.Audio(tmp_path)
    page.read()
    page.tick()
    value, _, _ = pushed(page, view)["."]
    assert value["sample_rate"] in (0.0, "Infinity")
    assert value["mime"] == "audio/ogg"


def test_data_and_selection(page: Page, tmp_path: Path) -> None:
    write(tmp_path / "a", [0, 5, 9], labels=[b"hello", b""])
    write(tmp_path / "b", [7])
    view = tbwidget.Audio(tmp_path)
    page.read()
    names = ["run", "tag", "step", "wall_time", "sample", "label", "sample_rate", "mime"]
    data = view.data
    assert list(data.columns) == [*names, "bytes"]
    assert len(data) == 8
    assert (data.step.dtype, data.bytes.dtype) == (np.int64, np.int64)
    assert data.iloc[0].tolist()[:6] == ["a", "sound", 0, ef.WALL, 0, "hello"]

    chosen = view.selection
    assert list(chosen.columns) == [*names, "audio"]
    places = chosen[["run", "step", "sample"]].to_numpy().tolist()
    assert places == [["a", 9, 0], ["a", 9, 1], ["b", 7, 0], ["b", 7, 1]]
    view.step = 6
    chosen = view.selection
    assert [one.data for one in chosen.audio] == [clip(5), clip(5, 1)]
    values, rate = samples_of(chosen.audio[0].data)
    assert (values.shape, rate) == ((2_000, 1), 8_000)
    np.testing.assert_allclose(values[:, 0], tone(205, 0.25, loud=0.5), atol=1e-4)
    view.hidden_runs = ["a"]
    assert view.selection.empty


def test_the_page_switches_spectrograms_on(page: Page, tmp_path: Path) -> None:
    view = tbwidget.Audio(tmp_path, spectrogram=False)
    page.set(view, spectrogram=True, title="x")
    assert view.spectrogram is True
