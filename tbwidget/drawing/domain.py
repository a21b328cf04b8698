"""Which part of the data an axis shows: ``js/src/charts/domain.ts`` in Python."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from tbwidget.analysis.outliers import inliers

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from .chart import Panel

    Floats = npt.NDArray[np.float64]
    Domain = tuple[float, float]

_PADDING = 0.05
_LARGEST = 1e307
_SYMLOG_ROOM = 1.5
#: A symmetric logarithm spans five decades on either side of zero at most.
_SYMLOG_SPAN = 1e-5


def x_domain(panel: Panel) -> Domain:
    """Return the range of the x axis: from the first point to the last."""
    log = panel.x_scale == "log"
    low, high = _extent((line.x for line in panel.lines), positive=log)
    if panel.x_range is not None:
        low, high = _usable(panel.x_range, (low, high), log=log)
    if low > high:
        return (1.0, 10.0) if log else (0.0, 1.0)
    if _is_flat(low, high):
        return (low / 3, high * 3) if log else (low - 0.5, high + 0.5)
    return low, high


def y_domain(panel: Panel) -> tuple[Domain, float]:
    """Return the range of the y axis, with some air around what is drawn, and where it is linear if
    it is a symmetric logarithm.
    """
    log = panel.y_scale == "log"
    curves = [line.y for line in panel.lines]
    bounds = [one for line in panel.lines for one in (line.low, line.high) if one is not None]
    low, high = _extent((*curves, *bounds), positive=log)
    threshold = _symlog_threshold(low, high, curves) if panel.y_scale == "symlog" else 1.0
    if panel.ignore_outliers and (found := inliers(curves, log=log)):
        low, high = found.low, found.high
    fitted = _fit_log(low, high) if log else _fit(low, high, symlog=panel.y_scale == "symlog")
    if panel.y_range is not None:
        fitted = _usable(panel.y_range, fitted, log=log)
    return fitted, threshold


def _fit(low: float, high: float, *, symlog: bool) -> Domain:
    if low > high:
        return 0.0, 1.0
    low, high = max(-_LARGEST, low), min(_LARGEST, high)
    if _is_flat(low, high):
        room = 1.0 if high == 0 else max(abs(high) * 0.1, 1e-300)
    elif symlog:
        # Each end a little further out in its own logarithm; an end at zero stays there.
        return (
            low * _SYMLOG_ROOM if low < 0 else low / _SYMLOG_ROOM,
            high * _SYMLOG_ROOM if high > 0 else high / _SYMLOG_ROOM,
        )
    else:
        room = (high - low) * _PADDING
    return low - room, high + room


def _fit_log(low: float, high: float) -> Domain:
    if low > high:
        return 0.1, 10.0
    low = max(1e-300, low)
    high = max(low, min(_LARGEST, high))
    if _is_flat(low, high):
        return low / 3, high * 3
    room = 10 ** ((math.log10(high) - math.log10(low)) * _PADDING)
    return max(1e-305, low / room), min(_LARGEST, high * room)


def _symlog_threshold(low: float, high: float, curves: list[Floats]) -> float:
    """Return where a symmetric logarithm becomes linear: the decade of the smallest value."""
    largest = max(abs(low), abs(high))
    if not (0 < largest < math.inf):
        return 1.0
    sizes = (np.abs(curve[np.isfinite(curve) & (curve != 0)]) for curve in curves)
    smallest = min((float(size.min()) for size in sizes if len(size)), default=largest)
    # Never so small that the values near zero take more of the axis than all others.
    least = max(min(smallest, largest), largest * _SYMLOG_SPAN)
    return float(10.0 ** math.floor(math.log10(least)))


def _usable(wanted: Domain, fallback: Domain, *, log: bool) -> Domain:
    low, high = wanted
    if not log:
        return low, high
    if high <= 0:
        return fallback
    return (low if low > 0 else min(fallback[0], high / 10)), high


def _extent(columns: Iterable[Floats], *, positive: bool) -> Domain:
    low, high = math.inf, -math.inf
    for column in columns:
        finite = column[np.isfinite(column) & ((column > 0) | (not positive))]
        if len(finite):
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    return low, high


def _is_flat(low: float, high: float) -> bool:
    return high - low <= max(abs(low), abs(high)) * 1e-13
