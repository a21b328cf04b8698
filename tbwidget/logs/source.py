"""One event file as it is followed: where reading stands, and what became of the file."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tbwidget.events.columns import Cursor
from tbwidget.events.decode import DEFAULT_BUDGET, decode
from tbwidget.events.files import look_at, read_bytes
from tbwidget.events.problems import Problem
from tbwidget.events.remote import RemotePath

from .bulk import Part
from .cache import HEAD_BYTES, SETTLED_SECONDS, WORTH_BYTES, Cache, Reading
from .ordering import Writer

if TYPE_CHECKING:
    from tbwidget.events.columns import Batch
    from tbwidget.events.file_state import FileState

#: How long an unfinished place in a file may stay so before a good record is looked for after it;
#: for the first time, and then again.
PATIENCE_SECONDS = 60.0
#: Problems of one file that are listed; one with more is not worth its place in the cache either.
MAX_PROBLEMS = 1000
#: A file that was written less long ago is being written.
ACTIVE_SECONDS = 60.0

#: A file is read in about so many parts, unless these were shorter or longer than a part may be.
_PARTS, _LEAST_BUDGET = 16, 2**20


class EventFile:
    """Reads one event file bit by bit."""

    def __init__(self, path: str, relative: str, run: str) -> None:
        self.path = path
        self.run = run
        self.writer = Writer.of(path)
        self.state: FileState | None = None
        self.cursor = Cursor()
        self.vanished = False
        self.replaced = False
        #: True if the last look succeeded where the one before had failed.
        self.recovered = False
        self._unreachable = False
        self._changed_at = -math.inf
        self._relative = relative
        self._head = b""
        self._stop = "more"
        self._shrunk_to: int | None = None
        self._retry_at = 0.0
        self._waiting_at: int | None = None  # at this unfinished place, since then
        self._waiting_since = 0.0
        self._looked_at = 0.0
        #: What the cache needs besides the columns, which are in the run.
        self._asked_cache = False
        self._kept_to = 0  # of the file's bytes, in the cache
        self._read_state: FileState | None = None
        self._settled = False
        self._first_wall_time = math.nan
        self._problems: dict[tuple[int, str], Problem] = {}

    @property
    def size(self) -> int:
        """Bytes in the file when it was last looked at."""
        return self.state.size if self.state else 0

    @property
    def bytes_left(self) -> int:
        """Bytes still to be read."""
        return max(0, self.size - self.cursor.offset) if self._is_due() else 0

    @property
    def is_active(self) -> bool:
        """Whether it was written not long ago, or there is something to read."""
        return time.monotonic() - self._changed_at < ACTIVE_SECONDS or self._is_due()

    def look(self) -> Problem | None:
        """Ask the file system for the file's state and notice growth, replacement or loss."""
        self._looked_at = time.time()
        try:
            state: FileState | None = look_at(self.path)
        except FileNotFoundError:
            self.vanished, state = True, None
        except OSError as error:
            self.recovered = False
            return self._unreachable_now(error)
        self.recovered, self._unreachable = self._unreachable, False
        if state is None:
            return None
        returned, self.vanished = self.vanished, False
        before, self.state = self.state, state
        if before is None:
            if self._looked_at - state.mtime < ACTIVE_SECONDS:
                self._changed_at = time.monotonic()
            return None
        # A new file may get the inode of the one it replaces, or be written over it in place.
        swapped = returned or state.identity != before.identity
        changed = swapped or state.size != before.size or state.mtime != before.mtime
        # An object store writes whole objects: what has not grown was not appended to.
        rewritten = state.identity != before.identity and state.size <= before.size
        if (rewritten and isinstance(self.path, RemotePath)) or (
            changed and self._has_another_head()
        ):
            self._begin_anew()
        elif state.size < self.cursor.offset:
            # Twice the same smaller size: not a hiccup of a network disk, but a new file.
            if swapped or self._shrunk_to == state.size:
                self._begin_anew()
            else:
                self._shrunk_to = state.size
        if changed:
            self._stop, self._changed_at = "more", time.monotonic()
        return None

    def read(self, budget: int = DEFAULT_BUDGET) -> Batch | Problem | None:
        """Decode what is next, at most `budget` bytes; None if there is nothing to read now."""
        part = self.next_part()
        if part is None:
            return None
        # Of a small file small parts: else reading would need more memory than what it keeps.
        budget = min(budget, max(_LEAST_BUDGET, self.size // _PARTS))
        try:
            batch = decode(self.path, self.cursor, budget, patient=part.patient)
            if not self._head:
                self._head, _ = read_bytes(self.path, 0, HEAD_BYTES)
        except FileNotFoundError:
            self.vanished = True
            return None
        except OSError as error:
            return self._unreadable(error)
        return self.accept(batch, patient=part.patient)

    def next_part(self) -> Part | None:
        """Return what is to be decoded next; None if there is nothing to read now."""
        return Part(self.path, self.cursor, not self._has_waited()) if self._is_due() else None

    def is_of(self, head: bytes) -> bool:
        """Tell whether a file that begins with `head` is this one, as far as it is seen from here.

        What is behind a URL is the same from everywhere.
        """
        if self._head or isinstance(self.path, RemotePath):
            return self._head[: len(head)] == head[: len(self._head)]
        try:
            here, _ = read_bytes(self.path, 0, HEAD_BYTES)
        except OSError:
            return False
        return here[: len(head)] == head

    def accept(self, batch: Batch, *, patient: bool, head: bytes = b"") -> Batch:
        """Take note of what was decoded from the cursor on, here or elsewhere; return it."""
        self._head = self._head or head
        self._read_state, self._settled = self.state, self._is_settled()
        if batch.stop in ("zeros", "cut"):
            self._wait(batch.cursor.offset, again=not patient)
        if batch.stop != "more" and not patient:
            batch.stop = "end"  # nothing more to be had until the file changes
        return self._take(batch)

    def load(self, cache: Cache) -> Reading | None:
        """Return what `cache` knows of the file, the first time; None if that is nothing."""
        if self._asked_cache or self.cursor.offset or self.size < WORTH_BYTES or not self.state:
            return None
        self._asked_cache = True
        return cache.load(self.path, self.state)

    def recall(self, reading: Reading) -> Batch:
        """Go on from what was read before; return it."""
        self._head = reading.head
        self._read_state, self._settled = reading.state, reading.settled
        self._kept_to = reading.batch.cursor.offset
        return self._take(reading.batch)

    def remember(self, cache: Cache, written: Batch) -> None:
        """Give `cache` all that was read of the file; its columns are those `written`."""
        self._kept_to = self.cursor.offset
        written.cursor, written.stop = self.cursor, self._stop
        written.problems = list(self._problems.values())
        written.first_wall_time = self._first_wall_time
        if self._read_state and len(self._problems) < MAX_PROBLEMS:
            reading = Reading(self._read_state, self._settled, written, self._head)
            cache.save(self.path, reading)

    @property
    def is_worth_remembering(self) -> bool:
        """Whether so much was read that is not in the cache that decoding it again would last."""
        new = self.cursor.offset - self._kept_to
        return new >= WORTH_BYTES and new >= self._kept_to // 2 and not self.vanished

    def _take(self, batch: Batch) -> Batch:
        if batch.anew:
            self._drop()
        self.cursor, self._stop = batch.cursor, batch.stop
        self._first_wall_time = float(np.fmin(self._first_wall_time, batch.first_wall_time))
        batch.problems = [replace(problem, file=self._relative) for problem in batch.problems]
        if len(self._problems) < MAX_PROBLEMS:
            self._problems.update({(one.offset, one.kind): one for one in batch.problems})
        return batch

    def _is_settled(self) -> bool:
        return self.state is not None and self._looked_at - self.state.mtime > SETTLED_SECONDS

    def _is_due(self) -> bool:
        if self.vanished or self.state is None or time.monotonic() < self._retry_at:
            return False
        if self._stop == "more":
            return self.state.size > self.cursor.offset
        if self._stop in ("zeros", "cut"):
            # Unfinished: worth another look only once patience has run out.
            return self._has_waited()
        return False

    def _wait(self, offset: int, *, again: bool) -> None:
        if offset != self._waiting_at or again:
            self._waiting_at, self._waiting_since = offset, time.monotonic()

    def _has_waited(self) -> bool:
        """Tell whether what is unfinished where reading stands has been so for long enough.

        A writer that goes on behind it, or one that has left it for good: both leave it as it is.
        """
        if self.state is None:
            return False
        waited = time.monotonic() - self._waiting_since >= PATIENCE_SECONDS
        left_alone = time.time() - self.state.mtime >= PATIENCE_SECONDS
        return (waited and self._waiting_at == self.cursor.offset) or left_alone

    def _unreadable(self, error: OSError) -> Problem:
        self._retry_at = time.monotonic() + PATIENCE_SECONDS
        reason = error.strerror or str(error)
        message = f"The file cannot be read ({reason}); it is tried again every minute."
        return Problem(self._relative, 0, "unreadable", 0, message)

    def _unreachable_now(self, error: OSError) -> Problem | None:
        known, self._unreachable = self._unreachable, True
        reason = error.strerror or str(error)
        message = f"The file cannot be looked at ({reason}); it is tried again at each look."
        return None if known else Problem(self._relative, 0, "unreachable", 0, message)

    def _has_another_head(self) -> bool:
        try:
            head, _ = read_bytes(self.path, 0, HEAD_BYTES)
        except OSError:
            return False
        common = min(len(head), len(self._head))
        return head[:common] != self._head[:common]

    def _begin_anew(self) -> None:
        self.cursor, self._head, self._stop = Cursor(), b"", "more"
        self._shrunk_to = None
        self._drop()
        self.replaced = True

    def _drop(self) -> None:
        self._kept_to, self._first_wall_time = 0, math.nan
        self._problems.clear()
