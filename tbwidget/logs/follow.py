"""Following log directories: one daemon thread for the process reads, and tells who listens.

A forked child (a DataLoader worker) finds the follower inert: it neither reads nor sends there.
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections import deque
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Seconds between two looks while somebody watches, and while nobody does; the longest if nothing
#: has changed for `IDLE_AFTER` seconds and nobody watches.
WATCHED_INTERVAL = 0.4
LONGEST_WATCHED_INTERVAL = 1.0
UNWATCHED_INTERVAL = 5.0
IDLE_INTERVAL = 30.0
IDLE_AFTER = 600.0
#: Following may take this part of one core while a cell trains a model; while somebody watches, of
#: its CPU time, since by the clock it mostly waits for the interpreter there.
DUTY = 0.01
#: Bytes read at a time, so that a view is told of progress in between and other threads can run.
SLICE_BYTES = 512 * 1024


class Followed(Protocol):
    """What the follower needs of a log directory."""

    revision: int

    def read_slices(self, budget: int = ...) -> Iterator[None]:
        """Read what is new, bit by bit."""

    def note_failure(self, error: Exception) -> None:
        """Record that reading failed in a way it must not."""

    def _after_fork_in_child(self) -> None: ...


class Follower:
    """The thread that reads all followed log directories."""

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._followed: weakref.WeakSet[Followed] = weakref.WeakSet()
        self._listeners: list[Callable[[], bool]] = []
        self._changed_at = time.monotonic()
        #: The last errors of listeners; there is no console for a thread to print to.
        self.failures: deque[Exception] = deque(maxlen=20)
        self._forked = False

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def add(self, followed: Followed) -> None:
        """Follow a log directory until `remove` or until nothing else refers to it."""
        with self._lock:
            self._followed.add(followed)
        self._start()

    def remove(self, followed: Followed) -> None:
        """Stop following."""
        with self._lock:
            self._followed.discard(followed)
        self._wake.set()

    def subscribe(self, listener: Callable[[], bool]) -> None:
        """Call `listener` in the thread after everything read; it says whether anyone watches."""
        with self._lock:
            if listener not in self._listeners:
                self._listeners.append(listener)
        self._start()

    def unsubscribe(self, listener: Callable[[], bool]) -> None:
        """Call `listener` no more."""
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)

    def wake(self) -> None:
        """Have the thread look (and the listeners called) at once."""
        self._wake.set()

    def after_fork_in_child(self) -> None:
        """Become inert: the thread is not in the child, and its locks may be held for ever."""
        self._reset()
        self._forked = True

    def _start(self) -> None:
        with self._lock:
            if self._forked or self.alive:
                return
            self._thread = threading.Thread(target=self._run, name="tbwidget-follower", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        revisions = -1
        while followed := self._list():
            began, worked = time.monotonic(), time.thread_time()
            for one in followed:
                self._read(one)
            watched = self._tell()
            now = sum(one.revision for one in followed)
            if now != revisions:
                revisions, self._changed_at = now, time.monotonic()
            followed = one = None  # type: ignore[assignment]  # keep nothing alive while waiting
            spent = time.thread_time() - worked if watched else time.monotonic() - began
            self._wake.wait(self._pause(spent, watched=watched))
            self._wake.clear()

    def _list(self) -> list[Followed]:
        with self._lock:
            followed = list(self._followed)
            if not followed:
                self._thread = None
            return followed

    def _read(self, followed: Followed) -> None:
        try:
            for _ in followed.read_slices(SLICE_BYTES):
                self._tell()
                time.sleep(0.0005)  # lets a training loop have the interpreter
        except Exception as error:  # noqa: BLE001  (one log directory must not stop the others)
            followed.note_failure(error)

    def _pause(self, spent: float, *, watched: bool) -> float:
        if watched:
            return max(WATCHED_INTERVAL, min(spent / DUTY, LONGEST_WATCHED_INTERVAL))
        idle = time.monotonic() - self._changed_at > IDLE_AFTER
        return max(IDLE_INTERVAL if idle else UNWATCHED_INTERVAL, min(spent / DUTY, IDLE_INTERVAL))

    def _tell(self) -> bool:
        watched = False
        for listener in list(self._listeners):
            try:
                watched |= listener()
            except Exception as error:  # noqa: BLE001, PERF203  (nothing may end the thread)
                self.failures.append(error)
                watched = True
        return watched


FOLLOWER = Follower()
_ALL: weakref.WeakSet[Followed] = weakref.WeakSet()


def register(followed: Followed) -> None:
    """Remember a log directory whose lock must be renewed in forked children."""
    _ALL.add(followed)


def _after_fork_in_child() -> None:
    FOLLOWER.after_fork_in_child()
    for followed in list(_ALL):
        followed._after_fork_in_child()  # noqa: SLF001  (a floor-internal hook)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
