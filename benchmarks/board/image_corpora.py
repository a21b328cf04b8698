"""Log directories of images that no compression makes small."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tbwidget import SummaryWriter

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

#: Pixels of a side: noise of that size makes a PNG of about 150 KB.
SIZE = 224
#: Different pictures; which one a step has shifts from tag to tag.
POOL = 48


class ImageCorpus(NamedTuple):
    """A run of samples of a generator, as they lie on disk.

    Attributes
    ----------
    tags, points
        How many tags, and images of each.
    """

    name: str
    tags: int
    points: int
    runs: int = 1
    kind: str = "images"

    @property
    def text(self) -> str:
        """What is in it, in words."""
        return f"{self.tags * self.points:,} images of {SIZE} x {SIZE}, in {self.tags} tags"

    def steps(self, _run: int) -> npt.NDArray[np.int64]:
        """Return the steps of a run, ascending."""
        return np.arange(self.points)

    def tag_names(self) -> list[str]:
        """Return the tags."""
        return [f"samples/{i}" for i in range(self.tags)]

    def write(self, path: Path, first_wall_time: float) -> None:
        """Write the run into the folder `path`."""
        random = np.random.default_rng(0)
        pool = random.integers(0, 256, (POOL, 3, SIZE, SIZE), dtype=np.uint8)
        with SummaryWriter(path / "run", max_queue=100, flush_secs=60) as writer:
            for point in range(self.points):
                for tag, name in enumerate(self.tag_names()):
                    picture = pool[(5 * point + 7 * tag) % POOL]
                    writer.add_image(name, picture, point, walltime=first_wall_time + point)
