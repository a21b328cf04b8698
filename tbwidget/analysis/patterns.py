"""Regular expressions that a user typed, or a page sent: none may keep the kernel busy.

Python's matcher goes back over what it has tried and cannot be stopped; so what could take long is
refused before.
"""

from __future__ import annotations

import math
import re
import time
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_PATTERN = 500
#: Ways to match one name that a pattern may have at most: about a second of trying.
MOST_WAYS = 5e7
SECONDS = 1.0
#: What a pattern is made of, as far as it matters here.
_PARTS = re.compile(
    r"""(?P<other>\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?\#[^)]*\))
    |(?P<open>\((?:\?(?:P?<[A-Za-z_]\w*>|<?[=!]|:|[a-zA-Z-]+:|>))?)
    |(?P<close>\))|(?P<either>\|)
    |(?P<repeat>[*+]|\{\d*,?\d*\})|(?P<maybe>\?)""",
    re.VERBOSE | re.DOTALL,
)


def search_all(
    pattern: str, names: Iterable[str], *, from_start: bool = False
) -> dict[str, re.Match[str]]:
    """Return the first match of `pattern` in each of the names that it is found in.

    Parameters
    ----------
    pattern
        A regular expression.
    names
        Where to look for it.
    from_start
        Whether only a match at the start of a name counts.

    Raises
    ------
    ValueError
        If it is no regular expression, or could take too long; the message says which and why.

    Examples
    --------
    >>> found = search_all("seed=([0-9]+)", ["a/seed=1", "b"])
    >>> {name: match.group(1) for name, match in found.items()}
    {'a/seed=1': '1'}
    """
    names = list(names)
    check(pattern, max(map(len, names), default=0))
    compiled = re.compile(pattern)
    find = compiled.match if from_start else compiled.search
    found, end = {}, time.monotonic() + SECONDS
    for name in names:
        if match := find(name):
            found[name] = match
        if time.monotonic() > end:
            _refuse(pattern, "takes too long on so many names")
    return found


def check(pattern: str, longest: int) -> None:
    """Refuse a pattern that could take too long on a name of `longest` characters.

    Raises
    ------
    ValueError
        If it is no regular expression, repeats what repeats, or repeats too often.
    """
    if len(pattern) > LONGEST_PATTERN:
        _refuse(pattern, f"has more than {LONGEST_PATTERN} characters")
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        _refuse(pattern, f"is no regular expression: {error}")
    repeats, choices = _count(pattern)
    # Each repeat may end at any character behind the end of the one before it.
    ways = math.comb(longest + repeats + 1, repeats + 1) * 2.0**choices
    if ways > MOST_WAYS:
        _refuse(pattern, "has too many repeats or choices for names of this length")


def _count(pattern: str) -> tuple[int, int]:
    """Return how many repeats a pattern has, and how many choices of two."""
    repeats = choices = 0
    open_groups = [False]  # whether there are several ways to match what is in each
    ambiguous = before_repeats = False
    end = -1
    for part in _PARTS.finditer(pattern):
        sort, follows = part.lastgroup, part.start() == end
        if sort == "open":
            open_groups.append(False)
        elif sort == "close":
            ambiguous = open_groups.pop()
            open_groups[-1] |= ambiguous
        elif sort == "repeat":
            if follows and ambiguous:
                _refuse(pattern, "repeats a group in which something repeats or is one of several")
            if not (follows and before_repeats):  # else it says how to repeat
                repeats += 1
            open_groups[-1] = True
        elif sort in ("maybe", "either") and not (follows and before_repeats):
            choices += 1
            open_groups[-1] = True
        before_repeats = sort in ("repeat", "maybe") and not (follows and before_repeats)
        end = part.end() if sort in ("close", "repeat", "maybe") else -1
        if sort != "close":
            ambiguous = False
    return repeats, choices


def _refuse(pattern: str, why: str) -> NoReturn:
    message = f"the pattern {pattern[:80]!r} {why}"
    raise ValueError(message)
