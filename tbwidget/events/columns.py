"""What decoding returns: columns per tag, an index of the rest, and the cursor to go on from."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from .problems import Problem

#: The kinds of `Run.tags`, in the order of the tabs.
KINDS = (
    "scalars",
    "images",
    "audio",
    "text",
    "histograms",
    "tensors",
    "pr_curves",
    "meshes",
    "graphs",
    "hparams",
    "custom_scalars",
)


@dataclass(frozen=True, slots=True)
class TagMetadata:
    """A tag's `SummaryMetadata`, as its first value gave it; `data_class` as in summary.proto."""

    plugin: str
    content: bytes = b""
    display_name: str = ""
    description: str = ""
    data_class: int = 0


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where reading a file goes on, and what it must remember of the part before.

    Attributes
    ----------
    offset
        File offset of the next record.
    metadata
        The metadata of each tag so far: writers give it only with a tag's first value.
    intact
        Records so far whose data CRC held.
    failed
        Events so far whose data CRC did not hold.
    unchecked
        True while the file is taken to be of a writer that computes no CRC of the data.
    lengths_unchecked
        True while it is taken to be of one that computes no CRC of the lengths.
    """

    offset: int = 0
    metadata: dict[str, TagMetadata] = field(default_factory=dict)
    intact: int = 0
    failed: int = 0
    unchecked: bool = False
    lengths_unchecked: bool = False

    def at(self, offset: int) -> Cursor:
        """Return this cursor moved to `offset`."""
        return replace(self, offset=offset)


@dataclass(frozen=True, slots=True)
class ScalarColumns:
    """Values of one scalar tag in the order written.

    ``steps`` int64[n], ``wall_times`` float64[n] in seconds since the epoch, ``values`` float64[n].
    """

    steps: npt.NDArray[np.int64]
    wall_times: npt.NDArray[np.float64]
    values: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.steps)

    def rows(self, first: int, end: int) -> ScalarColumns:
        """Return rows ``first:end``."""
        part = slice(first, end)
        return ScalarColumns(self.steps[part], self.wall_times[part], self.values[part])


@dataclass(frozen=True, slots=True)
class BlobColumns:
    """Where the values of one tag lie that are decoded only when looked at.

    ``steps`` int64[n], ``wall_times`` float64[n], ``offsets`` int64[n] and ``lengths`` int64[n] of
    the record's data in the file, ``slots`` int32[n]: which value of the event it is, -1 for the
    event itself (a graph).
    """

    steps: npt.NDArray[np.int64]
    wall_times: npt.NDArray[np.float64]
    offsets: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]
    slots: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.steps)

    def rows(self, chosen: slice | npt.NDArray[np.int64]) -> BlobColumns:
        """Return the rows that are `chosen`."""
        return BlobColumns(
            self.steps[chosen],
            self.wall_times[chosen],
            self.offsets[chosen],
            self.lengths[chosen],
            self.slots[chosen],
        )


def joined(parts: list[BlobColumns]) -> BlobColumns:
    """Return the rows of several indexes in one."""
    if len(parts) == 1:
        return parts[0]
    dtypes = (np.int64, np.float64, np.int64, np.int64, np.int32)
    names = [field.name for field in fields(BlobColumns)]
    return BlobColumns(
        *(
            np.concatenate([np.empty(0, dtype), *(getattr(part, name) for part in parts)])
            for name, dtype in zip(names, dtypes, strict=True)
        )
    )


@dataclass(frozen=True, slots=True)
class Start:
    """A `SessionLog` START: the writer began anew at `step`.

    ``rows`` says how many points of each scalar tag the batch holds from before it.
    """

    step: int
    wall_time: float
    rows: dict[str, int]


@dataclass(slots=True)
class Batch:
    """All that one call of `decode` got out of a file.

    Attributes
    ----------
    cursor
        Give it to the next call.
    scalars
        Columns by tag.
    blobs
        Index by (kind, tag); kinds as in `KINDS`.
    starts
        Restarts in the order written.
    problems
        What could not be read. `Problem.file` is the path that `decode` was given.
    records
        Records read.
    stop
        ``"end"``, ``"more"`` (the byte budget is spent), ``"cut"`` or ``"zeros"`` (a writer may
        still fill in what is missing: ask again).
    file_size
        Size of the file when it was read.
    first_wall_time
        Earliest finite wall time in the batch, of any event; NaN if there is none.
    anew
        True if the batch begins at the start of the file once more, because its writer turned out
        to be of another sort: what earlier batches held is to be dropped.
    """

    cursor: Cursor
    scalars: dict[str, ScalarColumns] = field(default_factory=dict)
    blobs: dict[tuple[str, str], BlobColumns] = field(default_factory=dict)
    starts: list[Start] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    records: int = 0
    stop: str = "end"
    file_size: int = 0
    first_wall_time: float = float("nan")
    anew: bool = False


class ScalarRows:
    """Rows of one scalar tag on their way to columns."""

    __slots__ = ("_count", "_parts", "steps", "values", "wall_times")

    def __init__(self) -> None:
        self._parts: list[ScalarColumns] = []
        self._count = 0
        self.steps: list[int] = []
        self.wall_times: list[float] = []
        self.values: list[float] = []

    def append(self, step: int, wall_time: float, value: float) -> None:
        """Add one point."""
        self.steps.append(step)
        self.wall_times.append(wall_time)
        self.values.append(value)

    def extend(self, columns: ScalarColumns) -> None:
        """Add points that are columns already."""
        self._close_part()
        self._parts.append(columns)
        self._count += len(columns)

    def __len__(self) -> int:
        return self._count + len(self.steps)

    def columns(self) -> ScalarColumns:
        """Return the rows as columns."""
        self._close_part()
        if len(self._parts) == 1:
            return self._parts[0]
        return ScalarColumns(
            np.concatenate([part.steps for part in self._parts]),
            np.concatenate([part.wall_times for part in self._parts]),
            np.concatenate([part.values for part in self._parts]),
        )

    def _close_part(self) -> None:
        if not self.steps:
            return
        part = ScalarColumns(
            np.array(self.steps, np.int64),
            np.array(self.wall_times, np.float64),
            np.array(self.values, np.float64),
        )
        self._parts.append(part)
        self._count += len(part)
        self.steps, self.wall_times, self.values = [], [], []


#: An entry of an index: step, wall time, offset, length, slot.
BlobRow = tuple[int, float, int, int, int]


class BlobRows:
    """Entries of one index on their way to columns."""

    __slots__ = ("_parts", "_rows")

    def __init__(self) -> None:
        self._parts: list[BlobColumns] = []
        self._rows: list[BlobRow] = []

    def append(self, row: BlobRow) -> None:
        """Add one entry."""
        self._rows.append(row)

    def extend(self, columns: BlobColumns) -> None:
        """Add entries that are columns already, later in the file than all such before."""
        self._parts.append(columns)

    def columns(self) -> BlobColumns:
        """Return the entries as columns, in the order written."""
        if not self._rows:
            return joined(self._parts)
        steps, wall_times, offsets, lengths, slots = zip(*self._rows, strict=True)
        alone = BlobColumns(
            np.array(steps, np.int64),
            np.array(wall_times, np.float64),
            np.array(offsets, np.int64),
            np.array(lengths, np.int64),
            np.array(slots, np.int32),
        )
        columns = joined([*self._parts, alone])
        return columns.rows(np.lexsort((columns.slots, columns.offsets)))
