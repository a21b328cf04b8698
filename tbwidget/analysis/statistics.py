"""Statistics of an array of any size and type, in float64, without overflow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

#: What `statistics_of` returns, in this order.
STATISTICS = ("size", "nan", "inf", "min", "max", "mean", "std", "norm")
#: Elements that are made float64 at a time.
_CHUNK = 2**20


def statistics_of(array: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return statistics of all elements of an array; of complex ones those of their magnitudes.

    Parameters
    ----------
    array
        Numbers of any shape; of objects, such as bytes, the size alone is told.

    Returns
    -------
    numpy.ndarray
        float64[8], as named in `STATISTICS`: how many elements there are, how many are NaN and how
        many infinite; and of the finite ones minimum, maximum, mean, standard deviation (the sum is
        divided by their number, as `numpy.std` does) and Euclidean norm, NaN if there are none.

    Examples
    --------
    >>> statistics_of(np.array([3.0, -4.0, np.nan])).round(2).tolist()
    [3.0, 1.0, 0.0, -4.0, 3.0, -0.5, 3.5, 5.0]
    """
    if array.dtype.kind not in "biufc":
        return np.array([array.size, 0, 0, *[np.nan] * 5])
    infinite = found = 0
    low, high = math.inf, -math.inf
    for values in _chunks(array):
        infinite += int(np.isinf(values).sum())
        finite = _finite(values)
        found += len(finite)
        if len(finite):
            low, high = min(low, finite.min()), max(high, finite.max())
    counts = [array.size, array.size - found - infinite, infinite]
    if not found:
        return np.array([*counts, *[np.nan] * 5])
    # Divided by the largest, neither a sum nor a square can overflow.
    scale = float(max(abs(low), abs(high))) or 1.0
    total = squares = spread = 0.0
    for values in _chunks(array):
        shares = _finite(values) / scale
        total += float(shares.sum())
        squares += float(np.dot(shares, shares))
    mean = total / found
    for values in _chunks(array):
        away = _finite(values) / scale - mean
        spread += float(np.dot(away, away))
    std, norm = scale * math.sqrt(spread / found), scale * math.sqrt(squares)
    return np.array([*counts, low, high, scale * mean, std, norm])


def magnitudes_of(array: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return numbers as float64; of complex ones the magnitudes."""
    if array.dtype.kind != "c":
        return array.astype(np.float64)
    with np.errstate(over="ignore"):
        magnitudes: npt.NDArray[np.float64] = np.abs(array.astype(np.complex128))
    return magnitudes


def _chunks(array: npt.NDArray[Any]) -> Iterator[npt.NDArray[np.float64]]:
    flat = array.reshape(-1)
    for first in range(0, len(flat), _CHUNK):
        yield magnitudes_of(flat[first : first + _CHUNK])


def _finite(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    finite = np.isfinite(values)
    return values if finite.all() else values[finite]
