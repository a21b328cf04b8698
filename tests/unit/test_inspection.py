"""`tbwidget.inspect`: what it finds, and how it tells."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import event_files as ef
import pytest

import tbwidget
from tbwidget.logs.inspection import SHOWN, visible

if TYPE_CHECKING:
    from pathlib import Path

HISTOGRAM = {"min": 0, "max": 1, "num": 1, "bucket_limit": [1.0], "bucket": [1.0]}


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    """Return a log directory with several kinds, a restart, and a record that is damaged."""
    ef.write_scalars(tmp_path / "train" / ef.NAME, [0, 1, 2, 3])
    ef.append(
        tmp_path / "train" / ef.NAME,
        ef.record(ef.start(2)),
        ef.record(ef.scalar(2)),
        *(ef.record(ef.summary(n, {"tag": "weights", "histo": HISTOGRAM})) for n in (6, 7, 7)),
        ef.record(
            ef.summary(
                4,
                {
                    "tag": "odd",
                    "metadata": ef.plugin("my_plugin"),
                    "tensor": {"dtype": 1, "float_val": [1.0]},
                },
            )
        ),
        ef.record(ef.scalar(9), bad_data_crc=1),
    )
    ef.write_scalars(tmp_path / "eval" / ef.NAME, [5])
    return tmp_path


def test_steps_in_the_table_are_exact(tmp_path: Path) -> None:
    path = ef.write_scalars(tmp_path / ef.NAME, [0, 1], tag="gone")
    logs = tbwidget.Logdir(tmp_path)
    steps = [-(2**63), 2**53 + 1, 2**63 - 1]
    ef.write(path, *(ef.record(ef.scalar(step, wall_time=1.0)) for step in steps))
    logs.refresh()
    frame = tbwidget.inspect(logs).to_pandas()
    assert frame["count"].tolist() == [0, 3]
    assert frame.first_step.isna().tolist() == [True, False]
    assert (frame.first_step[1], frame.last_step[1]) == (-(2**63), 2**63 - 1)


def test_every_tag_with_its_plugin_steps_and_what_was_superseded(logdir: Path) -> None:
    found = tbwidget.inspect(logdir)
    assert found.runs == ["eval", "train"]
    rows = [
        (one.run, one.kind, one.plugin, one.count, one.superseded, one.first_step, one.last_step)
        for one in found.tags
    ]
    assert rows == [
        ("eval", "scalars", "scalars", 1, 0, 5, 5),
        ("train", "scalars", "scalars", 3, 2, 0, 2),
        ("train", "histograms", "histograms", 2, 1, 6, 7),
        ("train", "tensors", "my_plugin", 1, 0, 4, 4),
    ]
    assert [problem.kind for problem in found.problems] == ["data_crc"]


def test_one_tag(logdir: Path) -> None:
    found = tbwidget.inspect(tbwidget.Logdir(logdir), "weights")
    assert [(one.run, one.tag) for one in found.tags] == [("train", "weights")]
    assert found.runs == ["train"]
    assert tbwidget.inspect(logdir, "nothing").tags == []


def test_as_a_table(logdir: Path) -> None:
    frame = tbwidget.inspect(logdir).to_pandas()
    assert frame["tag"].tolist() == [one.tag for one in tbwidget.inspect(logdir).tags]
    assert str(frame["first_step"].dtype) == "Int64"
    assert tbwidget.inspect(logdir, "nothing").to_pandas().empty


def test_as_text_and_html(logdir: Path) -> None:
    found = tbwidget.inspect(logdir)
    text = repr(found)
    assert text.startswith(f"{logdir}: 2 runs, 4 tags, 7 values, 1 problem\n")
    assert "  tensors     my_plugin   odd" in text
    assert "1 problem:\n  train/" in text
    assert text.isascii()
    assert "<td>my_plugin</td>" in found._repr_html_()


def test_names_steer_neither_a_terminal_nor_a_page(tmp_path: Path) -> None:
    tag = "\x1b[2J<script>alert(1)</script>"
    ef.write(tmp_path / ef.NAME, ef.record(ef.scalar(1, 1.0, tag)))
    found = tbwidget.inspect(tmp_path)
    assert "\x1b" not in repr(found)
    assert "\\x1b[2J" in repr(found)
    assert "<script>" not in found._repr_html_()
    assert visible("a\u202eb\n") == "a\\u202eb\\n"


def test_many_tags_are_cut_with_a_count(tmp_path: Path) -> None:
    values = [{"tag": f"t{n}", "simple_value": 0.0} for n in range(SHOWN + 7)]
    ef.write(tmp_path / "a" / ef.NAME, ef.record(ef.summary(1, *values)))
    ef.write_scalars(tmp_path / "b" / ef.NAME, [0])
    found = tbwidget.inspect(tmp_path)
    assert "... and 8 more tags, 1 more run: see to_pandas()" in repr(found)
    assert f"t{SHOWN + 6}" in found.to_text()


def test_times_that_are_no_dates(tmp_path: Path) -> None:
    ef.write(tmp_path / ef.NAME, ef.record(ef.event(1, math.nan)), ef.record(ef.scalar(1)))
    assert tbwidget.inspect(tmp_path).runs == ["."]
    ef.write(tmp_path / "far" / ef.NAME, ef.record(ef.scalar(1, wall_time=1e300)))
    assert "wall times 1e+300 to 1e+300" in repr(tbwidget.inspect(tmp_path / "far"))


def test_an_empty_directory_says_so(tmp_path: Path) -> None:
    assert repr(tbwidget.inspect(tmp_path)) == f"{tmp_path}: 0 runs, 0 tags, 0 values"
    missing = tbwidget.inspect(tmp_path / "missing")
    assert [problem.kind for problem in missing.problems] == ["missing"]
