"""Readers in Python, each in a process of its own.

``python -m benchmarks.reader.python_readers NAME PATH`` reads the log directory and prints the
`Measurement` as JSON.
"""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from .measurement import Measurement, as_json, cpu_seconds, memory_of, trim_memory

if TYPE_CHECKING:
    from collections.abc import Callable


class Reader(NamedTuple):
    """A reader, imported and ready: what it reads, `count` counts, every value that was written."""

    read: Callable[[str], Any]
    count: Callable[[Any], int]


def tbwidget(*, cache: bool = False) -> Reader:
    """Every value of every run, all CRCs verified; blobs as an index."""
    from tbwidget import Logdir

    def read(path: str) -> Logdir:
        return Logdir(path, cache=cache)

    def count(logs: Logdir) -> int:
        assert not logs.problems, logs.problems
        total = 0
        for run in logs.values():
            for series in run.scalars.values():
                total += len(series) + len(series.superseded.steps)
            for kind in run.kinds - {"scalars"}:
                total += sum(len(series) for series in getattr(run, kind).values())
        return total

    return Reader(read, count)


def event_accumulator() -> Reader:
    """TensorBoard's own reader in Python, told to keep all, with a CRC as fast as ours.

    Without TensorFlow it computes CRCs in pure Python, several times slower still.
    """
    from crc32c import crc32c
    from tensorboard.backend.event_processing.event_accumulator import (
        DEFAULT_SIZE_GUIDANCE,
        EventAccumulator,
    )
    from tensorboard.compat.tensorflow_stub import pywrap_tensorflow

    def masked_crc32c(data: bytes) -> int:
        crc = crc32c(bytes(data))
        return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF

    assert masked_crc32c(b"any bytes") == pywrap_tensorflow.masked_crc32c(b"any bytes")
    pywrap_tensorflow.masked_crc32c = masked_crc32c

    def read(path: str) -> list[EventAccumulator]:
        runs = sorted({folder for folder, _, files in os.walk(path) if files})
        keep_all = dict.fromkeys(DEFAULT_SIZE_GUIDANCE, 0)
        return [EventAccumulator(run, size_guidance=keep_all).Reload() for run in runs]

    def count(runs: list[EventAccumulator]) -> int:
        kinds = ("scalars", "histograms", "images", "tensors")
        values = {kind: getattr(EventAccumulator, kind.title()) for kind in kinds}
        return sum(
            len(values[kind](run, tag))
            for run in runs
            for kind in kinds
            for tag in run.Tags()[kind]
        )

    return Reader(read, count)


def tbparse() -> Reader:
    """Scalars alone: its other kinds need TensorFlow."""
    from tbparse import SummaryReader

    def read(path: str) -> Any:
        return SummaryReader(path, event_types={"scalars"}).scalars

    return Reader(read, len)


READERS: dict[str, Callable[[], Reader]] = {
    "tbwidget": tbwidget,
    "tbwidget, cache": partial(tbwidget, cache=True),
    "EventAccumulator": event_accumulator,
    "tbparse": tbparse,
}


def main() -> None:
    """Read what the command line says and print what that took."""
    name, path = sys.argv[1:]
    reader = READERS[name]()
    trim_memory()
    cpu, memory, started = cpu_seconds(), memory_of(), time.perf_counter()
    kept = reader.read(path)
    wall, cpu_from_start, then = time.perf_counter() - started, cpu_seconds(), memory_of()
    trim_memory()
    measurement = Measurement(
        cpu=cpu_from_start - cpu,
        cpu_from_start=cpu_from_start,
        wall=wall,
        peak=then["VmHWM"],
        base=memory["VmRSS"],
        kept=memory_of()["RssAnon"] - memory["RssAnon"],
        grown=then["RssAnon"] - memory["RssAnon"],
        points=reader.count(kept),
    )
    print(as_json(measurement))


if __name__ == "__main__":
    main()
