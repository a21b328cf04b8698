"""A pool of processes for a long first read, where it pays and where it is safe.

Starting a worker takes about as long as decoding 60 MB of scalars, and what it decodes has to come
back through a pipe: on two cores a read that takes less than two seconds is over sooner without.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Executor

#: A read that will be over sooner than this is not worth a pool.
WORTH_SECONDS = 4.0
#: What is decoded faster costs as much to bring back from a worker: measured with scalars that
#: repeat, 1.3 GB in 128 files, a pool of two took nearly twice as long.
WORTH_BYTES_PER_SECOND = 100e6
#: More workers than this decode faster than one process takes in what they send.
MOST_WORKERS = 4


def pool_for(seconds: float | None, sizes: list[int]) -> Executor | None:
    """Return a pool of processes for files of which so many bytes are left; None if none helps.

    Parameters
    ----------
    seconds
        How long it will take without; None if nobody can tell.
    sizes
        Bytes left of each file. One file is read by one worker at a time.
    """
    if seconds is None or seconds < WORTH_SECONDS or 2 * max(sizes, default=0) > sum(sizes):
        return None
    if sum(sizes) > seconds * WORTH_BYTES_PER_SECOND:
        return None
    workers = min(_cores(), MOST_WORKERS, len(sizes))
    if workers < 2 or not _is_safe():  # noqa: PLR2004  (one is no pool)
        return None
    try:
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        # A fork of a process with threads, which a kernel is, may find their locks held for ever.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker)
    except (ImportError, NotImplementedError, OSError):  # no semaphores, as in a browser
        return None


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _is_safe() -> bool:
    """Tell whether a new process would do nothing but what it is told.

    It runs the main module again, if that is a script: whatever it does, unless guarded. A notebook
    has none that could be.
    """
    main = sys.modules.get("__main__")
    scripted = getattr(main, "__file__", None) or getattr(main, "__spec__", None)
    if scripted or getattr(sys, "frozen", False):
        return False
    from multiprocessing import current_process

    return not current_process().daemon  # those may have no children


def _begin_worker() -> None:
    """Leave interrupts to the main process, and end when it ends, however it does."""
    with suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    from multiprocessing import parent_process

    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(0)
