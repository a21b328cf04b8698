"""The event files of a writer, and the thread that writes what waits for them.

File names and first record follow TensorBoard's ``summary/writer/event_file_writer.py``.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tbwidget.events.protos import Event
from tbwidget.events.records import frame_record

if TYPE_CHECKING:
    from io import FileIO

FILE_VERSION = "brain.Event:2"

_file_number = itertools.count()


class EventFiles:
    """The open files of one writer, by folder, and the thread that writes what waits for them.

    Apart from `SummaryWriter`, so that the thread does not keep it alive.
    """

    def __init__(self, max_queue: int, flush_secs: float, suffix: str) -> None:
        self._max_queue = max_queue
        self._flush_secs = max(flush_secs, 0.01)
        self._suffix = suffix
        self._pid = os.getpid()
        self._files: dict[str, _EventFile] = {}
        self._waiting = False
        self._closed = False
        # Held while points are added or written, but not while the disk is waited for.
        self._lock = threading.Lock()
        # Held until the disk has what was written, so that no file is closed before.
        self._sync_lock = threading.Lock()
        # Wakes the thread. Unlike an Event, it can be used while garbage is collected.
        self._wake: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._finished = False

    def add(self, folder: str, *events: Any) -> None:
        """Add `events` to the file of `folder`, a new one if it has none."""
        # Before any lock: in a fork, a thread that holds it may be missing.
        if os.getpid() != self._pid:
            message = (
                f"this SummaryWriter belongs to process {self._pid}, of which this is a fork; "
                "make a new SummaryWriter here"
            )
            raise RuntimeError(message)
        data = b"".join(frame_record(event.SerializeToString()) for event in events)
        with self._lock:
            if self._closed:
                message = "this SummaryWriter is closed; make a new one with the same log_dir"
                raise ValueError(message)
            if folder not in self._files:
                self._files[folder] = _EventFile(Path(folder), self._suffix)
            file = self._files[folder]
            if not events:
                return
            file.append(data)
            if file.waiting >= self._max_queue:
                file.write()
            elif not self._waiting:
                self._waiting = True
                self._wake.put(None)
                self._start_thread()

    def flush(self, *, sync: bool = False) -> None:
        """Write what waits; with `sync`, return when the disk has it."""
        if os.getpid() != self._pid:
            return
        with self._sync_lock:
            with self._lock:
                files = list(self._files.values())
                for file in files:
                    file.write()
                self._waiting = False
            for file in files if sync else ():
                file.sync()

    def close(self) -> None:
        """Write what waits, close the files and end the thread."""
        if os.getpid() != self._pid:
            return
        self._finished = True
        self._wake.put(None)
        with self._sync_lock, self._lock:
            self._closed = True
            files, self._files = list(self._files.values()), {}
            with contextlib.ExitStack() as stack:
                for file in files:
                    stack.callback(file.close)

    def finish(self) -> None:
        """Close, called at exit or by the garbage collector, which may run in our thread."""
        if threading.current_thread() is self._thread:
            # It may hold the locks at this moment: it closes when it has let them go.
            self._finished = True
            self._wake.put(None)
        else:
            self.close()

    def _start_thread(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="tbwidget-writer", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        next_write = time.monotonic()
        while not self._finished:
            self._wake.get()
            # The first point after a pause is written at once, those that follow together.
            with contextlib.suppress(queue.Empty):
                self._wake.get(timeout=max(0.0, next_write - time.monotonic()))
            next_write = time.monotonic() + self._flush_secs
            try:
                self.flush()
            except OSError:
                # The points stay. A call of the user's tries again and raises if it cannot.
                self._wake.put(None)
        self.close()


class _EventFile:
    """One event file, and the bytes that wait to be written to it.

    They wait here, not in a buffer of the file's, which a fork would write again when it exits.
    """

    def __init__(self, folder: Path, suffix: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = _create(folder, suffix)
        first = event_of(file_version=FILE_VERSION, source_metadata={"writer": "tbwidget"})
        self._data = bytearray(frame_record(first.SerializeToString()))
        self.waiting = 0

    def append(self, data: bytes) -> None:
        self._data += data
        self.waiting += 1

    def write(self) -> None:
        """Hand over to the system what waits."""
        while self._data:
            # Fewer bytes than asked for may be written, on a full disk for one.
            del self._data[: self._file.write(self._data)]
        self.waiting = 0

    def sync(self) -> None:
        os.fsync(self._file.fileno())

    def close(self) -> None:
        with self._file:
            self.write()
            self.sync()


def _create(folder: Path, suffix: str) -> FileIO:
    start = f"events.out.tfevents.{int(time.time()):010d}.{socket.gethostname()}.{os.getpid()}"
    while True:
        path = folder / f"{start}.{next(_file_number)}{suffix}"
        # Containers that share a disk may share host name and process id too.
        with contextlib.suppress(FileExistsError):
            return path.open("xb", buffering=0)


def event_of(step: int = 0, walltime: float | None = None, **what: Any) -> Any:
    """Return an event, of now unless `walltime` says when."""
    return Event(wall_time=time.time() if walltime is None else float(walltime), step=step, **what)
