"""A cache of what was read, so that a log directory opened again is mapped and not decoded.

One file for each event file, in the user's cache directory and never among the logs::

    magic 8s, version u32, length of header u32, CRC-32C of header u32, CRC-32C of columns u32
    header   JSON: which file it is of, and all of the reading but its columns
    columns  as in `batch_format`

All numbers are little-endian. Every byte is covered by a checksum that is verified before anything
of it is used. A file is written under another name and moved into place, and never changed: so
several kernels can share the directory, and what one has mapped stays what it was.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import shutil
import stat
import struct
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache as once
from typing import TYPE_CHECKING, Any

from crc32c import crc32c

from tbwidget import events
from tbwidget.events.files import read_bytes, real_path

from . import batch_format

if TYPE_CHECKING:
    from tbwidget.events.columns import Batch
    from tbwidget.events.file_state import FileState

#: Overrides where the cache is.
DIRECTORY_VARIABLE = "TBWIDGET_CACHE_DIR"
#: What all cached files together may take; those used least recently go first.
MAX_BYTES = 2 * 2**30
#: An event file of which fewer bytes are new is decoded faster than the cache is worth.
WORTH_BYTES = 256 * 1024
#: Smaller cached files are read, not mapped: a map has its own cost.
MAPPED_BYTES = 2**20
#: File systems stamp times as coarsely as this: a file changed less long ago may change again and
#: look the same.
SETTLED_SECONDS = 2.0
#: How much of the event file, before the cursor, must be as it was.
TAIL_BYTES = 4096
HEAD_BYTES = 64
#: Nobody is still writing a file begun so long ago.
HALF_DONE_SECONDS = 3600.0

_MAGIC = b"tbwcache"
#: Goes up with every change of the layout.
_VERSION = 1
_PREAMBLE = struct.Struct("<8sIIII")
_SUFFIX = ".columns"
_PART = ".part"
#: Where a mapped file stays readable even if another machine removes it.
_LOCAL_FILE_SYSTEMS = frozenset(
    ("ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "overlay", "tmpfs", "bcachefs")
)


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read of an event file.

    Attributes
    ----------
    state
        The file as it was before it was read.
    settled
        Whether it had been left alone long enough by then for any change to be seen in its times.
    batch
        As if one call of `decode` had brought it all; its ``stop`` is where reading stands.
    head
        The first bytes of the file.
    """

    state: FileState
    settled: bool
    batch: Batch
    head: bytes


class Cache:
    """The cached readings of one user.

    Nothing here raises: what cannot be read is as if it were not there, and what cannot be written
    (a read-only home, a full disk) is left.

    Parameters
    ----------
    directory
        Where the files are; the user's cache directory unless given.
    max_bytes
        What they may take together.
    """

    def __init__(self, directory: str | None = None, max_bytes: int = MAX_BYTES) -> None:
        self.directory = directory or user_directory()
        self.max_bytes = max_bytes
        self._written = 0

    def load(self, path: str, state: FileState) -> Reading | None:
        """Return what was read of the event file `path`, whose state is `state` now.

        The file may have grown: then the reading is of the part before.
        """
        try:
            return self._load(path, state)
        except Exception:  # noqa: BLE001  (whatever is wrong with a cached file, there are the logs)
            return None

    def save(self, path: str, reading: Reading) -> None:
        """Keep what was read of the event file `path`."""
        with suppress(OSError):
            self._save(path, reading)

    def trim(self) -> None:
        """Remove files, used least recently first, until the others fit; and half-written ones."""
        self._written = 0
        kept, now = [], time.time()
        for name in _listed(self.directory):
            path = os.path.join(self.directory, name)
            with suppress(OSError):  # another kernel may be at it too
                status = os.lstat(path)
                if name.endswith(_SUFFIX):
                    kept.append((status.st_mtime, status.st_size, path))
                elif name.endswith(_PART) and now - status.st_mtime > HALF_DONE_SECONDS:
                    os.remove(path)
        total = sum(size for _, size, _ in kept)
        for _, size, path in sorted(kept):
            if total <= self.max_bytes:
                break
            _remove(path)
            total -= size

    # -- reading -------------------------------------------------------------------------------

    def _load(self, path: str, state: FileState) -> Reading | None:
        place = self._place(path)
        if (data := self._open(place)) is None or (opened := _open_header(data)) is None:
            return None
        header, columns, columns_crc = opened
        if header["reader"] != _reader() or header["path"] != real_path(path):
            return None
        offset = header["batch"]["cursor"]["offset"]
        if not _is_same(header["file"], state, offset):
            return None
        head, fingerprint, _ = _fingerprint(path, offset)
        if fingerprint != header["fingerprint"] or crc32c(columns) != columns_crc:
            return None
        batch = batch_format.batch_of(header["batch"], columns)
        if state.size > header["file"]["size"]:
            batch.stop = "more"
        with suppress(OSError):
            os.utime(place)  # used most recently
        return Reading(state, header["file"]["settled"], batch, head)

    def _open(self, place: str) -> memoryview | None:
        """Return the bytes of a cached file, read-only, without a copy where that is safe."""
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(place, flags)
        try:
            status = os.fstat(descriptor)
            # A checksum tells damage, not intent: another user's file is not to be believed.
            foreign = hasattr(os, "getuid") and status.st_uid != os.getuid()
            if not stat.S_ISREG(status.st_mode) or foreign or not status.st_size:
                return None
            buffer: Any
            if status.st_size >= MAPPED_BYTES and _can_map(self.directory):
                buffer = mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
            else:
                with open(descriptor, "rb", closefd=False) as file:
                    buffer = file.read()
            return memoryview(buffer)
        finally:
            os.close(descriptor)

    # -- writing -------------------------------------------------------------------------------

    def _save(self, path: str, reading: Reading) -> None:
        batch = reading.batch
        _, fingerprint, identity = _fingerprint(path, batch.cursor.offset)
        if identity != reading.state.identity:
            return  # another file has taken its place meanwhile
        header = json.dumps(
            {
                "path": real_path(path),
                "reader": _reader(),
                "file": {
                    "inode": reading.state.identity[1],
                    "size": reading.state.size,
                    "mtime": reading.state.mtime,
                    "settled": reading.settled,
                },
                "fingerprint": fingerprint,
                "batch": batch_format.header_of(batch),
            }
        ).encode()
        # Columns begin aligned: spaces after it are part of the JSON.
        header += b" " * (-(_PREAMBLE.size + len(header)) % batch_format.ALIGNMENT)
        size = _PREAMBLE.size + len(header) + batch_format.size_of(batch)
        os.makedirs(self.directory, mode=0o700, exist_ok=True)
        # The last tenth of a disk is worth more to its owner than a cache.
        if size > self.max_bytes or shutil.disk_usage(self.directory).free < 10 * size:
            return
        descriptor, part = tempfile.mkstemp(_PART, dir=self.directory)
        try:
            with open(descriptor, "wb", buffering=2**16) as file:
                file.write(bytes(_PREAMBLE.size) + header)
                crc = 0
                for piece in batch_format.pieces_of(batch):
                    crc = crc32c(piece, crc)
                    file.write(piece)
                file.seek(0)
                file.write(_PREAMBLE.pack(_MAGIC, _VERSION, len(header), crc32c(header), crc))
            os.replace(part, self._place(path))
        except BaseException:
            _remove(part)
            raise
        self._written += size
        if self._written > self.max_bytes // 16:
            self.trim()

    def _place(self, path: str) -> str:
        key = hashlib.blake2b(os.fsencode(real_path(path)), digest_size=16).hexdigest()
        return os.path.join(self.directory, key + _SUFFIX)


def user_directory() -> str:
    r"""Return the directory of the cache by the platform's convention.

    ``$XDG_CACHE_HOME/tbwidget`` or ``~/.cache/tbwidget``, on macOS ``~/Library/Caches/tbwidget``,
    on Windows ``%LOCALAPPDATA%\tbwidget\Cache``; ``$TBWIDGET_CACHE_DIR`` overrides them all.
    """
    if directory := os.environ.get(DIRECTORY_VARIABLE):
        return os.path.abspath(os.path.expanduser(directory))
    if os.name == "nt":
        local = os.environ.get("LOCALAPPDATA") or os.path.expanduser(r"~\AppData\Local")
        return os.path.join(local, "tbwidget", "Cache")
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Caches/tbwidget")
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):  # the specification has relative ones ignored
        base = os.path.expanduser("~/.cache")
    return os.path.join(base, "tbwidget")


def _open_header(data: memoryview) -> tuple[dict[str, Any], memoryview, int] | None:
    """Return a cached file's header, its columns and their checksum; None if it is none."""
    if len(data) < _PREAMBLE.size:
        return None
    magic, version, length, header_crc, columns_crc = _PREAMBLE.unpack_from(data)
    end = _PREAMBLE.size + length
    if (magic, version) != (_MAGIC, _VERSION) or end > len(data):
        return None
    header = bytes(data[_PREAMBLE.size : end])
    if crc32c(header) != header_crc:
        return None
    return json.loads(header), data[end:], columns_crc


def _listed(directory: str) -> list[str]:
    try:
        return os.listdir(directory)
    except OSError:
        return []


def _remove(path: str) -> None:
    with suppress(OSError):
        os.remove(path)


# -- is it the same file? --------------------------------------------------------------------------


def _is_same(file: dict[str, Any], state: FileState, offset: int) -> bool:
    """Tell whether what is known of a file is the whole or the beginning of what it is now."""
    if file["inode"] != state.identity[1] or state.size < max(file["size"], offset):
        return False
    return bool(state.size > file["size"] or (file["settled"] and file["mtime"] == state.mtime))


def _fingerprint(path: str, offset: int) -> tuple[bytes, str, tuple[int, int]]:
    """Return the first bytes of a file, a hash of them and of those before `offset`, and whose."""
    head, state = read_bytes(path, 0, HEAD_BYTES)
    start = max(0, offset - TAIL_BYTES)
    tail, _ = read_bytes(path, start, offset - start)
    return head, hashlib.blake2b(head[:offset] + tail, digest_size=16).hexdigest(), state.identity


@once
def _reader() -> str:
    """Return a hash of the code that reads event files: other code may read something else."""
    digest = hashlib.blake2b(digest_size=16)
    for folder in events.__path__:
        with suppress(OSError):  # in an archive: then the version of the layout has to do
            for name in sorted(os.listdir(folder)):
                if name.endswith(".py"):
                    with open(os.path.join(folder, name), "rb") as file:
                        digest.update(file.read())
    return digest.hexdigest()


@once
def _can_map(directory: str) -> bool:
    """Tell whether files there can be mapped without danger.

    To touch a mapped page that can no longer be read ends the process: so only where nobody can
    take it away. Windows would not let a mapped file be replaced.
    """
    if not sys.platform.startswith("linux"):
        return os.name != "nt"
    with suppress(OSError, ValueError, IndexError):
        directory = os.path.realpath(directory)
        with open("/proc/self/mounts", encoding="utf-8", errors="surrogateescape") as file:
            mounts = [line.split(" ")[1:3] for line in file]
        above = [
            (len(point), system)
            for point, system in mounts
            if directory.startswith(point.rstrip("/") + "/") or directory == point
        ]
        # Of mounts at one point the last is on top.
        return max(reversed(above), key=lambda mount: mount[0])[1] in _LOCAL_FILE_SYSTEMS
    return False
