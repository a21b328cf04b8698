"""Fewer points, but never without a spike."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tbwidget.analysis.downsample import extreme_rows


@pytest.mark.parametrize("place", [0, 1, 49_999, 50_000, 99_998, 99_999, 31_337])
@pytest.mark.parametrize("height", [1.0, -1.0])
def test_a_spike_of_one_point_survives(place: int, height: float) -> None:
    values = np.zeros(100_000)
    values[place] = height
    rows = extreme_rows(values, 400)
    assert place in rows
    assert len(rows) <= 400


def test_every_spike_survives_if_they_lie_apart() -> None:
    values = np.sin(np.arange(100_000) / 1000)
    places = np.arange(50, 100_000, 1000)
    values[places] += 10
    assert set(places) <= set(extreme_rows(values, 800).tolist())


@pytest.mark.parametrize("special", [math.nan, math.inf, -math.inf])
def test_marks_for_what_is_not_finite_survive(special: float) -> None:
    values = np.arange(10_000, dtype=np.float64)
    values[[17, 5_000, 9_999]] = special
    rows = extreme_rows(values, 400)
    assert {17, 5_000, 9_999} <= set(rows.tolist())


def test_infinities_do_not_hide_the_finite_extremes() -> None:
    values = np.random.default_rng(1).normal(size=10_000)
    values[100], values[200], values[150], values[160] = np.inf, -np.inf, 50.0, -50.0
    assert {150, 160} <= set(extreme_rows(values, 100).tolist())


@pytest.mark.parametrize("count", [0, 1, 5, 399, 400])
def test_few_points_are_all_kept(count: int) -> None:
    assert extreme_rows(np.zeros(count), 400).tolist() == list(range(count))


def test_a_part_of_the_rows() -> None:
    values = np.zeros(10_000)
    values[[10, 3000]] = 9
    rows = extreme_rows(values, 100, 2000, 8000)
    assert (rows[0], rows[-1]) == (2000, 7999)
    assert 3000 in rows
    assert extreme_rows(values, 100, 50, 60).tolist() == list(range(50, 60))


def test_all_nan() -> None:
    rows = extreme_rows(np.full(10_000, np.nan), 100)
    assert (rows[0], rows[-1]) == (0, 9999)


@given(
    st.lists(st.floats(width=32), min_size=1, max_size=500),
    st.integers(4, 200),
)
@settings(max_examples=500)
def test_the_shape_is_kept_whatever_the_values(data: list[float], limit: int) -> None:
    values = np.array(data)
    rows = extreme_rows(values, limit)
    assert np.all(np.diff(rows) > 0)
    assert (rows[0], rows[-1]) == (0, len(values) - 1)
    finite = values[np.isfinite(values)]
    if len(finite):
        kept = values[rows]
        kept = kept[np.isfinite(kept)]
        assert (kept.min(), kept.max()) == (finite.min(), finite.max())
    if len(values) <= limit:
        assert len(rows) == len(values)
    else:
        assert len(rows) <= limit + limit // 4  # of each bucket one mark more
        if not np.isfinite(values).all():
            assert not np.isfinite(values[rows]).all()
