"""Statistics of arrays, and pictures of slices with few cells."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tbwidget.analysis import statistics
from tbwidget.analysis.blocks import block_of, reduced, slice_of
from tbwidget.analysis.statistics import STATISTICS, statistics_of


def named(array: Any) -> dict[str, float]:
    return dict(zip(STATISTICS, statistics_of(np.asarray(array)).tolist(), strict=True))


@pytest.mark.parametrize(
    "dtype", ["?", "i1", "u1", "<i2", "<i4", "<i8", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16"]
)
def test_statistics_of_every_type_are_those_of_numpy(dtype: str) -> None:
    array = (np.random.default_rng(0).normal(0, 40, (7, 5)) ** 2).astype(dtype)
    if array.dtype.kind == "c":
        array = array * (1 + 2j)
    values = np.abs(array).astype(float) if array.dtype.kind == "c" else array.astype(float)
    found = named(array)
    assert (found["size"], found["nan"], found["inf"]) == (35, 0, 0)
    expected = (values.min(), values.max(), values.mean(), values.std(), np.linalg.norm(values))
    np.testing.assert_allclose([*found.values()][3:], expected, rtol=1e-6)


def test_what_is_not_finite_is_counted_and_left_out() -> None:
    found = named([np.nan, np.inf, -np.inf, 2.0, 4.0, np.nan])
    assert found == {
        "size": 6, "nan": 2, "inf": 2, "min": 2, "max": 4, "mean": 3, "std": 1,
        "norm": pytest.approx(np.sqrt(20)),
    }  # fmt: skip


@pytest.mark.parametrize(
    "array", [np.empty((0, 3)), np.full(3, np.nan), np.array([b"x", b"y"], "O")]
)
def test_without_a_finite_number_there_are_only_counts(array: Any) -> None:
    found = named(array)
    assert found["size"] == array.size
    assert found["nan"] == (3 if array.dtype.kind == "f" and array.size else 0)
    assert np.isnan([*found.values()][3:]).all()


def test_huge_and_tiny_numbers_neither_overflow_nor_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        huge = named(np.full(1000, 1.5e308))
        both = named([1.7e308, -1.7e308])
        tiny = named([5e-324, 5e-324])
        wide = named(np.array([1.7e308 + 1.7e308j]))
    assert (huge["mean"], huge["std"], huge["norm"]) == (1.5e308, 0, np.inf)
    assert (both["mean"], both["std"]) == (0, 1.7e308)
    assert (tiny["mean"], tiny["std"]) == (5e-324, 0)
    assert wide["inf"] == 1


def test_arrays_are_looked_at_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    array = np.random.default_rng(1).normal(3, 2, (10, 13))
    array[4, 4] = np.nan
    whole = statistics_of(array)
    monkeypatch.setattr(statistics, "_CHUNK", 7)
    np.testing.assert_allclose(statistics_of(array), whole, rtol=1e-12)


# -- slices --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "index", "rows", "taken"),
    [
        ((), [], (1, 1), ()),
        ((4,), [9], (1, 4), ()),
        ((2, 3), [5], (2, 3), ()),
        ((5, 2, 3), [4], (2, 3), (4,)),
        ((5, 2, 3), [99], (2, 3), (4,)),
        ((5, 2, 3), [-1], (2, 3), (0,)),
        ((5, 6, 2, 3), [1], (2, 3), (1, 0)),
        ((5, 6, 2, 3), [1, 2, 3], (2, 3), (1, 2)),
        ((0, 2, 3), [1], (0, 3), (0,)),
        ((3, 0), [], (0, 0), ()),
    ],
)
def test_a_slice_of_any_rank(
    shape: tuple[int, ...], index: list[int], rows: tuple[int, int], taken: tuple[int, ...]
) -> None:
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    found, where = slice_of(array, index)
    assert where == taken
    if array.size:
        assert found.shape == rows
        np.testing.assert_array_equal(found, array[taken].reshape(rows))
    else:
        assert found.size == 0


@settings(max_examples=60, deadline=None)
@given(
    array=hnp.arrays(
        "f8",
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=9),
        elements=st.sampled_from([np.nan, np.inf, -np.inf, 0.0, 1.0, -3.0, 1.7e308, 5e-324]),
    ),
    most=st.integers(1, 4),
    how=st.sampled_from(["mean", "min", "max"]),
)
def test_blocks_hold_what_their_elements_say(array: Any, most: int, how: str) -> None:
    block = block_of(array.shape, most)
    cells = reduced(array, block, how)
    assert max(cells.shape) <= most
    for (row, column), cell in np.ndenumerate(cells):
        part = array[row * block[0] :, column * block[1] :][: block[0], : block[1]]
        held = part[np.isfinite(part)] if how == "mean" else part[~np.isnan(part)]
        if not held.size:
            assert np.isnan(cell)
        elif how == "mean":
            expected = np.sum(held / held.size)
            np.testing.assert_allclose(cell, expected, rtol=1e-9, atol=2e292)
        else:
            assert cell == getattr(held, how)()


def test_blocks_of_other_types_and_of_nothing() -> None:
    assert reduced(np.array([[True, False, True]]), (1, 2)).tolist() == [[0.5, 1.0]]
    assert reduced(np.array([[3 + 4j, 0]]), (1, 2), "max").tolist() == [[5.0]]
    assert reduced(np.empty((0, 4)), (1, 1)).shape == (0, 4)
    assert reduced(np.empty((4, 0)), (2, 1)).shape == (2, 0)
