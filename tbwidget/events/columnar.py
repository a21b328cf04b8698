"""Decoding a buffer of records by columns: which records go together, and which go alone.

Three ways, from the fastest to the most patient:

- `Columnar.read_repeats`: what a loop writes again and again lies at even distances.
- `Columnar.read_stretch`: all records of the buffer are framed at once, then put together by group,
  by family, or handed one by one to the caller.
- The caller's own per-record path, which also sees to all that is damaged or unfinished.
"""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from .columns import ScalarColumns
from .framing import FRAME_BYTES, frame, hop
from .heads import HEAD_BYTES, read_heads
from .layouts import MAX_LENGTH, Columns, Family, Group, Shape, read_event, words_of
from .records import HEADER_BYTES
from .wire import walk_scalars

if TYPE_CHECKING:
    import numpy.typing as npt

    from .columns import BlobRow, Start
    from .wire import ScalarEvent

    Rows = npt.NDArray[np.int64]

#: A scalar of a record that was read by itself: tag, step, wall time, value.
Point = tuple[str, int, float, float]
#: Fewer bytes than this are read faster one record at a time.
LEAST_BYTES = 16 * 1024
#: Bytes that must follow the end of the data, since rows are taken in whole words.
PADDING_BYTES = HEAD_BYTES
_FEWEST_PAYLOADS = 8
_LEARNED_RECORDS = 256
_LONGEST_PERIOD = 64
#: So many records in a row whose lengths repeat are not chance.
_SHORTEST_RUN = 24
_MOST_GROUPS, _RECENT_GROUPS = 256, 8
_MOST_TEMPLATES = 20_000
_GATHERED_BYTES = 2**20
#: Records of one length that may be of no usual form before the rest of them is not even tried.
_MOST_ODD = 32
_MOST_LEARNED_GROUPS = 3


class Sink(Protocol):
    """What a `Columnar` asks of the decoder that it works for."""

    @property
    def checked(self) -> bool:
        """Whether records must have the right data CRC."""

    def accepts(self, event: ScalarEvent) -> bool:
        """Tell whether all values of `event` are scalars of tags that are known already."""

    def add_points(self, tag: str, columns: ScalarColumns) -> None:
        """Take points of one tag, in the order written."""

    def add_intact(self, records: int) -> None:
        """Take note of records whose points have been, or will be, added."""

    #: File offset of the first byte of the data.
    base: int

    def index_of(self, tag: bytes, field: int) -> list[BlobRow] | None:
        """Return where values of `tag` are indexed, None if its kind is not certain yet."""

    def is_sound(self, start: int, length: int) -> bool:
        """Tell whether the data at `start`, whose length is certain, may be taken."""

    def note_wall_time(self, wall_time: float) -> None:
        """Take note of the wall time of a record that was read by columns."""

    def read_alone(self, position: int, length: int) -> None:
        """Read the record at `position` by itself, and add its points."""

    def read_odd(self, position: int, length: int) -> list[Point]:
        """Read the record at `position` by itself; return its scalars, which are not yet added."""

    @property
    def starts(self) -> list[Start]:
        """Restarts read so far; their ``rows`` count the points that have been added."""


class _Registry(threading.local):
    """The layouts that this thread has met: logs of one training script all look alike."""

    def __init__(self) -> None:
        self.groups: dict[int, list[Group]] = {}
        self.families: dict[int, list[Family]] = {}
        self.recent: deque[Group] = deque(maxlen=_RECENT_GROUPS)
        self.group_count = self.template_count = 0

    def add_group(self, group: Group) -> None:
        if self.group_count >= _MOST_GROUPS:
            self.groups, self.group_count = {}, 0
        self.groups.setdefault(group.lengths[0], []).insert(0, group)
        self.recent.appendleft(group)
        self.group_count += 1

    def forget(self, group: Group) -> None:
        """Try `group` no more where its lengths occur."""
        if group in self.recent:
            self.recent.remove(group)

    def family(self, shape: Shape) -> Family:
        if self.template_count >= _MOST_TEMPLATES:
            self.families, self.template_count = {}, 0
        self.template_count += 1
        families = self.families.setdefault(shape.length, [])
        for family in families:
            if family.shape.key == shape.key:
                return family
        families.append(Family(shape))
        return families[-1]


_REGISTRY = _Registry()


class Columnar:
    """Reads the records of one buffer.

    Parameters
    ----------
    data
        The bytes, followed by `PADDING_BYTES` of anything.
    size
        How many bytes of it count.
    sink
        Where everything goes.
    """

    def __init__(self, data: bytearray, size: int, sink: Sink) -> None:
        self._data = data
        self._bytes = np.frombuffer(data, np.uint8)
        self._size = size
        self._sink = sink

    # -- what lies at even distances ---------------------------------------------------------------

    def read_repeats(self, position: int) -> int:
        """Read repeats of a group that begins soon after `position`; return where they end."""
        while self._size - position >= LEAST_BYTES:
            starts, end = hop(self._data, position, self._size, _LEARNED_RECORDS)
            if end - position > MAX_LENGTH * len(starts):
                break
            place, group = self._known_group(starts[:_LONGEST_PERIOD])
            if group is None:
                place, group = self._learn_group(np.array(starts, np.int64))
            if group is None:
                break
            for start in starts[:place]:
                length = int.from_bytes(self._data[start : start + 4], "little")
                self._sink.read_alone(start, length)
            position = starts[place]
            read = self._read_repeats_of(group, position)
            position += read
            if read < LEAST_BYTES:
                break
        return position

    def _known_group(self, starts: list[int]) -> tuple[int, Group | None]:
        for place, start in enumerate(starts):
            length = int.from_bytes(self._data[start : start + 4], "little")
            for group in _REGISTRY.groups.get(length, ()):
                row = self._bytes[start : min(start + group.size, self._size)]
                if group.fits(row) and self._accepts(group):
                    return place, group
        return 0, None

    def _accepts(self, group: Group) -> bool:
        return all(map(self._sink.accepts, group.events))

    def _learn_group(self, starts: Rows) -> tuple[int, Group | None]:
        """Return the group that is repeated most often among the records at `starts`, and where."""
        if len(starts) <= _SHORTEST_RUN:
            return 0, None
        lengths = np.diff(starts) - FRAME_BYTES
        best, where, period = _SHORTEST_RUN, 0, 0
        for candidate in range(1, min(_LONGEST_PERIOD, len(lengths) // 3) + 1):
            run, end = _longest_run(lengths[:-candidate] == lengths[candidate:])
            if run > best and run >= 2 * candidate:
                best, where, period = run, end - run, candidate
        if not period:
            return 0, None
        where += self._records_to_new_step(starts[where : where + period + 1])
        rows = slice(where, where + period)
        return where, self._group_of(starts[rows], lengths[rows])

    def _records_to_new_step(self, starts: Rows) -> int:
        """Return before which of the records a new step begins, so that groups are whole steps."""
        before: bytes | None = None
        for number, start in enumerate(starts.tolist()):
            first = start + HEADER_BYTES
            length = int.from_bytes(self._data[start : start + 4], "little")
            data = bytes(self._data[first : first + length])
            event = walk_scalars(data)
            if event is None:
                return 0
            step = data[event.step : event.step + event.step_bytes] if event.step else b""
            if before is not None and step != before:
                return number % (len(starts) - 1)
            before = step
        return 0

    def _group_of(self, starts: Any, lengths: Any) -> Group | None:
        """Return the group of the given records, if each of them is usual."""
        payloads, events = [], []
        for start, length in zip(starts, lengths, strict=True):
            first = int(start) + HEADER_BYTES
            payload = bytes(self._data[first : first + int(length)])
            event = read_event(payload) if length <= MAX_LENGTH else None
            if event is None or not self._sink.accepts(event):
                return None
            payloads.append(payload)
            events.append(event)
        group = Group(payloads, events)
        _REGISTRY.add_group(group)
        return group

    def _read_repeats_of(self, group: Group, position: int) -> int:
        count = (self._size - position) // group.size
        if not count:
            return 0
        end = position + count * group.size
        rows = self._bytes[position:end].reshape(count, group.size)
        sound = group.sound(rows, checked=self._sink.checked)
        if sound is not None and not sound.all():
            count = int(sound.argmin())
            rows = rows[:count]
        if not count:
            return 0
        self._add_repeats(group.columns(rows), group)
        self._sink.add_intact(count * len(group.events))
        return count * group.size

    def _add_repeats(self, parts: list[tuple[str, int, Columns]], group: Group) -> None:
        repeated: dict[str, list[Columns]] = defaultdict(list)
        for tag, _, columns in parts:
            if tag in group.repeated:
                repeated[tag].append(columns)
            else:
                self._sink.add_points(tag, ScalarColumns(*columns))
        for tag, several in repeated.items():
            woven = (np.stack(column, axis=1).ravel() for column in zip(*several, strict=True))
            self._sink.add_points(tag, ScalarColumns(*woven))

    # -- what does not -----------------------------------------------------------------------------

    def read_stretch(self, position: int, limit: int) -> int:
        """Read the whole records in `limit` bytes from `position` on; return where they end."""
        end = min(self._size, position + limit)
        if end - position < LEAST_BYTES:
            return position
        starts, lengths = frame(self._data, self._bytes, position, end)
        if not len(starts):
            return position
        stretch = _Stretch(starts, lengths)
        self._read_groups(stretch)
        self._read_families(stretch)
        self._read_payloads(stretch)
        self._read_odd(stretch)
        restarts = self._sink.starts[len(self._sink.starts) - len(stretch.restarts) :]
        for tag, records, columns in stretch.merged():
            before = np.searchsorted(records, stretch.restarts).tolist()
            for start, count in zip(restarts, before, strict=True):
                start.rows[tag] = start.rows.get(tag, 0) + count
            self._sink.add_points(tag, columns)
        return int(starts[-1] + FRAME_BYTES + lengths[-1])

    def _read_groups(self, stretch: _Stretch) -> None:
        for group in list(_REGISTRY.recent):
            if stretch.may_hold(group) and self._accepts(group):
                self._read_group(stretch, group)
        for _ in range(_MOST_LEARNED_GROUPS):
            left = np.flatnonzero(stretch.left & (stretch.lengths <= MAX_LENGTH))
            if 2 * len(left) < len(stretch.starts) or len(left) < _LEARNED_RECORDS:
                return
            first = int(left[0])
            _, group = self._learn_group(stretch.starts[first : first + _LEARNED_RECORDS])
            if group is None or not self._read_group(stretch, group):
                return

    def _read_group(self, stretch: _Stretch, group: Group) -> bool:
        chosen = stretch.places_of(group)
        if not len(chosen):
            return False
        rows = self._gather(stretch.starts[chosen], group.size)
        sound = group.sound(rows, checked=self._sink.checked)
        if sound is not None:
            if 2 * np.count_nonzero(sound) < len(sound):
                _REGISTRY.forget(group)  # its lengths are not what tells its records
            rows, chosen = rows[sound], chosen[sound]
        if not len(chosen):
            return False
        for tag, number, columns in group.columns(rows):
            stretch.add(tag, chosen + number, columns)
        for number in range(len(group.events)):
            stretch.left[chosen + number] = False
        self._sink.add_intact(len(chosen) * len(group.events))
        return True

    def _gather(self, starts: Rows, width: int) -> npt.NDArray[np.uint8]:
        whole = np.ndarray((len(self._bytes) - width + 1,), f"V{width}", self._bytes, strides=(1,))
        return whole[starts].view(np.uint8).reshape(len(starts), width)

    def _read_families(self, stretch: _Stretch) -> None:
        lengths = np.minimum(stretch.lengths[stretch.left], MAX_LENGTH + 1)
        for length in np.flatnonzero(np.bincount(lengths)[: MAX_LENGTH + 1]):
            chosen = np.flatnonzero(stretch.left & (stretch.lengths == length))
            size = max(256, _GATHERED_BYTES // (8 * words_of(int(length))))
            for first in range(0, len(chosen), size):
                self._read_length(stretch, chosen[first : first + size], int(length))

    def _read_length(self, stretch: _Stretch, chosen: Rows, length: int) -> None:
        """Read records that have one length, as far as they are usual."""
        rows = self._gather(stretch.starts[chosen], 8 * words_of(length))
        left = np.arange(len(chosen))
        for family in list(_REGISTRY.families.get(length, ())):
            left = self._read_family(stretch, family, chosen, rows, left)
        odd = 0
        while len(left) and odd < _MOST_ODD:
            data = rows[left[0], HEADER_BYTES : HEADER_BYTES + length].tobytes()
            event = read_event(data)
            family = event and _REGISTRY.family(Shape(length, event))
            if not event or not family or family.full or not self._sink.accepts(event):
                left = left[1:]
                odd += 1
                continue
            family.learn(rows[left[0]].view("<u8"), data, event)
            left = self._read_family(stretch, family, chosen, rows, left)

    def _read_family(
        self,
        stretch: _Stretch,
        family: Family,
        chosen: Rows,
        rows: npt.NDArray[np.uint8],
        left: Rows,
    ) -> Rows:
        """Read those of the `left` rows that are of `family`; return which are still left."""
        if not len(left) or not family.events:
            return left
        mine = rows if len(left) == len(rows) else rows[left]
        templates = family.match(mine.view("<u8"))
        accepted = np.array([self._sink.accepts(event) for event in family.events])
        found = templates >= 0
        taken = found & accepted[templates]
        if self._sink.checked and taken.any():
            taken[taken] = family.intact(mine[taken], templates[taken])
        self._add_family(stretch, family, chosen[left[taken]], mine[taken], templates[taken])
        # What is of a template and yet not taken goes alone; it is not tried again here.
        return left[~found]

    def _add_family(
        self,
        stretch: _Stretch,
        family: Family,
        records: Rows,
        rows: npt.NDArray[np.uint8],
        templates: npt.NDArray[np.int16],
    ) -> None:
        if not len(records):
            return
        stretch.left[records] = False
        self._sink.add_intact(len(records))
        order = np.argsort(templates, kind="stable")
        ends = np.cumsum(np.bincount(templates, minlength=len(family.events)))
        shape = family.shape
        records, steps = records[order], shape.steps(rows, HEADER_BYTES)[order]
        walls = shape.wall_times(rows, HEADER_BYTES)[order]
        for slot in range(len(shape.values)):
            values = shape.value(rows, HEADER_BYTES, slot)[order]
            first = 0
            for event, end in zip(family.events, ends.tolist(), strict=True):
                if end > first:
                    part = slice(first, end)
                    columns = (steps[part], walls[part], values[part])
                    stretch.add(event.values[slot].tag, records[part], columns)
                first = end

    def _read_payloads(self, stretch: _Stretch) -> None:
        """Index records with one image, histogram or the like."""
        left = np.flatnonzero(stretch.left & (stretch.lengths >= HEAD_BYTES))
        if len(left) < _FEWEST_PAYLOADS:
            return
        starts, lengths = stretch.starts[left] + HEADER_BYTES, stretch.lengths[left]
        rows = self._gather(starts, HEAD_BYTES)
        heads, text = read_heads(rows, lengths), rows.tobytes()
        indexes: dict[tuple[bytes, int], list[BlobRow] | None] = {}
        done = []
        for number, step, wall_time, tag_start, tag_end, field in zip(
            *(column.tolist() for column in heads), strict=True
        ):
            begin = number * HEAD_BYTES
            key = (text[begin + tag_start : begin + tag_end], field)
            if key not in indexes:
                indexes[key] = self._sink.index_of(*key)
            index = indexes[key]
            start, length = int(starts[number]), int(lengths[number])
            if index is not None and self._sink.is_sound(start, length):
                index.append((step, wall_time, self._sink.base + start, length, 0))
                done.append(number)
        stretch.left[left[done]] = False
        self._sink.add_intact(len(done))
        for wall_time in heads.wall_times.tolist():
            self._sink.note_wall_time(wall_time)

    def _read_odd(self, stretch: _Stretch) -> None:
        points: dict[str, list[tuple[int, int, float, float]]] = defaultdict(list)
        left = np.flatnonzero(stretch.left)
        places = zip(stretch.starts[left].tolist(), stretch.lengths[left].tolist(), strict=True)
        for record, (start, length) in zip(left.tolist(), places, strict=True):
            restarts = len(self._sink.starts)
            for tag, step, wall_time, value in self._sink.read_odd(start, length):
                points[tag].append((record, step, wall_time, value))
            if len(self._sink.starts) > restarts:
                stretch.restarts.append(record)
        for tag, rows in points.items():
            records, steps, walls, values = zip(*rows, strict=True)
            columns = (np.array(steps, np.int64), np.array(walls, float), np.array(values, float))
            stretch.add(tag, np.array(records, np.int64), columns)


class _Stretch:
    """The records of a buffer, which of them are left to be read, and the points of the others."""

    def __init__(self, starts: Rows, lengths: Rows) -> None:
        self.starts, self.lengths = starts, lengths
        self.left = np.ones(len(starts), bool)
        self.restarts: list[int] = []
        self._present = set(
            np.flatnonzero(np.bincount(np.minimum(lengths, MAX_LENGTH + 1))).tolist()
        )
        self._parts: dict[str, list[tuple[Rows, Columns]]] = defaultdict(list)

    def may_hold(self, group: Group) -> bool:
        return len(group.lengths) > 1 and self._present.issuperset(group.lengths)

    def places_of(self, group: Group) -> Rows:
        """Return the numbers of those records that begin a run of this group's lengths."""
        lengths, size = self.lengths, len(group.lengths)
        last = len(lengths) - size + 1
        if last < 1:
            return np.empty(0, np.int64)
        chosen = np.flatnonzero(lengths[:last] == group.lengths[0])
        for number in range(1, size):
            chosen = chosen[lengths[chosen + number] == group.lengths[number]]
        unread = np.concatenate([[0], np.cumsum(self.left)])
        chosen = chosen[unread[chosen + size] - unread[chosen] == size]
        if len(chosen) > 1 and (np.diff(chosen) < size).any():
            chosen = _apart(chosen, size)
        return chosen

    def add(self, tag: str, records: Rows, columns: Columns) -> None:
        self._parts[tag].append((records, columns))

    def merged(self) -> list[tuple[str, Rows, ScalarColumns]]:
        """Return the points of each tag in the order written, and which records they are of."""
        result = []
        for tag, parts in self._parts.items():
            if len(parts) == 1:
                result.append((tag, parts[0][0], ScalarColumns(*parts[0][1])))
                continue
            records = np.concatenate([records for records, _ in parts])
            order = np.argsort(records, kind="stable")
            columns = zip(*(columns for _, columns in parts), strict=True)
            merged = ScalarColumns(*(np.concatenate(column)[order] for column in columns))
            result.append((tag, records[order], merged))
        return result


def _apart(places: Rows, size: int) -> Rows:
    """Return those of the ascending `places` that are at least `size` apart, the first ones."""
    kept, next_free = [], -1
    for place in places.tolist():
        if place >= next_free:
            kept.append(place)
            next_free = place + size
    return np.array(kept, np.int64)


def _longest_run(same: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """Return the length of the longest run of True, and where it ends."""
    breaks = np.concatenate([[-1], np.flatnonzero(~same), [len(same)]])
    runs = np.diff(breaks) - 1
    longest = int(runs.argmax())
    return int(runs[longest]), int(breaks[longest + 1])
