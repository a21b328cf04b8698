"""An x axis that is another tag: the column that comes along with a series."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tbwidget.analysis.axes import values_at
from tbwidget.widget.settings import TAG_AXIS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt

    from tbwidget.logs import ScalarSeries
    from tbwidget.logs.series import Snapshot


class AxisVersion(NamedTuple):
    """What an x column was made of: the axis, and how far the tag's series had come."""

    axis: str = ""
    generation: int = -1
    rows: int = 0


class TagAxis:
    """The values of the x axis's tag in each run; nothing at all if the axis is no tag.

    Parameters
    ----------
    axis
        The setting `x_axis`.
    scalars
        The series of runs by their numbers.
    """

    def __init__(self, axis: str, scalars: Mapping[int, Mapping[str, ScalarSeries]]) -> None:
        self._axis = axis if axis.startswith(TAG_AXIS) else ""
        tag = axis[len(TAG_AXIS) :]
        self._snapshots: dict[int, Snapshot] = {}
        if self._axis:
            self._snapshots = {
                run: series[tag].snapshot() for run, series in scalars.items() if tag in series
            }

    def version(self, run: int) -> AxisVersion:
        """Return what a column for `run` is made of now."""
        if run not in self._snapshots:
            return AxisVersion(self._axis)
        generation, points = self._snapshots[run]
        return AxisVersion(self._axis, generation, len(points.steps))

    def holds(self, sent: AxisVersion, run: int, last_step: int) -> bool:
        """Tell whether a column that was sent up to `last_step` is what it would be now."""
        now = self.version(run)
        if (sent.axis, sent.generation) != (now.axis, now.generation) or sent.rows > now.rows:
            return False
        return sent.rows == now.rows or bool(
            self._snapshots[run].points.steps[sent.rows] > last_step
        )

    def column(self, run: int, steps: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[np.float64]]:
        """Return the column ``x`` for a series of `run`, or no column."""
        if not self._axis:
            return {}
        if run not in self._snapshots:
            return {"x": values_at(steps, steps[:0], steps[:0].astype(float))}
        _, (other_steps, _, other_values) = self._snapshots[run]
        return {"x": values_at(steps, other_steps, other_values)}
