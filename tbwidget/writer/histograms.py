"""The histogram methods of a writer."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from .arguments import array_of, number_of, tag_of
from .base import EventWriter

if TYPE_CHECKING:
    import numpy.typing as npt


class HistogramMethods(EventWriter):
    """Add histograms."""

    def add_histogram(
        self,
        tag: str,
        values: Any,
        global_step: int | None = None,
        bins: Any = "tensorflow",
        walltime: float | None = None,
        max_bins: int | None = None,
    ) -> None:
        """Add the distribution of `values` at one step.

        Parameters
        ----------
        tag
            Name of the series; ``"dense/kernel"`` is shown in the group ``dense``.
        values
            Numbers, in an array, tensor or list of any shape.
        global_step
            Step of the histogram. Default: 0.
        bins
            ``"tensorflow"``: edges that grow by a tenth from 1e-12 to 1e20, on both sides of 0.
            Else as of `numpy.histogram`: ``"auto"``, ``"fd"``, ..., a number of bins or the edges.
        walltime
            Seconds since 1970. Default: now.
        max_bins
            Where there are more bins, neighbours are joined. The result may be up to twice as
            many.

        Raises
        ------
        TypeError
            If `tag` is no string, or `values` no real numbers.
        ValueError
            If there are no values, none of them is in a bin, or numpy refuses the bins.

        Notes
        -----
        As in torch, values outside the bins, NaN among them, count for minimum, maximum and sums
        alone.

        Examples
        --------
        >>> writer.add_histogram("dense/kernel", weights, step)  # doctest: +SKIP
        """
        array = array_of(tag_of(tag), values)
        histogram = histogram_of(tag, array, bins, max_bins)
        self._add(tag, global_step, walltime, histo=histogram)

    def add_histogram_raw(
        self,
        tag: str,
        min: float,  # noqa: A002 (torch's argument)
        max: float,  # noqa: A002 (torch's argument)
        num: float,
        sum: float,  # noqa: A002 (torch's argument)
        sum_squares: float,
        bucket_limits: Any,
        bucket_counts: Any,
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Add a histogram that was counted elsewhere.

        Parameters
        ----------
        tag
            Name of the series.
        min, max
            The smallest and the largest value.
        num
            How many values there are.
        sum, sum_squares
            The sum of the values, and of their squares.
        bucket_limits
            The upper edge of each bucket, ascending. The lower edge of the first is `min`.
        bucket_counts
            How many values are in each bucket.
        global_step
            Step of the histogram. Default: 0.
        walltime
            Seconds since 1970. Default: now.

        Raises
        ------
        TypeError
            If `tag` is no string, or something else no number.
        ValueError
            If there are not as many limits as counts.

        Examples
        --------
        >>> counts, edges = numpy.histogram(values, 30)  # doctest: +SKIP
        >>> writer.add_histogram_raw("x", values.min(), values.max(), len(values), values.sum(),
        ...     values.dot(values), edges[1:], counts, step)  # doctest: +SKIP
        """
        limits = array_of(tag_of(tag), bucket_limits).ravel()
        counts = array_of(tag, bucket_counts).ravel()
        if len(limits) != len(counts):
            message = f"the histogram of {tag!r} has {len(limits)} limits for {len(counts)} buckets"
            raise ValueError(message)
        fields = {"min": min, "max": max, "num": num, "sum": sum, "sum_squares": sum_squares}
        histogram: dict[str, Any] = {
            name: number_of(tag, number) for name, number in fields.items()
        }
        histogram |= {"bucket_limit": limits.tolist(), "bucket": counts.tolist()}
        self._add(tag, global_step, walltime, histo=histogram)


def histogram_of(
    tag: str, array: npt.NDArray[Any], bins: Any, max_bins: int | None
) -> dict[str, Any]:
    """Return the fields of the ``HistogramProto`` that torch writes of the same values."""
    import numpy as np

    values = array.ravel().astype(float)
    if not values.size:
        message = f"the histogram of {tag!r} has no values"
        raise ValueError(message)
    if isinstance(bins, str) and bins == "tensorflow":
        bins = _tensorflow_edges()
    with np.errstate(invalid="ignore", over="ignore"):
        counts, edges = np.histogram(values, bins)
        sums = {"sum": values.sum(), "sum_squares": values.dot(values)}
    if max_bins is not None:
        counts, edges = _join(counts, edges, max_bins)
    filled = np.flatnonzero(counts)
    if not len(filled):
        message = f"no value of {tag!r} is in any of the bins"
        raise ValueError(message)
    first, end = int(filled[0]), int(filled[-1]) + 1
    # Only upper edges are written: an empty bin says what the lower edge of the first one is.
    return {
        "min": values.min(),
        "max": values.max(),
        "num": len(values),
        **sums,
        "bucket_limit": edges[first : end + 1].tolist(),
        "bucket": [0, *counts[first:end].tolist()],
    }


def _join(
    counts: npt.NDArray[Any], edges: npt.NDArray[Any], most: int
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Join neighbouring bins, as many as it takes to have hardly more than `most`."""
    import numpy as np

    if most < 1:
        message = f"max_bins must be at least 1, not {most}"
        raise ValueError(message)
    every = len(counts) // most
    if every <= 1:
        return counts, edges
    starts = np.arange(0, len(counts), every)
    return np.add.reduceat(counts, starts), np.append(edges[starts], edges[-1])


@cache
def _tensorflow_edges() -> npt.NDArray[Any]:
    """Return TensorFlow's bin edges (source: tensorflow/core/lib/histogram/histogram.cc)."""
    import numpy as np

    edges, edge = [], 1e-12
    while edge < 1e20:  # noqa: PLR2004
        edges.append(edge)
        edge *= 1.1
    edges_of_both = np.array([*(-edge for edge in reversed(edges)), 0.0, *edges])
    edges_of_both.flags.writeable = False
    return edges_of_both
