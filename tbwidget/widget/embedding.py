"""A view saved with its data, for `embed`: a report in a frame, in the place of the picture.

What trusts the notebook, and nbconvert, show the frame, and hide the picture behind it; what does
not takes away the frame and the style, and shows the picture.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .dashboard import View

#: What ``embed=True`` stands for.
BUDGET = "2MB"

_FRAME = """\
<style>iframe.tbwidget-embedded+img{{display:none}}</style>\
<iframe class="tbwidget-embedded" title="{title}" \
sandbox="allow-scripts allow-downloads" style="width:100%;height:{height}px;border:0" \
srcdoc="{page}"></iframe>"""
_PICTURE = '<img alt="{title}" src="data:image/png;base64,{picture}" width="{width}">'


def frame_of(view: View) -> tuple[str, str]:
    """Return a view's report in a frame, empty if it cannot be made, and a line about it."""
    from .report import compose
    from .report.budget import BudgetError, bytes_of, size_text

    try:
        page = compose(view, bytes_of(BUDGET if view.embed is True else view.embed))
    except BudgetError as error:
        return "", f"Not embedded: {error}."
    except Exception as error:  # noqa: BLE001  (odd data; its message may hold a path)
        return "", f"Not embedded: {type(error).__name__}."
    frame = _FRAME.format(
        title=html.escape(view.title_of_kind),
        height=view.height,
        page=html.escape(page.decode(), quote=True),
    )
    return frame, f"Embedded: what the view shows, with its data, {size_text(len(page))}."


def html_of(frame: str, picture: str, width: int) -> str:
    """Return a frame with the picture, in base64, that is shown where there can be no frame."""
    return frame + _PICTURE.format(title="The view as a picture", picture=picture, width=width)
