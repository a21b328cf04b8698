"""One event file as it is followed: where reading stands, and what became of the file."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from tbwidget.events.columns import Cursor
from tbwidget.events.decode import DEFAULT_BUDGET, decode
from tbwidget.events.files import FileState, read_bytes, state_of
from tbwidget.events.problems import Problem

from .ordering import Writer

if TYPE_CHECKING:
    from tbwidget.events.columns import Batch

#: How long an unfinished place in a file may stay so before a good record is looked for after it.
PATIENCE_SECONDS = 60.0
_HEAD_BYTES = 64


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
        self._relative = relative
        self._head = b""
        self._stop = "more"
        self._shrunk_to: int | None = None
        self._retry_at = 0.0

    @property
    def size(self) -> int:
        """Bytes in the file when it was last looked at."""
        return self.state.size if self.state else 0

    @property
    def bytes_left(self) -> int:
        """Bytes still to be read."""
        return max(0, self.size - self.cursor.offset) if self._is_due() else 0

    def look(self) -> Problem | None:
        """Ask the file system for the file's state and notice growth, replacement or loss."""
        try:
            state = state_of(os.stat(self.path))
        except FileNotFoundError:
            self.vanished = True
            return None
        except OSError as error:
            return self._unreadable(error)
        returned, self.vanished = self.vanished, False
        before, self.state = self.state, state
        if before is None:
            return None
        # A new file may get the inode of the one it replaces.
        swapped = returned or state.identity != before.identity
        if (swapped or state.size < before.size) and self._has_another_head():
            self._begin_anew()
        elif state.size < self.cursor.offset:
            # Twice the same smaller size: not a hiccup of a network disk, but a new file.
            if swapped or self._shrunk_to == state.size:
                self._begin_anew()
            else:
                self._shrunk_to = state.size
        if state.size != before.size or state.mtime != before.mtime:
            self._stop = "more"
        return None

    def read(self, budget: int = DEFAULT_BUDGET) -> Batch | Problem | None:
        """Decode what is next, at most `budget` bytes; None if there is nothing to read now."""
        if not self._is_due():
            return None
        patient = time.time() - self.state.mtime < PATIENCE_SECONDS if self.state else True
        try:
            if not self._head:
                self._head, _ = read_bytes(self.path, 0, _HEAD_BYTES)
            batch = decode(self.path, self.cursor, budget, patient=patient)
        except FileNotFoundError:
            self.vanished = True
            return None
        except OSError as error:
            return self._unreadable(error)
        self.cursor = batch.cursor
        self._stop = batch.stop
        if batch.stop != "more" and not patient:
            self._stop = "end"  # nothing more to be had until the file changes
        batch.problems = [replace(problem, file=self._relative) for problem in batch.problems]
        return batch

    def _is_due(self) -> bool:
        if self.vanished or self.state is None or time.monotonic() < self._retry_at:
            return False
        if self._stop == "more":
            return self.state.size > self.cursor.offset
        if self._stop in ("zeros", "cut"):
            # Unfinished: worth another look only once patience has run out.
            return time.time() - self.state.mtime >= PATIENCE_SECONDS
        return False

    def _unreadable(self, error: OSError) -> Problem:
        self._retry_at = time.monotonic() + PATIENCE_SECONDS
        reason = error.strerror or str(error)
        message = f"The file cannot be read ({reason}); it is tried again every minute."
        return Problem(self._relative, 0, "unreadable", 0, message)

    def _has_another_head(self) -> bool:
        try:
            head, _ = read_bytes(self.path, 0, _HEAD_BYTES)
        except OSError:
            return False
        common = min(len(head), len(self._head))
        return head[:common] != self._head[:common]

    def _begin_anew(self) -> None:
        self.cursor, self._head, self._stop = Cursor(), b"", "more"
        self._shrunk_to = None
        self.replaced = True
