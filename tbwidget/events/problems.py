"""What went wrong while reading, as data: nothing damaged is ever raised out of a refresh."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that could not be read, and where.

    Attributes
    ----------
    file
        Path of the file relative to the log directory.
    offset
        Byte offset in the file at which it was seen; 0 for the file as a whole.
    kind
        A stable word for it: ``"data_crc"``, ``"header"``, ``"not_protobuf"``, ``"value"``,
        ``"zeros"``, ``"cut"``, ``"compressed"``, ``"not_event_file"``, ``"no_crc"``,
        ``"unreadable"`` ...
    bytes_skipped
        How many bytes of the file were left out because of it.
    message
        One sentence for a person: what, and what to do if there is something to do.
    """

    file: str
    offset: int
    kind: str
    bytes_skipped: int
    message: str
