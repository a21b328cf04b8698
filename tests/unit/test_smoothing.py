"""Smoothing against the values that the front end's tests read too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tbwidget.analysis.smoothing import SmoothingState, is_constant, smooth

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "smoothing.json").read_text())


def numbers(values: list[Any]) -> np.ndarray:
    return np.array([float(str(value).replace("Infinity", "inf")) for value in values], np.float64)


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["name"])
def test_golden(case: dict[str, Any]) -> None:
    values = numbers(case["values"])
    smoothed, _ = smooth(values, case["weight"])
    np.testing.assert_allclose(smoothed, numbers(case["expected"]), rtol=1e-9, atol=1e-300)
    np.testing.assert_array_equal(values, numbers(case["values"]))  # the input is left alone


# A constant series is shown as it is, but its average goes on: it is not what is meant here.
VARYING = [
    (case, at)
    for case in GOLDEN
    for at in (0, 1, 3, 127, 128, 129, -1)
    if not is_constant(numbers(case["values"])) and not is_constant(numbers(case["values"][:at]))
]


@pytest.mark.parametrize(
    ("case", "at"), VARYING, ids=[f"{case['name']}, {at}" for case, at in VARYING]
)
def test_going_on_from_a_state_gives_the_same(case: dict[str, Any], at: int) -> None:
    values = numbers(case["values"])
    whole, end = smooth(values, case["weight"])
    first, state = smooth(values[:at], case["weight"])
    second, last = smooth(values[at:], case["weight"], state)
    np.testing.assert_allclose(np.concatenate([first, second]), whole, rtol=1e-9, atol=1e-300)
    assert last.seen == end.seen
    assert last.last == pytest.approx(end.last, rel=1e-9, abs=1e-300)


def slowly(values: list[float], weight: float) -> list[float]:
    """Return what TensorBoard's ``classicSmoothing`` computes, value by value."""
    last, result = 0.0, []
    for count, value in enumerate(values, 1):
        last = last * weight + (1 - weight) * value
        result.append(last / (1 - weight**count))
    return result


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=400).filter(lambda v: len(set(v)) > 1),
    st.floats(0, 0.999),
)
def test_blocks_give_what_a_loop_gives(values: list[float], weight: float) -> None:
    smoothed, _ = smooth(np.array(values), weight)
    np.testing.assert_allclose(smoothed, slowly(values, weight), rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("count", [127, 128, 129, 2047, 2048, 2049, 5000])
def test_so_do_batches_of_blocks(count: int) -> None:
    values = np.random.default_rng(count).normal(size=count)
    smoothed, _ = smooth(values, 0.99)
    np.testing.assert_allclose(smoothed, slowly(values.tolist(), 0.99), rtol=1e-7, atol=1e-9)


def test_a_constant_series_gets_no_noise() -> None:
    values = np.full(1000, 0.1)
    assert smooth(values, 0.9)[0].tolist() == values.tolist()
    assert is_constant(values)
    assert not is_constant(np.array([]))
    assert not is_constant(np.array([np.nan, np.nan]))


def test_nothing_smoothed_is_nothing() -> None:
    state = SmoothingState(3.0, 5)
    smoothed, after = smooth(np.empty(0), 0.5, state)
    assert (len(smoothed), after) == (0, state)
    smoothed, after = smooth(np.array([np.nan, np.inf]), 0.5, state)
    np.testing.assert_array_equal(smoothed, [np.nan, np.inf])
    assert after == state
