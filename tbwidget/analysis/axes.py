"""Where the points of a series lie on an x axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


def seconds_since_start(wall_times: Floats) -> Floats:
    """Return the seconds since the first wall time there is (a writer may have left one out)."""
    known = wall_times[np.isfinite(wall_times)]
    return wall_times - (known[0] if len(known) else 0.0)


def values_at(
    steps: npt.NDArray[np.int64], other_steps: npt.NDArray[np.int64], other_values: Floats
) -> Floats:
    """Return the value that another series has at each step: its last one at or before it.

    Parameters
    ----------
    steps
        int64[n], the steps to look up.
    other_steps, other_values
        int64[m], ascending, and float64[m]. Of a step that stands there twice the last counts.

    Returns
    -------
    float64[n]
        NaN before the first step of the other series.

    Examples
    --------
    >>> values_at(np.array([0, 5, 7, 30]), np.array([5, 10]), np.array([1.0, 2.0]))
    array([nan,  1.,  1.,  2.])
    """
    rows = np.searchsorted(other_steps, steps, "right") - 1
    found = np.full(len(steps), np.nan)
    known = rows >= 0
    found[known] = other_values[rows[known]]
    return found
