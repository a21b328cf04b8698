"""Event files made by hand, good and damaged in every way that tests need.

Nothing here uses the code that it is to test, but for the protobuf messages.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from crc32c import crc32c

from tbwidget.events.protos import Event

if TYPE_CHECKING:
    from pathlib import Path

NAME = "events.out.tfevents.1700000000.host.1.0"
#: A wall time to count from, so that tests read as seconds.
WALL = 1_700_000_000.0


def masked(data: bytes) -> int:
    """Return the masked CRC-32C as TensorFlow's ``crc32c::Mask`` defines it."""
    crc = crc32c(data)
    rotated = (crc >> 15) | (crc << 17) & 0xFFFFFFFF
    return (rotated + 0xA282EAD8) & 0xFFFFFFFF


def record(
    data: bytes, *, bad_length_crc: int = 0, bad_data_crc: int = 0, length: int | None = None
) -> bytes:
    """Return `data` framed; what is given as bad is XORed into the checksum."""
    header = struct.pack("<Q", len(data) if length is None else length)
    return b"".join(
        (
            header,
            struct.pack("<I", masked(header) ^ bad_length_crc),
            data,
            struct.pack("<I", masked(data) ^ bad_data_crc),
        )
    )


def unchecked(data: bytes) -> bytes:
    """Return `data` framed by a writer that computes no data checksum."""
    header = struct.pack("<Q", len(data))
    return header + struct.pack("<I", masked(header)) + data + bytes(4)


def header(length: int) -> bytes:
    """Return the 12 bytes of a header with a valid checksum that claims `length`."""
    return record(b"", length=length)[:12]


def event(step: int = 0, wall_time: float | None = None, **what: Any) -> bytes:
    """Return the bytes of an `Event`; it has a wall time of `WALL` + step unless given."""
    wall_time = WALL + step if wall_time is None else wall_time
    return bytes(Event(step=step, wall_time=wall_time, **what).SerializeToString())


def scalar(
    step: int, value: float = 1.0, tag: str = "loss", wall_time: float | None = None
) -> bytes:
    """Return the bytes of an event with one scalar of the old kind, as torch writes it."""
    return event(step, wall_time, summary={"value": [{"tag": tag, "simple_value": value}]})


def summary(step: int, *values: dict[str, Any], wall_time: float | None = None) -> bytes:
    """Return the bytes of an event with several values."""
    return event(step, wall_time, summary={"value": list(values)})


def plugin(name: str, content: bytes = b"", **fields: Any) -> dict[str, Any]:
    """Return a `SummaryMetadata` of the plugin `name`."""
    return {"plugin_data": {"plugin_name": name, "content": content}, **fields}


def start(step: int, wall_time: float | None = None) -> bytes:
    """Return the bytes of a `SessionLog` START: the writer begins anew at `step`."""
    return event(step, wall_time, session_log={"status": 1})


def file_version(wall_time: float = WALL) -> bytes:
    """Return the bytes of the event that opens every event file."""
    return event(0, wall_time, file_version="brain.Event:2")


def write(path: Path, *records: bytes) -> Path:
    """Write framed records to `path`, folders included, and return it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(records))
    return path


def append(path: Path, *records: bytes) -> None:
    """Append framed records to the file `path`."""
    with path.open("ab") as file:
        file.write(b"".join(records))


def write_scalars(
    path: Path, steps: list[int], values: list[float] | None = None, tag: str = "loss"
) -> Path:
    """Write an event file of one scalar tag; values are the steps unless given."""
    pairs = zip(steps, steps if values is None else values, strict=True)
    points = [record(scalar(step, value, tag)) for step, value in pairs]
    return write(path, record(file_version()), *points)
