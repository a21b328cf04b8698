"""How much memory a kernel and the processes it starts take."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLE_SECONDS = 0.1


class Growth:
    """Resident bytes more than at the start, the most that were seen at once."""

    def __init__(self, pid: int) -> None:
        self._kernel = psutil.Process(pid)
        self._start = resident(self._kernel)
        self.most = 0
        self._ended = threading.Event()

    def sample(self) -> None:
        """Look once."""
        self.most = max(self.most, resident(self._kernel) - self._start)

    def sample_until_ended(self) -> None:
        """Look again and again."""
        while not self._ended.wait(SAMPLE_SECONDS):
            self.sample()

    def end(self) -> None:
        """Look no more."""
        self._ended.set()


def resident(process: psutil.Process) -> int:
    """Return the resident bytes of a process and of all below it; 0 if it is no more."""
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        for one in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                total += one.memory_info().rss
    return total


@contextlib.contextmanager
def growth_of(pid: int) -> Iterator[Growth]:
    """Watch a kernel from a thread while the body runs."""
    growth = Growth(pid)
    thread = threading.Thread(target=growth.sample_until_ended, daemon=True)
    thread.start()
    try:
        yield growth
    finally:
        growth.end()
        thread.join()
        growth.sample()
