"""Series whose values stay in the file until they are looked at: images, text, histograms, ...

Kept is an index alone: step, wall time, and where the record lies. Which entries are current, and
in what order, follows the rules of a series (`ordering`), except that a restart never supersedes:
a step written again is replaced, all others stay. Where a curve is made of the values (histograms,
PR curves, tensors), a later file that begins at or before the last step does supersede, as it does
for scalars.
"""

from __future__ import annotations

import operator
import struct
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, overload

import numpy as np
from google.protobuf.message import DecodeError

from tbwidget.events.columns import BlobColumns, TagMetadata, joined
from tbwidget.events.files import read_bytes
from tbwidget.events.problems import Problem
from tbwidget.events.protos import Event, PluginVersion
from tbwidget.events.records import HEADER_BYTES
from tbwidget.events.tensors import MalformedValueError

from .decoded import DECODED
from .ordering import Segment, Writer, current_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt
    import pandas as pd

_V = TypeVar("_V")
_Pieces = tuple[tuple[Writer, BlobColumns], ...]
#: Pieces of an index as they came, before they are put together.
_MOST_LOOSE_PIECES = 16
_LENGTH = struct.Struct("<Q")
#: The latest version of every plugin's metadata that is known here; all have stayed at the first.
KNOWN_VERSION = 0


class UnreadableValueError(ValueError):
    """One value of a series cannot be read; the message says which, where and why."""


class Index(NamedTuple):
    """The current entries of a series, in their order; `writers[files[i]]` wrote entry i."""

    columns: BlobColumns
    files: npt.NDArray[np.int32]
    writers: tuple[Writer, ...]


class BlobSeries(Generic[_V]):
    """Values of one tag in one run, decoded on access.

    Attributes
    ----------
    tag
        The tag's name.
    kind
        As in `Run.tags`.
    metadata
        What the tag's first value said of it.

    Examples
    --------
    >>> series = logs["train"].images["sample"]  # doctest: +SKIP
    >>> series.steps  # doctest: +SKIP
    array([0, 10, 20])
    >>> series[-1]  # doctest: +SKIP
    [<Image image/png 32x32, 812 bytes>]
    """

    kind = ""
    #: Whether a later file that begins at or before the last step supersedes.
    _purges = False
    #: Whether the metadata begins with the version of the plugin's format.
    _has_version = True

    def __init__(
        self,
        tag: str,
        metadata: TagMetadata | None,
        report: Callable[[Problem], None],
        *,
        purge: bool = True,
    ) -> None:
        self.tag = tag
        self.metadata = metadata or TagMetadata("")
        self._report = report
        self._purge = purge and self._purges
        # Replaced as a whole, never changed, so readers need no lock.
        self._pieces: _Pieces = ()
        self._loose = 0  # how many of them are as they came
        self._token = object()
        self._index: tuple[Any, Index] = ((), _index_of((), purge=False))

    @property
    def display_name(self) -> str:
        """What the writer wants the tag to be called; empty if it did not say."""
        return self.metadata.display_name

    @property
    def description(self) -> str:
        """What the writer said of the tag, in Markdown; empty if nothing."""
        return self.metadata.description

    @property
    def steps(self) -> npt.NDArray[np.int64]:
        """Steps, int64[n], ascending (or all equal); read-only."""
        return self.index().columns.steps

    @property
    def wall_times(self) -> npt.NDArray[np.float64]:
        """Wall times, float64[n], in seconds since the epoch; read-only."""
        return self.index().columns.wall_times

    def __len__(self) -> int:
        """Return the number of steps at which there is a value."""
        return len(self.steps)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.tag!r}: {len(self):,} steps>"

    def __iter__(self) -> Iterator[_V]:
        """Iterate over the decoded values."""
        index = self.index()
        return (self.value_at(index, row) for row in range(len(index.columns)))

    @overload
    def __getitem__(self, item: int) -> _V: ...

    @overload
    def __getitem__(self, item: slice) -> list[_V]: ...

    def __getitem__(self, item: int | slice) -> _V | list[_V]:
        """Return the value of the `item`-th step, decoded.

        Raises
        ------
        IndexError
            If there is none.
        UnreadableValueError
            If this value cannot be decoded, or its file has gone or changed. Other values are
            not affected. It is also listed in `Logdir.problems`.
        """
        index = self.index()
        if isinstance(item, slice):
            rows = range(*item.indices(len(index.columns)))
            return [self.value_at(index, row) for row in rows]
        return self.value_at(index, self.row_of(index, item))

    def readable(self) -> Iterator[tuple[int, float, _V]]:
        """Yield step, wall time and value of all that can be read."""
        index = self.index()
        times = zip(index.columns.steps.tolist(), index.columns.wall_times.tolist(), strict=True)
        for row, (step, wall_time) in enumerate(times):
            try:
                value = self.value_at(index, row)
            except UnreadableValueError:
                continue  # reported where it was read
            yield step, wall_time, value

    def to_pandas(self) -> pd.DataFrame:
        """Return all values as a table.

        Returns
        -------
        pandas.DataFrame
            Columns step (int64), wall_time (float64, seconds since the epoch) and value (what
            ``[i]`` gives, as an object); one row a step. Values that cannot be read are left out.
        """
        from .value_frames import values_frame

        return values_frame(self)

    def row_of(self, index: Index, item: int) -> int:
        """Return which row of `index` is the `item`-th, counted from the end if negative.

        Raises
        ------
        IndexError
            If there is none.
        """
        row, count = operator.index(item), len(index.columns)
        if not -count <= row < count:
            message = f"{self.kind} {self.tag!r} has {count:,} steps, so there is none at {row}"
            raise IndexError(message)
        return row % count

    def index(self) -> Index:
        """Return a consistent look at all entries, for use from any thread."""
        pieces, index = self._index
        if pieces is not self._pieces:
            pieces = self._pieces
            index = _index_of(pieces, purge=self._purge)
            self._index = pieces, index
        return index

    # -- growth, by the reading thread alone ---------------------------------------------------

    def append(self, writer: Writer, columns: BlobColumns) -> None:
        """Take in what was found in a file."""
        self._pieces = (*self._pieces, (writer, columns))
        self._loose += 1
        if self._loose >= _MOST_LOOSE_PIECES:
            self._pieces, self._loose = _compacted(self._pieces), 0

    def trim(self) -> None:
        """Put the pieces of each file together, since no more may come for long."""
        by_writer = groupby(self._pieces, key=itemgetter(0))
        self._pieces = tuple(
            (writer, joined([columns for _, columns in pieces])) for writer, pieces in by_writer
        )
        self._loose = 0

    def forget(self, writer: Writer) -> int:
        """Drop what `writer` wrote, since its file was replaced; tell how many values it was."""
        kept = tuple(piece for piece in self._pieces if piece[0] != writer)
        dropped = sum(len(columns) for _, columns in self._pieces)
        self._token = object()  # what was decoded lies in a file that is no more
        self._pieces = kept
        return dropped - sum(len(columns) for _, columns in kept)

    @property
    def superseded_count(self) -> int:
        """How many values a later write has replaced."""
        return sum(len(columns) for _, columns in self._pieces) - len(self)

    def written_by(self, writer: Writer) -> BlobColumns:
        """Return the index of all that `writer` wrote, in the order written."""
        return joined([columns for owner, columns in self._pieces if owner == writer])

    # -- decoding ------------------------------------------------------------------------------

    def _decode(self, event: Any, slot: int) -> tuple[Any, int]:
        """Return what to keep of the value in `slot` of an event, and about how many bytes it is.

        Raises
        ------
        MalformedValueError
            If it is not what it should be.
        """
        raise NotImplementedError

    def _handed_out(self, kept: Any) -> _V:
        """Return what the caller gets of what is kept."""
        value: _V = kept
        return value

    def value_at(self, index: Index, row: int, *, keep: bool = True) -> _V:
        """Return the value of one row of `index`, decoded; `keep` it if it may be asked for again.

        Raises
        ------
        UnreadableValueError
            If it cannot be decoded.
        """
        return self._handed_out(self._kept(index, row, keep=keep))

    def _kept(self, index: Index, row: int, *, keep: bool = True) -> Any:
        columns = index.columns
        writer = index.writers[index.files[row]]
        offset, slot = int(columns.offsets[row]), int(columns.slots[row])

        def make() -> tuple[Any, int]:
            event = _read_event(writer.path, offset, int(columns.lengths[row]))
            self._check(event, slot, int(columns.steps[row]))
            return self._decode(event, slot)

        try:
            return DECODED.get((self._token, writer.path, offset, slot), make, keep=keep)
        except MalformedValueError as error:
            raise self.refused(index, row, str(error)) from error
        except OSError as error:
            reason = error.strerror or str(error)
            message = f"{self.kind} {self.tag!r} cannot be read: {reason} ({writer.path})"
            raise UnreadableValueError(message) from error

    def refused(self, index: Index, row: int, what: str) -> UnreadableValueError:
        """Report that a value holds `what` it should not; return the error to raise."""
        path = index.writers[index.files[row]].path
        offset = int(index.columns.offsets[row]) - HEADER_BYTES
        where = f"{self.kind} {self.tag!r} at step {index.columns.steps[row]}"
        message = f"{where} cannot be read: it holds {what}."
        self._report(Problem(path, offset, "value", 0, message))
        return UnreadableValueError(f"{message} ({path}, offset {offset})")

    def _check(self, event: Any, slot: int, step: int) -> None:
        values = event.summary.value
        found = slot < 0 or (slot < len(values) and values[slot].tag == self.tag)
        if event.step != step or not found:
            raise MalformedValueError(_CHANGED)
        if self._has_version:
            check_version(self.metadata.content)


def check_version(content: bytes) -> None:
    """Raise `MalformedValueError` if a plugin's metadata is of a version not known yet."""
    try:
        version = PluginVersion.FromString(content).version
    except DecodeError:
        return  # not a message: some writers put a word there
    if version > KNOWN_VERSION:
        message = f"a newer format (version {version}); an update of tbwidget may read it"
        raise MalformedValueError(message)


_CHANGED = "another record than was indexed there: the file was changed"


def _read_event(path: str, offset: int, length: int) -> Any:
    """Return the event whose data lie at `offset`, after making sure that they still do."""
    data, _ = read_bytes(path, offset - HEADER_BYTES, HEADER_BYTES + length)
    if len(data) != HEADER_BYTES + length or data[:8] != _LENGTH.pack(length):
        raise MalformedValueError(_CHANGED)
    try:
        return Event.FromString(memoryview(data)[HEADER_BYTES:])
    except DecodeError:
        message = "bytes that are not a valid event"
        raise MalformedValueError(message) from None


def _compacted(pieces: _Pieces) -> _Pieces:
    """Return `pieces` with the last ones in one: those of a file double in size, so are few."""
    writer, last = pieces[-1]
    parts, size, kept = [last], len(last), len(pieces) - 1
    while kept and pieces[kept - 1][0] == writer and 2 * size >= len(pieces[kept - 1][1]):
        kept -= 1
        parts.append(pieces[kept][1])
        size += len(parts[-1])
    return (*pieces[:kept], (writer, joined(parts[::-1])))


def _index_of(pieces: _Pieces, *, purge: bool) -> Index:
    writers = tuple(dict.fromkeys(writer for writer, _ in pieces))
    number = {writer: at for at, writer in enumerate(writers)}
    columns = joined([columns for _, columns in pieces])
    files = np.repeat(
        np.array([number[writer] for writer, _ in pieces], np.int32),
        [len(columns) for _, columns in pieces],
    )
    segments, first = [], 0
    for writer, piece in pieces:
        segments.append(Segment(writer, 0, None, first, first + len(piece)))
        first += len(piece)
    rows: Any = current_rows(columns.steps, columns.wall_times, segments, purge=purge)
    if np.array_equal(rows, np.arange(len(columns))):
        rows = slice(None)  # views: what was written is what is current, as nearly always
    current = BlobColumns(
        columns.steps[rows],
        columns.wall_times[rows],
        columns.offsets[rows],
        columns.lengths[rows],
        columns.slots[rows],
    )
    current.steps.flags.writeable = current.wall_times.flags.writeable = False
    return Index(current, files[rows], writers)
