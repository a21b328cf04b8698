"""Taking in records, one by one or by columns, and keeping account of what is wrong with them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from google.protobuf.message import DecodeError

from .columnar import LEAST_BYTES, Columnar
from .columns import Batch, BlobRows, Cursor, ScalarRows, Start, TagMetadata
from .problems import Problem
from .protos import Event, SessionLog
from .records import (
    FOOTER_BYTES,
    HEADER_BYTES,
    Record,
    Stop,
    is_header,
    record_at,
    scan,
)
from .values import KIND_OF_FIELD, NotAScalarError, kind_of, kind_of_tensor, metadata_of, scalar_of
from .wire import FIELD_OF_KEY, walk_blob

if TYPE_CHECKING:
    import numpy.typing as npt

    from .columns import BlobColumns, ScalarColumns
    from .sink import Point
    from .wire import ScalarEvent

MAX_TAG_CHARACTERS = 4096
#: Records read one by one before columns are tried, and at most where they do not help.
_FEWEST_RECORDS, _MOST_RECORDS = 16, 4096
#: So many events whose data CRC fails, and none whose holds, are of a writer that makes none.
_ENOUGH_FAILED = 2
RUN_GRAPH_TAG = "__run_graph__"
META_GRAPH_TAG = "__meta_graph__"


class Decoder:
    """Gathers the rows of one batch: records of the usual form by columns, others one by one."""

    def __init__(self, path: str, cursor: Cursor, data: bytearray, size: int) -> None:
        self._path = path
        self._cursor = cursor
        self.base = cursor.offset
        self._data, self._bytes = data, memoryview(data)[:size]
        self._metadata = cursor.metadata
        self._intact, self._failed = cursor.intact, cursor.failed
        self._good_header = False
        self._withheld: list[Record] = []
        self._scalars: dict[str, ScalarRows] = {}
        self._blobs: dict[tuple[str, str], BlobRows] = {}
        self.starts: list[Start] = []
        self._problems: list[Problem] = []
        self._records = 0
        self._first_wall_time = math.inf

    def read(self) -> Stop:
        """Read all records; return why no more could be read."""
        if self._cursor.unchecked or self._cursor.lengths_unchecked:
            return self._read_unchecked()
        # Not kept: each would hold the other, and with it the bytes, for long after.
        columnar = Columnar(self._data, len(self._bytes), self)
        position, records, limit = 0, 0, len(self._bytes)
        if self._cursor.offset == 0:
            # What a tag is, its first value says: so the first looks into a file are short ones.
            records, limit = _FEWEST_RECORDS, LEAST_BYTES
        while True:
            position, stop = self._read_records(position, records)
            if stop is not None:
                return stop
            begin, position = position, columnar.read_repeats(position)
            while (
                position - begin < LEAST_BYTES
                and (end := columnar.read_stretch(position, limit)) > position
            ):
                position, limit = end, 2 * limit
            # Where columns do not help, trying again and again would only cost time.
            least = _FEWEST_RECORDS
            records = least if position > begin else max(least, min(2 * records, _MOST_RECORDS))

    def _read_records(self, position: int, count: int) -> tuple[int, Stop | None]:
        """Read `count` records one by one; return where they end, or why there were fewer."""
        base = self._cursor.offset
        if not count:
            return position, None
        for number, item in enumerate(scan(self._bytes[position:], base + position), 1):
            if isinstance(item, Stop):
                return item.offset - base, item
            self._add(self._read_record(item))
            if number == count:
                return item.end - base, None
        raise AssertionError  # scan always ends in a Stop

    def _read_unchecked(self) -> Stop:
        """Read all records one by one, and see whether they are without checksums indeed."""
        base, lengths_checked = self._cursor.offset, not self._cursor.lengths_unchecked
        for item in scan(self._bytes, base, lengths_checked=lengths_checked):
            if isinstance(item, Stop):
                return item
            self._good_header |= not lengths_checked and is_header(self._bytes, item.offset - base)
            self._add(self._read_record(item))
        raise AssertionError  # scan always ends in a Stop

    @property
    def doubt(self) -> Cursor | None:
        """Where to begin anew if the writer turned out to be of another sort; None if it did not.

        That every record of a file fails says that its writer makes no checksums; then a single one
        that holds says that it does. Damage is only what stands out.
        """
        cursor = self._cursor
        lengths_unchecked = cursor.lengths_unchecked and not self._good_header
        if (cursor.unchecked and self._intact) or self._good_header:
            return Cursor(intact=1, lengths_unchecked=lengths_unchecked)
        if not self._intact and not cursor.unchecked and self._failed >= _ENOUGH_FAILED:
            return Cursor(unchecked=True, lengths_unchecked=lengths_unchecked)
        return None

    def ends_in_doubt(self, stop: Stop) -> bool:
        """Tell whether the last record before `stop` fails its checksum and ends in a zero."""
        if not self._withheld or self._withheld[-1].end != stop.offset:
            return False
        return not self._bytes[stop.offset - self.base - 1]

    def hold_back(self) -> Stop:
        """Leave the last record for later, because what follows it has not been written yet.

        Network disks write whole pages in any order, so that a page of zeros rarely begins where a
        record does: the one before is as unwritten as those in it.
        """
        last = self._withheld.pop()
        self._records -= 1
        self._failed -= self._counts(last)
        return Stop(last.offset, "zeros")

    # -- what the columnar reader asks -------------------------------------------------------------

    def accepts(self, event: ScalarEvent) -> bool:
        """Tell whether all values of `event` are scalars of tags that are known already."""
        for value in event.values:
            known = self._metadata.get(value.tag)
            if known is None:
                if value.is_tensor or value.metadata is not None:
                    return False
            elif value.is_tensor and kind_of_tensor(known) != "scalars":
                return False
        return True

    def add_points(self, tag: str, columns: ScalarColumns) -> None:
        """Take points of one tag, in the order written."""
        self._rows_of(tag).extend(columns)
        self._note_wall_times(columns.wall_times)

    def add_intact(self, records: int) -> None:
        """Take note of records that were read by columns."""
        self._records += records
        self._intact += records

    def kind_of_payload(self, tag: bytes, field: int) -> tuple[str, str] | None:
        """Return kind and name of `tag`, None if its kind is not certain yet."""
        try:
            name = tag.decode()
        except UnicodeDecodeError:
            return None
        kind = KIND_OF_FIELD.get(FIELD_OF_KEY[field])
        if kind is None:
            metadata = self._metadata.get(name)
            kind = kind_of_tensor(metadata) if metadata else "scalars"
        return None if kind == "scalars" else (kind, name)

    def add_payloads(self, key: tuple[str, str], columns: BlobColumns) -> None:
        """Take entries of the index of a kind and a tag, in the order written."""
        self._entries_of(key).extend(columns)
        self._note_wall_times(columns.wall_times)

    def read_alone(self, position: int, length: int) -> None:
        """Read the record at `position` by itself, and add its points."""
        self._add(self.read_odd(position, length))

    def read_odd(self, position: int, length: int) -> list[Point]:
        """Read the record at `position` by itself; return its scalars, which are not yet added."""
        record = record_at(self._bytes, position, length, self._cursor.offset + position)
        return self._read_record(record)

    # -- one record --------------------------------------------------------------------------------

    def _read_record(self, record: Record) -> list[Point]:
        self._records += 1
        self._intact += record.intact
        if record.intact or (self._cursor.unchecked and _event_in(record) is not None):
            return self._points_of(record)
        self._failed += self._counts(record)
        self._withheld.append(record)
        return []

    def _counts(self, failing: Record) -> bool:
        """Tell whether a record that fails says something of the writer, as long as none holds."""
        return not self._intact and _event_in(failing) is not None

    def _add(self, points: list[Point]) -> None:
        for tag, step, wall_time, value in points:
            self._rows_of(tag).append(step, wall_time, value)

    def _rows_of(self, tag: str) -> ScalarRows:
        rows = self._scalars.get(tag)
        if rows is None:
            rows = self._scalars[tag] = ScalarRows()
        return rows

    def _entries_of(self, key: tuple[str, str]) -> BlobRows:
        entries = self._blobs.get(key)
        if entries is None:
            entries = self._blobs[key] = BlobRows()
        return entries

    def batch(self, offset: int, file_size: int) -> Batch:
        """Return all that was read, and a cursor at `offset`."""
        for record in self._withheld:
            size = HEADER_BYTES + len(record.data) + FOOTER_BYTES
            self._problem(record, "data_crc", size, "a record fails its checksum")
        cursor = replace(
            self._cursor,
            offset=offset,
            metadata=self._metadata,
            intact=self._intact,
            failed=self._failed,
        )
        wall_time = self._first_wall_time if math.isfinite(self._first_wall_time) else math.nan
        return Batch(
            cursor,
            {tag: rows.columns() for tag, rows in self._scalars.items()},
            {key: rows.columns() for key, rows in self._blobs.items()},
            self.starts,
            self._problems,
            self._records,
            file_size=file_size,
            first_wall_time=wall_time,
        )

    def _problem(self, record: Record, kind: str, skipped: int, what: str) -> None:
        message = f"At offset {record.offset:,} {what}; it was left out."
        self._problems.append(Problem(self._path, record.offset, kind, skipped, message))

    def _points_of(self, record: Record) -> list[Point]:
        """Take in one record; return the scalars in it."""
        if self._add_payload(record):
            return []
        event = _event_in(record)
        if event is None:
            size = HEADER_BYTES + len(record.data) + FOOTER_BYTES
            self._problem(record, "not_protobuf", size, "a record is not a valid event")
            return []
        self._note_wall_time(event.wall_time)
        what = event.WhichOneof("what")
        if what == "summary":
            values = enumerate(event.summary.value)
            points = (self._point_of(record, event, slot, value) for slot, value in values)
            return [point for point in points if point is not None]
        if what == "graph_def":
            self._add_blob("graphs", RUN_GRAPH_TAG, record, event, -1)
        elif what == "meta_graph_def":
            self._add_blob("graphs", META_GRAPH_TAG, record, event, -1)
        elif what == "tagged_run_metadata":
            self._add_blob("graphs", event.tagged_run_metadata.tag, record, event, -1)
        elif what == "session_log" and event.session_log.status == SessionLog.START:
            rows = {tag: len(rows) for tag, rows in self._scalars.items()}
            self.starts.append(Start(event.step, event.wall_time, rows))
        return []

    def _add_payload(self, record: Record) -> bool:
        """Index a record that holds one image, histogram or the like, without parsing it."""
        event = walk_blob(record.data)
        if event is None or len(event.tag) > MAX_TAG_CHARACTERS:
            return False
        try:
            metadata = self._metadata_of(event.tag, event.metadata)
        except DecodeError:
            return False  # protobuf refuses the whole of it then
        kind = KIND_OF_FIELD.get(event.field) or kind_of_tensor(metadata)
        if kind == "scalars":
            return False
        self._note_wall_time(event.wall_time)
        self._add_blob(kind, event.tag, record, event, 0)
        return True

    def _note_wall_time(self, wall_time: float) -> None:
        if math.isfinite(wall_time) and wall_time < self._first_wall_time:
            self._first_wall_time = wall_time

    def _note_wall_times(self, wall_times: npt.NDArray[np.float64]) -> None:
        first = float(np.fmin.reduce(wall_times))
        if not math.isfinite(first):
            finite = wall_times[np.isfinite(wall_times)]
            first = float(finite.min()) if len(finite) else math.inf
        self._first_wall_time = min(self._first_wall_time, first)

    def _point_of(self, record: Record, event: Any, slot: int, value: Any) -> Point | None:
        """Take in one value of an event; return it if it is a scalar."""
        tag = value.tag
        if len(tag) > MAX_TAG_CHARACTERS:
            self._problem(record, "value", 0, f"a tag has {len(tag):,} characters")
            return None
        own = value.metadata.SerializeToString() if value.HasField("metadata") else None
        metadata = self._metadata_of(tag, own)
        kind = kind_of(value, metadata)
        if kind is None:
            self._problem(record, "value", 0, f"the tag {tag!r} has no value")
        elif kind == "scalars":
            try:
                number = scalar_of(value)
            except NotAScalarError as error:
                self._problem(record, "value", 0, f"the tag {tag!r} holds {error}")
            else:
                return tag, event.step, event.wall_time, number
        else:
            self._add_blob(kind, tag, record, event, slot)
        return None

    def _metadata_of(self, tag: str, own: bytes | None) -> TagMetadata | None:
        """Return the metadata of `tag`: what its first value carried, which may be this one."""
        known, given = self._metadata.get(tag), None if own is None else metadata_of(own)
        if known is None and given is not None:
            known = given
            if self._metadata is self._cursor.metadata:
                self._metadata = dict(self._metadata)  # the caller's cursor stays as it was
            self._metadata[tag] = known
        return known

    def _add_blob(self, kind: str, tag: str, record: Record, event: Any, slot: int) -> None:
        offset = record.offset + HEADER_BYTES
        self._entries_of((kind, tag)).append(
            (event.step, event.wall_time, offset, len(record.data), slot)
        )


def is_event(record: Record) -> bool:
    """Tell whether a record is an event with a time, as all are that writers write."""
    event = _event_in(record)
    return event is not None and bool(event.wall_time > 0)


def _event_in(record: Record) -> Any:
    """Return the event that a record holds, None if it is not one."""
    try:
        return Event.FromString(record.data)
    except DecodeError:
        return None
