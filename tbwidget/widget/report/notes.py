"""What a report says of what is not in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

MOST_NAMES, MOST_NAME = 5, 60


def left_out_note(tags: Sequence[str], recorded: Collection[str]) -> str:
    """Return which tags are not in a file; empty if all are.

    Examples
    --------
    >>> left_out_note(["a", "b", "c"], {"a"})
    'Left out: 2 of 3 tags (b, c).'
    """
    left = [tag for tag in tags if tag not in recorded]
    if not left:
        return ""
    names = ", ".join(_short(tag) for tag in left[:MOST_NAMES])
    more = " and more" if len(left) > MOST_NAMES else ""
    return f"Left out: {len(left):,} of {len(tags):,} tags ({names}{more})."


def _short(name: str) -> str:
    return name if len(name) <= MOST_NAME else f"{name[:MOST_NAME]}…"
