"""Looking for words or a regular expression in texts of any length, in bounded time.

Python's matcher cannot be stopped, so a pattern is only let loose on pieces so short that it cannot
take long on one of them (`patterns.check`), and the clock is looked at between them.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from .patterns import check

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Different finds in one text that are told, and the length of each.
MOST_FINDS = 10
LONGEST_FIND = 200
#: Finds in one text that are looked at for different ones.
_MOST_LOOKED_AT = 1_000
_SHORTEST_PIECE, _LONGEST_PIECE = 64, 4_096


class TextSearch:
    r"""What is looked for in many texts, case ignored.

    A regular expression is looked for line by line. Where it could take long on a long line, the
    line is taken in pieces that overlap by half; what is found is then at most half a piece long.

    Parameters
    ----------
    query
        Words, or a regular expression.
    regex
        Whether `query` is a regular expression.

    Raises
    ------
    ValueError
        If it is no regular expression, or could take too long even on short pieces.

    Examples
    --------
    >>> TextSearch("LOSS").found_in("loss 1, Loss 2, loss 3")
    ['loss', 'Loss']
    >>> TextSearch(r"acc=\d+", regex=True).found_in("acc=1 acc=2")
    ['acc=1', 'acc=2']
    """

    def __init__(self, query: str, *, regex: bool = False) -> None:
        self._piece = 0
        if regex:
            check(query, _SHORTEST_PIECE)
            self._piece = _longest_piece(query)
        self._compiled = re.compile(
            query if regex else re.escape(query), re.IGNORECASE | re.MULTILINE
        )

    def found_in(self, text: str, until: float = float("inf")) -> list[str]:
        """Return what was found, each once.

        Parameters
        ----------
        text
            Where to look.
        until
            When to stop looking, on the clock of `time.monotonic`; only what was found until then
            is returned.
        """
        found: dict[str, None] = {}
        for looked_at, match in enumerate(self._matches(text, until)):
            if match:
                found[match[:LONGEST_FIND]] = None
            if len(found) == MOST_FINDS or looked_at > _MOST_LOOKED_AT:
                break
        return list(found)

    def _matches(self, text: str, until: float) -> Iterator[str]:
        for start, end in self._pieces(text):
            if time.monotonic() > until:
                return
            yield from (match.group() for match in self._compiled.finditer(text, start, end))

    def _pieces(self, text: str) -> Iterator[tuple[int, int]]:
        if not self._piece:
            yield 0, len(text)
            return
        start = 0
        while start <= len(text):
            line_end = text.find("\n", start)
            line_end = len(text) if line_end < 0 else line_end
            while line_end - start > self._piece:
                yield start, start + self._piece
                start += self._piece // 2
            yield start, line_end
            start = line_end + 1


def _longest_piece(pattern: str) -> int:
    length = _SHORTEST_PIECE
    while length < _LONGEST_PIECE:
        try:
            check(pattern, length * 2)
        except ValueError:
            break
        length *= 2
    return length
