"""A view as one HTML file: its front end, and a recording of what the kernel would send it.

The recording is made by the view itself: a twin of it, which no page knows of, is asked for what it
would push and how it would answer. `js/src/report/` plays it back.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tbwidget.events.files import write_whole

from .budget import bytes_of
from .page import page_of
from .record import record

if TYPE_CHECKING:
    from tbwidget.widget.dashboard import View

__all__ = ["compose", "save"]


def save(view: View, path: str | os.PathLike[str], budget: int | str, title: str) -> Path:
    """Write `view` into one HTML file; see `View.save_html`."""
    limit = bytes_of(budget)
    view.logdir.refresh()
    write_whole(os.fspath(path), compose(view, limit, title))
    return Path(path)


def compose(view: View, limit: int, title: str = "") -> bytes:
    """Return `view` as it is now as an HTML page of `limit` bytes at most.

    Raises
    ------
    BudgetError
        If there is not even room for the code, the runs and the names of the tags.
    """
    name = title or getattr(view, "title", "") or view.logdir.name
    if view.kind != "board" and not title:
        name = f"{view.logdir.name} · {name}"
    room = limit - len(page_of(name, b"", ""))
    content = None
    while content is None or len(content) > limit:
        recording = record(view, limit, room, title)
        content = page_of(name, recording.directory(), recording.data())
        # Names may take more room than was thought.
        room -= max(0, len(content) - limit) + 500
    return content
