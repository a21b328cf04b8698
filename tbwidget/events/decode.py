"""The seam of the reader: bytes of one file in, columns out.

`decode` is a pure, picklable function of a file and a cursor, so any executor can run it. Damage
never raises: it comes back as `Problem` beside whatever could be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .columnar import PADDING_BYTES
from .columns import Batch, Cursor
from .decoder import Decoder
from .files import read_bytes, read_into
from .memory import buffer_of
from .problems import Problem
from .records import HEADER_BYTES, RESYNC_BYTES, Stop, needed_at, resync, scan

if TYPE_CHECKING:
    from .files import FileState

#: How much of a file one call reads by default: small enough for curves to fill in while the first
#: read goes on, large enough for the call itself to cost nothing.
DEFAULT_BUDGET = 4 * 2**20

_FOREIGN = {
    b"\x1f\x8b": "it is gzip-compressed; unpack it first",
    b"version https://git-lfs": "it is a Git LFS pointer; run `git lfs pull` to get the file",
    b"PK\x03\x04": "it is a zip archive; unpack it first",
}


def decode(
    path: str, cursor: Cursor, budget: int = DEFAULT_BUDGET, *, patient: bool = True
) -> Batch:
    """Decode the records of `path` from `cursor` on.

    Parameters
    ----------
    path
        A local regular file.
    cursor
        ``Cursor()`` for the start of the file, later the cursor of the last batch.
    budget
        Bytes to read at most, unless a single record is longer.
    patient
        Whether an unfinished place (zeros, a record that goes on past the end) is left for a later
        call. If false, a good record after it is looked for, and the place reported as a problem.

    Returns
    -------
    Batch
        Columns, index, problems and the next cursor.

    Raises
    ------
    OSError
        If the file cannot be read at all.

    Examples
    --------
    >>> batch = decode("logs/events.out.tfevents.1.host", Cursor())  # doctest: +SKIP
    >>> batch.scalars["loss"].values  # doctest: +SKIP
    array([0.9, 0.7, 0.4])
    """
    data, size, state = _read(path, cursor.offset, budget)
    if cursor.offset == 0 and (problem := _foreign(path, data[: min(size, 64)], state.size)):
        return Batch(cursor.at(state.size), problems=[problem], file_size=state.size)
    while size < (needed := _needed(data, size)) <= state.size - cursor.offset:
        # The very first record is longer than the budget: read as much as it needs.
        data, size, state = _read(path, cursor.offset, needed)
    decoder = Decoder(path, cursor, data, size)
    stop = decoder.read()
    read_to = cursor.offset + size
    more = read_to < state.size and (
        stop.reason == "end" or (stop.reason == "cut" and stop.offset + stop.needed <= state.size)
    )
    if decoder.undecided and (more or (patient and stop.reason in ("end", "cut"))):
        # One record does not tell damage from a writer without checksums: wait for the next.
        if more:
            return decode(path, cursor, 2 * size + stop.needed, patient=patient)
        return Batch(cursor, stop="cut", file_size=state.size)
    decoder.settle_withheld()
    batch = decoder.batch(stop.offset, state.size)
    if more:
        batch.stop = "more"  # only the budget ended here, not the file
        return batch
    batch.stop = stop.reason
    if stop.reason == "damaged" or (stop.reason in ("cut", "zeros") and not patient):
        _skip_damage(path, batch, stop, state)
    return batch


def _read(path: str, offset: int, count: int) -> tuple[bytearray, int, FileState]:
    """Return bytes of a file with room after them, how many bytes they are, and its state."""
    data = buffer_of(count + PADDING_BYTES, DEFAULT_BUDGET + PADDING_BYTES)
    size, state = read_into(path, offset, memoryview(data)[:count])
    return data, size, state


def _needed(data: bytearray, size: int) -> int:
    """Return how many bytes the first record needs, 0 if it is all there or not a record."""
    if size >= HEADER_BYTES and needed_at(data) <= size:
        return 0
    first = next(scan(memoryview(data)[:size], 0))
    return first.needed if isinstance(first, Stop) and first.reason == "cut" else 0


def _foreign(path: str, data: bytearray, size: int) -> Problem | None:
    for magic, reason in _FOREIGN.items():
        if data.startswith(magic):
            return Problem(path, 0, "not_event_file", size, f"Not an event file: {reason}.")
    return None


def _skip_damage(path: str, batch: Batch, stop: Stop, state: FileState) -> None:
    """Move the batch's cursor to the next good record after `stop`, if there is one."""
    data, _ = read_bytes(path, stop.offset, min(RESYNC_BYTES, state.size - stop.offset))
    found = resync(memoryview(data), 1)
    if found is not None:
        skipped = found
        batch.cursor = batch.cursor.at(stop.offset + found)
        batch.stop = "more"
    elif stop.reason != "damaged":
        return  # a tail that a writer has not finished: nothing wrong
    elif len(data) == RESYNC_BYTES:
        skipped = len(data)
        batch.cursor = batch.cursor.at(stop.offset + skipped)
        batch.stop = "more"
    else:
        # Looked at again when the file grows: a good record may follow.
        skipped = len(data)
    message = f"{skipped:,} bytes from offset {stop.offset:,} could not be read as records"
    after = "reading went on after them" if found is not None else "nothing readable follows yet"
    batch.problems.append(
        Problem(path, stop.offset, _KIND_OF_STOP[stop.reason], skipped, f"{message}; {after}.")
    )


_KIND_OF_STOP = {"damaged": "header", "cut": "cut", "zeros": "zeros"}
