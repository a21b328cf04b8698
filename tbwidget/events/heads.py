"""Reading what events with one payload say of themselves, many at once, without the payload.

The same strict form as in `wire.walk_blob`, and less of it: the tag comes first, the payload after
it, and nothing follows. What is of another form is left to be walked by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from . import wire

if TYPE_CHECKING:
    import numpy.typing as npt

#: Bytes of an event that are looked at.
HEAD_BYTES = 128
#: What may have to be read at the end of a head: a key and a varint.
_ROOM = 8


class Heads(NamedTuple):
    """Of each event that is of the form: its row, step, wall time, where its tag lies, its field.

    All are arrays of equal length; ``fields`` are keys of `wire.FIELD_OF_KEY`.
    """

    rows: npt.NDArray[np.int64]
    steps: npt.NDArray[np.int64]
    wall_times: npt.NDArray[np.float64]
    tag_starts: npt.NDArray[np.int64]
    tag_ends: npt.NDArray[np.int64]
    fields: npt.NDArray[np.uint8]


def read_heads(heads: npt.NDArray[np.uint8], lengths: npt.NDArray[np.int64]) -> Heads:
    """Return what can be read of events of the given lengths from their first `HEAD_BYTES`."""
    count = len(heads)
    rows = np.arange(count)

    def at(place: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        result: npt.NDArray[np.uint8] = heads[rows, np.minimum(place, HEAD_BYTES - 1)]
        return result

    def varint(place: npt.NDArray[np.int64]) -> tuple[Any, Any]:
        number, more = np.zeros(count, np.int64), np.ones(count, bool)
        for shift in (0, 7, 14, 21, 28):
            byte = at(place).astype(np.int64)
            number |= np.where(more, (byte & 0x7F) << shift, 0)
            place = place + more
            more &= byte >= wire.CONTINUED
            if not more.any():
                break
        good[more] = False
        return number, place

    good = (heads[:, 0] == wire.WALL_TIME) & (lengths >= HEAD_BYTES)
    has_step = heads[:, 9] == wire.STEP
    steps, place = varint(np.full(count, 10))
    steps, place = np.where(has_step, steps, 0), np.where(has_step, place, 9)
    for key in (wire.SUMMARY, wire.VALUE):
        good &= at(place) == key
        size, place = varint(place + 1)
        good &= place + size == lengths
    good &= at(place) == wire.TAG
    size, tag_starts = varint(place + 1)
    tag_ends = tag_starts + size
    good &= tag_ends < HEAD_BYTES - _ROOM
    fields = at(tag_ends)
    good &= np.isin(fields, list(wire.FIELD_OF_KEY))
    size, place = varint(tag_ends + 1)
    good &= place + size == lengths
    walls = np.ndarray((count,), "<f8", heads, 1, (heads.strides[0],))
    return Heads(
        np.flatnonzero(good),
        steps[good],
        walls[good],
        tag_starts[good],
        tag_ends[good],
        fields[good],
    )
