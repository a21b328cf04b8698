"""Histograms on the bins of TensorBoard's Histograms tab, and on any others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tbwidget.analysis.rebinning import edges_of, limits, rebin, stack, widened

CASES = json.loads((Path(__file__).parents[1] / "golden" / "histograms.json").read_text())
#: TensorBoard loses a bucket without width that lies on the edge between two bins.
LOSING = "one value between two bins"


def on_bins(histograms: list[Any], bins: int = 30, **limit: float) -> Any:
    buckets = stack([np.array(one, float).reshape(-1, 3) for one in histograms])
    low, high = widened(*(limits(buckets) or (0.0, 0.0)))
    return rebin(buckets, len(histograms), limit.get("low", low), limit.get("high", high), bins)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_as_tensorboard_rebins(case: Any) -> None:
    found = on_bins(case["histograms"])
    expected = np.array([step["y"] for step in case["expected"]])
    total = [sum(bucket[2] for bucket in one) for one in case["histograms"]]
    np.testing.assert_allclose(found.sum(axis=1), total, rtol=1e-12)
    if case["name"] == LOSING:
        assert expected[1].sum() == 0
        assert found[1].tolist() == [5 if at == 7 else 0 for at in range(30)]
        found, expected = found[:1], expected[:1]
    scale = expected.max()
    np.testing.assert_allclose(found / scale, expected / scale, atol=1e-12)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_bins_are_where_tensorboard_has_them(case: Any) -> None:
    buckets = stack([np.array(one) for one in case["histograms"]])
    edges = edges_of(*widened(*limits(buckets) or (0, 0)), 30)
    expected = case["expected"][0]
    assert edges[0] == expected["x"]
    np.testing.assert_allclose(np.diff(edges), expected["dx"], rtol=1e-9)


@given(
    st.lists(
        st.lists(
            st.tuples(
                st.floats(-1e6, 1e6), st.one_of(st.just(0.0), st.floats(1e-3, 1e3)),
                st.integers(0, 1000),
            ),
            max_size=8,
        ),
        min_size=1, max_size=4,
    ),
    st.integers(1, 50),
)  # fmt: skip
def test_every_count_is_in_some_bin(histograms: list[Any], bins: int) -> None:
    rows = [[[left, left + width, n] for left, width, n in one] for one in histograms]
    found = on_bins(rows, bins)
    assert found.shape == (len(rows), bins)
    assert (found >= 0).all()
    totals = [sum(row[2] for row in one) for one in rows]
    np.testing.assert_allclose(found.sum(axis=1), totals, rtol=1e-9, atol=1e-9)


def test_buckets_of_one_value_are_as_numpy_counts_them() -> None:
    values = np.random.default_rng(0).normal(size=500)
    found = on_bins([[[value, value, 1] for value in values]], 40)
    expected, _ = np.histogram(values, edges_of(values.min(), values.max(), 40))
    np.testing.assert_array_equal(found[0], expected)


def test_a_part_of_the_range_holds_its_share() -> None:
    assert on_bins([[[0, 10, 100]]], 2, low=2, high=4).tolist() == [[10, 10]]
    assert on_bins([[[0, 10, 100]]], 2, low=-5, high=5).tolist() == [[0, 50]]
    assert on_bins([[[0, 10, 100]]], 2, low=20, high=30).tolist() == [[0, 0]]


def test_the_widest_range_that_there_is() -> None:
    found = on_bins([[[-1.7e308, 0, 3], [0, 1.7e308, 9]]], 4)
    np.testing.assert_allclose(found, [[1.5, 1.5, 4.5, 4.5]])
    assert np.isfinite(edges_of(-1.7e308, 1.7e308, 4)).all()


@pytest.mark.parametrize("value", [1.7e308, -1.7e308, -100.0, 0.0, 5e-324])
def test_one_value_alone_lies_in_its_range(value: float) -> None:
    low, high = widened(value, value)
    assert low < high
    assert low <= value <= high
    assert on_bins([[[value, value, 4]]]).sum() == 4


def test_endless_buckets_end_with_the_range() -> None:
    found = on_bins([[[-np.inf, 0, 3], [0, 2, 2], [2, np.inf, 5]], [[-2, 2, 0]]], 4)
    assert found.tolist() == [[1.5, 1.5, 1, 6], [0, 0, 0, 0]]


def test_what_is_no_number_is_left_out_and_told() -> None:
    buckets = stack([np.array([[0, 1, 5], [np.nan, 1, 5], [0, 1, np.nan]]), np.empty((0, 3))])
    assert buckets.left_out == 2
    assert rebin(buckets, 2, 0, 1, 2).tolist() == [[2.5, 2.5], [0, 0]]


def test_edges_the_wrong_way_round() -> None:
    assert on_bins([[[1, -1, 8]]], 2).tolist() == [[4, 4]]


def test_nothing_at_all() -> None:
    assert limits(stack([])) is None
    assert on_bins([[]]).tolist() == [[0.0] * 30]


def test_many_wide_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = on_bins([[[0, 1, 1]] * 50, [[0, 1, 2]] * 50], 30)
    monkeypatch.setattr("tbwidget.analysis.rebinning._PIECES", 100)
    np.testing.assert_allclose(on_bins([[[0, 1, 1]] * 50, [[0, 1, 2]] * 50], 30), whole)
