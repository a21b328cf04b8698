"""Log directories of histograms, with the buckets that torch's writer makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tbwidget import SummaryWriter

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

#: Values that are counted at each step; the buckets are as many whatever their number.
VALUES = 1_000
WIDTHS = (0.02, 0.3)


class HistogramCorpus(NamedTuple):
    """A run of layers whose weights drift apart, as they lie on disk.

    Attributes
    ----------
    tags, points
        How many tags, and histograms of each.
    """

    name: str
    tags: int
    points: int
    runs: int = 1
    kind: str = "histograms"

    @property
    def text(self) -> str:
        """What is in it, in words."""
        return f"{self.tags} histogram tags x {self.points:,} steps, with torch's buckets"

    def steps(self, _run: int) -> npt.NDArray[np.int64]:
        """Return the steps of a run, ascending."""
        return np.arange(self.points)

    def tag_names(self) -> list[str]:
        """Return the tags, four to a layer."""
        return [f"layer_{i // 4:02}/weight_{i % 4}" for i in range(self.tags)]

    def values(self, tag: int, point: int) -> npt.NDArray[np.float64]:
        """Return the weights of a layer at one step."""
        random = np.random.default_rng((tag, point))
        course = point / self.points
        width = WIDTHS[0] + (WIDTHS[1] - WIDTHS[0]) * course * (1 + tag % 4) / 4
        return random.normal(0.1 * course * (tag % 3 - 1), width, VALUES)

    def write(self, path: Path, first_wall_time: float) -> None:
        """Write the run into the folder `path`."""
        names = self.tag_names()
        with SummaryWriter(path / "run", max_queue=10_000, flush_secs=60) as writer:
            for point in range(self.points):
                for tag, name in enumerate(names):
                    wall_time = first_wall_time + point
                    writer.add_histogram(name, self.values(tag, point), point, walltime=wall_time)
