"""What is left of a view where it is not alive: a picture of every tab, and lines of text."""

from __future__ import annotations

import base64
import io
import re
from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest
import shared_logs
from every_tab import WORDS, write_every_tab
from PIL import Image

import tbwidget
from tbwidget import Logdir, TensorBoard
from tbwidget.dashboards import DASHBOARDS, previews
from tbwidget.drawing import png
from tbwidget.drawing.shapes import Picture, fitted, text_width
from tbwidget.drawing.text import public_name
from tbwidget.widget import stills

if TYPE_CHECKING:
    from pathlib import Path

    from pages import Page

    from tbwidget.drawing.sheet import Preview
    from tbwidget.widget.dashboard import Dashboard

KINDS = [dashboard.kind for dashboard in DASHBOARDS]


@pytest.fixture(scope="module")
def every_tab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("secret_place") / "logs"
    write_every_tab(root)
    return root


def tab(source: Any, kind: str) -> Dashboard:
    board = TensorBoard(Logdir(source, cache=False))
    return next(one for one in board._dashboards if one.kind == kind)


def words(preview: Preview) -> str:
    cells = [cell for row in (preview.table.rows if preview.table else ()) for cell in row]
    return "\n".join([panel.title for panel in preview.panels] + cells + [preview.note])


def image(data: bytes) -> Any:
    opened = Image.open(io.BytesIO(data))
    opened.load()
    return opened


# -- every tab -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_tab_has_a_small_picture_of_what_is_in_it(
    page: Page, every_tab: Path, kind: str
) -> None:
    view = tab(every_tab, kind)
    assert WORDS[kind] in words(view.preview())
    data = stills.picture_of(view)
    picture = image(data)
    assert picture.width == 1440
    assert len(data) <= stills.MOST_BYTES <= 200_000
    # More than a heading and a frame: something was drawn in colours of its own.
    heading = image(stills.picture_of(tab(every_tab.parent / "none", kind)))
    assert picture.height > heading.height


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_in_it_tells_of_the_machine(page: Page, every_tab: Path, kind: str) -> None:
    still = stills.still_of(tab(every_tab, kind))
    assert "secret_place" not in still.text
    assert b"secret_place" not in still.picture
    opened = image(png.with_key(still.picture, "0" * 24))
    assert set(opened.info) <= {"dpi", "tbwidget key", "transparency"}


def test_the_board_shows_the_tab_that_is_open(page: Page, every_tab: Path) -> None:
    board = TensorBoard(Logdir(every_tab, cache=False))
    assert board.previewed().kind == "scalars"
    before = stills.picture_of(board)
    board.tab = "text"
    assert board.previewed().kind == "text"
    assert stills.picture_of(board) != before
    board.tab = "none of them"
    assert board.previewed().kind == "scalars"


def test_a_board_without_scalars_opens_on_the_first_tab_with_data(
    page: Page, tmp_path: Path
) -> None:
    with tbwidget.SummaryWriter(str(tmp_path)) as writer:
        writer.add_text("notes", "words")
    assert TensorBoard(Logdir(tmp_path)).previewed().kind == "text"


def test_it_is_the_same_picture_as_long_as_the_logs_are_the_same(
    page: Page, every_tab: Path
) -> None:
    first, second = (stills.still_of(tab(every_tab, "scalars")) for _ in range(2))
    assert first == second


def test_what_is_set_is_what_is_drawn(page: Page, every_tab: Path) -> None:
    view: Any = tab(every_tab, "scalars")
    view.state.hidden_runs = ["a"]
    assert {line.name for panel in view.preview().panels for line in panel.lines} == {"b"}
    view.state.pinned = ["train/loss"]
    assert [panel.title for panel in view.preview().panels] == ["train/loss", "train/accuracy"]
    view.state.tag_filter = "ACC.*"
    assert [panel.title for panel in view.preview().panels] == ["train/accuracy"]
    view.state.tag_filter = "(loss"
    assert view.preview().panels == []


def test_histograms_show_the_newest_in_the_colour_of_the_run(page: Page, every_tab: Path) -> None:
    view: Any = tab(every_tab, "histograms")
    (first, _) = view.preview().panels
    assert [len(line.x) for line in first.lines] == [30] * 3
    assert first.lines[-1].color == "#5f7ceb"
    assert len({line.color for line in first.lines}) == 3
    view.bins = 0
    assert len(view.preview().panels) == 2


def test_clips_that_are_no_wav_are_told(page: Page, tmp_path: Path) -> None:
    from audio_events import audio_event

    ef.write(tmp_path / ef.NAME, ef.record(audio_event(1, [b"ID3" + bytes(50)], "audio/mpeg")))
    preview = previews.audio(tab(tmp_path, "audio"))  # type: ignore[arg-type]
    assert preview.panels == []
    assert "53 bytes" in words(preview)


# -- text ------------------------------------------------------------------------------------------


def test_the_text_tells_runs_tags_points_and_last_values(page: Page, every_tab: Path) -> None:
    lines = stills.text_of(TensorBoard(Logdir(every_tab, cache=False))).split("\n")
    assert re.fullmatch(
        r"TensorBoard of logs: 2 runs, \d+ points, as of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", lines[0]
    )
    assert lines[1] == "Runs: a, b"
    assert lines[2].startswith("Tags: 2 scalars, ")
    assert "1 pr curves" in lines[2]
    assert lines[3:] == [
        "train/accuracy: 0.6667 (a), 0.6667 (b)",
        "train/loss: 0.3333 (a), 0.3333 (b)",
    ]


def test_names_cannot_hold_what_a_page_takes_for_colours(page: Page, tmp_path: Path) -> None:
    tag = "\x1b[31mred\n" + "x" * 200
    ef.write_scalars(tmp_path / "run" / ef.NAME, [0, 1], tag=tag)
    still = stills.still_of(tab(tmp_path, "scalars"))
    assert "\x1b" not in still.text
    assert max(map(len, still.text.split("\n"))) < 140
    assert still.picture


def test_directories_named_by_their_path_keep_its_last_part(page: Page, tmp_path: Path) -> None:
    root = tmp_path / "secret"
    ef.write_scalars(root / "run" / ef.NAME, [0, 1])
    view = tab({str(root): str(root)}, "scalars")
    assert "secret" in next(iter(view.logdir.runs))
    still = stills.still_of(view)
    assert "Runs: …/run" in still.text
    assert str(tmp_path) not in still.text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("runs/a", "runs/a"),
        ("/home/ada/logs", "…/logs"),
        ("/home/ada/logs/", "…/logs"),
        ("C:\\logs\\a", "…/a"),
        ("s3://key@bucket/logs", "…/logs"),
        ("~/logs", "…/logs"),
        (".", "."),
    ],
)
def test_public_names(name: str, shown: str) -> None:
    assert public_name(name) == shown


# -- whatever is in the logs -----------------------------------------------------------------------


def test_a_hundred_runs_with_long_names(page: Page, tmp_path: Path) -> None:
    for run in range(100):
        name = f"a_very_long_name_of_an_experiment/with_many_parts/and_numbers={run}" + "x" * 100
        ef.write_scalars(tmp_path / name / ef.NAME, range(50))
    view = tab(tmp_path, "scalars")
    (panel,) = view.preview().panels
    assert len(panel.lines) == 100
    still = stills.still_of(view)
    assert 0 < len(still.picture) <= stills.MOST_BYTES
    assert len(still.text) < 4000


def test_many_charts_of_many_runs_are_few_enough_to_draw(page: Page, tmp_path: Path) -> None:
    for run in range(60):
        for number, tag in enumerate("abcdefghijklmnop"):
            path = tmp_path / str(run) / f"{ef.NAME}.{number}"
            ef.write_scalars(path, [0, 1], tag=tag)
    preview = tab(tmp_path, "scalars").preview()
    assert len(preview.panels) == 5
    assert preview.note == "and 11 more tags"


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_to_show_is_said(page: Page, tmp_path: Path, kind: str) -> None:
    for path, reason in (
        (tmp_path / "missing", "There was no such log directory yet."),
        (tmp_path, "There were no event files yet."),
    ):
        still = stills.still_of(tab(path, kind))
        assert reason in still.text
        assert image(still.picture).height < 150
    view = TensorBoard(Logdir(tmp_path, follow=True))
    assert "were being read" in stills.text_of(view)


def test_damaged_files_have_a_picture(page: Page, every_tab: Path, tmp_path: Path) -> None:
    for number, path in enumerate(sorted(every_tab.rglob("*tfevents*"))):
        data = bytearray(path.read_bytes())
        for at in range(300, len(data), 997):
            data[at] ^= 0x55
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / path.name).write_bytes(data)
    for kind in KINDS:
        view = tab(tmp_path, kind)
        view.preview()
        assert stills.still_of(view).picture


def test_values_that_vanish_are_told(page: Page, every_tab: Path, tmp_path: Path) -> None:
    write_every_tab(tmp_path / "logs", ("a",))
    views = [tab(tmp_path / "logs", kind) for kind in ("images", "text", "tensors", "histograms")]
    for path in tmp_path.rglob("*tfevents*"):
        path.unlink()
    for view in views[:3]:
        assert "cannot be read" in words(view.preview())
    assert stills.still_of(views[3]).picture


def test_what_cannot_be_drawn_leaves_the_text(
    page: Page, every_tab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = tab(every_tab, "scalars")

    def fail(*_arguments: Any) -> Any:
        message = "odd data"
        raise RuntimeError(message)

    monkeypatch.setattr(type(view), "preview", fail)
    assert image(stills.still_of(view).picture).height < 150
    monkeypatch.setattr(stills, "to_small_png", fail)
    still = stills.still_of(view)
    assert still.picture == b""
    assert still.text.startswith("Scalars of logs: 2 runs")
    monkeypatch.setattr(stills, "text_of", fail)
    assert stills.still_of(view) == stills.Still("Scalars of logs", b"")


@pytest.mark.parametrize("name", shared_logs.names())
def test_every_tab_of_the_real_logs_has_a_picture(page: Page, name: str, tmp_path: Path) -> None:
    for directory in shared_logs.logs_of(name, tmp_path):
        board = TensorBoard(Logdir(directory, cache=False))
        for view in board._dashboards:
            view.preview()
            data = stills.picture_of(view)
            assert len(data) <= stills.MOST_BYTES
            assert str(directory) not in stills.text_of(view)


# -- files -----------------------------------------------------------------------------------------


def test_the_key_of_a_picture_is_the_same_text_in_every_data_url() -> None:
    key = "0123456789abcdef01234567"
    mark = base64.b64encode(key.encode()).decode()
    for width, height in ((10.0, 7.0), (960.0, 300.0)):
        data = png.with_key(png.to_png(Picture(width, height, "#ffffff", []), 1.0), key)
        assert base64.b64encode(data).decode().find(mark) == 72
        opened = image(data)
        assert (opened.size, opened.info["tbwidget key"]) == ((width, height), key)


def test_a_picture_gets_coarser_until_it_fits() -> None:
    from tbwidget.drawing.shapes import Dot

    rng = np.random.default_rng(3)
    places = rng.uniform(0, 300, (500, 2)).tolist()
    dots: list[Any] = [Dot(x, y, 3, f"#{round(x):02x}{round(y):02x}80"[:7]) for x, y in places]
    dots = [Dot(one.x, one.y, 3, "#5f7ceb") for one in dots]
    picture = Picture(300, 300, "#ffffff", dots)
    fine, coarse = (png.to_small_png(picture, most) for most in (10**6, 9000))
    assert image(fine).width == 450
    assert image(coarse).width < 450
    assert len(coarse) <= 9000
    with pytest.raises(ValueError, match="more than 100"):
        png.to_small_png(picture, 100)


def test_texts_are_cut_in_their_middle() -> None:
    assert fitted("short", 100) == "short"
    cut = fitted("experiments/2026/baseline/learning_rate=0.1/seed=3", 120)
    assert cut.endswith("seed=3")
    assert text_width(cut) <= 120
