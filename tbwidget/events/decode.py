"""The seam of the reader: bytes of one file in, columns out.

`decode` is a pure, picklable function of a file and a cursor, so any executor can run it. Damage
never raises: it comes back as `Problem` beside whatever could be read.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from google.protobuf.message import DecodeError

from .columns import Batch, Cursor, ScalarRows, Start, TagMetadata, blob_columns
from .files import read_bytes
from .problems import Problem
from .protos import Event, SessionLog
from .records import FOOTER_BYTES, HEADER_BYTES, RESYNC_BYTES, Record, Stop, resync, scan
from .values import NotAScalarError, kind_of, metadata_of, scalar_of

if TYPE_CHECKING:
    from .files import FileState

#: How much of a file one call reads by default: small enough for curves to fill in while the first
#: read goes on, large enough for the call itself to cost nothing.
DEFAULT_BUDGET = 4 * 2**20

MAX_TAG_CHARACTERS = 4096
RUN_GRAPH_TAG = "__run_graph__"
META_GRAPH_TAG = "__meta_graph__"

_FOREIGN = {
    b"\x1f\x8b": "it is gzip-compressed; unpack it first",
    b"version https://git-lfs": "it is a Git LFS pointer; run `git lfs pull` to get the file",
    b"PK\x03\x04": "it is a zip archive; unpack it first",
}


def decode(
    path: str, cursor: Cursor, budget: int = DEFAULT_BUDGET, *, patient: bool = True
) -> Batch:
    """Decode the records of `path` from `cursor` on.

    Parameters
    ----------
    path
        A local regular file.
    cursor
        ``Cursor()`` for the start of the file, later the cursor of the last batch.
    budget
        Bytes to read at most, unless a single record is longer.
    patient
        Whether an unfinished place (zeros, a record that goes on past the end) is left for a later
        call. If false, a good record after it is looked for, and the place reported as a problem.

    Returns
    -------
    Batch
        Columns, index, problems and the next cursor.

    Raises
    ------
    OSError
        If the file cannot be read at all.

    Examples
    --------
    >>> batch = decode("logs/events.out.tfevents.1.host", Cursor())  # doctest: +SKIP
    >>> batch.scalars["loss"].values  # doctest: +SKIP
    array([0.9, 0.7, 0.4])
    """
    data, state = read_bytes(path, cursor.offset, budget)
    if cursor.offset == 0 and (problem := _foreign(path, data, state.size)):
        return Batch(cursor.at(state.size), problems=[problem], file_size=state.size)
    while len(data) < (needed := _needed(data)) <= state.size - cursor.offset:
        # The very first record is longer than the budget: read as much as it needs.
        data, state = read_bytes(path, cursor.offset, needed)
    decoder = _Decoder(path, cursor)
    stop = decoder.read(memoryview(data))
    read_to = cursor.offset + len(data)
    more = read_to < state.size and (
        stop.reason == "end" or (stop.reason == "cut" and stop.offset + stop.needed <= state.size)
    )
    if decoder.undecided and (more or (patient and stop.reason in ("end", "cut"))):
        # One record does not tell damage from a writer without checksums: wait for the next.
        if more:
            return decode(path, cursor, 2 * len(data) + stop.needed, patient=patient)
        return Batch(cursor, stop="cut", file_size=state.size)
    decoder.settle_withheld()
    batch = decoder.batch(stop.offset, state.size)
    if more:
        batch.stop = "more"  # only the budget ended here, not the file
        return batch
    batch.stop = stop.reason
    if stop.reason == "damaged" or (stop.reason in ("cut", "zeros") and not patient):
        _skip_damage(path, batch, stop, state)
    return batch


def _needed(data: bytes) -> int:
    """Return how many bytes the first record needs, 0 if it is not cut."""
    first = next(scan(memoryview(data), 0))
    return first.needed if isinstance(first, Stop) and first.reason == "cut" else 0


def _foreign(path: str, data: bytes, size: int) -> Problem | None:
    for magic, reason in _FOREIGN.items():
        if data.startswith(magic):
            return Problem(path, 0, "not_event_file", size, f"Not an event file: {reason}.")
    return None


def _skip_damage(path: str, batch: Batch, stop: Stop, state: FileState) -> None:
    """Move the batch's cursor to the next good record after `stop`, if there is one."""
    data, _ = read_bytes(path, stop.offset, min(RESYNC_BYTES, state.size - stop.offset))
    found = resync(memoryview(data), 1)
    if found is not None:
        skipped = found
        batch.cursor = batch.cursor.at(stop.offset + found)
        batch.stop = "more"
    elif stop.reason != "damaged":
        return  # a tail that a writer has not finished: nothing wrong
    elif len(data) == RESYNC_BYTES:
        skipped = len(data)
        batch.cursor = batch.cursor.at(stop.offset + skipped)
        batch.stop = "more"
    else:
        # Looked at again when the file grows: a good record may follow.
        skipped = len(data)
    message = f"{skipped:,} bytes from offset {stop.offset:,} could not be read as records"
    after = "reading went on after them" if found is not None else "nothing readable follows yet"
    batch.problems.append(
        Problem(path, stop.offset, _KIND_OF_STOP[stop.reason], skipped, f"{message}; {after}.")
    )


_KIND_OF_STOP = {"damaged": "header", "cut": "cut", "zeros": "zeros"}


class _Decoder:
    """Gathers the rows of one batch, one record at a time."""

    def __init__(self, path: str, cursor: Cursor) -> None:
        self._path = path
        self._cursor = cursor
        self._metadata = cursor.metadata
        self._intact = cursor.intact
        self._unchecked = cursor.unchecked
        self._withheld: list[Record] = []
        self._scalars: dict[str, ScalarRows] = {}
        self._blobs: dict[tuple[str, str], list[tuple[int, float, int, int, int]]] = {}
        self._starts: list[Start] = []
        self._problems: list[Problem] = []
        self._records = 0
        self._first_wall_time = math.inf

    def read(self, buffer: memoryview) -> Stop:
        for item in scan(buffer, self._cursor.offset):
            if isinstance(item, Stop):
                return item
            self._records += 1
            if item.intact or self._unchecked:
                self._intact += item.intact
                self._add_record(item)
            else:
                self._withheld.append(item)
        raise AssertionError  # scan always ends in a Stop

    def batch(self, offset: int, file_size: int) -> Batch:
        cursor = Cursor(offset, self._metadata, self._intact, self._unchecked)
        wall_time = self._first_wall_time if math.isfinite(self._first_wall_time) else math.nan
        return Batch(
            cursor,
            {tag: rows.columns() for tag, rows in self._scalars.items()},
            {key: blob_columns(rows) for key, rows in self._blobs.items()},
            self._starts,
            self._problems,
            self._records,
            file_size=file_size,
            first_wall_time=wall_time,
        )

    @property
    def undecided(self) -> bool:
        """Whether the only record of the file so far fails its checksum."""
        return len(self._withheld) == 1 and self._records == 1 and not self._intact

    def settle_withheld(self) -> None:
        """Decide about records whose data CRC failed: damage, or a writer that has no CRC."""
        withheld, self._withheld = self._withheld, []
        if len(withheld) > 1 and not self._intact and all(map(_parses, withheld)):
            self._unchecked = True
            message = "No record's checksum holds, so its writer makes none: read unchecked."
            self._problems.append(Problem(self._path, 0, "no_crc", 0, message))
            for record in withheld:
                self._add_record(record)
            return
        for record in withheld:
            size = HEADER_BYTES + len(record.data) + FOOTER_BYTES
            self._problem(record, "data_crc", size, "a record fails its checksum")

    def _problem(self, record: Record, kind: str, skipped: int, what: str) -> None:
        message = f"At offset {record.offset:,} {what}; it was left out."
        self._problems.append(Problem(self._path, record.offset, kind, skipped, message))

    def _add_record(self, record: Record) -> None:
        try:
            event = Event.FromString(record.data)
        except DecodeError:
            size = HEADER_BYTES + len(record.data) + FOOTER_BYTES
            self._problem(record, "not_protobuf", size, "a record is not a valid event")
            return
        wall_time = event.wall_time
        if math.isfinite(wall_time) and wall_time < self._first_wall_time:
            self._first_wall_time = wall_time
        what = event.WhichOneof("what")
        if what == "summary":
            for slot, value in enumerate(event.summary.value):
                self._add_value(record, event, slot, value)
        elif what == "graph_def":
            self._add_blob("graphs", RUN_GRAPH_TAG, record, event, -1)
        elif what == "meta_graph_def":
            self._add_blob("graphs", META_GRAPH_TAG, record, event, -1)
        elif what == "tagged_run_metadata":
            self._add_blob("graphs", event.tagged_run_metadata.tag, record, event, -1)
        elif what == "session_log" and event.session_log.status == SessionLog.START:
            rows = {tag: len(rows.steps) for tag, rows in self._scalars.items()}
            self._starts.append(Start(event.step, wall_time, rows))

    def _add_value(self, record: Record, event: Any, slot: int, value: Any) -> None:
        tag = value.tag
        if len(tag) > MAX_TAG_CHARACTERS:
            self._problem(record, "value", 0, f"a tag has {len(tag):,} characters")
            return
        metadata = self._metadata_of(tag, value)
        kind = kind_of(value, metadata)
        if kind is None:
            self._problem(record, "value", 0, f"the tag {tag!r} has no value")
        elif kind == "scalars":
            try:
                number = scalar_of(value)
            except NotAScalarError as error:
                self._problem(record, "value", 0, f"the tag {tag!r} holds {error}")
                return
            rows = self._scalars.get(tag)
            if rows is None:
                rows = self._scalars[tag] = ScalarRows()
            rows.append(event.step, event.wall_time, number)
        else:
            self._add_blob(kind, tag, record, event, slot)

    def _metadata_of(self, tag: str, value: Any) -> TagMetadata | None:
        known = self._metadata.get(tag)
        if known is None and (known := metadata_of(value)) is not None:
            if self._metadata is self._cursor.metadata:
                self._metadata = dict(self._metadata)  # the caller's cursor stays as it was
            self._metadata[tag] = known
        return known

    def _add_blob(self, kind: str, tag: str, record: Record, event: Any, slot: int) -> None:
        rows = self._blobs.setdefault((kind, tag), [])
        offset = record.offset + HEADER_BYTES
        rows.append((event.step, event.wall_time, offset, len(record.data), slot))


def _parses(record: Record) -> bool:
    try:
        Event.FromString(record.data)
    except DecodeError:
        return False
    return True
