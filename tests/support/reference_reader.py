"""A reader of event files as plain as can be, to hold the fast one against.

It goes record by record through a file that it has as a whole, and shares nothing with
`tbwidget.events` but the protobuf messages.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from event_files import masked
from google.protobuf.message import DecodeError

from tbwidget.events.columns import Batch, Cursor
from tbwidget.events.decode import decode
from tbwidget.events.protos import Event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONGEST_TAG = 4096
LONGEST_RECORD = 2**31
#: How gzip and zlib begin.
COMPRESSED = (b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")

KINDS = {
    "scalars": "scalars",
    "images": "images",
    "audio": "audio",
    "text": "text",
    "histograms": "histograms",
    "pr_curves": "pr_curves",
    "mesh": "meshes",
    "graphs": "graphs",
    "graph_run_metadata": "graphs",
    "graph_run_metadata_graph": "graphs",
    "graph_keras_model": "graphs",
    "graph_tagged_run_metadata": "graphs",
    "hparams": "hparams",
    "custom_scalars": "custom_scalars",
}
#: Data type -> its letter in `struct`, and its field.
NUMBERS = {
    1: ("f", "float_val"),
    2: ("d", "double_val"),
    3: ("i", "int_val"),
    4: ("B", "int_val"),
    5: ("h", "int_val"),
    6: ("b", "int_val"),
    9: ("q", "int64_val"),
    10: ("?", "bool_val"),
    14: ("H", "half_val"),
    17: ("H", "int_val"),
    19: ("e", "half_val"),
    22: ("I", "uint32_val"),
    23: ("Q", "uint64_val"),
}


@dataclass
class Reading:
    """All that is in a file, in a form in which equal means equal: NaN is "nan", -0.0 not 0.0.

    ``scalars``: (step, wall time, value) by tag; ``blobs``: (step, wall time, offset, length, slot)
    by kind and tag; ``starts``: (step, wall time, points of each tag before it); ``problems``:
    (offset, kind, bytes skipped), sorted.
    """

    scalars: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict)
    blobs: dict[tuple[str, str], list[tuple[int, str, int, int, int]]] = field(default_factory=dict)
    starts: list[tuple[int, str, dict[str, int]]] = field(default_factory=list)
    problems: list[tuple[int, str, int]] = field(default_factory=list)
    metadata: dict[str, tuple[str, bytes, str, str]] = field(default_factory=dict)
    records: int = 0
    offset: int = 0
    stop: str = "end"
    first_wall_time: str = "nan"


def exact(number: float) -> str:
    """Return `number` as text that tells all floats apart but NaNs."""
    return "nan" if math.isnan(number) else float(number).hex()


# -- the plain reader ----------------------------------------------------------------------------


def read(data: bytes, *, patient: bool = False) -> Reading:
    """Return what is in the event file `data`."""
    reading = Reading()
    lengths_checked = not _makes_no_length_checksums(data)
    records = list(_frame(data, reading, patient=patient, lengths_checked=lengths_checked))
    unchecked = not any(intact for _, _, intact in records) and (
        sum(_parse(payload) is not None for _, payload, _ in records) > 1
    )
    if unchecked:
        reading = Reading()
        records = list(
            _frame(
                data,
                reading,
                patient=patient,
                lengths_checked=lengths_checked,
                data_checked=False,
            )
        )
    if unchecked or not lengths_checked:
        reading.problems.append((0, "no_crc", 0))
    first = math.inf
    for offset, payload, intact in records:
        reading.records += 1
        event = _parse(payload)
        if not intact and (event is None or not unchecked):
            reading.problems.append((offset, "data_crc", len(payload) + 16))
        elif event is None:
            reading.problems.append((offset, "not_protobuf", len(payload) + 16))
        else:
            if math.isfinite(event.wall_time):
                first = min(first, event.wall_time)
            _take(event, offset, len(payload), reading)
    if math.isfinite(first):
        reading.first_wall_time = exact(first)
    reading.problems.sort()
    return reading


def _makes_no_length_checksums(data: bytes) -> bool:
    """Tell whether no length has its checksum, and yet they lead from event to event."""
    if _why_no_record(data, 0) != "damaged":
        return False
    if any(_is_good_record(data, position) for position in range(1, len(data) - 15)):
        return False
    found = Reading()
    records = list(_frame(data, found, patient=True, lengths_checked=False))
    if any(_has_length_checksum(data, offset) for offset, _, _ in records):
        return False
    events = [_parse(payload) for _, payload, _ in records[:2]]
    return len(events) == 2 and all(event and event.wall_time > 0 for event in events)


def _frame(
    data: bytes,
    reading: Reading,
    *,
    patient: bool,
    lengths_checked: bool = True,
    data_checked: bool = True,
) -> Iterator[tuple[int, bytes, bool]]:
    """Yield (offset, payload, whether its checksum holds); note in `reading` what is between."""
    position = 0
    while True:
        reason = _why_no_record(data, position, lengths_checked=lengths_checked)
        if not reason:
            payload, intact = _record_at(data, position)
            end = position + len(payload) + 16
            zeros_follow = data[end : end + 12] == bytes(12)
            if not intact and data_checked and patient and zeros_follow and not data[end - 1]:
                reading.offset, reading.stop = position, "zeros"
                return
            yield position, payload, intact
            position = end
            continue
        if reason == "damaged" and patient and data[position + 11 : position + 28] == bytes(17):
            reason = "zeros"
        found = None
        if reason == "damaged" or (reason in ("zeros", "cut") and not patient):
            places = range(position + 1, len(data) - 15)
            good = (p for p in places if _is_good_record(data, p, data_checked=data_checked))
            found = next(good, None)
        kind = "header" if reason == "damaged" else reason
        if found is not None:
            reading.problems.append((position, kind, found - position))
            position = found
            continue
        if reason == "damaged" and position == 0 and data[:2] in COMPRESSED:
            reading.problems.append((0, "not_event_file", len(data)))
        elif reason == "damaged":
            reading.problems.append((position, kind, len(data) - position))
        reading.offset, reading.stop = position, reason
        return


def _why_no_record(data: bytes, position: int, *, lengths_checked: bool = True) -> str:
    """Return why there is no whole record at `position`; empty if there is one."""
    left = len(data) - position
    if left < 12:
        return "cut" if left else "end"
    if data[position : position + 12] == bytes(12):
        return "zeros"
    (length,) = struct.unpack_from("<Q", data, position)
    if length > LONGEST_RECORD or (lengths_checked and not _has_length_checksum(data, position)):
        return "damaged"
    return "cut" if length + 16 > left else ""


def _has_length_checksum(data: bytes, position: int) -> bool:
    (crc,) = struct.unpack_from("<I", data, position + 8)
    return bool(crc == masked(data[position : position + 8]))


def _record_at(data: bytes, position: int) -> tuple[bytes, bool]:
    """Return the data of the whole record at `position`, and whether its checksum holds."""
    (length,) = struct.unpack_from("<Q", data, position)
    payload = data[position + 12 : position + 12 + length]
    (crc,) = struct.unpack_from("<I", data, position + 12 + length)
    return payload, crc == masked(payload)


def _is_good_record(data: bytes, position: int, *, data_checked: bool = True) -> bool:
    (length,) = struct.unpack_from("<Q", data, position)
    if length + 16 > len(data) - position or _why_no_record(data, position):
        return False
    return not data_checked or _record_at(data, position)[1]


def _parse(payload: bytes) -> Any:
    try:
        return Event.FromString(payload)
    except DecodeError:
        return None


def _take(event: Any, offset: int, length: int, reading: Reading) -> None:
    wall_time = exact(event.wall_time)
    graph = {
        "graph_def": "__run_graph__",
        "meta_graph_def": "__meta_graph__",
        "tagged_run_metadata": event.tagged_run_metadata.tag,
    }.get(event.WhichOneof("what"))
    if graph is not None:
        index = reading.blobs.setdefault(("graphs", graph), [])
        index.append((event.step, wall_time, offset + 12, length, -1))
    if event.WhichOneof("what") == "session_log" and event.session_log.status == 1:
        before = {tag: len(points) for tag, points in reading.scalars.items()}
        reading.starts.append((event.step, wall_time, before))
    for slot, value in enumerate(event.summary.value):
        tag = value.tag
        if len(tag) > LONGEST_TAG:
            reading.problems.append((offset, "value", 0))
            continue
        if value.HasField("metadata") and tag not in reading.metadata:
            m = value.metadata
            reading.metadata[tag] = (
                m.plugin_data.plugin_name,
                m.plugin_data.content,
                m.display_name,
                m.summary_description,
            )
        kind = _kind_of(value, reading.metadata.get(tag, ("",))[0])
        if kind == "scalars":
            number = _number_in(value)
            if number is None:
                reading.problems.append((offset, "value", 0))
            else:
                points = reading.scalars.setdefault(tag, [])
                points.append((event.step, wall_time, exact(number)))
        elif kind:
            index = reading.blobs.setdefault((kind, tag), [])
            index.append((event.step, wall_time, offset + 12, length, slot))
        else:
            reading.problems.append((offset, "value", 0))


def _kind_of(value: Any, plugin: str) -> str:
    form = value.WhichOneof("value")
    if form == "tensor":
        return KINDS.get(plugin, "tensors")
    old = {"simple_value": "scalars", "image": "images", "audio": "audio", "histo": "histograms"}
    return old.get(form, "hparams" if plugin == "hparams" else "")


def _number_in(value: Any) -> float | None:
    """Return the one number that a value holds, None if it is not one."""
    if value.WhichOneof("value") == "simple_value":
        return float(value.simple_value)
    tensor = value.tensor
    shape = [dim.size for dim in tensor.tensor_shape.dim]
    if tensor.dtype not in NUMBERS or shape not in ([], [1]) or tensor.tensor_shape.unknown_rank:
        return None
    letter, form = NUMBERS[tensor.dtype]
    size = struct.calcsize(f"<{letter}")
    if tensor.tensor_content:
        content = tensor.tensor_content
    elif len(numbers := getattr(tensor, form)) != 1:
        return None
    elif form in ("int_val", "half_val"):
        content = struct.pack("<q", numbers[0])[:size]  # as C would cut it
    else:
        content = struct.pack(f"<{letter}", numbers[0])
    if len(content) != size:
        return None
    if tensor.dtype == 14:  # bfloat16: the upper half of a float32
        return float(struct.unpack("<f", b"\0\0" + content)[0])
    return float(struct.unpack(f"<{letter}", content)[0])


# -- the reader under test, in the same form -----------------------------------------------------


def decode_file(path: Path, budget: int = 4 * 2**20, *, patient: bool = False) -> list[Batch]:
    """Return all batches of `path`, until there is no more."""
    batches = [decode(str(path), Cursor(), budget, patient=patient)]
    while batches[-1].stop == "more":
        before = batches[-1].cursor.offset
        batches.append(decode(str(path), batches[-1].cursor, budget, patient=patient))
        last = batches[-1]
        gets_on = last.cursor.offset > before or last.stop != "more" or last.anew
        assert gets_on, f"decoding stays at {before}"
    return batches


def reading_of(batches: list[Batch]) -> Reading:
    """Return what consecutive batches of a file hold, joined."""
    batches = batches[
        max((number for number, batch in enumerate(batches) if batch.anew), default=0) :
    ]
    reading = Reading()
    first = math.inf
    for batch in batches:
        before = {tag: len(points) for tag, points in reading.scalars.items()}
        for start in batch.starts:
            rows = {tag: before.get(tag, 0) + count for tag, count in start.rows.items() if count}
            reading.starts.append((start.step, exact(start.wall_time), {**before, **rows}))
        for tag, columns in batch.scalars.items():
            points = reading.scalars.setdefault(tag, [])
            for step, wall_time, value in zip(*_lists(columns), strict=True):
                points.append((step, exact(wall_time), exact(value)))
        for key, index in batch.blobs.items():
            entries = reading.blobs.setdefault(key, [])
            for step, wall_time, *place in zip(*_lists(index), strict=True):
                entries.append((step, exact(wall_time), *place))
        for problem in batch.problems:
            reading.problems.append((problem.offset, problem.kind, problem.bytes_skipped))
        reading.records += batch.records
        if not math.isnan(batch.first_wall_time):
            first = min(first, batch.first_wall_time)
    reading.problems.sort()
    last = batches[-1]
    reading.offset, reading.stop = last.cursor.offset, last.stop
    reading.metadata = {
        tag: (m.plugin, m.content, m.display_name, m.description)
        for tag, m in last.cursor.metadata.items()
    }
    if math.isfinite(first):
        reading.first_wall_time = exact(first)
    return reading


def _lists(columns: Any) -> list[list[Any]]:
    return [getattr(columns, name).tolist() for name in columns.__dataclass_fields__]
