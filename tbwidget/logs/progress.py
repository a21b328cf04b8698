"""How far reading has come, how long it will still take, and telling so."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .source import EventFile

#: How often a callback is called, at most.
REPORT_SECONDS = 0.2
#: The pace of reading is that of so long a time, and is not known after less than the second.
PACE_SECONDS = 10.0
FIRST_PACE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Progress:
    """How far reading has come.

    Attributes
    ----------
    bytes_read, bytes_total
        Of all event files.
    files_read, files
        Event files that are read to their end, and all.
    points
        Points kept.
    last_write
        When a file was last written, seconds since the epoch; 0 if there is none.
    complete
        Whether the first read is complete.
    seconds_elapsed
        Since reading began; when it is complete, how long it took.
    seconds_remaining
        How long it will still take at the pace of the last seconds; None while nobody can tell.
    """

    bytes_read: int
    bytes_total: int
    files: int
    points: int
    last_write: float
    complete: bool
    files_read: int = 0
    seconds_elapsed: float = 0.0
    seconds_remaining: float | None = None


class Pace:
    """How fast the first read is."""

    def __init__(self) -> None:
        self._began: float | None = None
        self._took: float | None = None
        self._read = 0
        self._marks: deque[tuple[float, int]] = deque()

    def begin(self) -> None:
        """Start the clock, the first time."""
        if self._began is None:
            self._began = time.monotonic()

    def end(self) -> None:
        """Stop the clock."""
        self._took = self.elapsed
        self._marks.clear()

    @property
    def elapsed(self) -> float:
        """Seconds since the clock was started."""
        if self._took is not None:
            return self._took
        return time.monotonic() - self._began if self._began is not None else 0.0

    def note(self, count: int) -> None:
        """Take note of `count` bytes more that were read."""
        now, marks = time.monotonic(), self._marks
        if not marks:
            marks.append((now, self._read))
        self._read += count
        marks.append((now, self._read))
        while len(marks) > 1 and now - marks[0][0] > PACE_SECONDS:
            marks.popleft()

    def remaining(self, bytes_left: int) -> float | None:
        """Return how many seconds the rest will take; None if nobody can tell yet."""
        if self._took is not None or not bytes_left:
            return 0.0
        if not (marks := self._marks.copy()):
            return None
        seconds, read = marks[-1][0] - marks[0][0], marks[-1][1] - marks[0][1]
        if seconds < FIRST_PACE_SECONDS or read <= 0:
            return None
        return bytes_left * seconds / read


def progress_of(files: Iterable[EventFile], points: int, pace: Pace, *, complete: bool) -> Progress:
    """Return how far reading of `files` has come."""
    count = total = left = unread = 0
    last_write = 0.0
    for file in files:
        file_left = file.bytes_left
        count, unread = count + 1, unread + bool(file_left)
        total, left = total + file.size, left + file_left
        if file.state is not None:
            last_write = max(last_write, file.state.mtime)
    return Progress(
        bytes_read=total - left,
        bytes_total=total,
        files=count,
        points=points,
        last_write=last_write,
        complete=complete,
        files_read=count - unread,
        seconds_elapsed=pace.elapsed,
        seconds_remaining=pace.remaining(left),
    )


class Reporter:
    """Tells a callback how reading goes on, not too often.

    Parameters
    ----------
    callback
        What to call, if anything.
    """

    def __init__(self, callback: Callable[[Progress], object] | None) -> None:
        self._callback = callback
        self._due = 0.0

    def report(self, progress: Callable[[], Progress], *, final: bool = False) -> Exception | None:
        """Call the callback if it is time; return what it raised. Then it is called no more."""
        now = time.monotonic()
        if self._callback is None or (now < self._due and not final):
            return None
        self._due = now + REPORT_SECONDS
        try:
            self._callback(progress())
        except Exception as error:  # noqa: BLE001  (a broken bar must not cost the data)
            self._callback = None
            return error
        return None
