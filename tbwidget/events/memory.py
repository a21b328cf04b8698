"""The memory that reading works in."""

from __future__ import annotations

import ctypes
import threading
from contextlib import suppress


class _Buffer(threading.local):
    """Bytes that a thread reads into, again and again."""

    data = bytearray()


_BUFFER = _Buffer()


def buffer_of(size: int, most_kept: int) -> bytearray:
    """Return at least `size` bytes of anything, which the thread's next call may return again."""
    data = _BUFFER.data
    if len(data) < size:
        data = bytearray(size)
        if size <= most_kept:
            _BUFFER.data = data
    return data


def give_back() -> None:
    """Give back to the system what a long read has needed, and what is kept does not.

    glibc keeps freed memory between what is still used: after two million points as much again as
    a third of the points take.
    """
    _BUFFER.data = bytearray()
    with suppress(AttributeError, OSError, TypeError):  # not glibc
        ctypes.CDLL(None).malloc_trim(0)
