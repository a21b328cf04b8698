"""Records that no training loop would write in the midst of others, but somebody may.

Most are valid events in a form that is unlike that of those around them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from event_files import record
from wire import double, event_of, metadata_field, nested, single, summary_of, tensor, whole

if TYPE_CHECKING:
    import random


def odd_record(rng: random.Random, wall_time: float, step: int, tag: str) -> bytes:
    """Return one framed record that no loop would write in the midst of others."""
    return rng.choice(_ODD)(rng, wall_time, step, tag)


def _events(rng: random.Random, wall_time: float, step: int, tag: str) -> dict[str, bytes]:
    """Return whole and valid events that are unlike those around them, by what is odd of them."""
    name, wall, number = nested(1, tag.encode()), double(1, wall_time), whole(2, step)
    value = name + single(2, 0.25)
    two = summary_of(value, name + single(2, 0.75))
    text = nested(6, whole(1, 20) + nested(2, b"message " * rng.randrange(30)))
    late = step & 127 | 128  # a varint of one byte written with two
    return {
        "empty": b"",
        "file version": event_of(wall_time, 0, nested(3, b"brain.Event:2")),
        "log message": event_of(wall_time, step, text),
        "source metadata": event_of(wall_time, step, nested(10, nested(1, b"writer"))),
        "graph": event_of(wall_time, step, nested(4, b"graph")),
        "tagged run metadata": event_of(wall_time, step, nested(8, nested(1, b"run tag"))),
        "start": event_of(wall_time, step, nested(7, whole(1, 1))),
        "stop": event_of(wall_time, step, nested(7, whole(1, 2))),
        "of the future": event_of(wall_time, step, summary_of(value) + nested(100, b"new")),
        "step before wall time": number + wall + summary_of(value),
        "summary first": summary_of(value) + number + wall,
        "wall time twice": double(1, 1.0) + event_of(wall_time, step, summary_of(value)),
        "step twice": whole(2, 77) + event_of(wall_time, step, summary_of(value)),
        "step of two bytes for one": wall + bytes([16, late, 0]) + summary_of(value),
        "step of zero written out": wall + bytes([16, 0]) + summary_of(value),
        "two summaries": event_of(wall_time, step, summary_of(value) + two),
        "summary and then text": event_of(wall_time, step, summary_of(value) + text),
        "no value in the summary": event_of(wall_time, step, summary_of()),
        "tag twice": event_of(wall_time, step, two),
        "value before its tag": event_of(wall_time, step, summary_of(single(2, 0.5) + name)),
        "two values in one": event_of(wall_time, step, summary_of(value + single(2, 9.0))),
        "value and then tensor": event_of(
            wall_time, step, summary_of(value + tensor(2, nested(6, bytes(8))))
        ),
        "two tags in one": event_of(wall_time, step, summary_of(nested(1, b"other") + value)),
        "node name": event_of(wall_time, step, summary_of(value + nested(7, tag.encode()))),
        "no tag": event_of(wall_time, step, summary_of(single(2, 0.5))),
        "tag without value": event_of(wall_time, step, summary_of(name)),
        "hparams": event_of(wall_time, 0, summary_of(nested(1, b"hp") + metadata_field("hparams"))),
        "long tag": event_of(
            wall_time,
            step,
            summary_of(nested(1, b"x" * rng.choice([120, 4096, 4097])) + value[-5:]),
        ),
        "vector": event_of(
            wall_time,
            step,
            summary_of(
                name
                + tensor(1, nested(5, bytes(8)), nested(2, nested(2, whole(1, 2))))
                + metadata_field("scalars")
            ),
        ),
        "two numbers": event_of(
            wall_time,
            step,
            summary_of(name + tensor(1, nested(5, bytes(8))) + metadata_field("scalars")),
        ),
        "string scalar": event_of(
            wall_time,
            step,
            summary_of(name + tensor(7, nested(8, b"0.5")) + metadata_field("scalars")),
        ),
        "another plugin": event_of(
            wall_time, step, summary_of(value + metadata_field("text", display_name="late"))
        ),
        "wall time that is no time": event_of(
            rng.choice([float("nan"), float("inf"), -float("inf"), -1.0]), step, summary_of(value)
        ),
        "no wall time": number + summary_of(value),
        "tag that is not UTF-8": event_of(
            wall_time, step, summary_of(nested(1, b"\xff") + single(2, 0.5))
        ),
        "text too short": event_of(wall_time, step, summary_of(value))[:-2],
    }


def _odd_event(rng: random.Random, wall_time: float, step: int, tag: str) -> bytes:
    return record(rng.choice(list(_events(rng, wall_time, step, tag).values())))


def _changed_event(rng: random.Random, wall_time: float, step: int, tag: str) -> bytes:
    """An ordinary event with one byte changed, and a checksum that says it was meant so."""
    data = bytearray(event_of(wall_time, step, summary_of(nested(1, tag.encode()) + single(2, 1))))
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return record(bytes(data))


def _damaged_event(rng: random.Random, wall_time: float, step: int, tag: str) -> bytes:
    data = event_of(wall_time, step, summary_of(nested(1, tag.encode()) + single(2, 7.0)))
    return record(data, bad_data_crc=1 << rng.randrange(32))


_ODD = (_odd_event, _odd_event, _odd_event, _odd_event, _changed_event, _damaged_event)
