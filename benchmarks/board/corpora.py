"""The log directories that are shown, written with our own `SummaryWriter`.

====  ==================================================================
name  what is in it
====  ==================================================================
a     100 runs x 20 tags x 1,000 steps, all runs at the same steps
b     1 run x 20 tags x 100,000 steps
c     20 runs x 1 tag x 50,000 points, no two runs at the same steps
d     250 runs x 20 tags x 200 steps
e     1,000 runs x 4 tags x 100 steps
h     1 run x 40 tags of histograms x 2,000 steps
i     1 run x 8 tags of images x 424 steps, 500 MB
====  ==================================================================
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tbwidget import SummaryWriter

from .histogram_corpora import HistogramCorpus
from .image_corpora import ImageCorpus

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

#: Long enough ago that no run counts as live.
FIRST_WALL_TIME = 1.76e9
SECTIONS = ("train", "val", "time", "norm", "eval")


class Corpus(NamedTuple):
    """A corpus of scalars as it lies on disk.

    Attributes
    ----------
    runs, tags, points
        How many runs, tags a run, and points a series.
    aligned
        Whether all runs have the same steps.
    """

    name: str
    runs: int
    tags: int
    points: int
    aligned: bool = True
    kind: str = "scalars"

    @property
    def text(self) -> str:
        """What is in it, in words."""
        steps = "steps" if self.aligned else "points, unaligned"
        return f"{self.runs:,} runs x {self.tags} tags x {self.points:,} {steps}"

    def steps(self, run: int) -> npt.NDArray[np.int64]:
        """Return the steps of a run, ascending."""
        if self.aligned:
            return np.arange(self.points)
        strides = np.random.default_rng(run).integers(1, 20, self.points)
        return np.cumsum(strides).astype(np.int64)

    def values(self, run: int, tag: int) -> npt.NDArray[np.float32]:
        """Return the values of a series: a curve that falls, and its noise."""
        random = np.random.default_rng((run, tag))
        course = np.geomspace(1, 0.05, self.points) * (1 + tag + run / self.runs)
        return (course + random.normal(0, 0.05, self.points)).astype(np.float32)

    def tag_names(self) -> list[str]:
        """Return the tags, four to a section."""
        if self.tags == 1:
            return ["loss"]
        return [f"{SECTIONS[i // 4]}/metric_{i % 4}" for i in range(self.tags)]

    def write(self, path: Path, first_wall_time: float) -> None:
        """Write all runs into the folder `path`."""
        for run in range(self.runs):
            self._write_run(run, path / f"run_{run:03}", first_wall_time + 60 * run)

    def _write_run(self, run: int, path: Path, first_wall_time: float) -> None:
        names = self.tag_names()
        columns = [self.values(run, tag).tolist() for tag in range(self.tags)]
        with SummaryWriter(path, max_queue=10_000, flush_secs=60) as writer:
            for i, step in enumerate(self.steps(run).tolist()):
                wall_time = first_wall_time + 0.1 * i
                for name, values in zip(names, columns, strict=True):
                    writer.add_scalar(name, values[i], step, wall_time)


AnyCorpus = Corpus | HistogramCorpus | ImageCorpus
CORPORA: dict[str, AnyCorpus] = {
    "a": Corpus("a", 100, 20, 1_000),
    "b": Corpus("b", 1, 20, 100_000),
    "c": Corpus("c", 20, 1, 50_000, aligned=False),
    "d": Corpus("d", 250, 20, 200),
    "e": Corpus("e", 1_000, 4, 100),
    "h": HistogramCorpus("h", 40, 2_000),
    "i": ImageCorpus("i", 8, 424),
}


def make(corpus: AnyCorpus, folder: Path) -> Path:
    """Return the log directory of `corpus`, written if it is not in `folder` yet."""
    path = folder / corpus.name
    done = folder / f"{corpus.name}.done"
    if not done.exists():
        shutil.rmtree(path, ignore_errors=True)
        corpus.write(path, FIRST_WALL_TIME)
        done.touch()
    return path
