"""What a file holds: packed records, and a directory that tells which is which.

A record is one message with its buffers: the length of its head (uint32), the head as JSON
(``[message, [bytes of each buffer]]``) and the buffers, all of it deflated unless that gains
nothing. `js/src/report/records.ts` is the other side.
"""

from __future__ import annotations

import json
import numbers
import struct
import zlib
from base64 import b64encode
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Deflating must save one part in so many to be worth the page's while.
WORTHWHILE = 32


class FullError(Exception):
    """What was to be recorded does not fit any more."""


class Recording:
    """Records within a budget.

    Parameters
    ----------
    room
        How many bytes of the file are left for records and directory.
    """

    def __init__(self, room: int) -> None:
        self.room = room
        self.entries: dict[str, Any] = {"models": {}, "modules": {}, "channels": {}}
        self._records: list[bytes] = []
        #: Bytes of each; negative for one that is not deflated.
        self._sizes: list[int] = []
        self._known: dict[bytes, int] = {}

    def channel(self, name: str) -> dict[str, Any]:
        """Return what is known of the messages of one model."""
        empty: dict[str, Any] = {"tags": {}, "values": {}, "answers": {}}
        found: dict[str, Any] = self.entries["channels"].setdefault(name, empty)
        return found

    def cost(self, packed: Sequence[bytes], entry: int = 0) -> int:
        """Return by how much records and so many characters of the directory make the file grow."""
        new = {one for one in packed if one not in self._known}
        own = sum(encoded_size(len(one)) + 12 for one in new)
        return own + 7 * len(packed) + listed_size(entry)

    def take(self, size: int) -> None:
        """Use up some room.

        Raises
        ------
        FullError
            If there is not so much left.
        """
        if size > self.room:
            raise FullError
        self.room -= size

    def add(self, packed: Sequence[bytes], entry: int = 0) -> list[int]:
        """Take in records and return their numbers; the same one is kept once.

        Raises
        ------
        FullError
            If they do not fit; then none is kept.
        """
        self.take(self.cost(packed, entry))
        return [self._put(one) for one in packed]

    def _put(self, packed: bytes) -> int:
        number = self._known.get(packed)
        if number is None:
            number = self._known[packed] = len(self._records)
            self._records.append(packed[1:])
            self._sizes.append(len(packed) - 1 if packed[:1] == _DEFLATED else 1 - len(packed))
        return number

    def directory(self) -> bytes:
        """Return the directory, deflated."""
        return zlib.compress(_json({**self.entries, "sizes": self._sizes}), 9)

    def data(self) -> str:
        """Return all records, one after the other, in base64."""
        return "".join(b64encode(one).decode() for one in self._records)


_PLAIN, _DEFLATED = b"p", b"z"


def pack(message: Any, buffers: Sequence[memoryview | bytes] = ()) -> bytes:
    """Return a record, behind a letter that says whether it is deflated."""
    sizes = [memoryview(buffer).nbytes for buffer in buffers]
    head = _json([message, sizes])
    whole = b"".join((struct.pack("<I", len(head)), head, *map(bytes, buffers)))
    deflated = zlib.compress(whole, 6)
    if len(deflated) > len(whole) - len(whole) // WORTHWHILE:
        return _PLAIN + whole
    return _DEFLATED + deflated


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False, default=_number).encode()


def _number(value: Any) -> int | float:
    """Return a number of numpy's as one of Python's."""
    return int(value) if isinstance(value, numbers.Integral) else float(value)


def entry_size(*names: str) -> int:
    """Return how many characters names have in the directory."""
    return sum(len(json.dumps(name)) + 2 for name in names)


def listed_size(entry: int) -> int:
    """Return by how much so many characters of the directory make the file grow.

    It is deflated to less than half.
    """
    return (2 * entry + 2) // 3


def encoded_size(size: int) -> int:
    """Return how many characters so many bytes have in base64."""
    return (size + 2) // 3 * 4
