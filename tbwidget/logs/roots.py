"""The directories that a `Logdir` was given, by name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from .discovery import Found, discover, printable


class Roots:
    """Directories by name; the name is empty if only one was given.

    Parameters
    ----------
    source
        A path, or a mapping of names to paths.

    Raises
    ------
    TypeError
        If it is neither.
    ValueError
        If it is empty.
    """

    def __init__(self, source: Any) -> None:
        if isinstance(source, Mapping):
            if not source:
                message = "the log directory is an empty mapping; give at least one {'name': path}"
                raise ValueError(message)
            self.paths = {str(name): _path_of(path) for name, path in source.items()}
        else:
            self.paths = {"": _path_of(source)}

    def __str__(self) -> str:
        return ", ".join(self.paths.values())

    @property
    def name(self) -> str:
        """A short name for titles."""
        if list(self.paths) == [""]:
            path = os.path.abspath(self.paths[""])
            return os.path.basename(path) or path
        return ", ".join(self.paths)

    def discover(self) -> Found:
        """Return the event files below all of them."""
        found = Found()
        for name, root in self.paths.items():
            one = discover(root, name)
            found.files += one.files
            found.errors += one.errors
            found.exists |= one.exists
            found.partial |= one.partial
            found.not_event_file |= one.not_event_file
        return found

    def relative(self, path: str) -> str:
        """Return `path` as it is called in messages: from its directory on, by that one's name."""
        for name, root in self.paths.items():
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
    return os.path.normpath(os.path.expanduser(text))
