"""The life of a writer: its folder, its files, and how they are flushed and closed."""

from __future__ import annotations

import os
import socket
import weakref
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .arguments import step_of
from .files import FILE_VERSION, EventFiles, event_of

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self


class EventWriter:
    """What all methods of a writer share; see `SummaryWriter`."""

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
        self._files = EventFiles(max_queue, flush_secs, filename_suffix)
        # Runs when this is collected, or at exit.
        weakref.finalize(self, self._files.finish)
        restart = []
        if purge_step is not None:
            step = step_of("purge_step", purge_step)
            restart.append(event_of(step, file_version=FILE_VERSION))
            restart.append(event_of(step, session_log={"status": "START"}))
        self._files.add(self.log_dir, *restart)
        self._files.flush()

    def _add(self, tag: str, global_step: Any, walltime: float | None, **value: Any) -> None:
        """Add one value of `tag`, given as the fields of a ``Summary.Value``."""
        step = step_of(tag, global_step)
        summary = {"value": [{"tag": tag, **value}]}
        self._files.add(self.log_dir, event_of(step, walltime, summary=summary))

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


def _default_log_dir(comment: str) -> str:
    now = datetime.now().strftime("%b%d_%H-%M-%S")  # noqa: DTZ005 (a name for people: local time)
    return os.path.join("runs", f"{now}_{socket.gethostname()}{comment}")
