"""A view as a picture and as a few lines of text, for where it is not alive.

They hold names of runs and tags, numbers and times; no path, no name of a machine.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tbwidget.drawing.png import to_small_png
from tbwidget.drawing.sheet import Preview, draw_sheet
from tbwidget.drawing.text import format_bytes, format_number, public_name

from .embedding import frame_of

if TYPE_CHECKING:
    from .dashboard import View

#: With the state of widgets a picture is saved twice, a third larger each, and the bundle once
#: (245 kB): together no more than 500 kB.
MOST_BYTES = 84_000
MOST_TAGS, MOST_RUNS, MOST_VALUES = 8, 12, 3
LONGEST_NAME = 80
_NOT_DRAWN = "The notebook was saved before the first picture was drawn."


class Still(NamedTuple):
    """What is left of a view: lines of text, a PNG and, if it is embedded, HTML with its data.

    Both are empty if there is none.
    """

    text: str
    picture: bytes
    frame: str = ""


def still_of(view: View, *, brief: bool = False) -> Still:
    """Return what is left of a view. Nothing is raised: what cannot be drawn is left out.

    A `brief` one has a picture with a heading alone, which takes no time.
    """
    try:
        text = text_of(view)
    except Exception:  # noqa: BLE001  (odd data must not keep a view from being shown)
        text = name_of(view)
    try:
        picture = picture_of(view, brief=brief)
    except Exception:  # noqa: BLE001  (the same; and Pillow may be broken)
        picture = b""
    if brief or not view.embed:
        return Still(text, picture)
    frame, line = frame_of(view)
    return Still(f"{text}\n{line}", picture, frame)


def name_of(view: View) -> str:
    """Return what a view is, in one line.

    Examples
    --------
    >>> name_of(tbwidget.TensorBoard("logs"))  # doctest: +SKIP
    'TensorBoard of logs'
    """
    return f"{view.title_of_kind} of {_printable(public_name(view.logdir.name))}"


def picture_of(view: View, *, brief: bool = False) -> bytes:
    """Return the picture of a view as PNG, of `MOST_BYTES` at most."""
    shown = view.previewed()
    try:
        preview = Preview(note=_NOT_DRAWN) if brief else shown.preview()
    except Exception:  # noqa: BLE001  (one tab's odd data; the heading tells all the same)
        preview = Preview(note="This tab cannot be drawn.")
    if not preview.panels and preview.table is None:
        preview = Preview(note=preview.note or _reason_for_nothing(view))
    panels = [
        replace(
            panel,
            title=public_name(panel.title),
            lines=[replace(line, name=public_name(line.name)) for line in panel.lines],
        )
        for panel in preview.panels
    ]
    title = f"{public_name(view.logdir.name)} · {shown.title_of_kind}"
    picture = draw_sheet(title, _facts(view), replace(preview, panels=panels))
    return to_small_png(picture, MOST_BYTES)


def text_of(view: View) -> str:
    """Return a view in a few lines of text."""
    runs = view.logdir.runs
    lines = [f"{name_of(view)}: {_facts(view)}"]
    if not runs:
        lines.append(_reason_for_nothing(view))
    else:
        lines.append(f"Runs: {_listed(list(runs), MOST_RUNS)}")
    counts: dict[str, set[str]] = {}
    for run in runs.values():
        for kind, tags in run.tags.items():
            counts.setdefault(kind, set()).update(tags)
    if counts:
        kinds = (f"{len(tags):,} {kind.replace('_', ' ')}" for kind, tags in counts.items())
        lines.append(f"Tags: {', '.join(kinds)}")
    lines += _last_values(view)
    return "\n".join(lines)


def _last_values(view: View) -> list[str]:
    """Return the last values of scalars, a line a tag, if it is scalars that are shown."""
    shown = view.previewed()
    if shown.kind != "scalars":
        return []
    scalars = {name: view.state.scalars_of(name) for name in shown.visible_runs()}
    lines = []
    for tag in shown.preview_tags()[:MOST_TAGS]:
        last = [
            f"{format_number(float(held[tag].values[-1]))} ({_printable(public_name(run))})"
            for run, held in scalars.items()
            if tag in held and len(held[tag])
        ]
        if last:
            more = f" and {len(last) - MOST_VALUES:,} more" if len(last) > MOST_VALUES else ""
            lines.append(f"{_printable(tag)}: {', '.join(last[:MOST_VALUES])}{more}")
    return lines


def _facts(view: View) -> str:
    progress = view.logdir.progress
    runs = len(view.logdir)
    facts = [f"{runs:,} run{'' if runs == 1 else 's'}", f"{progress.points:,} points"]
    if not progress.complete:
        facts.append(f"read so far: {100 * progress.bytes_read // max(1, progress.bytes_total)} %")
    if progress.last_write:
        # When the logs were last written, not when this was drawn: it changes only if they do.
        written = time.localtime(progress.last_write)
        facts.append(f"as of {time.strftime('%Y-%m-%d %H:%M:%S', written)}")
    return ", ".join(facts)


def _reason_for_nothing(view: View) -> str:
    progress = view.logdir.progress
    if not progress.complete:
        total = f" ({format_bytes(progress.bytes_total)})" if progress.bytes_total else ""
        return f"The event files were being read{total}."
    if not view.logdir.exists:
        return "There was no such log directory yet."
    if not progress.files:
        return "There were no event files yet."
    return "There was nothing yet that this view can show."


def _listed(names: list[str], most: int) -> str:
    shown = ", ".join(_printable(public_name(name)) for name in names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown


def _printable(name: str) -> str:
    """Return a name without what a page could take for colours or new lines, cut if it is long."""
    name = "".join(letter if letter.isprintable() else "\ufffd" for letter in name)
    return name if len(name) <= LONGEST_NAME else f"{name[:30]}…{name[-49:]}"
