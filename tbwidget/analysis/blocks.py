"""Two-dimensional slices of arrays, and pictures of them with so many cells at most."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .statistics import magnitudes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

#: What can be made of the cells of a block.
REDUCTIONS = ("mean", "min", "max")


def slice_of(
    array: npt.NDArray[Any], index: Sequence[int] = ()
) -> tuple[npt.NDArray[Any], tuple[int, ...]]:
    """Return a two-dimensional slice of an array, and the indices it was taken at.

    Parameters
    ----------
    array
        Of any rank; a number or a vector is taken as a row.
    index
        Indices of all dimensions but the last two. What lacks is 0, what is too large the last.

    Examples
    --------
    >>> rows, index = slice_of(np.arange(24).reshape(4, 2, 3), [9])
    >>> rows.tolist(), index
    ([[18, 19, 20], [21, 22, 23]], (3,))
    """
    if array.ndim < 2:  # noqa: PLR2004 (as a row)
        return array.reshape(1, -1), ()
    leading = array.shape[:-2]
    if 0 in leading:
        return array.reshape(-1, *array.shape[-2:]).reshape(0, array.shape[-1]), (0,) * len(leading)
    wanted = (*index, *[0] * len(leading))[: len(leading)]
    taken = tuple(min(max(at, 0), size - 1) for at, size in zip(wanted, leading, strict=True))
    return array[taken], taken


def block_of(shape: tuple[int, ...], most: int) -> tuple[int, int]:
    """Return how many rows and columns go into one cell, if there are to be `most` each way.

    Examples
    --------
    >>> block_of((1000, 10), 256)
    (4, 1)
    """
    rows, columns = (max(1, math.ceil(size / most)) for size in shape)
    return rows, columns


def reduced(
    array: npt.NDArray[Any], block: tuple[int, int], how: str = "mean"
) -> npt.NDArray[np.float64]:
    """Return one number for each block of a two-dimensional array.

    Parameters
    ----------
    array
        Numbers, [n, m]; of complex ones the magnitudes count.
    block
        Rows and columns of a block; the last ones may be smaller.
    how
        ``"mean"`` of the finite numbers, or ``"min"`` or ``"max"`` of all but NaN.

    Returns
    -------
    numpy.ndarray
        float64; NaN for a block with none of these numbers.

    Examples
    --------
    >>> reduced(np.arange(6).reshape(2, 3), (2, 2), "max").tolist()
    [[4.0, 5.0]]
    """
    rows, columns = (math.ceil(size / by) for size, by in zip(array.shape, block, strict=True))
    cells = np.full((rows, columns), np.nan)
    if not array.size:
        return cells
    starts = np.arange(0, array.shape[1], block[1])
    for row in range(rows):  # a few rows at a time: a slice can be large
        part = magnitudes_of(array[row * block[0] : (row + 1) * block[0]])
        cells[row] = _means(part, starts) if how == "mean" else _extremes(part, starts, how)
    return cells


def _extremes(part: Any, starts: npt.NDArray[np.int64], how: str) -> npt.NDArray[np.float64]:
    pick = np.fmin if how == "min" else np.fmax
    found: npt.NDArray[np.float64] = pick.reduceat(pick.reduce(part, axis=0), starts)
    return found


def _means(part: Any, starts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    finite = np.isfinite(part)
    part = np.where(finite, part, 0.0)
    scale = np.abs(part).max() or 1.0  # lest a sum overflows
    sums = np.add.reduceat((part / scale).sum(axis=0), starts)
    counts = np.add.reduceat(finite.sum(axis=0), starts)
    means: npt.NDArray[np.float64] = np.full(len(starts), np.nan)
    np.divide(sums, counts, out=means, where=counts > 0)
    return means * scale
