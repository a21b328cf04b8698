"""The seam of the reader: bytes of one file in, columns out.

`decode` is a pure, picklable function of a file and a cursor, so any executor can run it. Damage
never raises: it comes back as `Problem` beside whatever could be read.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from .columnar import PADDING_BYTES
from .decoder import Decoder, is_event
from .files import read_bytes, read_into
from .memory import buffer_of
from .problems import Problem
from .records import HEADER_BYTES, RESYNC_BYTES, Stop, is_header, needed_at, resync, scan

if TYPE_CHECKING:
    from .columns import Batch, Cursor
    from .file_state import FileState

#: How much of a file one call reads by default: small enough for curves to fill in while the first
#: read goes on, large enough for the call itself to cost nothing.
DEFAULT_BUDGET = 4 * 2**20
#: So many zeros after a damaged header are a place not yet written.
_ZEROS = 16
#: So many events in a row, though no length has its CRC, are no chance.
_ENOUGH_EVENTS = 2

_FOREIGN = {
    b"\x1f\x8b": "it is gzip-compressed; unpack it first",
    **dict.fromkeys(
        (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"),
        "it is zlib-compressed; write it without compression",
    ),
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
        A regular file, or a `RemotePath`.
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
    while size < (needed := _needed(data, size, cursor)) <= state.size - cursor.offset:
        # The very first record is longer than the budget: read as much as it needs.
        data, size, state = _read(path, cursor.offset, needed)
    decoder = Decoder(path, cursor, data, size)
    stop = decoder.read()
    if patient and (stop.reason == "damaged" or decoder.ends_in_doubt(stop)):
        stop = _unwritten(path, decoder, stop)
    if decoder.doubt is not None:
        return _anew(path, decoder.doubt, budget, patient=patient)
    batch = decoder.batch(stop.offset, state.size)
    read_to = cursor.offset + size
    if read_to < state.size and (
        stop.reason == "end" or (stop.reason == "cut" and stop.offset + stop.needed <= state.size)
    ):
        batch.stop = "more"  # only the budget ended here, not the file
        return batch
    batch.stop = stop.reason
    if stop.reason == "damaged" or (stop.reason in ("cut", "zeros") and not patient):
        rest, _ = read_bytes(path, stop.offset, min(RESYNC_BYTES, state.size - stop.offset))
        found = resync(memoryview(rest), 1, data_checked=not cursor.unchecked)
        if found is None and stop.offset == 0 and _makes_no_length_crc(rest, cursor):
            return _anew(path, replace(cursor, lengths_unchecked=True), budget, patient=patient)
        _skip_damage(path, batch, stop, rest, found)
    return batch


def _anew(path: str, cursor: Cursor, budget: int, *, patient: bool) -> Batch:
    """Decode from the start of the file, as what is known of its writer by now has it."""
    batch = decode(path, cursor, budget, patient=patient)
    if not batch.anew and (cursor.unchecked or cursor.lengths_unchecked):
        which = "length's" if cursor.lengths_unchecked else "record's"
        message = f"No {which} checksum holds, so its writer makes none: read unchecked."
        batch.problems.append(Problem(path, 0, "no_crc", 0, message))
    batch.anew = True
    return batch


def _unwritten(path: str, decoder: Decoder, stop: Stop) -> Stop:
    """Return where reading has to stop because zeros begin there that may still be filled in.

    They need not begin with a record: a header, or the record before, may end in some of them.
    """
    follows, _ = read_bytes(path, stop.offset, HEADER_BYTES + _ZEROS)
    if decoder.ends_in_doubt(stop) and follows[:HEADER_BYTES] == bytes(HEADER_BYTES):
        return decoder.hold_back()
    if stop.reason == "damaged" and follows[HEADER_BYTES - 1 :] == bytes(1 + _ZEROS):
        return Stop(stop.offset, "zeros")
    return stop


def _read(path: str, offset: int, count: int) -> tuple[bytearray, int, FileState]:
    """Return bytes of a file with room after them, how many bytes they are, and its state."""
    data = buffer_of(count + PADDING_BYTES, DEFAULT_BUDGET + PADDING_BYTES)
    size, state = read_into(path, offset, memoryview(data)[:count])
    return data, size, state


def _needed(data: bytearray, size: int, cursor: Cursor) -> int:
    """Return how many bytes the first record needs, 0 if it is all there or not a record."""
    if size >= HEADER_BYTES and needed_at(data) <= size:
        return 0
    checked = not cursor.lengths_unchecked
    first = next(scan(memoryview(data)[:size], 0, lengths_checked=checked))
    return first.needed if isinstance(first, Stop) and first.reason == "cut" else 0


def _makes_no_length_crc(data: bytes, cursor: Cursor) -> bool:
    """Tell whether `data` is of events one after another of which no length has its CRC."""
    if cursor.lengths_unchecked or cursor.intact:
        return False
    view, offset = memoryview(data), 0
    for record in islice(scan(view, 0, lengths_checked=False), _ENOUGH_EVENTS):
        if isinstance(record, Stop) or is_header(view, offset) or not is_event(record):
            return False
        offset = record.end
    return True


def _skip_damage(path: str, batch: Batch, stop: Stop, data: bytes, found: int | None) -> None:
    """Move the batch's cursor past the damage at `stop`, if a good record was `found` after it.

    `data` is what the file holds from there on, or the first `RESYNC_BYTES` of it.
    """
    skipped = len(data)
    if found is not None:
        skipped = found
    elif stop.reason != "damaged":
        return  # a tail that a writer has not finished: nothing wrong
    elif stop.offset == 0 and (reason := _foreign(data)):
        message = f"Not an event file: {reason}."
        batch.problems.append(Problem(path, 0, "not_event_file", batch.file_size, message))
        return
    if found is not None or skipped == RESYNC_BYTES:
        batch.cursor = batch.cursor.at(stop.offset + skipped)
        batch.stop = "more"
    # Else it is looked at again when the file grows: a good record may follow.
    message = f"{skipped:,} bytes from offset {stop.offset:,} could not be read as records"
    after = "reading went on after them" if found is not None else "nothing readable follows yet"
    batch.problems.append(
        Problem(path, stop.offset, _KIND_OF_STOP[stop.reason], skipped, f"{message}; {after}.")
    )


_KIND_OF_STOP = {"damaged": "header", "cut": "cut", "zeros": "zeros"}


def _foreign(data: bytes) -> str | None:
    """Return what a file that begins with `data`, and holds no record, is; None if unknown."""
    return next((reason for magic, reason in _FOREIGN.items() if data.startswith(magic)), None)
