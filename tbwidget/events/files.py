"""Opening event files: regular files only, never a device or a pipe."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileState:
    """What `os.stat` says of a file; a change of `identity` means that it was replaced."""

    identity: tuple[int, int]
    size: int
    mtime: float


def state_of(status: os.stat_result) -> FileState:
    """Return the part of a stat result that following a file needs."""
    return FileState((status.st_dev, status.st_ino), status.st_size, status.st_mtime)


def read_bytes(path: str, offset: int, count: int) -> tuple[bytes, FileState]:
    """Read at most `count` bytes of the regular file `path` from `offset`.

    The state is that of the very file that was read, so a file swapped between looking and
    reading cannot mix.

    Raises
    ------
    OSError
        If the file cannot be opened or read, or is not a regular file.
    """
    # O_NONBLOCK: opening a named pipe must not wait for a writer.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            message = f"{path!r} is not a regular file"
            raise OSError(message)
        count = max(0, min(count, status.st_size - offset))
        os.lseek(descriptor, offset, os.SEEK_SET)
        parts: list[bytes] = []
        while count > 0 and (part := os.read(descriptor, count)):
            parts.append(part)
            count -= len(part)
        return b"".join(parts), state_of(status)
    finally:
        os.close(descriptor)
