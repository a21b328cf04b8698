"""TensorBoard's smoothing: a debiased exponential moving average."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

_BLOCK = 128
#: Blocks to a matrix product: so small that BLAS does it in this thread. Its own threads would wait
#: for cores that a training loop has.
_BATCH = 16


class SmoothingState(NamedTuple):
    """What the average carries from one value to the next: the biased average, and how many
    finite values went into it. Enough to go on where another left off.
    """

    last: float = 0.0
    seen: int = 0


_BEGINNING = SmoothingState()


def smooth(
    values: npt.NDArray[np.float64], weight: float, state: SmoothingState = _BEGINNING
) -> tuple[npt.NDArray[np.float64], SmoothingState]:
    """Return the smoothed values and the state after them.

    ``last = last * weight + (1 - weight) * value``, and each result is ``last / (1 - weight**n)``
    with n the number of finite values so far (source: TensorBoard, ``classicSmoothing``).
    Non-finite values pass through unchanged and leave the average alone; a constant series is
    returned as it is when smoothed from its beginning.

    Parameters
    ----------
    values
        float64[n].
    weight
        Between 0 (no smoothing) and 1.
    state
        That of an earlier call, to go on from.

    Returns
    -------
    smoothed : float64[n]
    state : SmoothingState

    Examples
    --------
    >>> smooth(np.array([1.0, 2.0]), 0.5)[0]
    array([1.        , 1.66666667])
    """
    finite = np.isfinite(values)
    numbers = values[finite]
    averages, last = _recurrence(numbers, weight, state.last)
    if 0 < weight < 1:
        # Further on the correction is 1, to the last bit.
        settled = math.ceil(-60 * math.log(2) / math.log(weight))
        counts = np.arange(state.seen + 1, min(settled, state.seen + len(numbers)) + 1)
        averages[: len(counts)] /= 1.0 - np.power(float(weight), counts)
    smoothed = values.astype(np.float64, copy=True)
    if not (state.seen == 0 and is_constant(values)):
        smoothed[finite] = averages
    return smoothed, SmoothingState(last, state.seen + len(numbers))


def is_constant(values: npt.NDArray[np.float64]) -> bool:
    """Tell whether all values equal the first; smoothing such a series would only add noise."""
    return bool(len(values)) and bool(np.all(values == values[0]))


def _recurrence(
    numbers: npt.NDArray[np.float64], weight: float, last: float
) -> tuple[npt.NDArray[np.float64], float]:
    """Solve ``y[i] = weight * y[i-1] + (1 - weight) * x[i]`` block by block.

    Within a block it is one matrix product for all blocks at once; only the blocks' ends are
    chained one after the other.
    """
    if not len(numbers):
        return numbers, last
    blocks = -(-len(numbers) // _BLOCK)
    batch = min(blocks, _BATCH)
    padded = np.zeros(-(-blocks // batch) * batch * _BLOCK)
    padded[: len(numbers)] = numbers
    rows = padded.reshape(-1, batch, _BLOCK)
    # An overflow to infinity is a value like any other; a product of infinity and 0 is not.
    powers, kernel = _kernel(float(weight))
    within = (rows @ kernel.T).reshape(-1, _BLOCK)[:blocks]
    carried = np.empty(blocks)
    for number, end in enumerate(within[:, -1].tolist()):
        carried[number] = last
        last = end + powers[-1] * last
    averages = (within + carried[:, None] * powers[1:]).reshape(-1)[: len(numbers)]
    return averages, float(averages[-1])


@lru_cache(maxsize=8)
def _kernel(weight: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the powers of `weight`, and the matrix that smooths a block that begins at 0."""
    powers = np.power(weight, np.arange(_BLOCK + 1))
    lags = np.subtract.outer(np.arange(_BLOCK), np.arange(_BLOCK))
    return powers, np.where(lags >= 0, powers[np.maximum(lags, 0)], 0.0) * (1.0 - weight)
