"""Opening event files: regular files only, never a device or a pipe; or files behind a URL.

And how a file is written that somebody may look at meanwhile.
"""

from __future__ import annotations

import io
import os
import stat
from contextlib import suppress

from .file_state import FileState
from .remote import RemotePath, is_url


def state_of(status: os.stat_result) -> FileState:
    """Return the part of a stat result that following a file needs."""
    return FileState((status.st_dev, status.st_ino), status.st_size, status.st_mtime)


def look_at(path: str) -> FileState:
    """Return the state of the file `path`; of a remote one, that of the last listing.

    Raises
    ------
    OSError
        If there is none, or it cannot be looked at.
    """
    return path.state() if isinstance(path, RemotePath) else state_of(os.stat(path))


def real_path(path: str) -> str:
    """Return what all paths of the same file have in common."""
    return str(path) if is_url(path) else os.path.realpath(path)


def read_bytes(path: str, offset: int, count: int) -> tuple[bytes, FileState]:
    """Read at most `count` bytes of the file `path` from `offset`.

    The state is that of the very file that was read, so a file swapped between looking and
    reading cannot mix.

    Raises
    ------
    OSError
        If the file cannot be opened or read, or is not a regular file.
    """
    if isinstance(path, RemotePath):
        view, state = path.read(offset, count)
        return bytes(view), state
    with _open(path) as file:
        status = os.fstat(file.fileno())
        file.seek(offset)
        data = file.read(max(0, min(count, status.st_size - offset)))
        return data, state_of(status)


def read_into(path: str, offset: int, buffer: memoryview) -> tuple[int, FileState]:
    """Fill `buffer` from `offset` on as `read_bytes` would; return how many bytes there were.

    Raises
    ------
    OSError
        If the file cannot be opened or read, or is not a regular file.
    """
    if isinstance(path, RemotePath):
        view, state = path.read(offset, len(buffer))
        buffer[: len(view)] = view
        return len(view), state
    with _open(path) as file:
        status = os.fstat(file.fileno())
        file.seek(offset)
        filled = 0
        wanted = max(0, min(len(buffer), status.st_size - offset))
        while filled < wanted and (count := file.readinto(buffer[filled:wanted])):
            filled += count
        return filled, state_of(status)


def write_whole(path: str, content: bytes) -> None:
    """Write a file under another name until it is whole: half a file looks like one.

    Raises
    ------
    OSError
        If it cannot be written; what was there stays.
    """
    part = f"{path}.{os.getpid()}.part"
    try:
        with open(part, "wb") as file:
            file.write(content)
        os.replace(part, path)
    finally:
        with suppress(FileNotFoundError):
            os.remove(part)


def _open(path: str) -> io.FileIO:
    file = io.FileIO(path, opener=_open_at_once)
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file
    file.close()
    message = f"{path!r} is not a regular file"
    raise OSError(message)


def _open_at_once(path: str, flags: int) -> int:
    # Opening a named pipe must not wait for a writer.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
