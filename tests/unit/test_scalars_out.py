"""What a view of scalars gives back."""

from __future__ import annotations

import csv
import gc
import json
import math
import re
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import event_files as ef
import numpy as np
import pyarrow.parquet
import pytest

import tbwidget
from tbwidget import Logdir, Scalars
from tbwidget.analysis.smoothing import smooth
from tbwidget.dashboards.scalars import bqplot as live_figure
from tbwidget.dashboards.scalars import figure as scalars_figure
from tbwidget.dashboards.scalars import out

if TYPE_CHECKING:
    from pathlib import Path

    from pages import Page


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "logs"
    for number, run in enumerate(("a/1", "a/2", "b")):
        values = [float(number), 4.0, math.nan, 1.0 + number]
        ef.write_scalars(root / run / ef.NAME, [0, 10, 20, 30], values)
        ef.append(root / run / ef.NAME, ef.record(ef.scalar(5, 0.5, tag="acc")))
    return root


def scalars(page: Page, folder: Path, **settings: Any) -> Scalars:
    view = Scalars(folder, **settings)
    page.read()
    page.tick()
    return view


# -- the selection ---------------------------------------------------------------------------------


def test_the_selection_is_what_is_brushed(page: Page, folder: Path) -> None:
    view = scalars(page, folder, smoothing=0.5, hidden_runs=["a/2"])
    frame = view.selection
    assert list(frame.columns) == [
        "run",
        "tag",
        "step",
        "wall_time",
        "relative_time",
        "value",
        "smoothed",
    ]
    assert frame.groupby(["run", "tag"]).size().to_dict() == {
        (run, tag): count for run in ("a/1", "b") for tag, count in (("acc", 1), ("loss", 4))
    }
    loss = frame.query("run == 'b' and tag == 'loss'")
    expected = smooth(np.array([2.0, 4.0, math.nan, 3.0]), 0.5)[0]
    np.testing.assert_allclose(loss["smoothed"], expected)
    assert loss["relative_time"].tolist() == [0, 10, 20, 30]
    view.x_range = 8.0, 22.0
    assert view.selection["step"].tolist() == [10, 20, 10, 20]
    view.step_range = 25.0, 99.0  # what is brushed comes before what is shown
    assert view.selection["step"].tolist() == [30, 30]
    view.step_range = None
    view.x_axis, view.x_range = "wall", (ef.WALL + 4, ef.WALL + 6)
    assert view.selection["tag"].tolist() == ["acc", "acc"]
    view.hidden_runs = ["a/1", "a/2", "b"]
    empty = view.selection
    assert (len(empty), str(empty["step"].dtype), str(empty["value"].dtype)) == (
        0,
        "int64",
        "float64",
    )


def test_a_page_that_brushes_changes_the_selection(page: Page, folder: Path) -> None:
    view = scalars(page, folder, tags="loss", runs="b")
    page.set(view.state, step_range=[8, 12])
    assert view.selection["step"].tolist() == [10]


# -- files -----------------------------------------------------------------------------------------


def test_tables_hold_all_points_of_visible_runs(page: Page, folder: Path, tmp_path: Path) -> None:
    view = scalars(page, folder, hidden_runs=["a/1"], tags=["loss", "twice"])
    view.add("twice", lambda s: s["loss"] * 2)
    for suffix in ("csv", "json", "parquet"):
        view.save(tmp_path / f"out.{suffix}")
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 16
    assert {row["run"] for row in rows} == {"a/2", "b"}
    series = json.loads((tmp_path / "out.json").read_text())
    (twice,) = [one for one in series if (one["run"], one["tag"]) == ("b", "twice")]
    assert twice["value"] == [4.0, 8.0, None, 6.0]
    assert twice["step"] == [0, 10, 20, 30]
    assert twice["wall_time"][1] == ef.WALL + 10
    table = pyarrow.parquet.read_table(tmp_path / "out.parquet")
    assert table.num_rows == 16


def texts(path: Path) -> list[str]:
    root = ET.fromstring(path.read_text())  # noqa: S314  (our own)
    return ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]


def test_a_picture_has_a_chart_a_tag_and_names_what_is_visible(
    page: Page, folder: Path, tmp_path: Path
) -> None:
    view = scalars(page, folder, hidden_runs=["b"], run_notes={"a/1": {"name": "the first"}})
    view.save(tmp_path / "out.svg")
    found = texts(tmp_path / "out.svg")
    assert {"acc", "loss", "the first", "a/2"} <= set(found)
    assert "b" not in found
    view.save(tmp_path / "out.png")
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["logs", "out.png", "out.svg"]


@pytest.mark.parametrize("x_axis", ["step", "relative", "wall"])
def test_a_picture_of_groups(page: Page, folder: Path, tmp_path: Path, x_axis: str) -> None:
    view = scalars(page, folder, group_by="(.)/", x_axis=x_axis, tags="loss")
    view.save(tmp_path / "out.svg")
    found = texts(tmp_path / "out.svg")
    assert "a (2)" in found
    assert "a/1" not in found
    assert "b" in found  # what belongs to no group is drawn as it is
    assert 'fill-opacity="0.16"' in (tmp_path / "out.svg").read_text()


def test_a_band_has_no_place_on_the_axis_of_a_tag(page: Page, folder: Path, tmp_path: Path) -> None:
    view = scalars(page, folder, group_by="(.)/", x_axis="tag:acc", tags="loss")
    view.save(tmp_path / "out.svg")
    assert {"a/1", "a/2", "b"} <= set(texts(tmp_path / "out.svg"))


def test_colours_are_those_that_were_chosen(page: Page, folder: Path, tmp_path: Path) -> None:
    view = scalars(page, folder, run_colors={"b": "#123456"}, tags="loss")
    view.save(tmp_path / "out.svg")
    assert 'stroke="#123456"' in (tmp_path / "out.svg").read_text()


@pytest.mark.parametrize("name", ["out.pdf", "out", "out.svg.txt"])
def test_another_suffix_is_refused(page: Page, folder: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"should end in one of \.svg, \.png, \.csv"):
        scalars(page, folder).save(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["logs"]


def test_too_many_tags_for_a_picture(
    page: Page, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scalars_figure, "MOST_PANELS", 1)
    with pytest.raises(ValueError, match=r"2 tags are more than fit"):
        scalars(page, folder).save(tmp_path / "out.svg")


# -- code ------------------------------------------------------------------------------------------


def made_again(code: str) -> Scalars:
    """Run code as a cell would, and return what its last line shows."""
    *lines, last = code.rstrip().split("\n")
    if last.startswith((")", " ")):
        start = next(n for n, line in enumerate(lines) if line.startswith("tbwidget."))
        last = "\n".join([*lines[start:], last])
        lines = lines[:start]
    names: dict[str, Any] = {}
    exec("\n".join(lines), names)  # noqa: S102  (that it runs is what is tested)
    return eval(last, names)  # noqa: S307


def test_code_makes_the_view_again(page: Page, folder: Path) -> None:
    view = scalars(
        page,
        folder,
        tags=re.compile("^lo", re.IGNORECASE),
        smoothing=0.9,
        x_range=(1.0, 25.0),
        hidden_runs=["a/1"],
        run_notes={"b": {"note": 'it\'s\n"good"'}},
        height=500,
    )
    again = made_again(view.to_code())
    assert (again.shown_tags(), again.height) == (["loss"], 500)
    for name in tbwidget.widget.settings.NAMES:
        assert getattr(again.state, name) == getattr(view.state, name), name
    assert again.to_code() == view.to_code()


def test_code_says_only_what_is_not_the_default(page: Page, folder: Path) -> None:
    view = scalars(page, folder)
    # A long path stands on a line of its own.
    assert "".join(view.to_code().split()).replace(",)", ")") == (
        f"importtbwidgettbwidget.Scalars({str(folder)!r})"
    )
    assert made_again(view.to_code()).shown_runs() == ["a/1", "a/2", "b"]
    one = Scalars(view.logdir["b"])
    assert "runs=['b']" in one.to_code()
    several = Scalars(Logdir({"x": folder, "y": folder}))
    assert repr({"x": str(folder), "y": str(folder)}) in several.to_code()


def test_code_names_derived_tags(page: Page, folder: Path) -> None:
    view = scalars(page, folder)
    view.add("twice", lambda s: s["loss"] * 2)
    code = view.to_code()
    assert "view = tbwidget.Scalars(" in code
    assert "view.add('twice', ...)" in code
    assert code.endswith("\nview\n")
    answer, _ = page.ask(view, "code")
    assert answer["result"] == {"code": code}


def test_the_page_gets_the_files_that_save_writes(
    page: Page, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = scalars(page, folder)
    for suffix in (".csv", ".json", ".svg"):
        answer, (content,) = page.ask(view, "file", suffix=suffix)
        assert answer["ok"]
        view.save(tmp_path / f"same{suffix}")
        assert bytes(content) == (tmp_path / f"same{suffix}").read_bytes()
    answer, _ = page.ask(view, "file", suffix="/../../x.csv")
    assert "must be one of" in answer["error"]["message"]
    monkeypatch.setattr(out, "MAX_FILE_BYTES", 10)
    answer, _ = page.ask(view, "file", suffix=".csv")
    assert "save()" in answer["error"]["hint"]
    monkeypatch.setitem(sys.modules, "PIL", None)
    answer, _ = page.ask(view, "file", suffix=".png")
    assert "pillow" in answer["error"]["message"].lower()


# -- bqplot ----------------------------------------------------------------------------------------


def test_a_bqplot_figure_follows_the_log(
    page: Page, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(live_figure, "time", SimpleNamespace(monotonic=lambda: now[0]))
    view = scalars(page, folder, tags="loss", smoothing=0.0)
    figure = view.to_bqplot()
    (tick,) = [one for one in page.follower.listeners if getattr(one, "__name__", "") == "_tick"]
    assert [mark.labels for mark in figure.marks] == [["a/1"], ["a/2"], ["b"]]
    assert figure.marks[0].x.tolist() == [0, 10, 20, 30]
    np.testing.assert_array_equal(figure.marks[2].y, [2, 4, np.nan, 3])
    assert tick()
    first = figure.marks[0]
    ef.append(folder / "a/1" / ef.NAME, ef.record(ef.scalar(40, 7.0)))
    ef.write_scalars(folder / "c" / ef.NAME, [0, 1])
    page.read()
    assert tick()
    assert len(first.x) == 4  # not yet: half a second has not passed
    now[0] += 1
    assert tick()
    assert figure.marks[0] is first
    assert first.x.tolist() == [0, 10, 20, 30, 40]
    assert first.y[-1] == 7.0
    assert figure.marks[3].labels == ["c"]
    view.smoothing = 0.5
    view.hidden_runs = ["a/2"]
    now[0] += 1
    assert tick()
    assert len(figure.marks) == 3
    assert first.y[1] == pytest.approx((0.0 * 0.25 + 4.0 * 0.5) / 0.75)
    ef.append(folder / "a/1" / ef.NAME, ef.record(ef.start(20)))
    page.read()
    now[0] += 1
    assert tick()
    assert first.x.tolist() == [0, 10]
    figure.close()
    assert not tick()
    assert tick not in page.follower.listeners
    gc.collect()


def test_a_bqplot_figure_has_the_axes_of_the_view(page: Page, folder: Path) -> None:
    import bqplot

    view = scalars(page, folder, x_axis="wall", y_scale="log", smoothing=0.0)
    figure = view.to_bqplot()
    assert isinstance(figure.axes[0].scale, bqplot.DateScale)
    assert isinstance(figure.axes[1].scale, bqplot.LogScale)
    mark = next(mark for mark in figure.marks if mark.labels == ["b: loss"])
    assert mark.x[1] == np.datetime64(int((ef.WALL + 10) * 1000), "ms")
    figure.close()


def test_a_bqplot_figure_of_many_lines_has_no_legend_over_them(
    page: Page, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(live_figure, "time", SimpleNamespace(monotonic=lambda: now[0]))
    figure = scalars(page, folder, tags="loss").to_bqplot()
    (tick,) = [one for one in page.follower.listeners if getattr(one, "__name__", "") == "_tick"]
    assert [mark.display_legend for mark in figure.marks] == 3 * [True]
    for number in range(6):
        ef.write_scalars(folder / f"c{number}" / ef.NAME, [0, 1])
    page.read()
    now[0] += 1
    assert tick()
    assert [mark.display_legend for mark in figure.marks] == 9 * [False]
    figure.marks[0].display_legend = True  # by whoever has the figure
    now[0] += 1
    assert tick()
    assert figure.marks[0].display_legend
    figure.close()
    assert not tick()
