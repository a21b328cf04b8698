"""The directories that a `Logdir` was given, by name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from tbwidget.events.remote import Store, is_url

from .discovery import Found, discover, discover_remote, printable


class Roots:
    """Directories by name; the name is empty if only one was given.

    Parameters
    ----------
    source
        A path or a URL, or a mapping of names to paths and URLs.
    storage_options
        Arguments of the file systems behind URLs.

    Raises
    ------
    TypeError
        If it is none of these.
    ValueError
        If it is empty, or a URL of a kind that there is not.
    ImportError
        If what a URL needs is not installed.
    """

    def __init__(self, source: Any, storage_options: Mapping[str, Any] | None = None) -> None:
        if isinstance(source, Mapping):
            if not source:
                message = "the log directory is an empty mapping; give at least one {'name': path}"
                raise ValueError(message)
            self.paths = {str(name): _path_of(path) for name, path in source.items()}
        else:
            self.paths = {"": _path_of(source)}
        self._stores = {
            name: Store(path, storage_options) for name, path in self.paths.items() if is_url(path)
        }

    def __str__(self) -> str:
        return ", ".join(self.paths.values())

    @property
    def name(self) -> str:
        """A short name for titles."""
        if list(self.paths) == [""]:
            path = self.paths[""]
            if self.are_remote:
                return path.rpartition("/")[2] or path
            path = os.path.abspath(path)
            return os.path.basename(path) or path
        return ", ".join(self.paths)

    @property
    def are_remote(self) -> bool:
        """Whether any of them is behind a URL."""
        return bool(self._stores)

    def discover(self, *, fresh: bool = True) -> Found:
        """Return the event files below all of them.

        Parameters
        ----------
        fresh
            Whether what is behind a URL is listed now; else a listing made not long ago will do.
        """
        found = Found()
        for name, root in self.paths.items():
            store = self._stores.get(name)
            one = discover_remote(store, name, fresh=fresh) if store else discover(root, name)
            found.files += one.files
            found.errors += one.errors
            found.exists |= one.exists
            found.partial |= one.partial
            found.not_event_file |= one.not_event_file
            found.plugins += one.plugins
        return found

    def relative(self, path: str) -> str:
        """Return `path` as it is called in messages: from its directory on, by that one's name."""
        for name, root in self.paths.items():
            if name in self._stores:
                if path == root or path.startswith(root + "/"):
                    below = path[len(root) + 1 :] or path.rpartition("/")[2]
                    return printable("/".join(filter(None, (name, below))))
                continue
            if path == root:
                return printable(os.path.join(name, os.path.basename(path)))
            if path.startswith(root.rstrip(os.sep) + os.sep):
                return printable(os.path.join(name, os.path.relpath(path, root)))
        return printable(path)


def _path_of(path: Any) -> str:
    if not isinstance(path, (str, os.PathLike)):
        message = f"a log directory is a path, not {type(path).__name__}"
        raise TypeError(message)
    text = os.fsdecode(path)
    if not text.strip():
        message = "the log directory is an empty string; give the path of a directory"
        raise ValueError(message)
    if text.startswith("file://"):
        text = text.removeprefix("file://")
    if is_url(text):
        return text.rstrip("/")
    return os.path.normpath(os.path.expanduser(text))
