"""Scalars out to files, and the command line that does it."""

from __future__ import annotations

import csv
import math
import re
import sys
from typing import TYPE_CHECKING

import event_files as ef
import numpy as np
import pyarrow.parquet
import pytest

from tbwidget import Logdir, cli
from tbwidget.logs import tables

if TYPE_CHECKING:
    from pathlib import Path

VALUES = [0.1, math.nan, -math.inf, 5e-324, 1 / 3]


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    root = tmp_path / "logs"
    for run in ("a", "b"):
        ef.write_scalars(root / run / ef.NAME, list(range(5)), VALUES)
        ef.append(root / run / ef.NAME, ef.record(ef.scalar(2**40, 1.0, "=1+1")))
    return root


def read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_csv_holds_every_number_exactly(logdir: Path, tmp_path: Path) -> None:
    logs = Logdir(logdir)
    assert logs.export(tmp_path / "out.csv") == 12
    rows = read_csv(tmp_path / "out.csv")
    assert tuple(rows[0]) == tables.COLUMNS
    frame = logs.scalars()
    assert [row[2] for row in rows[1:]] == [str(step) for step in frame["step"]]
    np.testing.assert_array_equal([float(row[4]) for row in rows[1:]], frame["value"])
    np.testing.assert_array_equal([float(row[3]) for row in rows[1:]], frame["wall_time"])


def test_a_name_is_no_formula(logdir: Path, tmp_path: Path) -> None:
    Logdir(logdir).export(tmp_path / "out.csv", runs="a")
    assert {row[1] for row in read_csv(tmp_path / "out.csv")[1:]} == {"loss", "'=1+1"}


def test_parquet_is_the_table(
    logdir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "GROUP_ROWS", 4)  # series are cut where a row group is full
    logs = Logdir(logdir)
    assert logs.export(tmp_path / "out.parquet") == 12
    file = pyarrow.parquet.ParquetFile(tmp_path / "out.parquet")
    assert file.num_row_groups == 3
    table, frame = file.read().to_pandas(), logs.scalars()
    for name in tables.COLUMNS:
        np.testing.assert_array_equal(table[name], frame[name])


@pytest.mark.parametrize(
    ("tags", "runs", "count"),
    [("loss", None, 10), (re.compile("^="), "a", 1), (["loss", "="], ["b"], 5), ("no", None, 0)],
)
def test_selections(logdir: Path, tmp_path: Path, tags: object, runs: object, count: int) -> None:
    assert Logdir(logdir).export(tmp_path / "out.csv", tags, runs) == count  # type: ignore[arg-type]
    assert len(read_csv(tmp_path / "out.csv")) == count + 1


def test_another_suffix_is_refused_before_anything_is_written(logdir: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"should end in \.csv or \.parquet"):
        Logdir(logdir).export(tmp_path / "out.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["logs"]


def test_parquet_without_pyarrow_says_what_to_install(
    logdir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(ImportError, match="pip install pyarrow"):
        Logdir(logdir).export(tmp_path / "out.parquet")


def test_what_fails_leaves_the_old_file_and_no_half_one(
    logdir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.csv"
    out.write_text("precious")

    def fail(_name: str) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tables, "_harmless", fail)
    with pytest.raises(OSError, match="No space"):
        Logdir(logdir).export(out)
    assert out.read_text() == "precious"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["logs", "out.csv"]


# -- the command line ------------------------------------------------------------------------------


def test_export_command(logdir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.csv"
    arguments = ["export", "--logdir", str(logdir), "--out", str(out), "--tags", "^loss$"]
    assert cli.main(arguments) == 0
    assert capsys.readouterr().out == f"10 points to {out}\n"
    assert len(read_csv(out)) == 11
    assert cli.main([*arguments, "--runs", "none"]) == 1
    assert "nothing was written" in capsys.readouterr().err


def test_inspect_command(logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["inspect", "--logdir", str(logdir)]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{logdir}: 2 runs, 4 tags, 12 values\n")
    assert cli.main(["inspect", "--event_file", str(logdir / "a" / ef.NAME), "--tag", "loss"]) == 0
    assert "loss" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["inspect", "--logdir", "{logs}/missing"], 1, "There is no directory"),
        (["inspect", "--logdir", "{logs}", "--tag", "nothing"], 1, "there is no tag 'nothing'"),
        (["inspect", "--event_file", "{logs}"], 1, "is a directory; give it as --logdir"),
        (["export", "--logdir", "{logs}", "--out", "x.doc"], 2, "should end in .csv or .parquet"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    logdir: Path,
    arguments: list[str],
    code: int,
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main([argument.replace("{logs}", str(logdir)) for argument in arguments]) == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert message in printed.err
    assert printed.err.count("\n") == 1


def test_a_pattern_that_is_none(logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["export", "--logdir", str(logdir), "--out", "x.csv", "--tags", "("])
    assert stopped.value.code == 2
    assert "not a regular expression" in capsys.readouterr().err
