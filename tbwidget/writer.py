"""Write event files: the methods of ``torch.utils.tensorboard.SummaryWriter``, without torch.

File names and first record follow TensorBoard's ``summary/writer/event_file_writer.py``; the events
and the folders of `SummaryWriter.add_scalars` follow torch's ``utils/tensorboard/writer.py``.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import socket
import threading
import time
import weakref
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tbwidget.events.protos import Event
from tbwidget.events.records import frame_record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from io import FileIO
    from types import TracebackType

    from typing_extensions import Self

_FILE_VERSION = "brain.Event:2"

_file_number = itertools.count()


class SummaryWriter:
    """Write scalars to an event file that TensorBoard and tbwidget read.

    Parameters
    ----------
    log_dir
        Folder of the run, made if it is missing. Default: ``runs/<date>_<host><comment>``.
    comment
        End of the default folder's name; of no effect beside `log_dir`.
    purge_step
        Step at which a crashed run goes on: readers drop what it wrote at this step and later.
    max_queue
        Points kept in memory before a call writes them to the file.
    flush_secs
        Seconds until a point is in the file at the latest, with no further call. torch's default
        is 120.
    filename_suffix
        End of each file's name.

    Notes
    -----
    Threads may share a writer. A forked process may not: there, adding raises and closing does
    nothing, so nothing is written twice; make a new writer in it. What was added is written when
    the writer is closed, collected as garbage or the interpreter exits.

    Adding to a closed writer raises, where torch's would silently begin another file.

    Examples
    --------
    >>> with SummaryWriter("logs/first") as writer:  # doctest: +SKIP
    ...     for step in range(100):
    ...         writer.add_scalar("loss", 1 / (step + 1), step)
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] | None = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: float = 1,
        filename_suffix: str = "",
    ) -> None:
        self.log_dir = os.fspath(log_dir) if log_dir else _default_log_dir(comment)
        if "://" in self.log_dir:
            message = f"log_dir must be a local folder, not {self.log_dir!r}"
            raise ValueError(message)
        self.purge_step = purge_step
        self.max_queue = max_queue
        self.flush_secs = flush_secs
        self.filename_suffix = filename_suffix
        self._files = _EventFiles(max_queue, flush_secs, filename_suffix)
        # Runs when this is collected, or at exit.
        weakref.finalize(self, self._files.finish)
        restart = []
        if purge_step is not None:
            step = _step("purge_step", purge_step)
            restart.append(_event(step, file_version=_FILE_VERSION))
            restart.append(_event(step, session_log={"status": "START"}))
        self._files.add(self.log_dir, *restart)
        self._files.flush()

    def add_scalar(
        self,
        tag: str,
        scalar_value: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        new_style: bool = False,  # noqa: FBT001, FBT002 (torch's argument)
        double_precision: bool = False,  # noqa: FBT001, FBT002 (torch's argument)
    ) -> None:
        """Add one point to the series `tag`.

        Parameters
        ----------
        tag
            Name of the series; ``"train/loss"`` is shown in the group ``train``.
        scalar_value
            A number, or an array or tensor of one element.
        global_step
            Step of the point. Default: 0.
        walltime
            Seconds since 1970. Default: now.
        new_style
            Write a tensor, as TensorFlow 2 does, instead of a ``simple_value``.
        double_precision
            With `new_style`, keep 64 bits. A ``simple_value`` always has 32.

        Raises
        ------
        TypeError
            If `tag` is no string, or `scalar_value` or `global_step` no number.
        ValueError
            If `scalar_value` has not exactly one element, or the writer is closed.
        RuntimeError
            In a forked process.

        Examples
        --------
        >>> writer.add_scalar("train/loss", loss, step)  # doctest: +SKIP
        """
        value: dict[str, Any] = {"tag": _tag(tag)}
        number = _number(tag, scalar_value)
        if new_style:
            value["metadata"] = {
                "plugin_data": {"plugin_name": "scalars"},
                "data_class": "DATA_CLASS_SCALAR",
            }
            value["tensor"] = (
                {"dtype": "DT_DOUBLE", "tensor_shape": {}, "double_val": [number]}
                if double_precision
                else {"dtype": "DT_FLOAT", "tensor_shape": {}, "float_val": [number]}
            )
        else:
            value["simple_value"] = number
        step = _step(tag, global_step)
        self._files.add(self.log_dir, _event(step, walltime, summary={"value": [value]}))

    def add_scalars(
        self,
        main_tag: str,
        tag_scalar_dict: Mapping[str, Any],
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Add one point to each of several runs, so that they share the chart `main_tag`.

        Each key has a run of its own, ``<log_dir>/<main_tag>_<key>`` with ``/`` in the main tag
        as ``_``, with a series `main_tag`: torch's layout.

        Parameters
        ----------
        main_tag
            Name of the series in each run.
        tag_scalar_dict
            One value for each key.
        global_step
            Step of the points. Default: 0.
        walltime
            Seconds since 1970. Default: now, the same for all.

        Examples
        --------
        >>> writer.add_scalars("loss", {"train": 0.3, "val": 0.4}, step)  # doctest: +SKIP
        """
        start = f"{self.log_dir}/{_tag(main_tag).replace('/', '_')}_"
        numbers = {_tag(key): _number(key, value) for key, value in tag_scalar_dict.items()}
        step = _step(main_tag, global_step)
        walltime = time.time() if walltime is None else walltime
        for key, number in numbers.items():
            value = {"tag": main_tag, "simple_value": number}
            self._files.add(start + key, _event(step, walltime, summary={"value": [value]}))

    def flush(self) -> None:
        """Return when all that was added is on the disk, not just handed to the system."""
        self._files.flush(sync=True)

    def close(self) -> None:
        """Flush and close the files; once more does nothing."""
        self._files.close()

    def get_logdir(self) -> str:
        """Return the folder that the event file is in."""
        return self.log_dir

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class _EventFiles:
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
        first = _event(file_version=_FILE_VERSION, source_metadata={"writer": "tbwidget"})
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


def _default_log_dir(comment: str) -> str:
    now = datetime.now().strftime("%b%d_%H-%M-%S")  # noqa: DTZ005 (a name for people: local time)
    return os.path.join("runs", f"{now}_{socket.gethostname()}{comment}")


def _event(step: int = 0, walltime: float | None = None, **what: Any) -> Any:
    return Event(wall_time=time.time() if walltime is None else float(walltime), step=step, **what)


def _tag(tag: object) -> str:
    if not isinstance(tag, str):
        message = f"a tag must be a str, not {type(tag).__name__}: {tag!r}"
        raise TypeError(message)
    return tag


def _step(tag: str, step: Any) -> int:
    if step is None:
        return 0
    try:
        number = int(step)
    except (TypeError, ValueError, OverflowError):
        message = f"the step of {tag!r} must be an integer, not {step!r}"
        raise TypeError(message) from None
    if not -(2**63) <= number < 2**63:
        message = f"the step of {tag!r} must fit in 64 bits: {number}"
        raise ValueError(message)
    return number


def _number(tag: str, value: Any) -> float:
    number = value
    if hasattr(value, "item"):
        try:
            number = value.item()
        except (TypeError, ValueError, RuntimeError):
            shape = getattr(value, "shape", "unknown")
            message = f"the value of {tag!r} must have exactly one element; its shape is {shape}"
            raise ValueError(message) from None
    if not isinstance(number, (str, bytes, bytearray)):
        try:
            return float(number)
        except (TypeError, ValueError):
            pass
    message = f"the value of {tag!r} must be a number, not {type(value).__name__}: {value!r:.80}"
    raise TypeError(message)
