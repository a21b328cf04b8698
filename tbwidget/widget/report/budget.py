"""How large a file may be, and who gets which part of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
#: Browsers take no text longer than about 2**29 characters.
MOST_BYTES = 500 * 10**6


class BudgetError(ValueError):
    """A budget in which not even code and names have room."""


def bytes_of(budget: int | str) -> int:
    """Return a size in bytes.

    Parameters
    ----------
    budget
        A number of bytes, or a text such as ``"10MB"`` or ``"1.5 GiB"``.

    Raises
    ------
    ValueError
        If it is no such size, or more than a browser can take.

    Examples
    --------
    >>> bytes_of("2.5 MB")
    2500000
    """
    text = str(budget).strip()
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([KMG]?I?B)?", text, re.IGNORECASE)
    unit = _UNITS.get((found[2] or "B").upper()) if found else None
    if isinstance(budget, bool) or found is None or unit is None:
        message = f"a budget is a number of bytes or a size such as '10MB', not {budget!r}"
        raise ValueError(message)
    size = int(float(found[1]) * unit)
    if size > MOST_BYTES:
        message = f"{budget!r} is more than the {size_text(MOST_BYTES)} that browsers can open"
        raise ValueError(message)
    return size


def size_text(size: float) -> str:
    """Return a number of bytes as people write it.

    Examples
    --------
    >>> size_text(2_500_000), size_text(421_337)
    ('2.5 MB', '421 KB')
    """
    if size >= 10**6:
        return f"{size / 10**6:.3g} MB"
    return f"{size / 10**3:.0f} KB"


def spread(count: int) -> Iterator[int]:
    """Yield the rows of a series from the most telling one on: newest, first, halves, quarters.

    However many of them are taken, they are about evenly spaced.

    Examples
    --------
    >>> list(spread(9))
    [8, 0, 4, 6, 2, 7, 5, 3, 1]
    """
    last, parts = count - 1, 1
    known = set[int]()
    while len(known) < count:
        for part in range(parts, -1, -1):
            row = last * part // parts
            if row not in known:
                known.add(row)
                yield row
        parts *= 2
