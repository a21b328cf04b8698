"""Texts about a log directory without where it is: no paths, no names of hosts and users."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from tbwidget.events.files import real_path

if TYPE_CHECKING:
    from tbwidget.logs import Logdir

#: An event file is called after the host that wrote it: what comes after its time goes.
_EVENT_FILE = re.compile(r"(tfevents\.\d+)\.[^/\\\s'\"]+")


class Places:
    """Takes out of texts where a log directory is."""

    def __init__(self, logdir: Logdir) -> None:
        self.name = logdir.name
        spellings = {
            spelling
            for path in logdir.paths.values()
            for spelling in (str(path), os.path.abspath(path), real_path(path))
        }
        # What is short could stand anywhere, and tells nothing.
        self._paths = sorted((one for one in spellings if len(one) > 1), key=len, reverse=True)

    def without(self, value: Any) -> Any:
        """Return a text, or the texts in a list or dict of them, without places."""
        if isinstance(value, dict):
            return {key: self.without(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.without(one) for one in value]
        if not isinstance(value, str):
            return value
        for path in self._paths:
            value = value.replace(path, self.name)
        return _EVENT_FILE.sub(r"\1", value)
