"""The Tensors tab: statistics of tensors over steps, and a slice of each at a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from tbwidget.analysis.statistics import STATISTICS, statistics_of
from tbwidget.logs.value_frames import SERIES_COLUMNS, frame_of
from tbwidget.widget.frame import jsonable
from tbwidget.widget.values import PLACE, ValueDashboard

from .entries import TensorEntries
from .slices import PUSHED_CELLS, describe_slice, wish_of, wishes_beside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import numpy.typing as npt
    import pandas as pd

    from tbwidget.drawing.sheet import Preview
    from tbwidget.logs.blobs import BlobSeries, Index
    from tbwidget.logs.kinds import TensorSeries
    from tbwidget.widget.summarising import Summarised


class Tensors(ValueDashboard):
    """Tensors that no other tab shows, one card a tag: ``add_tensor``'s, and of unknown plugins.

    A card has the shape, type and plugin of each run's tensor, statistics over steps, and of one
    run a two-dimensional slice as a heat map or a table, at `step` or the last step before it; at
    the newest if that is None. A slice of more than 256 rows or columns is shown by blocks, or in
    part.

    Parameters
    ----------
    source
        A path, a `Logdir`, a `Run` or a list of runs.
    tags
        Which tags: a name, a list of names or a compiled regular expression; None for all.
    runs
        Which runs, in the same way; None for those of `source`.
    **traits
        Settings as of `Settings`; given here they hold for this view alone.
    height
        Height of the view in CSS pixels.

    Raises
    ------
    TypeError, ValueError
        If `source` cannot be shown; the message says why.

    Examples
    --------
    >>> import tbwidget
    >>> tensors = tbwidget.Tensors("logs", tags="attention", step=100)  # doctest: +SKIP
    >>> tensors.selection.tensor[0].shape  # doctest: +SKIP
    (8, 64, 64)
    """

    kind: ClassVar[str] = "tensors"
    title: ClassVar[str] = "Tensors"
    data_kinds: ClassVar[tuple[str, ...]] = ("tensors",)
    modules: ClassVar[tuple[str, ...]] = ("tensors",)
    summary_columns: ClassVar[tuple[str, ...]] = (*PLACE, *STATISTICS)

    @property
    def data(self) -> pd.DataFrame:
        """All tensors of this view as a table with a row a step.

        Columns are run, tag, step (int64), wall_time (seconds since the epoch) and tensor (a
        read-only ndarray of its own shape and dtype; of bytes objects for strings). What cannot be
        read is left out. All are in memory at once: choose `tags` and `runs` where they are large.
        """
        return frame_of(self._readable(), {**SERIES_COLUMNS, "tensor": object})

    @property
    def selection(self) -> pd.DataFrame:
        """What is looked at, as a table like `data`.

        These are the tensors of visible runs (`hidden_runs`) at `step` or the last step before it,
        or the newest ones if that is None.
        """
        rows = self.values_at_step(self.visible_runs())
        return frame_of(rows, {**SERIES_COLUMNS, "tensor": object})

    @property
    def statistics(self) -> pd.DataFrame:
        """Statistics of all tensors of this view as a table with a row a step.

        Columns are run, tag, step (int64), wall_time and, as float64, size, nan, inf, min, max,
        mean, std and norm as in `tbwidget.analysis.statistics.statistics_of`.
        """
        rows = ((*row[:-1], *statistics_of(row[-1]).tolist()) for row in self._readable())
        return frame_of(rows, {**SERIES_COLUMNS, **dict.fromkeys(STATISTICS, np.float64)})

    def _readable(self) -> Iterable[tuple[Any, ...]]:
        return (
            (name, tag, *entry)
            for name, tag, series in self.shown_series(self.shown_runs())
            for entry in series.readable()
        )

    def preview(self) -> Preview:
        """Return shapes and statistics at a glance."""
        from tbwidget.dashboards import previews

        return previews.tensors(self)

    # -- what the page gets --------------------------------------------------------------------

    def series_of(self, run: str) -> Mapping[str, TensorSeries]:
        """Return the tensors of a run by tag."""
        return self.logdir.runs[run].tensors

    def summarise(self, value: Any) -> npt.NDArray[np.float64]:
        """Return the statistics of one tensor."""
        return statistics_of(value)

    def new_summarised(self, series: BlobSeries[Any]) -> Summarised:
        """Return an empty holder of the places and statistics of a series."""
        return TensorEntries(series, self._writers, self.summarise, len(STATISTICS))

    def pushed_size(self, length: int) -> int:
        """Return about how many bytes are pushed of a tensor whose record has `length` bytes."""
        return min(length, 8 * PUSHED_CELLS**2)

    def wishes_beside(self, item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield finer pictures of a slice, and other slices of the tensor."""
        return wishes_beside(item)

    def describe(
        self, value: Any, wish: dict[str, Any], buffers: list[memoryview]
    ) -> dict[str, Any]:
        """Return shape and statistics of a tensor, and the slice of it that is wanted."""
        numbers = map(jsonable, statistics_of(value).tolist())
        return {
            "shape": value.shape,
            "statistics": dict(zip(STATISTICS, numbers, strict=True)),
            **describe_slice(value, wish_of(wish), buffers),
        }

    def _value(
        self,
        series: TensorSeries | Any,
        index: Index,
        row: int,
        wish: dict[str, Any],
        buffers: list[memoryview],
    ) -> dict[str, Any]:
        item = super()._value(series, index, row, wish, buffers)
        if "error" not in item:
            item["type"] = series.type_at(index, row)
        return {**item, "plugin": series.metadata.plugin}
