"""The log directories that are read: by tensorboardX, by torch, of TensorBoard's own protos.

====  ============================================================================ =========
name  what is in it at full size                                                    size
====  ============================================================================ =========
a     1 run, 20 scalar tags x 100,000 steps, each value an event of its own         103 MB
b     100 runs x 20 scalar tags x 1,000 steps                                       101 MB
c     40 histogram tags x 2,000 steps, with tensorboardX's default buckets          731 MB
d     8 image tags, PNGs of 110 to 190 KB of noise                                  500 MB
e     1,000,000 TF2 scalars: ``float_val``, metadata with a tag's first event only  58 MB
f     1,000,000 TF2 scalars: ``tensor_content``, metadata with every event          71 MB
g     100,000 events of 20 scalars each                                             45 MB
h     1,000,000 scalars of 60 tags in random order, steps in bursts that fall back
      half-way, and a text every 5,000                                              59 MB
i     50,000 steps of 14 tags, one more every 10th step and 7 more every 50th       34 MB
t     200,000 scalars by torch's SummaryWriter                                      10 MB
====  ============================================================================ =========

a, e, f, g and t repeat themselves every step; h and i do not.
"""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy.typing as npt
    from tensorboardX.proto.summary_pb2 import Summary
    from typing_extensions import Self

TAGS = [
    *("train/loss", "train/acc", "train/lr", "train/grad_norm"),
    *("val/loss", "val/acc", "val/top5", "val/f1"),
    *("loss/ce", "loss/kl", "loss/reg"),
    *("time/step", "time/data", "time/epoch", "sys/gpu_mem", "sys/gpu_util"),
    *("optimizer/momentum_group_0", "optimizer/momentum_group_1"),
    *("eval/bleu_score_dev", "eval/rougeL_score_dev"),
]
FIRST_WALL_TIME = 1.76e9
RANDOM_SEED = 0
#: How often in corpus h an event is of a later step than the one before.
BURST = 0.3


@dataclass(frozen=True)
class Corpus:
    """A corpus as it lies on disk.

    Attributes
    ----------
    name
        One letter, as in the table above.
    path
        The log directory.
    scale
        Its length as a part of full size.
    points
        How many values were written, by kind.
    in_lineage
        How many of them no later event of the same tag at the same or an earlier step follows: what
        TensorBoard keeps, which takes such an event for a restart.
    note
        What there is to say of how it was made; empty if nothing.
    """

    name: str
    path: str
    scale: float
    points: dict[str, int]
    in_lineage: int
    note: str = ""

    @property
    def total(self) -> int:
        """How many values were written."""
        return sum(self.points.values())

    @property
    def megabytes(self) -> float:
        """Its size on disk in units of 10^6 bytes."""
        files = Path(self.path).rglob("*tfevents*")
        return sum(file.stat().st_size for file in files) / 1e6


@dataclass
class Content:
    """What a generator has written so far."""

    points: Counter[str] = field(default_factory=Counter)
    superseded: int = 0
    note: str = ""


def make(name: str, folder: Path, scale: float = 1.0) -> Corpus:
    """Return the corpus `name` in `folder`, made if it is not there at that scale.

    Parameters
    ----------
    name
        A key of `GENERATORS`.
    folder
        Where corpora are; each has a directory and, once complete, a description beside it.
    scale
        Its length as a part of full size, above 0.
    """
    description = folder / f"{name}.json"
    if description.exists():
        corpus = Corpus(**json.loads(description.read_text(encoding="utf-8")))
        if corpus.scale == scale and Path(corpus.path) == folder / name:
            return corpus
        description.unlink()
    path = folder / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    content = GENERATORS[name](path, scale)
    kept = content.points.total() - content.superseded
    corpus = Corpus(name, str(path), scale, dict(content.points), kept, content.note)
    description.write_text(json.dumps(asdict(corpus), indent=1), encoding="utf-8")
    return corpus


class _Run:
    """An event file of tensorboardX, written event by event.

    Its `EventsWriter` is used without the queue and thread around it, and with wall times of our
    own: the bytes are the same, twice as fast, and they do not depend on when they were made.
    """

    def __init__(self, folder: Path, seconds_per_event: float) -> None:
        from tensorboardX.event_file_writer import EventsWriter

        folder.mkdir(parents=True, exist_ok=True)
        self._writer = EventsWriter(str(folder / "events"))
        self._wall_time = FIRST_WALL_TIME
        self._seconds_per_event = seconds_per_event

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()

    def write(self, summary: Summary, step: int) -> None:
        from tensorboardX.proto.event_pb2 import Event

        self._writer.write_event(Event(summary=summary, wall_time=self._wall_time, step=step))
        self._wall_time += self._seconds_per_event


def _curves(steps: int, tags: int) -> npt.NDArray[np.float64]:
    """Return `tags` falling, noisy curves as float64[steps, tags]."""
    noise = np.random.default_rng(RANDOM_SEED).standard_normal((steps, tags)) * 0.1
    return noise + np.exp(-3 * np.arange(steps) / steps)[:, None]


def _write_scalars(folder: Path, steps: int) -> Counter[str]:
    from tensorboardX import summary

    with _Run(folder, 0.0123) as run:
        for step, row in enumerate(_curves(steps, len(TAGS))):
            for tag, value in zip(TAGS, row, strict=True):
                run.write(summary.scalar(tag, value), step)
    return Counter(scalars=steps * len(TAGS))


def one_run(folder: Path, scale: float) -> Content:
    """Write corpus a."""
    return Content(_write_scalars(folder, round(100_000 * scale)))


def many_runs(folder: Path, scale: float) -> Content:
    """Write corpus b; fewer runs, and not shorter ones, below full size."""
    content = Content()
    for run in range(max(1, round(100 * scale))):
        content.points += _write_scalars(folder / f"exp{run // 10}" / f"run_{run:03d}", 1000)
    return content


def histograms(folder: Path, scale: float) -> Content:
    """Write corpus c."""
    from tensorboardX import SummaryWriter, summary

    random = np.random.default_rng(RANDOM_SEED)
    with SummaryWriter(write_to_disk=False) as writer:
        bins = writer.default_bins
    pool = []
    for _ in range(64):
        values = random.standard_normal(2000) * 10 ** random.uniform(-3, 1)
        pool.append(summary.histogram("x", values, bins=bins))
    steps, tags = round(2000 * scale), [f"layer_{layer:02d}/weights/hist" for layer in range(40)]
    with _Run(folder, 0.01) as run:
        for step in range(steps):
            for value in _tagged(pool, tags, 7 * step, 13):
                run.write(value, step)
    return Content(Counter(histograms=steps * len(tags)))


def images(folder: Path, scale: float) -> Content:
    """Write corpus d."""
    from tensorboardX import summary

    random = np.random.default_rng(RANDOM_SEED)
    pool = [
        summary.image("x", random.integers(0, 256, (3, size, size), dtype=np.uint8))
        for size in (190, 200, 210, 224, 230, 240, 250)
        for _ in range(8)
    ]
    steps, tags = round(424 * scale), [f"samples/img_{number}" for number in range(8)]
    with _Run(folder, 0.5) as run:
        for step in range(steps):
            for value in _tagged(pool, tags, 5 * step, 3):
                run.write(value, step)
    return Content(Counter(images=steps * len(tags)))


def _tagged(
    pool: Sequence[Summary], tags: Iterable[str], first: int, stride: int
) -> Iterator[Summary]:
    """Yield a value of `pool` for each of `tags`, no two of a step the same."""
    for number, tag in enumerate(tags):
        value = pool[(first + stride * number) % len(pool)]
        value.value[0].tag = tag
        yield value


def tensors_float_val(folder: Path, scale: float) -> Content:
    """Write corpus e."""
    return _write_tensors(folder, round(50_000 * scale), as_bytes=False)


def tensors_content(folder: Path, scale: float) -> Content:
    """Write corpus f, as TensorFlow's C++ writer does."""
    return _write_tensors(folder, round(50_000 * scale), as_bytes=True)


def _write_tensors(folder: Path, steps: int, *, as_bytes: bool) -> Content:
    """Write scalars as rank-0 tensors: as bytes with metadata each time, or as a packed field."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.compat.proto.tensor_pb2 import TensorProto
    from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
    from tensorboard.compat.proto.types_pb2 import DT_FLOAT
    from tensorboard.plugins.scalar.metadata import create_summary_metadata
    from tensorboardX.record_writer import RecordWriter

    metadata = create_summary_metadata("", "")
    shape = TensorShapeProto()
    wall_time = FIRST_WALL_TIME
    # TensorBoard's own record writer adds CRCs in pure Python: the same bytes, ten times slower.
    records = RecordWriter(str(folder / "events.out.tfevents.1760000000.host.1.0.v2"))
    version = Event(wall_time=wall_time, file_version="brain.Event:2")
    records.write(version.SerializeToString())
    for step, row in enumerate(_curves(steps, len(TAGS)).astype(np.float32)):
        for tag, number in zip(TAGS, row, strict=True):
            content = {"tensor_content": number.tobytes()} if as_bytes else {"float_val": [number]}
            tensor = TensorProto(dtype=DT_FLOAT, tensor_shape=shape, **content)
            value = Summary.Value(tag=tag, tensor=tensor)
            if as_bytes or step == 0:
                value.metadata.CopyFrom(metadata)
            event = Event(wall_time=wall_time, step=step, summary=Summary(value=[value]))
            records.write(event.SerializeToString())
            wall_time += 0.0123
    records.close()
    return Content(Counter(scalars=steps * len(TAGS)))


def merged_summaries(folder: Path, scale: float) -> Content:
    """Write corpus g."""
    from tensorboardX.proto.summary_pb2 import Summary

    steps = round(100_000 * scale)
    with _Run(folder, 0.1) as run:
        for step, row in enumerate(_curves(steps, len(TAGS))):
            values = [
                Summary.Value(tag=tag, simple_value=value)
                for tag, value in zip(TAGS, row, strict=True)
            ]
            run.write(Summary(value=values), step)
    return Content(Counter(scalars=steps * len(TAGS)))


def random_order(folder: Path, scale: float) -> Content:
    """Write corpus h."""
    from tensorboardX import summary

    random = np.random.default_rng(RANDOM_SEED)
    events = round(1_000_000 * scale)
    tags = [*TAGS, *(f"extra/metric_number_{number}" for number in range(40))]
    chosen = random.integers(len(tags), size=events).tolist()
    advances = (random.integers(1, 50, size=events) * (random.random(events) < BURST)).tolist()
    values = random.random(events).tolist()
    content, step = Content(), 0
    lineages: dict[str, list[int]] = {}
    with _Run(folder, 0.5) as run:
        for number in range(events):
            step = 100 if number == events // 2 else step + advances[number]
            if number % 5000 == 17:  # noqa: PLR2004  (any place but the first)
                tag, kind = "notes/x", "text"
                run.write(summary.text(tag, f"hello {number}"), step)
            else:
                tag, kind = tags[chosen[number]], "scalars"
                run.write(summary.scalar(tag, values[number]), step)
            content.points[kind] += 1
            content.superseded += _supersede(lineages.setdefault(tag, []), step)
    return content


def _supersede(lineage: list[int], step: int) -> int:
    """Drop the steps of `lineage` at or after `step` and add it; tell how many were dropped."""
    length = len(lineage)
    while lineage and lineage[-1] >= step:
        lineage.pop()
    lineage.append(step)
    return length + 1 - len(lineage)


def cadences(folder: Path, scale: float) -> Content:
    """Write corpus i."""
    from tensorboardX import summary

    random = np.random.default_rng(RANDOM_SEED)
    content = Content()
    with _Run(folder, 0.01) as run:
        for step in range(round(50_000 * scale)):
            tenth = ["opt/lr"] if step % 10 == 0 else []
            fiftieth = [*TAGS[14:], "val/a"] if step % 50 == 0 else []
            for tag in [*TAGS[:14], *tenth, *fiftieth]:
                run.write(summary.scalar(tag, random.random()), step)
                content.points["scalars"] += 1
    return content


def torch_run(folder: Path, scale: float) -> Content:
    """Write corpus t; without torch, with the writer that torch uses and events like torch's."""
    steps = round(10_000 * scale)
    content = Content(Counter(scalars=steps * len(TAGS)))
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        content.note = "t is made as torch makes it (TensorBoard's EventFileWriter), without torch"
        writer = _TorchLikeWriter(str(folder))
    else:
        writer = SummaryWriter(str(folder), max_queue=1000)
    for step, row in enumerate(_curves(steps, len(TAGS))):
        for tag, value in zip(TAGS, row, strict=True):
            writer.add_scalar(tag, value, step)
    writer.close()
    return content


class _TorchLikeWriter:
    """What `torch.utils.tensorboard.SummaryWriter.add_scalar` comes down to."""

    def __init__(self, folder: str) -> None:
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        self._writer = EventFileWriter(folder, max_queue_size=1000)
        self.close = self._writer.close

    def add_scalar(self, tag: str, value: float, step: int) -> None:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary

        summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
        self._writer.add_event(Event(summary=summary, wall_time=time.time(), step=step))


#: What makes each corpus: takes its directory and its scale, and tells what it wrote.
GENERATORS: dict[str, Callable[[Path, float], Content]] = {
    "a": one_run,
    "b": many_runs,
    "c": histograms,
    "d": images,
    "e": tensors_float_val,
    "f": tensors_content,
    "g": merged_summaries,
    "h": random_order,
    "i": cadences,
    "t": torch_run,
}
