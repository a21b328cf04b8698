"""Finding event files and naming runs, by TensorBoard's rules."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from tbwidget.events.remote import RemotePath

if TYPE_CHECKING:
    from tbwidget.events.remote import Store

MAX_DEPTH = 32
#: Entries looked at before a walk gives up: somebody gave "/" as the log directory.
MAX_ENTRIES = 200_000

_DIGITS = re.compile(r"(\d+)")
_EVENT_FILE = re.compile(r"tfevents\.(\d+)\.(?P<host>.+?)(?:\.(?P<pid>\d+))?(?:\.\d+)?(?:\.v2)?$")
#: Backslashes before what is read as the code of a byte, or will be written as one.
_BEFORE_CODE = re.compile(r"\\+(?=x[89a-f][0-9a-f]|[\udc80-\udcff])")


@lru_cache(maxsize=2**14)  # a directory that is looked at again has the names that it had
def natural_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key by which ``run-9`` comes before ``run-10``.

    Examples
    --------
    >>> sorted(["run-10", "run-9", "."], key=natural_key)
    ['.', 'run-9', 'run-10']
    """
    parts = _DIGITS.split(text)
    return tuple(
        (0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts if part
    )


def is_event_file(name: str) -> bool:
    """Tell whether TensorBoard would read a file of this name."""
    return "tfevents" in name and not name.endswith(".profile-empty")


def plugin_of_file(name: str, directory: str) -> str:
    """Return the plugin that a file is for which is no event file; empty if it is for none.

    Parameters
    ----------
    name
        Of the file.
    directory
        Where it is, with slashes, from the log directory on.

    Examples
    --------
    >>> plugin_of_file("host.xplane.pb", "train/plugins/profile/2026_01_01")
    'profile'
    """
    if name == "projector_config.pbtxt":
        return "projector"
    if name.endswith((".pt.trace.json", ".pt.trace.json.gz")):  # torch.profiler
        return "profile"
    parts = directory.split("/")
    at = parts.index("plugins") + 1 if "plugins" in parts else len(parts)
    return parts[at] if at < len(parts) else ""


def lineage_of(name: str) -> str:
    """Return the host and process part of an event file's name: who wrote it.

    Examples
    --------
    >>> lineage_of("events.out.tfevents.1700000001.node3.4242.0")
    'node3.4242'
    """
    match = _EVENT_FILE.search(name)
    if match is None:
        return ""
    return f"{match['host']}.{match['pid']}" if match["pid"] else match["host"]


@dataclass(frozen=True, slots=True)
class FoundFile:
    """An event file: its path, its run, and what the directory entry said of it."""

    run: str
    path: str


@dataclass(slots=True)
class Found:
    """What a walk over a log directory found.

    ``errors`` are (path, message) pairs of directories that could not be listed; ``exists`` is
    whether the root was there; ``partial`` whether the walk gave up after `MAX_ENTRIES`;
    ``plugins`` how many files there are by the plugin that they are for, beside event files.
    """

    files: list[FoundFile] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    exists: bool = False
    partial: bool = False
    not_event_file: bool = False
    plugins: Counter[str] = field(default_factory=Counter)


def discover(root: str, prefix: str = "") -> Found:
    """Walk `root` and return its event files.

    Parameters
    ----------
    root
        A directory, or a single event file.
    prefix
        Name to put before the runs' names, of a log directory given as ``{"name": "path"}``.
    """
    found = Found()
    if os.path.isfile(root):
        found.exists = True
        if is_event_file(os.path.basename(root)):
            found.files.append(FoundFile(prefix or ".", root))
        else:
            found.not_event_file = True
        return found
    walk = _Walk(root, prefix, found)
    walk.visit(root, "", ())
    found.files.sort(key=lambda file: (natural_key(file.run), natural_key(file.path)))
    return found


def discover_remote(store: Store, prefix: str = "", *, fresh: bool = False) -> Found:
    """Return the event files of `store`; those known before, if it cannot be listed now.

    Parameters
    ----------
    store
        A directory, or a single event file, behind a URL.
    prefix
        Name to put before the runs' names, of a log directory given as ``{"name": "url"}``.
    fresh
        Whether to ask now; else a listing made not long ago will do.
    """
    found = Found()
    try:
        keys = list(store.list_files(is_event_file, fresh=fresh))
    except OSError as error:
        found.errors.append((store.url, error.strerror or str(error)))
        keys = store.known
    found.exists, found.partial = store.exists or bool(found.errors), store.partial
    for key in keys:
        path = key.removeprefix(store.root).strip("/")
        run = "/".join(filter(None, (prefix, path.rpartition("/")[0]))) or "."
        found.files.append(FoundFile(printable(run), RemotePath.of(store, key)))
    found.files.sort(key=lambda file: (natural_key(file.run), natural_key(file.path)))
    return found


class _Walk:
    def __init__(self, root: str, prefix: str, found: Found) -> None:
        self._root = root
        self._prefix = prefix
        self._found = found
        self._entries = 0

    def visit(self, path: str, relative: str, above: tuple[tuple[int, int], ...]) -> None:
        found = self._found
        try:
            status = os.stat(path)
            found.exists = True
            identity = (status.st_dev, status.st_ino)
            if identity in above or len(above) > MAX_DEPTH:
                return  # a link to a directory above: going in would never end
            with os.scandir(path) as entries:
                directories = self._sift(entries, relative)
        except OSError as error:
            if relative or not isinstance(error, FileNotFoundError):
                found.errors.append((path, error.strerror or str(error)))
            return
        for name in sorted(directories):
            below = f"{relative}/{name}" if relative else name
            self.visit(os.path.join(path, name), below, (*above, identity))

    def _sift(self, entries: os._ScandirIterator[str], relative: str) -> list[str]:
        directories = []
        for entry in entries:
            self._entries += 1
            if self._entries > MAX_ENTRIES:
                self._found.partial = True
                return []
            try:
                if entry.is_dir():
                    directories.append(entry.name)
                elif is_event_file(entry.name):
                    run = "/".join(filter(None, (self._prefix, relative))) or "."
                    self._found.files.append(FoundFile(printable(run), entry.path))
                elif plugin := plugin_of_file(entry.name, relative):
                    self._found.plugins[printable(plugin)] += 1
            except OSError:
                continue  # vanished, or a link to itself
        return directories


def printable(name: str) -> str:
    r"""Return `name` as valid Unicode: file names can hold any bytes, told apart by their codes.

    Different names stay different.

    Examples
    --------
    >>> print(printable(os.fsdecode(b"caf\xe9")), printable(r"caf\xe9"))
    caf\xe9 caf\\xe9
    """
    name = _BEFORE_CODE.sub(lambda match: 2 * match[0], name)
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
