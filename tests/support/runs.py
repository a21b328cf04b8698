"""Runs made of events by hand, without files: what a batch of `decode` would bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tbwidget.events.columns import Batch, Cursor, ScalarColumns, Start
from tbwidget.logs.ordering import Writer
from tbwidget.logs.run import Run


@dataclass(frozen=True)
class Point:
    """A scalar point; NaN for its wall time if it has none."""

    step: int
    value: float
    wall_time: float
    tag: str = "loss"


@dataclass(frozen=True)
class Restart:
    """A `SessionLog` START."""

    step: int
    wall_time: float


Entry = Point | Restart


def file_name(number: int, host: str = "host.1") -> str:
    """Return the name of the event file of the given number, in the order of time."""
    return f"events.out.tfevents.{1_700_000_000 + number}.{host}.0"


def batch_of(entries: list[Entry]) -> Batch:
    """Return the batch of consecutive `entries` of a file."""
    batch = Batch(Cursor())
    rows: dict[str, list[tuple[int, float, float]]] = {}
    for entry in entries:
        if isinstance(entry, Restart):
            before = {tag: len(points) for tag, points in rows.items()}
            batch.starts.append(Start(entry.step, entry.wall_time, before))
        else:
            rows.setdefault(entry.tag, []).append((entry.step, entry.wall_time, entry.value))
    for tag, points in rows.items():
        columns: list[Any] = list(zip(*points, strict=True))
        dtypes = (np.int64, np.float64, np.float64)
        batch.scalars[tag] = ScalarColumns(
            *(np.array(column, dtype) for column, dtype in zip(columns, dtypes, strict=True))
        )
    return batch


class Feed:
    """A run that is fed, file by file and bit by bit, as a log directory would."""

    def __init__(self, *, purge: bool = True) -> None:
        self.run = Run("run", None, purge=purge)  # type: ignore[arg-type]

    def feed(self, name: str, *entries: Entry) -> None:
        """Take in what was appended to the file `name`."""
        self.run.apply(Writer.of(f"logs/run/{name}"), batch_of(list(entries)))
        self.run.settle()

    def forget(self, name: str) -> None:
        """Drop what came from the file `name`."""
        self.run.forget(Writer.of(f"logs/run/{name}"))
        self.run.settle()

    def points(self, tag: str = "loss") -> list[tuple[int, float]]:
        """Return the current points of a tag."""
        series = self.run.scalars[tag]
        return list(zip(series.steps.tolist(), series.values.tolist(), strict=True))

    def superseded(self, tag: str = "loss") -> list[tuple[int, float]]:
        """Return the superseded points of a tag."""
        replaced = self.run.scalars[tag].superseded
        return list(zip(replaced.steps.tolist(), replaced.values.tolist(), strict=True))


def points(
    steps: list[int] | range, value: float = 1.0, wall: float = 0.0, tag: str = "loss"
) -> list[Entry]:
    """Return points of one value, a second after another from `wall` on."""
    return [Point(step, value, wall + place, tag) for place, step in enumerate(steps)]
