"""Tables, axes and outliers against loops that do it one by one."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages import Page, unpack

from tbwidget import Scalars
from tbwidget.analysis.axes import seconds_since_start, values_at
from tbwidget.analysis.outliers import inliers
from tbwidget.analysis.smoothing import smooth
from tbwidget.analysis.table import Curve, nearest, point_row, range_row

if TYPE_CHECKING:
    from pathlib import Path

ANY = st.floats(-1e6, 1e6) | st.sampled_from([math.nan, math.inf, -math.inf])


def curve(values: list[float], smoothing: float = 0.0) -> Curve:
    steps = np.arange(len(values)) * 3
    written = np.array(values, np.float64)
    smoothed = smooth(written, smoothing)[0] if smoothing else written
    return Curve(steps.astype(float), steps, 100.0 + steps, written, smoothed)


# -- tables ----------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30), st.floats(-10, 60))
def test_the_nearest_point_is_found(steps: list[int], at: float) -> None:
    x = np.array(sorted(steps), float)
    assert abs(x[nearest(x, at)] - at) == min(abs(x - at))
    shuffled = np.array(steps, float)
    assert abs(shuffled[nearest(shuffled, at)] - at) == min(abs(x - at))


def test_of_two_equally_near_points_the_earlier_one() -> None:
    assert nearest(np.array([0.0, 2.0, 4.0]), 3.0) == 1
    assert nearest(np.array([np.nan, 2.0, np.nan, 4.0]), 3.5) == 3


def test_a_point_row() -> None:
    row = point_row(curve([1.0, 5.0, 2.0], 0.5), 4.0)
    assert row is not None
    assert (row.step, row.value, row.wall_time, row.relative) == (3, 5.0, 103.0, 3.0)
    assert row.smoothed == pytest.approx((1.0 * 0.25 + 5.0 * 0.5) / 0.75)


@given(st.lists(ANY, min_size=1, max_size=40), st.integers(0, 130), st.integers(0, 130))
def test_a_range_row_is_what_a_loop_finds(values: list[float], one: int, other: int) -> None:
    low, high = sorted((one, other))
    given_curve = curve(values, 0.6)
    row = range_row(given_curve, low, high)
    assert row is not None
    first, last = nearest(given_curve.x, low), nearest(given_curve.x, high)
    part = [(s, v) for s, v in zip(given_curve.steps, given_curve.smoothed, strict=True)]
    finite = [(v, s) for s, v in part[first : last + 1] if math.isfinite(v)]
    if finite:
        lowest = min(v for v, _ in finite)
        highest = max(v for v, _ in finite)
        assert (row.min, row.max) == (lowest, highest)
        assert row.step_at_min == next(s for v, s in finite if v == lowest)
        assert row.step_at_max == next(s for v, s in finite if v == highest)
    else:
        assert math.isnan(row.min)
        assert math.isnan(row.max)
    raw = [v for v in values[first : last + 1] if math.isfinite(v)]
    if raw:
        assert row.mean == pytest.approx(math.fsum(raw) / len(raw), rel=1e-9, abs=1e-6)
        assert (row.raw_min, row.raw_max) == (min(raw), max(raw))
    else:
        assert math.isnan(row.mean)
    assert row.points == last - first + 1
    assert (row.start.step, row.end.step) == (3 * first, 3 * last)


def test_changes() -> None:
    row = range_row(curve([2.0, 7.0, 3.0, 9.0]), 0, 6)
    assert row is not None
    assert (row.change, row.percent_change, row.raw_change) == (1.0, 0.5, 1.0)
    from_zero = range_row(curve([0.0, 1.0]), 0, 3)
    assert from_zero is not None
    assert from_zero.percent_change == math.inf


def test_nothing_has_no_row() -> None:
    assert point_row(curve([]), 1.0) is None
    assert range_row(curve([]), 0.0, 1.0) is None


# -- axes ------------------------------------------------------------------------------------------


@given(
    st.lists(st.integers(0, 30), max_size=20).map(sorted),
    st.lists(st.tuples(st.integers(0, 30), st.floats(-9, 9)), max_size=20).map(
        lambda pairs: sorted(pairs, key=lambda pair: pair[0])
    ),
)
def test_the_value_at_or_before_each_step(steps: list[int], other: list[tuple[int, float]]) -> None:
    other_steps = np.array([step for step, _ in other], np.int64)
    found = values_at(np.array(steps, np.int64), other_steps, np.array([v for _, v in other]))
    expected = [
        next((value for at, value in reversed(other) if at <= step), math.nan) for step in steps
    ]
    np.testing.assert_array_equal(found, expected)


def test_relative_time_begins_at_the_first_wall_time() -> None:
    np.testing.assert_array_equal(
        seconds_since_start(np.array([np.nan, 5.0, 7.0])), [np.nan, 0.0, 2.0]
    )
    assert seconds_since_start(np.empty(0)).tolist() == []


# -- outliers --------------------------------------------------------------------------------------


@given(st.lists(st.lists(ANY, max_size=30), max_size=4), st.booleans())
def test_inliers_are_what_sorting_gives(columns: list[list[float]], log: bool) -> None:
    values = sorted(
        value
        for column in columns
        for value in column
        if math.isfinite(value) and (value > 0 or not log)
    )
    found = inliers([np.array(column, np.float64) for column in columns], log=log)
    if not values:
        assert found is None
        return
    assert found is not None
    low, high = values[0], values[-1]
    if len(values) > 2:
        low = values[math.ceil(0.05 * (len(values) - 1))]
        high = values[math.floor(0.95 * (len(values) - 1))]
    assert (found.low, found.high) == (low, high)
    assert found.below == sum(value < low for value in values)
    assert found.above == sum(value > high for value in values)


# -- what a page is answered -----------------------------------------------------------------------


@pytest.fixture
def view(page: Page, tmp_path: Path) -> Scalars:
    ef.write_scalars(tmp_path / "a" / ef.NAME, [0, 10, 20, 30], [4.0, 2.0, math.nan, 8.0])
    ef.write_scalars(tmp_path / "b" / ef.NAME, [0, 10], [1.0, 1.0])
    epochs = [ef.scalar(step, step / 20, tag="epoch") for step in (5, 20, 30)]
    ef.append(tmp_path / "a" / ef.NAME, *map(ef.record, epochs))
    view = Scalars(tmp_path, smoothing=0.5)
    page.read()
    page.tick()
    return view


def rows(page: Page, view: Scalars, **args: Any) -> list[dict[str, Any]]:
    answer, buffers = page.ask(view, "table", tags=["loss"], **args)
    assert answer["ok"], answer
    assert buffers == []
    json.dumps(answer, allow_nan=False)
    return answer["result"]


def test_the_table_of_a_step(page: Page, view: Scalars) -> None:
    one, other = rows(page, view, runs=["a", "b", "nobody"], at=11)
    a, b = (view.state.run_number(name) for name in "ab")
    assert one == {
        "run": a,
        "step": 10,
        "value": 2.0,
        "smoothed": pytest.approx((4 * 0.25 + 2 * 0.5) / 0.75),
        "wall_time": ef.WALL + 10,
        "relative": 10.0,
    }
    assert (other["run"], other["value"]) == (b, 1.0)
    assert rows(page, view, runs=["a"], at=21)[0]["value"] is None  # NaN, in JSON
    assert rows(page, view, runs=["a"], at=11, smoothing=0)[0]["smoothed"] == 2.0


def test_the_table_of_a_range(page: Page, view: Scalars) -> None:
    (row,) = rows(page, view, runs=["a"], low=0, high=31, smoothing=0)
    assert (row["start"]["step"], row["end"]["step"], row["points"]) == (0, 30, 4)
    assert (row["min"], row["step_at_min"], row["max"], row["step_at_max"]) == (2.0, 10, 8.0, 30)
    assert (row["mean"], row["change"], row["percent_change"]) == (14 / 3, 4.0, 1.0)
    assert rows(page, view, runs=["a"], smoothing=0) == [row]  # all of it


def test_the_table_on_other_axes(page: Page, view: Scalars) -> None:
    assert rows(page, view, runs=["a"], x_axis="wall", at=ef.WALL + 29)[0]["step"] == 30
    assert rows(page, view, runs=["a"], x_axis="relative", at=9.0)[0]["step"] == 10
    assert rows(page, view, runs=["a"], x_axis="tag:epoch", at=0.9)[0]["step"] == 20
    assert rows(page, view, runs=["b"], x_axis="tag:epoch", at=0.9)[0]["step"] in (0, 10)


def test_a_table_of_two_tags_is_refused(page: Page, view: Scalars) -> None:
    answer, _ = page.ask(view, "table", tags=["a", "b"], runs=["a"])
    assert not answer["ok"]


def test_an_axis_that_is_a_tag_comes_as_a_column(page: Page, view: Scalars, tmp_path: Path) -> None:
    assert "x" not in page.held(view)["a", "loss"].columns
    view.x_axis = "tag:epoch"
    page.tick()
    held = page.held(view)
    np.testing.assert_array_equal(held["a", "loss"].columns["x"], [np.nan, 0.25, 1.0, 1.5])
    np.testing.assert_array_equal(held["b", "loss"].columns["x"], [np.nan, np.nan])
    points = [ef.scalar(40, 1.0), ef.scalar(40, 2.0, tag="epoch"), ef.scalar(50, 1.0)]
    ef.append(tmp_path / "a" / ef.NAME, *map(ef.record, points))
    page.read()
    page.tick()
    item = page.custom(view, "series")[-1][0]["items"][0]
    assert item["from"] > 0  # only what is new
    assert page.held(view)["a", "loss"].columns["x"][1:] == [0.25, 1.0, 1.5, 2.0, 2.0]
    # The epoch of a step that the page has already: what it has is no longer right.
    ef.append(tmp_path / "a" / ef.NAME, ef.record(ef.scalar(50, 2.5, tag="epoch")))
    ef.append(tmp_path / "a" / ef.NAME, ef.record(ef.scalar(60, 1.0)))
    page.read()
    page.tick()
    assert page.held(view)["a", "loss"].columns["x"][1:] == [0.25, 1.0, 1.5, 2.0, 2.5, 2.5]
    answer, buffers = page.ask(
        view, "detail", tags=["loss"], runs=["a"], x_axis="tag:epoch", low=0.9, high=1.6
    )
    columns = unpack(answer["result"][0]["columns"], list(buffers))
    assert columns["step"].tolist() == [10, 20, 30, 40]
    assert columns["x"].tolist() == [0.25, 1.0, 1.5, 2.0]
    view.x_axis = "step"
    page.tick()
    assert "x" not in page.held(view)["a", "loss"].columns
