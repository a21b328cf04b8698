"""Numbers that TensorBoard itself gave, taken by ``scripts/golden.py``: ours are the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tbwidget.analysis.axes import seconds_since_start
from tbwidget.analysis.outliers import inliers
from tbwidget.analysis.smoothing import smooth
from tbwidget.analysis.table import Curve, PointRow, point_row, range_row

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "tensorboard.json").read_text())
RUNS = {
    name: tuple(np.array(run[column]) for column in ("steps", "wall_times", "values"))
    for name, run in GOLDEN["runs"].items()
}


@pytest.mark.parametrize("run", RUNS)
def test_smoothed_values(run: str) -> None:
    smoothed, _ = smooth(RUNS[run][2], GOLDEN["smoothing"])
    np.testing.assert_allclose(smoothed, GOLDEN["smoothed"][run], rtol=1e-12)


@pytest.mark.parametrize("run", RUNS)
def test_relative_times(run: str) -> None:
    relative = seconds_since_start(RUNS[run][1])
    # Theirs are differences of milliseconds since 1970.
    np.testing.assert_allclose(relative * 1000, GOLDEN["relative_ms"][run], atol=1e-3)


def curve(run: str, *, smoothed: bool) -> Curve:
    steps, wall_times, values = RUNS[run]
    weight = GOLDEN["smoothing"] if smoothed else 0.0
    return Curve(steps.astype(float), steps, wall_times, values, smooth(values, weight)[0])


def flat(start: PointRow) -> dict[str, float]:
    """Return a row as TensorBoard's table names its columns."""
    return {
        "step": start.step,
        "value": start.value,
        "smoothed": start.smoothed,
        "relative_ms": start.relative * 1000,
        "start_step": start.step,
        "start_value": start.smoothed,
    }


TABLES = [(table, run) for table in GOLDEN["tables"] for run in RUNS]


@pytest.mark.parametrize(
    ("table", "run"), TABLES, ids=[f"{t['low']}-{t['high']}-{t['smoothed']}-{r}" for t, r in TABLES]
)
def test_tables(table: dict[str, Any], run: str) -> None:
    given = curve(run, smoothed=table["smoothed"])
    if table["high"] is None:
        point = point_row(given, table["low"])
        assert point is not None
        assert_same(flat(point), table["rows"][run])
        return
    row = range_row(given, table["low"], table["high"])
    assert row is not None
    ours = {
        **flat(row.start),
        "end_step": row.end.step,
        "end_value": row.end.smoothed,
        **{name: getattr(row, name) for name in ("min", "max", "step_at_min", "step_at_max")},
        **{name: getattr(row, name) for name in ("mean", "change", "percent_change", "raw_change")},
    }
    theirs = table["rows"][run]
    if "max" not in theirs:
        # Of a range that ends at a run's very first point, theirs says nothing of its extremes.
        assert row.end.step == RUNS[run][0][0]
        ours = {name: ours[name] for name in theirs}
    assert_same(ours, theirs)


def assert_same(ours: dict[str, float], theirs: dict[str, float]) -> None:
    assert ours.keys() == theirs.keys()
    for name, value in theirs.items():
        # Theirs are differences of milliseconds since 1970.
        tolerance = 1e-3 if name == "relative_ms" else 1e-15
        assert ours[name] == pytest.approx(value, rel=1e-9, abs=tolerance), name


@pytest.mark.parametrize("case", GOLDEN["outliers"], ids=lambda case: case["name"])
def test_ranges_without_outliers(case: dict[str, Any]) -> None:
    found = inliers([np.array(column, float) for column in case["columns"]], log=case["log"])
    assert (None if found is None else [found.low, found.high]) == case["range"]
