"""What a precision-recall curve says in one number, and the ROC curve of the same counts.

A curve is float64[6, T], as the pr_curves plugin writes it: true positives, false positives, true
negatives, false negatives, precision and recall at T thresholds from 0 to 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

#: The rows of a curve, in their order.
ROWS = (
    "true_positives",
    "false_positives",
    "true_negatives",
    "false_negatives",
    "precision",
    "recall",
)


class Roc(NamedTuple):
    """Rates of false and of true positives, float64[T] each."""

    false_positive_rate: npt.NDArray[np.float64]
    true_positive_rate: npt.NDArray[np.float64]


def thresholds_of(count: int) -> npt.NDArray[np.float64]:
    """Return the thresholds of a curve with `count` of them, float64[count].

    The writers space them evenly from 0 to 1 and do not write them down (source:
    tensorboard/plugins/pr_curve/summary.py).

    Examples
    --------
    >>> thresholds_of(3)
    array([0. , 0.5, 1. ])
    """
    return np.linspace(0.0, 1.0, count)


def average_precision(curve: npt.NDArray[np.float64]) -> float:
    """Return the mean of the precisions, each weighted with the recall that it adds.

    With thresholds descending and a recall of 0 before the first, AP is the sum of
    ``(recall[n] - recall[n - 1]) * precision[n]``: no interpolation, as in scikit-learn (source:
    ``sklearn.metrics.average_precision_score``). Over the thresholds that the curve has it is equal
    to scikit-learn's where these tell all scores apart, else close to it.

    Parameters
    ----------
    curve
        float64[6, T]. Thresholds at which precision or recall is not a number are left out.

    Returns
    -------
    float
        From 0 to 1; NaN if nothing is left.

    Examples
    --------
    >>> average_precision(np.array([[2, 1], [2, 0], [0, 2], [0, 1], [0.5, 1], [1, 0.5]]))
    0.75
    """
    precision, recall = _finite(curve[4], curve[5])
    if not len(recall):
        return float("nan")
    return float(np.sum(-np.diff(recall, append=0.0) * precision))


def roc(curve: npt.NDArray[np.float64]) -> Roc:
    """Return the receiver operating characteristic of the same counts.

    A rate is NaN where there are no positives (or negatives) at all.

    Parameters
    ----------
    curve
        float64[6, T].

    Examples
    --------
    >>> roc(np.array([[2, 1], [2, 0], [0, 2], [0, 1], [0.5, 1], [1, 0.5]])).true_positive_rate
    array([1. , 0.5])
    """
    hits, alarms, rejections, misses = curve[:4]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return Roc(alarms / (alarms + rejections), hits / (hits + misses))


def roc_auc(curve: npt.NDArray[np.float64]) -> float:
    """Return the area under the ROC curve, by trapezoids.

    The corners (0, 0) and (1, 1) belong to the curve, whatever its thresholds: they are where all,
    or nothing, is called negative (source: ``sklearn.metrics.roc_auc_score``).

    Parameters
    ----------
    curve
        float64[6, T].

    Returns
    -------
    float
        From 0 to 1; NaN if there are no positives or no negatives.

    Examples
    --------
    >>> roc_auc(np.array([[2, 1], [2, 0], [0, 2], [0, 1], [0.5, 1], [1, 0.5]]))
    0.75
    """
    across, up = _finite(*roc(curve))
    if not len(across):
        return float("nan")
    across = np.concatenate(([1.0], across, [0.0]))
    up = np.concatenate(([1.0], up, [0.0]))
    return float(np.sum(-np.diff(across) * (up[1:] + up[:-1]) / 2))


def _finite(
    one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return both without the places at which either is not finite."""
    kept = np.isfinite(one) & np.isfinite(other)
    return one[kept], other[kept]
