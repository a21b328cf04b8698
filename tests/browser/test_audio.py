"""The Audio tab in a real JupyterLab: clips of real logs, byte for byte, and how they play."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest
import shared_logs
from audio_events import audio_event, tone, wav_by_hand, wav_of
from cards import BUSY, NOTE, RUN

from tbwidget import Logdir
from tbwidget.analysis.waveform import envelope, parse_wave, spectrogram

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab import JupyterServer, Notebook

    Open = Callable[..., Notebook]

CARD = 'deepAll(`.card.audio[data-tag="${tag}"]`).at(-1)'
CLIP = f'{CARD}.querySelector(`.clip[data-run="${{run}}"]`)'
BUTTON = """(label) => deepAll('button')
  .find((b) => (b.ariaLabel || b.innerText).trim().startsWith(label)).click()"""
#: Run, length and digest of what each player of a card plays.
PLAYED = f"""(tag) => Promise.all([...{CARD}.querySelectorAll('.clip')].map(async (clip) => {{
  const bytes = await (await fetch(clip.querySelector('audio').src)).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const hex = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [clip.dataset.run, bytes.byteLength, hex];
}}))"""
#: Whether each of a card's players knows how long its clip is.
READY = f"""(tag) => [...{CARD}.querySelectorAll('.clip')].every(
  (clip) => clip.querySelector('audio')?.readyState >= 1)"""
STEP = f"""([tag, row]) => {{
  const slider = {CARD}.querySelector('.step-slider input');
  slider.value = String(row);
  slider.dispatchEvent(new Event('input', {{ bubbles: true }}));
}}"""
#: Whether a card knows so many steps.
LAST_ROW = f"([tag, row]) => {CARD}?.querySelector('.step-slider input').max === String(row)"
#: How many colours the pixels of a canvas have.
COLOURS = f"""([tag, run, name]) => {{
  const canvas = {CLIP}.querySelector(`canvas.${{name}}`);
  const {{ data }} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
}}"""


def probe(notebook: Notebook, tag: str) -> dict[str, Any]:
    notebook.wait_for(f"(tag) => !!{CARD}?.tbwidgetProbe", argument=tag)
    found: dict[str, Any] = notebook.page.evaluate(f"(tag) => {CARD}.tbwidgetProbe()", tag)
    return found


def wait(notebook: Notebook, tag: str, condition: str, timeout: float = 30) -> None:
    """Wait until a card's probe `p` meets `condition`."""
    code = f"(tag) => {{ const p = {CARD}?.tbwidgetProbe?.(); return !!p && !!({condition}); }}"
    notebook.wait_for(code, timeout, tag)


def wait_for_clip(notebook: Notebook, tag: str, run: str, condition: str) -> None:
    """Wait until the player `audio` of a run meets `condition`."""
    code = (
        f"([tag, run]) => {{ const audio = {CLIP}?.querySelector('audio');"
        f" return !!audio && ({condition}); }}"
    )
    notebook.wait_for(code, argument=[tag, run])


def tell_clip(notebook: Notebook, tag: str, run: str, what: str) -> Any:
    code = f"([tag, run]) => {{ const audio = {CLIP}.querySelector('audio'); {what}; }}"
    return notebook.page.evaluate(code, [tag, run])


def played_by(notebook: Notebook, tag: str) -> list[list[Any]]:
    """Return run, length and digest of what each player of a card plays, once all are ready."""
    notebook.wait_for(READY, argument=tag)
    found: list[list[Any]] = notebook.page.evaluate(PLAYED, tag)
    return found


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def outline_of(data: bytes) -> list[int]:
    low, high = envelope(parse_wave(data))
    peak = max(-low.min(), high.max()) or 1.0
    return np.rint(np.column_stack((low, high)) / peak * 127 + 128).astype(int).ravel().tolist()


def clip(run: int, step: int, sample: int = 0, seconds: float = 20.0) -> bytes:
    return wav_of(tone(200 + 100 * run + step + 1_000 * sample, seconds, loud=0.2 + 0.2 * run))


def write(root: Path, runs: int = 2, steps: Any = (0, 10, 20), tags: Any = ("sound",)) -> None:
    for run in range(runs):
        records = [
            ef.record(audio_event(step, [clip(run, step), clip(run, step, 1)], tag))
            for step in steps
            for tag in tags
        ]
        ef.write(root / f"run{run}" / ef.NAME, ef.record(ef.file_version()), *records)


# -- real logs -----------------------------------------------------------------------------------


#: Length and digest of the samples of each step; None where too many steps are listed without.
Points = dict[int, "list[list[Any]] | None"]


def expected_of(name: str) -> dict[str, dict[str, Points]]:
    """Return all clips that TensorBoard reads, by tag, run and step."""
    found: dict[str, dict[str, Points]] = {}
    expected = shared_logs.read_json(name, "expected.json") or {"runs": {}}
    for run, read in expected["runs"].items():
        for tag, series in read["plugins"].get("audio", {}).items():
            points = dict.fromkeys(series["steps"])
            points |= {point["step"]: point["items"] for point in series["points"]}
            found.setdefault(tag, {})[run] = points
    return found


WITH_AUDIO = [
    name
    for name in shared_logs.names()
    if (shared_logs.SHARED_LOGS / name / "logs").is_dir() and expected_of(name)
]


def test_the_real_logs_with_audio_are_all_there() -> None:
    shared_logs.require()
    assert len(WITH_AUDIO) >= 5
    for name in WITH_AUDIO:
        logs = Logdir(shared_logs.SHARED_LOGS / name / "logs")
        assert {tag for run in logs.values() for tag in run.audio} == set(expected_of(name))


@pytest.mark.parametrize("name", WITH_AUDIO or ["absent"])
def test_every_clip_of_the_real_logs_is_played_byte_for_byte(
    name: str, open_notebook: Open
) -> None:
    shared_logs.require()
    root = shared_logs.SHARED_LOGS / name / "logs"
    logs = Logdir(root)
    expected = expected_of(name)
    height = 460 * (1 + len(expected))
    cell = f"import tbwidget; tbwidget.Audio({str(root)!r}, height={height}, spectrogram=True)"
    notebook = open_notebook([cell])
    notebook.run(0)
    notebook.wait_for_series({tag: len(runs) for tag, runs in expected.items()})
    for tag, runs in expected.items():
        all_steps = sorted({step for run in runs.values() for step in run})
        notebook.wait_for(LAST_ROW, argument=[tag, len(all_steps) - 1])
        for row, step in enumerate(all_steps):
            notebook.page.evaluate(STEP, [tag, row])
            shown = {
                run: max(at for at in points if at <= step)
                for run, points in runs.items()
                if min(points) <= step
            }
            steps = json.dumps([shown[run] for run in sorted(shown)])
            run, at = next(iter(shown.items()))
            for sample in range(len(clips_at(logs, run, tag, at))):
                if sample:
                    notebook.page.evaluate(BUTTON, "Next sample")
                condition = (
                    f"JSON.stringify(p.drawn.map((one) => one.step)) === '{steps}'.replaceAll(' ',"
                    f" '') && p.drawn.every((one) => one.sample === {sample} && !one.stale"
                    " && one.spectrogram)"
                )
                wait(notebook, tag, condition)
                for played, (run, at) in zip(
                    played_by(notebook, tag), sorted(shown.items()), strict=True
                ):
                    data = clips_at(logs, run, tag, at)[sample].data
                    assert played == [run, len(data), digest(data)]
                    theirs = runs[run][at]
                    assert theirs is None or played[1:] == theirs[sample]
                check_pictures(notebook, tag, logs, shown, sample)
            if sample:
                notebook.page.evaluate(BUTTON, "Next sample")
    assert notebook.errors() == []
    assert notebook.foreign_requests() == []


def clips_at(logs: Logdir, run: str, tag: str, step: int) -> Any:
    series = logs[run].audio[tag]
    return series[series.steps.tolist().index(step)]


def check_pictures(
    notebook: Notebook, tag: str, logs: Logdir, shown: dict[str, int], sample: int
) -> None:
    """Compare what is told and drawn of clips with what the bytes hold."""
    for one in probe(notebook, tag)["drawn"]:
        blob = clips_at(logs, one["run"], tag, shown[one["run"]])[sample]
        wave = parse_wave(blob.data)
        assert (one["sample_rate"], one["channels"]) == (wave.sample_rate, wave.channels)
        assert (one["seconds"], one["bytes"]) == (wave.seconds, len(blob.data))
        assert one["outline"] == outline_of(blob.data)
        assert one["spectrogram"]["levels"] == spectrogram(wave).levels.ravel().tolist()
        assert one["label"] == blob.label
        for name in ("wave", "spectrum"):
            assert notebook.page.evaluate(COLOURS, [tag, one["run"], name]) > 1
        duration = notebook.page.evaluate(
            f"([tag, run]) => {CLIP}.querySelector('audio').duration", [tag, one["run"]]
        )
        assert duration == pytest.approx(wave.seconds, abs=0.01)


# -- playing -------------------------------------------------------------------------------------


def test_runs_steps_and_samples_are_compared_at_the_same_place(
    open_notebook: Open, server: JupyterServer
) -> None:
    write(server.root / "compared")
    notebook = open_notebook(["import tbwidget; tbwidget.Audio('compared', height=620)"])
    notebook.run(0)
    newest = "p.drawn.length === 2 && p.drawn.every((one) => one.step === 20 && one.bytes)"
    wait(notebook, "sound", newest)
    wait_for_clip(notebook, "sound", "run0", "audio.readyState >= 1")
    assert played_by(notebook, "sound") == [
        [f"run{run}", len(clip(run, 20)), digest(clip(run, 20))] for run in (0, 1)
    ]
    click_waveform(notebook, "run1", 0.1)
    wait(notebook, "sound", "Math.abs(p.position - 2) < 0.5")
    wait_for_clip(notebook, "sound", "run0", "Math.abs(audio.currentTime - 2) < 0.5")
    tell_clip(notebook, "sound", "run0", "audio.play()")
    wait(notebook, "sound", "p.playing !== null && p.position > 2.2")
    # Another run takes over.
    tell_clip(notebook, "sound", "run1", "audio.play()")
    wait_for_clip(notebook, "sound", "run0", "audio.paused")
    wait_for_clip(notebook, "sound", "run1", "!audio.paused && audio.currentTime > 2.2")
    number = probe(notebook, "sound")["drawn"][1]["number"]
    wait(notebook, "sound", f"p.playing === {number}")
    # Another step of it, which has yet to come; then another sample.
    notebook.page.evaluate(STEP, ["sound", 0])
    wait(notebook, "sound", "p.drawn.every((one) => one.step === 0 && !one.stale)")
    check_playing(notebook, clip(1, 0))
    notebook.page.evaluate(BUTTON, "Next sample")
    wait(notebook, "sound", "p.drawn.every((one) => one.sample === 1 && !one.stale)")
    check_playing(notebook, clip(1, 0, 1))
    # Two others so soon after each other that the first has not begun when it has to go.
    next_step = f"delete audio.play; ({STEP})(['sound', 0]); return audio.play()"
    tell_clip(notebook, "sound", "run1", f"audio.play = () => {{ {next_step}; }}")
    notebook.page.evaluate(STEP, ["sound", 1])
    wait(notebook, "sound", "p.drawn.every((one) => one.step === 0 && !one.stale)")
    check_playing(notebook, clip(1, 0, 1))
    position = probe(notebook, "sound")["position"]
    assert 2.2 < position < 19
    tell_clip(notebook, "sound", "run1", "audio.pause()")
    wait(notebook, "sound", "p.playing === null")
    stopped = probe(notebook, "sound")["position"]
    wait_for_clip(notebook, "sound", "run0", f"Math.abs(audio.currentTime - {stopped}) < 0.05")
    # The player's own slider moves all of the card, too.
    tell_clip(notebook, "sound", "run0", "audio.currentTime = 1")
    wait_for_clip(notebook, "sound", "run1", "Math.abs(audio.currentTime - 1) < 0.05")
    wait(notebook, "sound", "Math.abs(p.position - 1) < 0.05")
    assert notebook.errors() == []


def click_waveform(notebook: Notebook, run: str, share: float) -> None:
    left, top, width, height = notebook.page.evaluate(
        f"([tag, run]) => {{ const r = {CLIP}.querySelector('.wave').getBoundingClientRect();"
        " return [r.left, r.top, r.width, r.height]; }",
        ["sound", run],
    )
    notebook.page.mouse.click(left + share * width, top + height / 2)


def check_playing(notebook: Notebook, data: bytes) -> None:
    """Wait until the second run plays `data` further on than where the waveform was clicked."""
    wait_for_clip(notebook, "sound", "run1", "!audio.paused && audio.currentTime > 2.2")
    played = played_by(notebook, "sound")
    assert played[1] == ["run1", len(data), digest(data)]


def test_one_clip_plays_at_a_time_and_plays_on_out_of_sight(
    open_notebook: Open, server: JupyterServer
) -> None:
    tags = [f"sound/{number}" for number in range(9)]
    write(server.root / "many_clips", runs=1, tags=tags)
    notebook = open_notebook(
        ["import tbwidget; tbwidget.Audio('many_clips', height=420)"], viewport=(900, 900)
    )
    notebook.run(0)
    wait(notebook, tags[0], "p.drawn.length === 1")
    for tag in tags[:2]:
        wait_for_clip(notebook, tag, "run0", "audio.readyState >= 1")
        tell_clip(notebook, tag, "run0", "audio.play()")
        wait(notebook, tag, "p.playing !== null && p.position > 0.1")
    wait_for_clip(notebook, tags[0], "run0", "audio.paused")
    held = "() => deepAll('.card.audio').filter((c) => c.querySelector('audio')).length"
    assert notebook.page.evaluate(held) < len(tags)  # only what is in sight
    # Cards grow when their clips come.
    to_end = "() => { const [c] = deepAll('.cards'); c.scrollTop = c.scrollHeight; return true; }"
    ready = f"(tag) => ({to_end})() && {CARD}.querySelector('audio')?.readyState >= 1"
    notebook.wait_for(ready, argument=tags[-1])
    wait(notebook, tags[-1], "p.drawn.length === 1")
    wait(notebook, tags[1], "p.playing !== null && p.drawn.length === 1")
    wait_for_clip(notebook, tags[1], "run0", "!audio.paused")
    # What does not play is let go of.
    gone = f"(tag) => !{CARD}.querySelector('audio')"
    notebook.wait_for(gone, argument=tags[0])
    assert notebook.errors() == []


# -- settings and Python -------------------------------------------------------------------------


PRINT_SELECTION = """
one = view.selection[view.selection.tag == "sound"]
clips = [len(clip.data) for clip in one.audio]
print(json.dumps([view.step, one.step.tolist(), one.run.tolist(), clips]))
"""


def test_step_runs_filter_and_spectrogram_are_shared_with_python(
    open_notebook: Open, server: JupyterServer
) -> None:
    write(server.root / "shared", tags=("sound", "other"))
    notebook = open_notebook(
        [
            "import json, tbwidget; view = tbwidget.Audio('shared', step=12, height=620); view",
            "view.hidden_runs = ['run0']; view.tag_filter = 'sou'; view.spectrogram = True",
            PRINT_SELECTION,
            "view.pinned = ['sound']; view.hidden_runs = []",
            "view.tag_filter = ''; view.step = None",
        ]
    )
    notebook.run(0)
    wait(notebook, "sound", "p.drawn.length === 2 && p.drawn.every((one) => one.step === 10)")
    notebook.run(1)
    wait(notebook, "sound", "p.drawn.length === 1 && p.drawn[0].spectrogram")
    assert notebook.page.evaluate("() => deepAll('.card.audio').length") == 1
    found = probe(notebook, "sound")["drawn"][0]["spectrogram"]
    expected = spectrogram(parse_wave(clip(1, 10)))
    assert found["levels"] == expected.levels.ravel().tolist()
    assert [found["rows"], found["columns"]] == list(expected.levels.shape)
    assert notebook.page.evaluate(COLOURS, ["sound", "run1", "spectrum"]) > 2
    text = notebook.text()
    for part in ("4 kHz", "2 kHz", f"{found['low']:.0f} to {found['high']:.0f} dB", "mono"):
        assert part in text
    notebook.page.evaluate(STEP, ["sound", 2])
    wait(notebook, "sound", "p.step === 20 && p.drawn[0].step === 20")
    selection_is(notebook, 2, [20, [20, 20], ["run1"] * 2, [len(clip(1, 20))] * 2])
    notebook.run(3)
    notebook.run(4)
    wait(notebook, "sound", "p.drawn.length === 2 && p.step === null")
    assert notebook.page.evaluate("() => deepAll('.group h3')[0].innerText").startswith("pinned")
    assert notebook.errors() == []


def selection_is(notebook: Notebook, cell: int, expected: Any, tries: int = 10) -> None:
    """Run a cell that prints the selection until what the page set has reached the kernel."""
    for _ in range(tries):
        notebook.run(cell)
        if json.loads(notebook.output(cell)) == expected:
            return
    assert json.loads(notebook.output(cell)) == expected


def test_of_many_runs_only_the_clips_in_sight_are_fetched(
    open_notebook: Open, server: JupyterServer
) -> None:
    write(server.root / "many_runs", runs=30, steps=(0, 10))
    notebook = open_notebook(["import tbwidget; tbwidget.Audio('many_runs', height=620, step=0)"])
    notebook.run(0)
    wait(notebook, "sound", "p.drawn.length === 30 && p.drawn[0].bytes")
    wait_for_clip(notebook, "sound", "run0", "audio.readyState >= 1")
    fetched = sum(one.get("bytes") is not None for one in probe(notebook, "sound")["drawn"])
    assert fetched < 15
    notebook.page.evaluate(f"(tag) => {CARD}.querySelector('.clips').scrollTo(0, 1e6)", "sound")
    wait_for_clip(notebook, "sound", "run29", "audio.readyState >= 1")
    played = f"([tag, run]) => fetch({CLIP}.querySelector('audio').src)"
    played += ".then((reply) => reply.blob()).then((blob) => blob.size)"
    assert notebook.page.evaluate(played, ["sound", "run29"]) == len(clip(29, 0))
    assert notebook.errors() == []


# -- what is broken, or wants to do harm -----------------------------------------------------------

SCRIPT = "<img src=x onerror='window.hacked = 1'><script>window.hacked = 1</script>"


def test_hostile_clips_show_a_reason_and_harm_no_other(
    open_notebook: Open, server: JupyterServer
) -> None:
    good = wav_of(tone(440, 20))
    pcm = good[44:]
    hostile = {
        "a rate": (wav_by_hand(pcm, rate=0), "sample rate of 0 Hz"),
        "b block": (wav_by_hand(pcm, block=0), "0 bytes for 1 channel"),
        "c html": (SCRIPT.replace("<img", "<html><img").encode(), "markup"),
        "d svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='hacked = 1'/>", "markup"),
        "e cut": (wav_by_hand(pcm, length=2**32 - 1), "Cut: of 4,294,967,295 bytes"),
        "f claim": (wav_by_hand(pcm[:20], channels=65_535, block=65_535, bits=8,
                                length=2**32 - 1), "holds no samples"),
        "g mp3": (b"ID3\4" + bytes(600), "This browser cannot play it"),
        "h low": (wav_by_hand(pcm, rate=1), "This browser cannot play it"),
    }  # fmt: skip
    root = server.root / "hostile_audio"
    for name, (data, _) in hostile.items():
        event = audio_event(0, [data], "sound", [SCRIPT.encode()])
        ef.write(root / name / ef.NAME, ef.record(event))
    event = audio_event(0, [good], "sound", [b"[run](javascript:hacked=1) good"])
    ef.write(root / "i <b>good<img src=x onerror=hacked=1>" / ef.NAME, ef.record(event))
    ef.write(root / "good" / ef.NAME, ef.record(audio_event(0, [good], SCRIPT)))
    notebook = open_notebook(["import tbwidget; tbwidget.Audio('hostile_audio', height=1500)"])
    notebook.run(0)
    wait(notebook, "sound", f"p.drawn.length === {len(hostile) + 1}")
    # All rows at once.
    fill = f"(tag) => {CARD}.querySelector('[aria-label=\"Fill the view\"]').click()"
    notebook.page.evaluate(fill, "sound")
    for name, (_, reason) in hostile.items():
        code = f"([tag, run, reason]) => {CLIP}.innerText.includes(reason)"
        notebook.wait_for(code, argument=["sound", name, reason])
    good_run = "i <b>good<img src=x onerror=hacked=1>"
    wait_for_clip(notebook, "sound", good_run, "audio.readyState >= 1 && audio.duration === 20")
    for run in (good_run, "e cut"):
        tell_clip(notebook, "sound", run, "audio.play()")
        wait_for_clip(notebook, "sound", run, "!audio.paused && audio.currentTime > 0.1")
    held = "(tag) => [...deepAll('.clip audio')].map((a) => a.closest('.clip').dataset.run)"
    assert set(notebook.page.evaluate(held)) >= {good_run, "e cut"}
    assert not set(notebook.page.evaluate(held)) & {"a rate", "b block", "c html", "d svg"}
    assert notebook.page.evaluate("() => window.hacked") is None
    assert notebook.foreign_requests() == []
    assert notebook.errors() == []
    # What was looked for would have been found.
    planted = "(script) => { const e = document.createElement('div'); e.innerHTML = script;"
    notebook.page.evaluate(planted + " document.body.append(e); }", SCRIPT)
    notebook.wait_for("() => window.hacked === 1")


# -- while a cell runs -----------------------------------------------------------------------------


def test_new_clips_come_while_a_cell_runs(
    open_notebook: Open, server: JupyterServer, end: Path
) -> None:
    root = server.root / "growing_audio"
    write(root, runs=1)
    notebook = open_notebook(
        [
            "import tbwidget; tbwidget.TensorBoard('growing_audio', tab='audio', height=480)",
            RUN.format(str(end)),
        ]
    )
    notebook.run(0)
    wait(notebook, "sound", "p.drawn[0]?.bytes && p.drawn[0].step === 20")
    notebook.start(1)
    ef.append(root / "run0" / ef.NAME, ef.record(audio_event(30, [clip(0, 30)])))
    wait(notebook, "sound", "p.drawn[0].step === 30 && !p.drawn[0].stale")
    wait_for_clip(notebook, "sound", "run0", "audio.readyState >= 1")
    assert played_by(notebook, "sound") == [["run0", len(clip(0, 30)), digest(clip(0, 30))]]
    assert notebook.running()
    assert notebook.errors() == []


def test_without_subshells_the_newest_is_there_and_an_older_one_follows(
    open_notebook: Open, server_without_subshells: JupyterServer, end: Path
) -> None:
    server = server_without_subshells
    root = server.root / "busy_audio"
    write(root, runs=1)
    notebook = open_notebook(
        [
            "import tbwidget; tbwidget.Audio('busy_audio', height=480)",
            RUN.format(str(end)),
        ],
        on=server,
    )
    notebook.run(0)
    wait(notebook, "sound", "p.drawn[0]?.bytes")
    notebook.start(1)
    newest = audio_event(30, [clip(0, 30), clip(0, 30, 1)])
    ef.append(root / "run0" / ef.NAME, ef.record(newest))
    wait(notebook, "sound", "p.drawn[0].step === 30 && !p.drawn[0].stale")
    # The second sample: of the first one the kernel may have sent an older step as it read on.
    notebook.page.evaluate(BUTTON, "Next sample")
    notebook.page.evaluate(STEP, ["sound", 0])
    notebook.wait_for(BUSY)
    notebook.wait_for(NOTE)
    assert notebook.running()
    shown = probe(notebook, "sound")["drawn"][0]
    assert (shown["wanted"], shown["sample"], shown["stale"]) == (0, 0, True)  # never a blank
    wait_for_clip(notebook, "sound", "run0", "audio.readyState >= 1")
    tell_clip(notebook, "sound", "run0", "audio.play()")
    wait(notebook, "sound", "p.position > 0.2")
    end.touch()
    notebook.wait_done()
    wait(notebook, "sound", "p.drawn[0].step === 0 && p.drawn[0].sample === 1 && !p.drawn[0].stale")
    wait_for_clip(notebook, "sound", "run0", "!audio.paused && audio.currentTime > 0.2")
    assert played_by(notebook, "sound") == [["run0", len(clip(0, 0, 1)), digest(clip(0, 0, 1))]]
    notebook.wait_for(f"() => !({BUSY})()")
    assert notebook.errors() == []
