"""Log directories from a seed, damaged in every way, and a look at everything that is in them."""

from __future__ import annotations

import itertools
import os
import random
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from event_files import NAME, record, unchecked
from generated_logs import damaged, random_recipe, records_of
from wild_events import wild_event

from tbwidget import Logdir
from tbwidget.logs.blobs import UnreadableValueError
from tbwidget.logs.decoded import DECODED
from tbwidget.logs.inspection import Inspection

if TYPE_CHECKING:
    from pathlib import Path

#: All files of one directory together are smaller than this.
MAX_BYTES = 2**20
#: Values of one tag that are looked at.
MAX_VALUES = 60
#: Tables that are made of a run's scalars.
MAX_TABLES = 2
_MAX_RECORDS = 800


@dataclass(frozen=True)
class Stage:
    """What is written before a look: the first bytes of a file, and whether long ago."""

    run: str
    name: str
    data: bytes
    old: bool


def fuzzed_stages(seed: int) -> list[Stage]:
    """Return what is written of the log directory of `seed`, one after another."""
    rng = random.Random(seed)  # noqa: S311  (not a secret)
    stages, left = [], MAX_BYTES
    for number in range(rng.choice([1, 1, 2, 4])):
        data = fuzzed_file(rng)[:left]
        left -= len(data)
        file = rng.choice("ab"), NAME.replace("1700000000", f"170000{number}000")
        if rng.random() < 0.4:
            part = data[: rng.randint(0, len(data))]
            stages.append(Stage(*file, part, rng.random() < 0.5))
        stages.append(Stage(*file, data, rng.random() < 0.5))
    return stages


def read_stages(stages: list[Stage], folder: Path) -> None:
    """Write `stages` into the empty `folder` and look at everything as it comes, and then anew.

    Raises
    ------
    Exception
        Whatever is wrong with the library: nothing that is in a file may raise anything but
        `UnreadableValueError` for the value that it is of.
    """
    logs = Logdir(folder, cache=False)
    for stage in stages:
        path = folder / stage.run / stage.name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(stage.data)
        if stage.old:
            past = time.time() - 3600
            os.utime(path, (past, past))
        logs.refresh()
    look_at_everything(logs)
    look_at_everything(Logdir(folder, purge_orphaned_data=False, cache=False))


def fuzzed_file(rng: random.Random) -> bytes:
    """Return an event file, most often damaged."""
    records = _records(rng)
    if rng.random() < 0.3:
        frame = record if rng.random() < 0.8 else unchecked
        wild = [frame(_changed(rng, wild_event(rng))) for _ in range(rng.choice([1, 30, 300]))]
        at = rng.randint(0, len(records))
        records[at:at] = wild
        if rng.random() < 0.5:
            rng.shuffle(records)
    if records and rng.random() < 0.6:
        return damaged(rng, records) if rng.random() < 0.6 else _rearranged(rng, records)
    return b"".join(records)


def _records(rng: random.Random) -> list[bytes]:
    if rng.random() < 0.3:
        return [record(wild_event(rng)) for _ in range(rng.choice([1, 20, 200]))]
    return records_of(random_recipe(rng, _MAX_RECORDS))


def _changed(rng: random.Random, payload: bytes) -> bytes:
    """Return an event with some bytes changed, which its checksum will say were meant so."""
    data = bytearray(payload)
    for _ in range(rng.choice([0, 0, 1, 1, 3])):
        if data:
            data[rng.randrange(len(data))] = rng.choice([0, 1, 127, 128, 255, rng.randrange(256)])
    return bytes(data)


def _rearranged(rng: random.Random, records: list[bytes]) -> bytes:
    """Return the file with blocks doubled, moved, cut, or with lengths that claim otherwise."""
    data = bytearray(b"".join(records))
    for _ in range(rng.choice([1, 2, 5])):
        first, last = sorted(rng.randint(0, len(data)) for _ in range(2))
        last = min(last, first + 4096)
        block, target = bytes(data[first:last]), rng.randint(0, len(data))
        change = rng.randrange(5)
        if change == 0:
            data[target:target] = block
        elif change == 1:
            del data[first:last]
            data[target:target] = block
        elif change == 2:
            page = target // 4096 * 4096
            data[page : page + 4096] = bytes(len(data[page : page + 4096]))
        elif change == 3:
            edges = [0, *itertools.accumulate(map(len, records))]
            place = rng.choice(edges)
            length = rng.choice([0, 1, len(block), 2**20, 2**31, 2**62, rng.randrange(2**64)])
            data[place : place + 12] = record(b"", length=length)[:12]
        else:
            del data[target:]
    return bytes(data)


# -- a look at everything --------------------------------------------------------------------------


def look_at_everything(logs: Logdir) -> None:
    """Ask `logs` for all that its public interface gives out."""
    for run in logs.values():
        for kind in run.tags:
            if kind == "scalars":
                _look_at_scalars(run)
            elif kind == "graphs":
                _look_at_graphs(run)
            elif kind != "hparams":
                for series in getattr(run, kind).values():
                    _look_at_values(series)
        with suppress(UnreadableValueError):
            _ = run.hparams
        _ = repr(run), run.parent, run.children, run.graph
    _ = len(logs.scalars()), len(logs.hparams()), logs.progress
    inspection = Inspection(logs)
    _ = repr(inspection), inspection._repr_html_(), inspection.to_pandas()


def _look_at_scalars(run: Any) -> None:
    for number, series in enumerate(run.scalars.values()):
        points = series.snapshot().points
        assert len(points.steps) == len(points.wall_times) == len(points.values)
        assert (points.steps[1:] >= points.steps[:-1]).all()
        _ = series.superseded, repr(series)
        if number < MAX_TABLES:
            _ = series.to_pandas()


def _look_at_values(series: Any) -> None:
    assert len(series) == len(series.steps) == len(series.wall_times)
    _ = repr(series), series.display_name, series.description
    for number in range(min(len(series), MAX_VALUES)):
        with suppress(UnreadableValueError):
            _ = series[number]
    if hasattr(series, "to_pandas"):
        _ = series.to_pandas()
    DECODED.clear()  # what is kept for a second look has a budget of its own


def _look_at_graphs(run: Any) -> None:
    for graph in run.graphs.values():
        for what in ("kind", "data", "graph_def", "nodes", "run_metadata", "keras_config"):
            with suppress(UnreadableValueError):
                getattr(graph, what)
        DECODED.clear()
