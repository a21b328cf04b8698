"""The first read of a log directory, spread over the workers of an executor.

A unit of work is a part of one file: its results are columns, so they travel well. What comes back
is handed on in the order in which it would have been read here, run by run: the data is the same.
"""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from tbwidget.events.decode import DEFAULT_BUDGET, decode
from tbwidget.events.files import read_bytes

from .cache import HEAD_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor, Future

    from tbwidget.events.columns import Batch, Cursor

    from .cache import Reading
    from .source import EventFile

#: Bytes of a file that a worker decodes before it hands over.
PART_BYTES = 16 * 2**20
#: Parts that are with the executor, or have come back and cannot be handed on yet.
MOST_PARTS = 32
#: An executor from which nothing has come for so long is not waited for.
PATIENCE_SECONDS = 60.0
#: How long to wait before the caller may do something else.
TURN_SECONDS = 0.1


class Part(NamedTuple):
    """What is to be decoded: of which file, from where on, and as `decode` takes it."""

    path: str
    cursor: Cursor
    patient: bool


class Decoded(NamedTuple):
    """What a worker made of a part, and the first bytes of the file that it saw."""

    part: Part
    head: bytes
    batches: list[Batch]


def decode_part(
    path: str, cursor: Cursor, size: int, *, patient: bool
) -> tuple[bytes, list[Batch]]:
    """Decode about `size` bytes of `path` from `cursor` on; what an executor runs.

    Returns
    -------
    tuple
        The first bytes of the file, and the batches one after another.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    end, head = cursor.offset + size, b""
    batches: list[Batch] = []
    while True:
        batch = decode(path, cursor, min(size, DEFAULT_BUDGET), patient=patient)
        batches.append(batch)
        head = head or read_bytes(path, 0, HEAD_BYTES)[0]
        if batch.stop != "more" or not cursor.offset < batch.cursor.offset < end:
            return head, batches
        cursor = batch.cursor


@dataclass
class _Begun:
    """A file on its way: what has come of it and is not handed on, and whether that is all."""

    results: deque[Reading | Decoded | None]
    complete: bool = False


class BulkRead:
    """Reads files with an executor.

    Parameters
    ----------
    files
        In the order in which they would be read one by one.
    executor
        Any.
    load
        Returns what a cache knows of a file, or None.
    own
        Whether the executor is shut down in the end.

    Attributes
    ----------
    error
        Why the executor was of no use, if it was not.
    """

    def __init__(
        self,
        files: list[EventFile],
        executor: Executor,
        load: Callable[[EventFile], Reading | None],
        *,
        own: bool = False,
    ) -> None:
        self.error: BaseException | None = None
        self._executor = executor
        self._load = load
        self._own = own
        self._waiting = deque(files)
        self._begun: dict[EventFile, _Begun] = {}
        self._runs: dict[str, deque[EventFile]] = {}
        for file in files:
            self._runs.setdefault(file.run, deque()).append(file)
        self._running: dict[Future[Any], tuple[EventFile, Part]] = {}
        self._heard = time.monotonic()

    def results(self) -> Iterator[tuple[EventFile, Reading | Decoded | None] | None]:
        """Yield files with what was read of them.

        A file without anything is one to read (on) here. None alone is yielded while there is
        nothing: so that the caller can do something else.
        """
        try:
            while self._waiting or self._running:
                while self._waiting and self._count() < MOST_PARTS:
                    self._begin(self._waiting.popleft())
                yield from self._in_order()
                if self._running:
                    self._collect()
                    yield None
            yield from self._in_order()
        finally:
            self._give_up(None)
            if self._own:
                self._executor.shutdown(wait=False, cancel_futures=True)

    def _count(self) -> int:
        return len(self._running) + sum(len(begun.results) for begun in self._begun.values())

    def _begin(self, file: EventFile) -> None:
        begun = self._begun[file] = _Begun(deque())
        if (reading := self._load(file)) is not None:
            # What has been written since is little: not worth a worker.
            begun.results += (reading, None)
            begun.complete = True
        elif (part := file.next_part()) is None:
            begun.complete = True
        else:
            self._submit(file, part)

    def _submit(self, file: EventFile, part: Part) -> None:
        if self.error is not None:
            self._read_here(file)
            return
        try:
            future = self._executor.submit(
                decode_part, part.path, part.cursor, PART_BYTES, patient=part.patient
            )
        except Exception as error:  # noqa: BLE001  (broken, shut down: whatever it is, read here)
            self._read_here(file)
            self._give_up(error)
        else:
            self._running[future] = file, part

    def _collect(self) -> None:
        done, _ = wait(self._running, TURN_SECONDS, FIRST_COMPLETED)
        now = time.monotonic()
        if done:
            self._heard = now
        elif now - self._heard > PATIENCE_SECONDS:
            message = f"no answer for {PATIENCE_SECONDS:.0f} s"
            self._give_up(TimeoutError(message))
        for future in done:
            if future in self._running:  # not given up meanwhile
                self._receive(*self._running.pop(future), future)

    def _receive(self, file: EventFile, part: Part, future: Future[Any]) -> None:
        try:
            head, batches = future.result()
        except OSError:
            self._read_here(file)  # and it tells if it is the file that cannot be read
        except BaseException as error:  # noqa: BLE001  (a worker's end is not ours)
            self.error = self.error or error
            self._read_here(file)
        else:
            if not file.is_of(head):
                self._read_here(file)  # the worker's disk holds another file of that name
                return
            self._begun[file].results.append(Decoded(part, head, batches))
            last = batches[-1]
            if last.stop == "more" and last.cursor.offset > part.cursor.offset:
                self._submit(file, part._replace(cursor=last.cursor))
            else:
                self._begun[file].complete = True

    def _read_here(self, file: EventFile) -> None:
        self._begun[file].results.append(None)
        self._begun[file].complete = True

    def _give_up(self, error: BaseException | None) -> None:
        self.error = self.error or error
        for future, (file, _) in self._running.items():
            future.cancel()
            self._read_here(file)
        self._running.clear()

    def _in_order(self) -> Iterator[tuple[EventFile, Reading | Decoded | None]]:
        for files in self._runs.values():
            while files and (begun := self._begun.get(files[0])) is not None:
                while begun.results:
                    yield files[0], begun.results.popleft()
                if not begun.complete:
                    break
                del self._begun[files.popleft()]
