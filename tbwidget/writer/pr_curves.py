"""The methods of a writer for precision-recall curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tbwidget.events.protos import PRCurvePluginData

from .arguments import array_of, tag_of
from .base import EventWriter

if TYPE_CHECKING:
    import numpy.typing as npt

#: torch's limit.
MOST_THRESHOLDS = 127
#: What is divided by where nothing was counted.
_SMALLEST_COUNT = 1e-7


class PRCurveMethods(EventWriter):
    """Add precision-recall curves."""

    def add_pr_curve(
        self,
        tag: str,
        labels: Any,
        predictions: Any,
        global_step: int | None = None,
        num_thresholds: int = MOST_THRESHOLDS,
        weights: Any = None,
        walltime: float | None = None,
    ) -> None:
        """Add how precision and recall depend on the threshold of a classifier.

        Parameters
        ----------
        tag
            Name of the series.
        labels
            The truth: True or 1 for each element that is of the class, in an array or tensor.
        predictions
            Probabilities in [0, 1] that the elements are of the class, in the shape of `labels`.
        global_step
            Step of the curve. Default: 0.
        num_thresholds
            At how many thresholds, evenly spaced from 0 to 1; at most 127.
        weights
            What each element counts. Default: 1.
        walltime
            Seconds since 1970. Default: now.

        Raises
        ------
        TypeError
            If `tag` is no string, or something else no real numbers.
        ValueError
            If there are not as many labels as predictions, or no thresholds.

        Notes
        -----
        As in torch, predictions outside [0, 1], NaN among them, are not counted.

        Examples
        --------
        >>> writer.add_pr_curve("is cat", labels, probabilities, step)  # doctest: +SKIP
        """
        count = _threshold_count(tag_of(tag), num_thresholds)
        truth, guesses = array_of(tag, labels), array_of(tag, predictions)
        if truth.size != guesses.size:
            message = f"{tag!r} has {truth.size} labels for {guesses.size} predictions"
            raise ValueError(message)
        factors = None if weights is None else array_of(tag, weights)
        self._add_curve(tag, curve_of(truth, guesses, count, factors), count, global_step, walltime)

    def add_pr_curve_raw(
        self,
        tag: str,
        true_positive_counts: Any,
        false_positive_counts: Any,
        true_negative_counts: Any,
        false_negative_counts: Any,
        precision: Any,
        recall: Any,
        global_step: int | None = None,
        num_thresholds: int = MOST_THRESHOLDS,
        weights: Any = None,  # noqa: ARG002 (torch's argument)
        walltime: float | None = None,
    ) -> None:
        """Add a precision-recall curve that was computed elsewhere.

        Parameters
        ----------
        tag
            Name of the series.
        true_positive_counts, false_positive_counts, true_negative_counts, false_negative_counts
            Counts at each threshold, lowest threshold first.
        precision, recall
            Precision and recall at each threshold.
        global_step
            Step of the curve. Default: 0.
        num_thresholds
            What the metadata say; readers go by the arrays.
        weights
            Of no effect, as in torch.
        walltime
            Seconds since 1970. Default: now.

        Raises
        ------
        TypeError
            If `tag` is no string, or something else no real numbers.
        ValueError
            If the six arrays are not of one length.

        Examples
        --------
        >>> writer.add_pr_curve_raw("is cat", tp, fp, tn, fn, precision, recall)  # doctest: +SKIP
        """
        import numpy as np

        count = _threshold_count(tag_of(tag), num_thresholds)
        rows = [
            array_of(tag, row).ravel()
            for row in (
                true_positive_counts,
                false_positive_counts,
                true_negative_counts,
                false_negative_counts,
                precision,
                recall,
            )
        ]
        lengths = [len(row) for row in rows]
        if len(set(lengths)) > 1:
            message = f"the rows of the curve {tag!r} have different lengths: {lengths}"
            raise ValueError(message)
        self._add_curve(tag, np.stack(rows), count, global_step, walltime)

    def _add_curve(
        self,
        tag: str,
        rows: npt.NDArray[Any],
        count: int,
        global_step: Any,
        walltime: float | None,
    ) -> None:
        content = PRCurvePluginData(version=0, num_thresholds=count).SerializeToString()
        self._add(
            tag,
            global_step,
            walltime,
            metadata={"plugin_data": {"plugin_name": "pr_curves", "content": content}},
            tensor={
                "dtype": "DT_FLOAT",
                "tensor_shape": {"dim": [{"size": size} for size in rows.shape]},
                "float_val": rows.ravel().tolist(),
            },
        )


def curve_of(
    labels: npt.NDArray[Any],
    predictions: npt.NDArray[Any],
    count: int,
    weights: npt.NDArray[Any] | None,
) -> npt.NDArray[Any]:
    """Return float64[6, `count`]: true and false positives, true and false negatives, and ratios.

    An element is taken to be of the class at a threshold that is not above its prediction
    (source: torch, ``utils/tensorboard/summary.py``, ``compute_curve``).
    """
    import numpy as np

    # In the type that the predictions have, as torch does: rounding decides about the bucket.
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = np.floor(predictions.ravel() * (count - 1))
    counted = (scaled >= 0) & (scaled <= count - 1)
    buckets = scaled[counted].astype(np.intp)
    truth = labels.astype(float)
    factors = np.float64(1) if weights is None else weights
    positive = np.broadcast_to(truth * factors, truth.shape).ravel()[counted]
    negative = np.broadcast_to((1 - truth) * factors, truth.shape).ravel()[counted]
    tp, fp = (
        np.cumsum(np.bincount(buckets, amount, count)[::-1])[::-1]
        for amount in (positive, negative)
    )
    tn, fn = fp[0] - fp, tp[0] - tp
    precision = tp / np.maximum(_SMALLEST_COUNT, tp + fp)
    recall = tp / np.maximum(_SMALLEST_COUNT, tp + fn)
    return np.stack((tp, fp, tn, fn, precision, recall))


def _threshold_count(tag: str, count: Any) -> int:
    number = int(count)
    if number < 1:
        message = f"the curve {tag!r} must have at least one threshold, not {number}"
        raise ValueError(message)
    return min(number, MOST_THRESHOLDS)
