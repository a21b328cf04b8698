"""Event files behind an fsspec URL: listed all at once, read in ranges, never waited for long.

Every call of a file system runs in a daemon thread, and who asks waits for a limited time: a server
that hangs must hang neither the kernel nor its exit. While one call has not come back, others to
the same store fail at once.
"""

from __future__ import annotations

import functools
import hashlib
import re
import threading
import time
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from .file_state import FileState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_T = TypeVar("_T")

#: How long a small request may take; a long one gets time for its bytes, at this rate.
REQUEST_SECONDS = 10.0
BYTES_PER_SECOND = 256 * 1024
#: How long a listing may take that somebody waits for. One that takes longer is not lost: the next
#: look picks it up.
LISTING_SECONDS = 60.0
#: Seconds between two listings of a store while it changes, while it does not, and after a failure.
CHANGING_INTERVAL = 10.0
IDLE_INTERVAL = 60.0
FAILED_INTERVAL = 5.0
#: A store that has not changed for so long does not change.
IDLE_AFTER = 600.0
#: Before a listing that failed is tried once more.
RETRY_SECONDS = 0.5
#: A thread keeps what it read last, up to so much: what is read again is asked for once.
KEPT_BYTES = 4 * 2**20
#: Files of one listing that are looked at.
MAX_FILES = 200_000

_URL = re.compile(r"(?:[a-z][a-z0-9+.\-]+::)*(?P<scheme>[a-z][a-z0-9+.\-]+)://", re.IGNORECASE)
#: What file systems call the time of the last write, and what changes with every write.
_TIMES = ("LastModified", "last_modified", "mtime", "updated", "modified", "last_commit")
_VERSIONS = ("ETag", "etag", "generation", "md5Hash", "content_md5", "blob_id", "ino", "created")


def is_url(path: str) -> bool:
    """Tell whether `path` is for fsspec.

    Examples
    --------
    >>> is_url("s3://bucket/logs"), is_url("C:/logs"), is_url("logs")
    (True, False, False)
    """
    return _URL.match(path) is not None


def _tried_twice(function: Callable[..., _T]) -> Callable[..., _T]:
    """Try once more what fails for no lasting reason.

    Whatever a driver raises becomes an `OSError`, as of any file that cannot be read.
    """

    def once(*arguments: Any) -> _T:
        try:
            return function(*arguments)
        except OSError:
            raise
        except Exception as error:
            message = f"{type(error).__name__}: {error}"
            raise OSError(message) from error

    @functools.wraps(function)
    def twice(*arguments: Any) -> _T:
        try:
            return once(*arguments)
        except (FileNotFoundError, PermissionError):
            raise
        except OSError:
            time.sleep(RETRY_SECONDS)
            return once(*arguments)

    return twice


class RemotePath(str):
    """The URL of a file, and how to get at it; otherwise a string like any path.

    Attributes
    ----------
    store
        Where it is.
    key
        What it is called there.
    """

    __slots__ = ("key", "store")

    store: Store
    key: str

    @classmethod
    def of(cls, store: Store, key: str) -> RemotePath:
        """Return the path of the file that `store` calls `key`."""
        path = cls(store.url + key.removeprefix(store.root))
        path.store, path.key = store, key
        return path

    def __reduce__(self) -> tuple[Any, ...]:
        return _path_of, (self.store.url, self.store.options, self.key)

    def state(self) -> FileState:
        """Return what is known of the file.

        Raises
        ------
        OSError
            If there is none, or the store does not answer.
        """
        return self.store.state_of(self.key)

    def read(self, offset: int, count: int) -> tuple[memoryview, FileState]:
        """Return at most `count` bytes from `offset` on, and the state of the file.

        Raises
        ------
        OSError
            If the file cannot be read.
        """
        return self.store.read(self.key, offset, count)


def _path_of(url: str, options: dict[str, Any], key: str) -> RemotePath:
    store = Store(url, options)
    store.connect()
    return RemotePath.of(store, key)


class Store:
    """A directory (or a file) behind a URL.

    Parameters
    ----------
    url
        Anything that ``fsspec.core.url_to_fs`` takes.
    options
        Arguments of the file system, as pandas' ``storage_options``.

    Raises
    ------
    ImportError
        If fsspec, or the driver of this kind of URL, is not installed.
    ValueError
        If there is no such kind of URL.
    """

    def __init__(self, url: str, options: Mapping[str, Any] | None = None) -> None:
        self.url = url.rstrip("/")
        self.options = dict(options or {})
        self.root = ""
        self._file_system: Any = None
        self._files: dict[str, FileState] = {}
        self._listing: _Call | None = None
        self._silent: _Call | None = None
        self._listed = False
        self._due = 0.0
        self._changed_at = time.monotonic()
        self._last = threading.local()
        #: Whether anything is there, and whether there is more than was looked at.
        self.exists = self.partial = False
        _check_driver(url)

    def connect(self) -> Any:
        """Return the file system; the first call may read credentials and go to the network."""
        if self._file_system is None:
            from fsspec.core import url_to_fs

            file_system, root = url_to_fs(self.url, **self.options)
            self.root = root.rstrip("/")
            self._file_system = file_system
        return self._file_system

    # -- listing -------------------------------------------------------------------------------

    def list_files(
        self, wanted: Callable[[str], bool], *, fresh: bool = False
    ) -> dict[str, FileState]:
        """Return the states of the files below the URL whose names are `wanted`, by their keys.

        Parameters
        ----------
        wanted
            Is given the last part of a key.
        fresh
            Whether to ask now. If false, a listing made not long ago is as good.

        Raises
        ------
        OSError
            If it cannot be listed, or there is no answer yet. What was known stays known.
        """
        now = time.monotonic()
        if self._listing is None:
            if now < self._due and not fresh:
                return self._files
            self._listing = _Call(self._find, wanted)
        call, limit = self._listing, LISTING_SECONDS if fresh else REQUEST_SECONDS
        try:
            files = call.result(max(0.0, call.started + limit - now))
        except Exception:
            if call.done:
                self._listing, self._due = None, time.monotonic() + FAILED_INTERVAL
            raise
        self._listing = None
        now = time.monotonic()
        if files != self._files:
            self._files, self._changed_at = files, now
        self._listed = True
        idle = now - self._changed_at > IDLE_AFTER
        self._due = now + (IDLE_INTERVAL if idle else CHANGING_INTERVAL)
        return self._files

    @property
    def known(self) -> list[str]:
        """The keys of the last listing."""
        return list(self._files)

    def state_of(self, key: str) -> FileState:
        """Return the state of a file by the last listing; without one, the store is asked."""
        if (state := self._files.get(key)) is not None:
            return state
        if self._listed:
            raise FileNotFoundError(2, "No such file", key)
        return self._ask(REQUEST_SECONDS, self._look_at, key)

    def _find(self, wanted: Callable[[str], bool]) -> dict[str, FileState]:
        found = self._find_all()
        names = [name for name, info in found.items() if info.get("type") == "file"]
        self.exists = bool(names)
        names = [name for name in names if wanted(name.rpartition("/")[2])]
        self.partial = len(names) > MAX_FILES
        files = {}
        for name in names[:MAX_FILES]:
            info = found[name]
            if info.get("size") is None:  # a listing of a web server does not say it
                info = self._file_system.info(name)
            files[name] = self._state_of_info(name, info)
        return files

    @_tried_twice
    def _find_all(self) -> dict[str, Any]:
        file_system = self.connect()
        file_system.invalidate_cache()
        try:
            found: dict[str, Any] = file_system.find(self.root, detail=True)
        except FileNotFoundError:  # a bucket that is not there
            return {}
        return found

    # -- reading -------------------------------------------------------------------------------

    def read(self, key: str, offset: int, count: int) -> tuple[memoryview, FileState]:
        """Return at most `count` bytes of a file from `offset` on, and the file's state.

        Raises
        ------
        OSError
            If it cannot be read.
        """
        state = self.state_of(key)
        end = min(offset + count, state.size)
        if end <= offset:
            return memoryview(b""), state
        known = getattr(self._last, "read", None)
        if known is not None and known[:2] == (key, state):
            first, data = known[2:]
            if first <= offset and end <= first + len(data):
                return memoryview(data)[offset - first : end - first], state
        seconds = REQUEST_SECONDS + (end - offset) / BYTES_PER_SECOND
        data = self._ask(seconds, self._fetch, key, offset, end)
        if len(data) <= KEPT_BYTES:
            self._last.read = (key, state, offset, data)
        return memoryview(data), state

    @_tried_twice
    def _fetch(self, key: str, start: int, end: int) -> bytes:
        data: bytes = self.connect().cat_file(key, start=start, end=end)
        if len(data) > end - start:  # a server that knows of no ranges
            data = data[start:end]
        return data

    @_tried_twice
    def _look_at(self, key: str) -> FileState:
        return self._state_of_info(key, self.connect().info(key))

    def _ask(self, seconds: float, function: Callable[..., _T], *arguments: Any) -> _T:
        silent = self._silent
        if silent is not None and not silent.done:
            raise silent.timeout()
        self._silent = None
        call = _Call(function, *arguments)
        try:
            result: _T = call.result(seconds)
        finally:
            if not call.done:
                self._silent = call
        return result

    def _state_of_info(self, key: str, info: Mapping[str, Any]) -> FileState:
        version = next((info[name] for name in _VERSIONS if info.get(name) is not None), None)
        digest = hashlib.blake2b(repr(version).encode(), digest_size=7).digest()
        identity = int.from_bytes(digest, "little"), 0
        size = int(info.get("size") or 0)
        mtime = next((_seconds(info[name]) for name in _TIMES if info.get(name) is not None), None)
        if mtime is None:
            known = self._files.get(key)
            same = known is not None and (known.identity, known.size) == (identity, size)
            mtime = known.mtime if known is not None and same else time.time()
        return FileState(identity, size, mtime)


class _Call:
    """A function that runs in a thread which nobody has to wait for."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self._function, self._arguments = function, arguments
        self._result: Any = None
        self._error: BaseException | None = None
        self._finished = threading.Event()
        self.started = time.monotonic()
        self._started_at = time.time()
        threading.Thread(target=self._run, name="tbwidget-remote", daemon=True).start()

    @property
    def done(self) -> bool:
        """Whether it has come back."""
        return self._finished.is_set()

    def result(self, seconds: float) -> Any:
        """Return what the function returned, or raise what it raised."""
        if not self._finished.wait(seconds):
            raise self.timeout()
        if self._error is not None:
            raise self._error
        return self._result

    def timeout(self) -> TimeoutError:
        """Return what to raise as long as it has not come back."""
        since = time.strftime("%H:%M:%S", time.localtime(self._started_at))
        return TimeoutError(f"no answer since {since}")

    def _run(self) -> None:
        try:
            self._result = self._function(*self._arguments)
        except BaseException as error:  # noqa: BLE001  (it is raised where the result is wanted)
            self._error = error
        finally:
            del self._function, self._arguments
            self._finished.set()


def _check_driver(url: str) -> None:
    """Import what a URL needs, or say what to install."""
    match = _URL.match(url)
    scheme = match["scheme"] if match else url
    try:
        from fsspec.registry import get_filesystem_class
    except ImportError as error:
        message = f"{url!r} needs fsspec: pip install 'tbwidget[remote]'"
        raise ImportError(message) from error
    try:
        get_filesystem_class(scheme)
    except ImportError as error:
        message = f"{url!r} needs a driver for {scheme}://: {error}"
        raise ImportError(message) from error
    except ValueError as error:
        message = f"{url!r}: there is no kind of storage called {scheme}://"
        raise ValueError(message) from error


def _seconds(when: Any) -> float | None:
    """Return a time as file systems give it, in seconds since the epoch."""
    if isinstance(when, (int, float)):
        return float(when)
    when = getattr(when, "date", when) if not isinstance(when, datetime) else when
    with suppress(ValueError, TypeError):
        if isinstance(when, str):
            when = datetime.fromisoformat(when.replace("Z", "+00:00"))
        if isinstance(when, datetime):
            return when.timestamp()
    return None
