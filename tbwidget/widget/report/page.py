"""The HTML around a recording: it may run our own code alone, and ask no network for anything."""

from __future__ import annotations

import hashlib
import html
from base64 import b64encode
from functools import cache

from tbwidget.widget.runtime import built

STYLE = "html,body{margin:0;height:100%;background:Canvas}body{overflow:hidden}"
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="tbwidget">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<div id="view"></div>
<noscript>This report draws its charts with JavaScript, which is switched off here.</noscript>
<script type="application/octet-stream" id="directory">{directory}</script>
<script type="application/octet-stream" id="records">{data}</script>
<script type="module">{player}</script>
</body>
</html>
"""


def page_of(title: str, directory: bytes, data: str) -> bytes:
    """Return the file.

    Parameters
    ----------
    title
        Any text.
    directory, data
        Of a `Recording`. They stand in the file as base64, so that nothing in them can end the
        element that holds them.
    """
    player = _player()
    digest = b64encode(hashlib.sha256(player.encode()).digest()).decode()
    page = _PAGE.format(
        policy=policy_of(digest),
        title=html.escape(title),
        style=STYLE,
        directory=b64encode(directory).decode(),
        data=data,
        player=player,
    )
    return page.encode("utf-8", "replace")


def policy_of(digest: str) -> str:
    """Return what the page may do: run this one script and what that makes of records; no more."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'sha256-{digest}' blob:",
            "style-src 'unsafe-inline'",
            "img-src data: blob:",
            "media-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


@cache
def _player() -> str:
    """Return the script that plays a recording."""
    code = built("report.js")
    if "</script" in code.lower() or "<!--" in code:
        message = "report.js cannot stand in a page: it ends its own element"
        raise RuntimeError(message)
    return code
