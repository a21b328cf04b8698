"""The rules of a series: which of the points written are current, and in what order.

1. Order is by step; of points with the same step the one written last is current.
2. A restart (a `SessionLog` START at step s, or a later event file that begins at or before the
   last step seen) supersedes earlier points with step >= s, unless another writer was still
   writing them.
3. Steps that run backwards within a file are interleaving: sorted, all kept.
4. A series whose steps are all equal keeps every point in the order written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .discovery import lineage_of, natural_key

if TYPE_CHECKING:
    import numpy.typing as npt

    from tbwidget.events.columns import Start


@dataclass(frozen=True, slots=True)
class Writer:
    """An event file as a source of points: where it stands among its run's files."""

    path: str
    order: tuple[tuple[int, int, str], ...]
    lineage: str

    @classmethod
    def of(cls, path: str) -> Writer:
        """Return the writer of the event file `path`."""
        name = path.replace("\\", "/").rpartition("/")[2]
        return cls(path, natural_key(name), lineage_of(name))


@dataclass(slots=True)
class Segment:
    """Rows ``first:end``, as they arrived, of one file since one (re)start."""

    writer: Writer
    epoch: int
    start: Start | None
    first: int
    end: int


@dataclass(slots=True)
class _Part:
    """The rows of one file since one (re)start, and the wall times between which it was written."""

    segment: Segment
    rows: npt.NDArray[np.int64]
    highest: int | None  # step of these rows; None if there are none
    last_wall_time: float


def current_rows(
    steps: npt.NDArray[np.int64],
    wall_times: npt.NDArray[np.float64],
    segments: list[Segment],
    *,
    purge: bool = True,
) -> npt.NDArray[np.int64]:
    """Return the row numbers of a series' current points, in their order.

    Parameters
    ----------
    steps, wall_times
        Columns as they arrived.
    segments
        Which file wrote which rows.
    purge
        Whether restarts supersede (rule 2).
    """
    parts = _parts(steps, wall_times, segments)
    if purge and not bool(np.all(steps == steps[:1])):  # equal steps say nothing of a restart
        _supersede(parts, steps, wall_times)
    rows = np.concatenate([part.rows for part in parts]) if parts else np.empty(0, np.int64)
    kept = steps[rows]
    if bool(np.all(kept[1:] > kept[:-1])) or bool(np.all(kept == kept[:1])):
        return rows
    order = np.argsort(kept, kind="stable")
    kept = kept[order]
    last_of_step = np.append(kept[1:] != kept[:-1], True)
    current: npt.NDArray[np.int64] = rows[order[last_of_step]]
    return current


def _parts(
    steps: npt.NDArray[np.int64], wall_times: npt.NDArray[np.float64], segments: list[Segment]
) -> list[_Part]:
    groups: dict[tuple[str, int], list[Segment]] = {}
    for segment in segments:
        groups.setdefault((segment.writer.path, segment.epoch), []).append(segment)
    parts = []
    for group in groups.values():
        rows = np.concatenate([np.arange(s.first, s.end) for s in group])
        walls = wall_times[rows]
        walls = walls[np.isfinite(walls)]
        last = float(walls.max()) if len(walls) else -np.inf
        parts.append(_Part(group[0], rows, _highest(steps[rows]), last))
    parts.sort(key=lambda part: (part.segment.writer.order, part.segment.epoch))
    return parts


def _supersede(
    parts: list[_Part], steps: npt.NDArray[np.int64], wall_times: npt.NDArray[np.float64]
) -> None:
    """Take out of earlier parts what later ones wrote anew."""
    for number, part in enumerate(parts):
        earlier = parts[:number]
        start = part.segment.start
        if start is not None:
            _cut(_before(earlier, part, start.wall_time), steps, start.step)
        elif len(part.rows) and part.segment.epoch == 0:
            first = part.rows[0]
            replaced = _before(earlier, part, float(wall_times[first]))
            seen = max((p.highest for p in replaced if p.highest is not None), default=None)
            if seen is not None and steps[first] <= seen:
                _cut(replaced, steps, int(steps[first]))


def _before(earlier: list[_Part], part: _Part, wall_time: float) -> list[_Part]:
    """Return those parts that were finished when `part` began.

    Another host or process that wrote on after that is a second writer at work, not an earlier
    life of the same one.
    """
    lineage = part.segment.writer.lineage
    return [
        other
        for other in earlier
        if other.segment.writer.lineage == lineage or not other.last_wall_time > wall_time
    ]


def _cut(parts: list[_Part], steps: npt.NDArray[np.int64], step: int) -> None:
    for part in parts:
        if part.highest is not None and part.highest >= step:
            part.rows = part.rows[steps[part.rows] < step]
            part.highest = _highest(steps[part.rows])


def _highest(steps: npt.NDArray[np.int64]) -> int | None:
    return int(steps.max()) if len(steps) else None
