"""What is known of a file without reading it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileState:
    """What `os.stat`, or a listing, says of a file.

    Attributes
    ----------
    identity
        Device and inode; of a remote file a hash of its version, and 0. Another one means that the
        file was replaced, if only by a longer one with the same beginning.
    size
        Bytes.
    mtime
        Seconds since the epoch.
    """

    identity: tuple[int, int]
    size: int
    mtime: float
