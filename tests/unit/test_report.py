"""A view in one HTML file: what is in it, how large it is, and what is never in it."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import event_files as ef
import hostile_logs
import numpy as np
import pytest
from image_events import image_event, noise_png
from reports import Report

import tbwidget
from tbwidget import cli
from tbwidget.widget import publisher
from tbwidget.widget.frame import canonical
from tbwidget.widget.report.budget import bytes_of, spread

if TYPE_CHECKING:
    from pages import Page

RNG = np.random.default_rng(1)
KINDS = ("scalars", "custom_scalars", "images", "audio", "distributions", "histograms", "text")
KINDS += ("pr_curves", "tensors")
#: Enough for all that the log of `folder` holds.
PLENTY = "10MB"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with every kind of value, 20 steps each."""
    root = tmp_path_factory.mktemp("secret_place") / "demo"
    for number, run in enumerate(("train", "val")):
        with tbwidget.SummaryWriter(root / run) as writer:
            for step in range(3000):
                writer.add_scalar("loss", np.sin(step / 50) + number, step)
            writer.add_custom_scalars({"all": {"loss": ["Multiline", ["loss"]]}})
            for step in range(20):
                _write_step(writer, step)
    return root


def _write_step(writer: Any, step: int) -> None:
    noise = RNG.integers(0, 256, (2, 40, 40, 3), np.uint8)
    writer.add_histogram("weights", RNG.normal(size=200), step)
    writer.add_images("sample", noise, step, dataformats="NHWC")
    writer.add_image("single", noise[0], step, dataformats="HWC")
    writer.add_audio("tone", np.sin(np.arange(2000) / 5), step, sample_rate=8000)
    writer.add_text("notes", f"step {step} " + "long " * (1000 if step == 19 else 1), step)
    writer.add_tensor("matrix", np.arange(3 * 80 * 2).reshape(3, 80, 2) + step, step)
    labels = RNG.integers(0, 2, 100)
    writer.add_pr_curve("pr", labels, RNG.random(100), step)


@pytest.fixture
def board(page: Page, folder: Path) -> tbwidget.TensorBoard:
    return tbwidget.TensorBoard(folder)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "report.html"


# -- what is in it ---------------------------------------------------------------------------------


def test_every_tab_has_all_there_is(board: tbwidget.TensorBoard, out: Path) -> None:
    assert board.save_html(out) == out
    report = Report(out)
    assert report.notes == {}
    assert all(report.entries(kind)["tags"] for kind in KINDS)
    assert report.tags("scalars") == ["loss"]
    for kind, tag in (("images", "sample"), ("audio", "tone"), ("text", "notes/text_summary")):
        assert len(report.columns(kind, tag)["val"]["step"]) == 20
    assert len(report.values("images", "single", "val")) == 20
    assert len(report.values("text", "notes/text_summary", "train")) == 21  # and a whole one
    assert len(report.values("pr_curves", "pr", "train")) == 19  # the newest comes unasked
    message, _ = report.record(report.entries("custom_scalars")["general"][0])
    assert [chart["title"] for chart in message["categories"][0]["charts"]] == ["loss"]
    assert {"runtime", "images", "audio", "text", "markdown", "tensors"} == set(
        report.directory["modules"]
    )


def test_curves_are_whole_where_there_is_room(board: tbwidget.TensorBoard, out: Path) -> None:
    report = Report(board.save_html(out))
    columns = report.columns("scalars", "loss")["val"]
    np.testing.assert_array_equal(columns["step"], np.arange(3000))
    points = board.logdir["val"].scalars["loss"].values
    np.testing.assert_array_equal(columns["value"], points)
    # The same curves in another tab are not in the file twice.
    tags = [report.entries(kind)["tags"]["loss"] for kind in ("scalars", "custom_scalars")]
    assert tags[0] == tags[1]


def test_values_are_those_of_the_log(board: tbwidget.TensorBoard, out: Path) -> None:
    report = Report(board.save_html(out))
    columns = report.columns("images", "sample")["train"]
    series = board.logdir["train"].images["sample"]
    np.testing.assert_array_equal(columns["step"], series.steps)
    records = report.values("images", "sample", "train")
    for row in range(20):
        place = [int(columns[name][row]) for name in ("file", "offset", "slot")]
        item, buffers = report.record(records[canonical({"place": place, "sample": 0})])
        (image,) = series[row]
        assert buffers == [image.data]
        assert (item["width"], item["mime"]) == (image.width, image.mime)


def test_all_samples_of_a_step_are_in_it(page: Page, tmp_path: Path) -> None:
    pictures = [noise_png(seed, 8, 8) for seed in range(3)]
    events = [image_event(step, pictures, width=8, height=8) for step in range(2)]
    ef.write(tmp_path / "logs" / ef.NAME, *map(ef.record, events))
    report = Report(tbwidget.Images(tmp_path / "logs").save_html(tmp_path / "report.html"))
    samples = [json.loads(key)["sample"] for key in report.values("images", "x", ".")]
    assert sorted(samples) == [0, 0, 1, 1, 2, 2]


def test_slices_and_spectrograms_are_in_it(board: tbwidget.TensorBoard, out: Path) -> None:
    report = Report(board.save_html(out))
    wishes = [json.loads(key) for key in report.values("tensors", "matrix", "train")]
    indices = {tuple(wish.get("index", (0,))) for wish in wishes}
    assert indices == {(0,), (1,), (2,)}
    assert {wish.get("cells") for wish in wishes} == {None, 128, 256}
    wishes = [json.loads(key) for key in report.values("audio", "tone", "train")]
    assert sum("part" in wish for wish in wishes) == 20


def test_a_page_in_sight_hears_nothing_of_it(
    page: Page, board: tbwidget.TensorBoard, out: Path
) -> None:
    page.read()
    page.tick()
    board.scalars.smoothing = 0.3
    before = len(page.heard)
    followed = list(page.follower.followed)
    board.save_html(out)
    assert len(page.heard) == before
    assert page.follower.followed == followed
    page.tick()
    assert all(message[0] != "anywidget:state" for message in page.heard)


def test_settings_are_kept(board: tbwidget.TensorBoard, out: Path) -> None:
    board.state.smoothing, board.state.hidden_runs = 0.25, ["train"]
    board.state.pinned, board.tab = ["loss"], "images"
    board.histograms.mode = "heatmap"
    report = Report(board.save_html(out))
    assert report.model("state")["smoothing"] == 0.25
    assert report.model("state")["pinned"] == ["loss"]
    assert report.model("board")["tab"] == "images"
    assert report.model("histograms")["mode"] == "heatmap"
    assert report.model("scalars")["_state"] == "anywidget:state"
    # A run that is switched off can be switched on.
    assert set(report.columns("scalars", "loss")) == {"train", "val"}
    assert set(report.columns("histograms", "weights")) == {"train", "val"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_single_tab(page: Page, folder: Path, out: Path, kind: str) -> None:
    view = next(one for one in tbwidget.dashboards.DASHBOARDS if one.kind == kind)(folder)
    report = Report(view.save_html(out))
    assert report.directory["view"] == f"anywidget:{kind}"
    assert set(report.directory["models"]) == {f"anywidget:{kind}", "anywidget:state"}
    assert report.entries(kind)["tags"]


def test_a_selection_of_runs_and_tags(page: Page, folder: Path, out: Path) -> None:
    view = tbwidget.Images(folder, tags="sample", runs="val")
    report = Report(view.save_html(out))
    assert report.tags("images") == ["sample"]
    assert [name for _, name, *_ in report.of_state("catalog")["runs"]] == ["val"]
    assert list(report.columns("images", "sample")) == ["val"]


def test_more_runs_than_a_card_of_histograms_shows(page: Page, tmp_path: Path) -> None:
    for run in range(14):
        with tbwidget.SummaryWriter(tmp_path / "logs" / f"{run:02}") as writer:
            writer.add_histogram("w", RNG.normal(size=20), 0)
    view = tbwidget.Histograms(tmp_path / "logs", hidden_runs=["03"])
    report = Report(view.save_html(tmp_path / "report.html"))
    assert len(report.columns("histograms", "w")) == 14


def test_bands_are_those_of_the_visible_runs(page: Page, folder: Path, out: Path) -> None:
    view = tbwidget.Scalars(folder, group_by="^.", hidden_runs=["val"])
    report = Report(view.save_html(out))
    messages = [report.record(number)[0] for number in report.entries("scalars")["tags"]["loss"]]
    bands = [item for one in messages if one["op"] == "bands" for item in one["items"]]
    assert [item["runs"] for item in bands] == [1]


def test_an_empty_log(page: Page, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    report = Report(tbwidget.TensorBoard(tmp_path / "logs").save_html(tmp_path / "report.html"))
    assert report.of_state("catalog")["runs"] == []


def test_derived_tags_are_in_it(board: tbwidget.TensorBoard, out: Path) -> None:
    board.add("twice", lambda s: 2 * s["loss"])
    report = Report(board.save_html(out))
    assert report.tags("scalars") == ["loss", "twice"]
    assert set(report.columns("scalars", "twice")) == {"train", "val"}


# -- how large it is -------------------------------------------------------------------------------


@pytest.mark.parametrize("budget", ["230KB", "300 KB", 450_000, "0.8MB"])
def test_a_budget_holds(board: tbwidget.TensorBoard, out: Path, budget: int | str) -> None:
    board.save_html(out, budget=budget)
    assert bytes_of(budget) * 0.8 < out.stat().st_size <= bytes_of(budget)
    report = Report(out)
    assert report.notes
    assert report.tags("scalars") == ["loss"]  # curves come first
    for kind in ("images", "audio", "text", "tensors"):
        for tag in report.tags(kind):
            assert tag in report.entries(kind)["tags"]
            assert report.values(kind, tag, "train")


def test_a_budget_holds_whatever_the_names_are(page: Page, tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    for run in range(3):
        with tbwidget.SummaryWriter(tmp_path / "logs" / (f"\N{SNOWMAN}{run}" * 10)) as writer:
            for _ in range(60):
                tag = "".join(map(chr, rng.integers(0x4E00, 0x9FFF, 150)))
                writer.add_scalar(tag, 1.0, 0)
                writer.add_text(tag, "x", 0)
                writer.add_histogram(tag, rng.normal(size=9), 0)
    board = tbwidget.TensorBoard(tmp_path / "logs")
    for budget in (500_000, 700_000):
        path = board.save_html(tmp_path / "report.html", budget=budget)
        assert path.stat().st_size <= budget
        assert Report(path).notes


def test_more_room_is_more_in_it(board: tbwidget.TensorBoard, out: Path) -> None:
    before: dict[str, int] = {}
    for budget in (230_000, 400_000, 900_000, 2_000_000):
        report = Report(board.save_html(out, budget=budget))
        held = {
            kind: sum(map(_steps(report, kind), report.tags(kind))) for kind in ("images", "audio")
        }
        held["scalars"] = _steps(report, "scalars")("loss")
        assert all(held[kind] >= before.get(kind, 0) for kind in held), (budget, before, held)
        before = held
    assert before == {"images": 80, "audio": 40, "scalars": 6000}


def _steps(report: Report, kind: str) -> Any:
    return lambda tag: sum(len(one["step"]) for one in report.columns(kind, tag).values())


def test_steps_are_left_out_evenly_and_it_is_said(page: Page, folder: Path, out: Path) -> None:
    view = tbwidget.Images(folder, tags="single")
    report = Report(view.save_html(out, budget=190_000))
    for columns in report.columns("images", "single").values():
        steps = columns["step"].tolist()
        assert {0, 19} <= set(steps)
        assert 3 <= len(steps) < 20
        assert max(np.diff(steps)) <= 2 * max(1, 20 // (len(steps) - 1))
        kept = len(steps)
    assert re.search(rf"\b{kept - 1}|{kept}|{kept + 1} of 20 steps", report.notes["Images"])
    # Whatever step the page can choose is in the file.
    for run, columns in report.columns("images", "single").items():
        places = zip(columns["file"], columns["offset"], columns["slot"], strict=True)
        wanted = {tuple(map(int, place)) for place in places}
        held = {tuple(json.loads(key)["place"]) for key in report.values("images", "single", run)}
        assert wanted == held


def test_tags_without_room_are_left_out_and_named(page: Page, tmp_path: Path) -> None:
    with tbwidget.SummaryWriter(tmp_path / "logs") as writer:
        for number in range(8):
            noise = RNG.integers(0, 256, (100, 100, 3), np.uint8)
            writer.add_image(f"image_{number}", noise, 0, dataformats="HWC")
    view = tbwidget.Images(tmp_path / "logs", pinned=["image_5"])
    report = Report(view.save_html(tmp_path / "report.html", budget=250_000))
    tags = report.tags("images")
    assert 1 <= len(tags) < 8
    assert "image_5" in tags  # pinned ones come first
    left = 8 - len(tags)
    assert f"Left out: {left} of 8 tags" in report.notes["Images"]


def test_points_are_left_out_but_no_spike(page: Page, tmp_path: Path) -> None:
    values = RNG.normal(size=50_000)
    values[12_345] = 1e6
    with tbwidget.SummaryWriter(tmp_path / "logs" / "run") as writer:
        for step, value in enumerate(values):
            writer.add_scalar("loss", value, step)
    view = tbwidget.Scalars(tmp_path / "logs")
    report = Report(view.save_html(tmp_path / "report.html", budget=200_000))
    columns = report.columns("scalars", "loss")["run"]
    assert 1_000 < len(columns["step"]) < 50_000
    assert columns["value"].max() == 1e6
    assert "no spike is left out" in report.notes["Scalars"]


@pytest.mark.parametrize(
    ("budget", "message"),
    [
        ("50KB", "too small a budget: code, runs and names of tags alone take"),
        ("lots", "such as '10MB', not 'lots'"),
        (-5, "such as '10MB', not -5"),
        (True, "not True"),
        ("10 GB", "more than the 500 MB that browsers can open"),
    ],
)
def test_a_budget_that_makes_no_sense(
    board: tbwidget.TensorBoard, out: Path, budget: int | str, message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        board.save_html(out, budget=budget)
    assert not out.exists()


def test_what_a_too_small_budget_is_told_is_enough(board: tbwidget.TensorBoard, out: Path) -> None:
    with pytest.raises(ValueError, match="alone take") as refused:
        board.save_html(out, budget=1000)
    least = str(refused.value).rpartition("take ")[2]
    board.save_html(out, budget=least)
    assert Report(out).tags("scalars") in ([], ["loss"])


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8, 9, 100])
def test_rows_are_spread_evenly(count: int) -> None:
    rows = list(spread(count))
    assert sorted(rows) == list(range(count))
    for taken in range(2, count):
        gaps = np.diff(sorted(rows[:taken]))
        assert gaps.max() <= 2 * (count - 1) / (taken - 1) + 1


# -- what is never in it ---------------------------------------------------------------------------


def test_no_place_is_in_it(page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "secrethost")
    root = tmp_path / "secret_folder" / "logs"
    name = "events.out.tfevents.1600000000.secrethost.12.0"
    ef.write_scalars(root / "train" / name, [0, 1, 2])
    ef.append(root / "train" / name, b"\0broken" * 40)
    link = tmp_path / "secret_link"
    link.symlink_to(root)
    for source in (root, link, os.path.relpath(root)):
        board = tbwidget.TensorBoard({"mine": str(source)})
        report = Report(board.save_html(tmp_path / "report.html"))
        everything = report.everything()
        assert report.of_state("problems")
        for word in (b"secret", str(tmp_path).encode(), str(Path.cwd()).encode()):
            assert word not in everything
    assert report.of_state("status")["path"] == "mine"
    assert report.of_state("problems")[0]["file"].endswith("train/events.out.tfevents.1600000000")


def test_hostile_texts_end_no_element(page: Page, tmp_path: Path) -> None:
    hostile_logs.write(tmp_path / "logs")
    payload = "</script><script>hacked()</script><!--<script>"
    with tbwidget.SummaryWriter(tmp_path / "logs" / "__proto__") as writer:
        for tag in (payload, "__proto__", "constructor"):
            writer.add_scalar(tag, 1.0, 0)
            writer.add_text(tag, payload, 0)
    path = tbwidget.TensorBoard(tmp_path / "logs").save_html(
        tmp_path / "report.html", title=f'{payload}"\udc80'
    )
    report = Report(path)
    names = {payload, "__proto__", "constructor"}
    assert names <= set(report.tags("scalars"))
    assert {f"{name}/text_summary" for name in names} <= set(report.tags("text"))
    scripts = [attributes for tag, attributes in report.elements if tag == "script"]
    assert [one.get("id", one["type"]) for one in scripts] == ["directory", "records", "module"]
    assert b"hacked()</" not in report.content
    for name in ("directory", "records"):
        assert re.fullmatch(r"[A-Za-z0-9+/=]*", report.texts[name])


def test_the_page_may_ask_nothing_and_run_its_own_script_alone(
    board: tbwidget.TensorBoard, out: Path
) -> None:
    report = Report(board.save_html(out))
    (policy,) = [
        attributes["content"]
        for tag, attributes in report.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.split(" ", 1) for rule in str(policy).split("; "))
    assert rules["default-src"] == "'none'"
    assert re.fullmatch(r"'sha256-[\w+/=]{44}' blob:", rules["script-src"])
    assert rules["img-src"] == rules["media-src"] == "data: blob:"
    assert {"base-uri", "form-action"} <= rules.keys()
    assert not re.search(r"https?:|\*|unsafe-eval", str(policy))


def test_a_file_is_whole_or_not_there(board: tbwidget.TensorBoard, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        board.save_html(tmp_path / "missing" / "report.html")
    out = tmp_path / "report.html"
    out.write_text("old")
    board.save_html(out)
    assert Report(out).tags("scalars")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


# -- the command line ------------------------------------------------------------------------------


def test_export_writes_a_report(
    folder: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["export", "--logdir", str(folder), "-o", str(out), "--title", "Mine"]
    assert cli.main([*arguments, "--tabs", "scalars, images", "--runs", "val"]) == 0
    assert re.fullmatch(rf"[\d.]+ [KM]B to {re.escape(str(out))}\n", capsys.readouterr().out)
    report = Report(out)
    kinds = [one["kind"] for one in report.model("board")["_dashboards"]]
    assert kinds == ["scalars", "images"]
    assert report.texts["title"] == report.model("board")["title"] == "Mine"
    assert [name for _, name, *_ in report.of_state("catalog")["runs"]] == ["val"]
    assert not publisher.PUBLISHER._sessions


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--logdir", "{logs}/missing"], 1, "There is no directory"),
        (["--logdir", "{empty}"], 1, "there are no event files in"),
        (["--logdir", "{logs}", "--budget", "much"], 2, "such as '10MB', not 'much'"),
        (["--logdir", "{logs}", "--budget", "1KB"], 2, "too small a budget"),
        (["--logdir", "{logs}", "--tabs", "scalars,sound"], 2, "there is no tab 'sound'"),
        (["--logdir", "{logs}", "--tags", "loss"], 2, "--tags is for tables"),
        (["--logdir", "{logs}", "--runs", "nothing"], 1, "no runs in"),
        (["--logdir", "{logs}", "-o", "x.csv", "--tabs", "text"], 2, "for a file that ends in"),
    ],
)
def test_a_report_that_cannot_be_made(
    folder: Path,
    tmp_path: Path,
    out: Path,
    arguments: list[str],
    code: int,
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "empty").mkdir()
    places = {"{logs}": str(folder), "{empty}": str(tmp_path / "empty")}
    for place, path in places.items():
        arguments = [one.replace(place, path) for one in arguments]
    assert cli.main(["export", "-o", str(out), *arguments]) == code
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.err.count("\n") == 1
    assert not out.exists()
