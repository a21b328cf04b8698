"""Decoding a buffer of records by columns: which records go together, and which go alone.

Three ways, from the fastest to the most patient:

- `Columnar.read_repeats`: what a loop writes again and again lies at even distances.
- `Columnar.read_stretch`: all records of the buffer are framed at once, then put together by group,
  by family, or handed one by one to the caller.
- The caller's own per-record path, which also sees to all that is damaged or unfinished.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from .columns import BlobColumns, ScalarColumns
from .framing import FRAME_BYTES, are_intact, frame, hop
from .heads import HEAD_BYTES, read_heads
from .layouts import MAX_LENGTH, Columns, Family, Group, Shape, read_event, words_of
from .records import HEADER_BYTES
from .registry import REGISTRY
from .stretch import Stretch
from .wire import walk_scalars

if TYPE_CHECKING:
    import numpy.typing as npt

    from .heads import Heads
    from .sink import Sink

    Rows = npt.NDArray[np.int64]

#: Fewer bytes than this are read faster one record at a time.
LEAST_BYTES = 16 * 1024
#: Bytes that must follow the end of the data, since rows are taken in whole words.
PADDING_BYTES = HEAD_BYTES
_FEWEST_PAYLOADS = 32
_LEARNED_RECORDS = 256
_LONGEST_PERIOD = 64
#: So many records in a row whose lengths repeat are not chance.
_SHORTEST_RUN = 24
_RUN = b"\1" * (_SHORTEST_RUN + 1)
_PROBED_REPEATS = 32
_GATHERED_BYTES = 2**20
#: Records of one length that may be of no usual form before the rest of them is not even tried.
_MOST_ODD = 32
_MOST_LEARNED_GROUPS = 3


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
            within = min(self._size, position + _LEARNED_RECORDS * MAX_LENGTH)
            starts, end = hop(self._data, position, within, _LEARNED_RECORDS)
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
            for group in REGISTRY.groups.get(length, ()):
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
            same = lengths[:-candidate] == lengths[candidate:]
            if _RUN not in same.tobytes():
                continue
            run, end = _longest_run(same)
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
        REGISTRY.add_group(group)
        return group

    def _read_repeats_of(self, group: Group, position: int) -> int:
        count = (self._size - position) // group.size
        if not count:
            return 0
        end = position + count * group.size
        rows = self._bytes[position:end].reshape(count, group.size)
        # Where the repeats soon end, the rest is not of the group at all.
        sound = group.sound(rows[:_PROBED_REPEATS])
        if sound is None:
            sound = group.sound(rows)
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
        stretch = Stretch(starts, lengths)
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

    def _read_groups(self, stretch: Stretch) -> None:
        for group in list(REGISTRY.recent):
            if stretch.may_hold(group) and self._accepts(group):
                self._read_group(stretch, group)
        for _ in range(_MOST_LEARNED_GROUPS):
            left = np.flatnonzero(stretch.left & (stretch.lengths <= MAX_LENGTH))
            if 2 * len(left) < len(stretch.starts) or len(left) < _LEARNED_RECORDS:
                return
            first = int(left[0])
            learned = self._learn_group(stretch.starts[first : first + _LEARNED_RECORDS])[1]
            if learned is None or not self._read_group(stretch, learned):
                return

    def _read_group(self, stretch: Stretch, group: Group) -> bool:
        chosen = stretch.places_of(group)
        if not len(chosen):
            return False
        rows = self._gather(stretch.starts[chosen], group.size)
        sound = group.sound(rows)
        if sound is not None:
            if 2 * np.count_nonzero(sound) < len(sound):
                REGISTRY.forget(group)  # its lengths are not what tells its records
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

    def _read_families(self, stretch: Stretch) -> None:
        lengths = np.minimum(stretch.lengths[stretch.left], MAX_LENGTH + 1)
        for length in np.flatnonzero(np.bincount(lengths)[: MAX_LENGTH + 1]):
            chosen = np.flatnonzero(stretch.left & (stretch.lengths == length))
            size = max(256, _GATHERED_BYTES // (8 * words_of(int(length))))
            for first in range(0, len(chosen), size):
                self._read_length(stretch, chosen[first : first + size], int(length))

    def _read_length(self, stretch: Stretch, chosen: Rows, length: int) -> None:
        """Read records that have one length, as far as they are usual."""
        rows = self._gather(stretch.starts[chosen], 8 * words_of(length))
        left = np.arange(len(chosen))
        for family in list(REGISTRY.families.get(length, ())):
            left = self._read_family(stretch, family, chosen, rows, left)
        odd = 0
        while len(left) and odd < _MOST_ODD:
            data = rows[left[0], HEADER_BYTES : HEADER_BYTES + length].tobytes()
            event = read_event(data)
            if event is None or not self._sink.accepts(event):
                left, odd = left[1:], odd + 1
                continue
            family = REGISTRY.family(Shape(length, event))
            if family.full:
                return
            family.learn(rows[left[0]].view("<u8"), data, event)
            left = self._read_family(stretch, family, chosen, rows, left)

    def _read_family(
        self,
        stretch: Stretch,
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
        if taken.any():
            taken[taken] = family.intact(mine[taken], templates[taken])
        if not taken.all():
            mine, templates = mine[taken], templates[taken]
        self._add_family(stretch, family, chosen[left[taken]], mine, templates)
        # What is of a template and yet not taken goes alone; it is not tried again here.
        return left[~found]

    def _add_family(
        self,
        stretch: Stretch,
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

    def _read_payloads(self, stretch: Stretch) -> None:
        """Index records with one image, histogram or the like."""
        left = np.flatnonzero(stretch.left & (stretch.lengths >= HEAD_BYTES))
        if len(left) < _FEWEST_PAYLOADS:
            return
        starts, lengths = stretch.starts[left] + HEADER_BYTES, stretch.lengths[left]
        rows = self._gather(starts, HEAD_BYTES)
        heads = read_heads(rows, lengths)
        keys, numbers = _numbered_tags(heads, rows.tobytes())
        known = [self._sink.kind_of_payload(*key) for key in keys]
        taken = np.array([key is not None for key in known], bool)[numbers]
        starts, lengths = starts[heads.rows], lengths[heads.rows]
        taken[taken] = are_intact(self._data, starts[taken], lengths[taken])
        chosen = np.flatnonzero(taken)
        chosen = chosen[np.argsort(numbers[chosen], kind="stable")]
        entries = BlobColumns(
            heads.steps[chosen],
            heads.wall_times[chosen],
            starts[chosen] + self._sink.base,
            lengths[chosen],
            np.zeros(len(chosen), np.int32),
        )
        first = 0
        ends = np.cumsum(np.bincount(numbers[chosen], minlength=len(keys)))
        for key, end in zip(known, ends.tolist(), strict=True):
            if key is not None and end > first:
                self._sink.add_payloads(key, entries.rows(slice(first, end)))
            first = end
        stretch.left[left[heads.rows[chosen]]] = False
        self._sink.add_intact(len(chosen))

    def _read_odd(self, stretch: Stretch) -> None:
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


def _numbered_tags(heads: Heads, text: bytes) -> tuple[list[tuple[bytes, int]], Rows]:
    """Return the tags and fields there are, and for each of `heads` the number of its own."""
    begins = heads.rows * HEAD_BYTES
    keys: dict[tuple[bytes, int], int] = {}
    places = zip(
        (begins + heads.tag_starts).tolist(), (begins + heads.tag_ends).tolist(), strict=True
    )
    tags = (text[begin:end] for begin, end in places)
    numbers = [
        keys.setdefault(key, len(keys)) for key in zip(tags, heads.fields.tolist(), strict=True)
    ]
    return list(keys), np.array(numbers, np.int64)


def _longest_run(same: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """Return the length of the longest run of True, and where it ends."""
    breaks = np.concatenate([[-1], np.flatnonzero(~same), [len(same)]])
    runs = np.diff(breaks) - 1
    longest = int(runs.argmax())
    return int(runs[longest]), int(breaks[longest + 1])
