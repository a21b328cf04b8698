"""Write damaged event files, let four readers read them, and put what they keep into a table.

    python benchmarks/damage.py                  # prints the table
    python benchmarks/damage.py --write          # and writes docs/damage.md

The readers are TensorBoard's two loaders (the one in Python, and RustBoard, which it uses where it
is installed), tbparse, and tbwidget. Each reads in a process of its own, since some of the files
end it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crc32c import crc32c

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "damage.md"
NAME = "events.out.tfevents.1700000000.host.1.0"
WALL = 1_700_000_000.0
TAG = "loss"
#: A file of so many points, in which one bit is flipped, so many times.
POINTS, FLIPS = 50, 300
PATIENCE_SECONDS = 30.0
LATER = "later"
VALUES = ("1", "nan", "inf", "-inf")
#: The value of what is written a second time.
AGAIN = 2.0
PRIME = "\N{PRIME}"
#: So many steps in a row are told by the first and the last.
SHORTEST_RUN = 3
#: A value that nobody wrote: 1 with a bit of it flipped.
WRONG = 1.5

Points = list[tuple[int, float]]


# -- the files -------------------------------------------------------------------------------------


def masked(data: bytes) -> int:
    """Return the masked CRC-32C of `data`, as TensorFlow's record_writer.h defines it."""
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def record(
    data: bytes, *, length: int | None = None, bad_length: int = 0, bad_data: int = 0
) -> bytes:
    """Return `data` framed; what is given as bad is XORed into a checksum."""
    header = struct.pack("<Q", len(data) if length is None else length)
    checksums = masked(header) ^ bad_length, masked(data) ^ bad_data
    return header + struct.pack("<I", checksums[0]) + data + struct.pack("<I", checksums[1])


def event(step: int, value: float = 1.0, wall_time: float | None = None) -> bytes:
    """Return the bytes of an event with one scalar."""
    from tensorboard.compat.proto.event_pb2 import Event

    made = Event(step=step, wall_time=WALL + step if wall_time is None else wall_time)
    made.summary.value.add(tag=TAG, simple_value=value)
    data: bytes = made.SerializeToString()
    return data


def file_version(name: str = "brain.Event:2") -> bytes:
    """Return the record that opens a file."""
    from tensorboard.compat.proto.event_pb2 import Event

    return record(Event(wall_time=WALL, file_version=name).SerializeToString())


@dataclass(frozen=True)
class Case:
    """A file, and what it becomes later if it is read while it is written."""

    name: str
    data: bytes
    later: bytes | None = None


def cases() -> list[Case]:
    """Return all cases."""
    opening, good = file_version(), [record(event(step)) for step in range(6)]
    whole = b"".join([opening, *good])

    def instead_of_2(bad: bytes) -> bytes:
        return b"".join([opening, *good[:2], bad, *good[3:]])

    flipped = bytearray(record(event(2)))
    flipped[-6] ^= 64  # makes 1.5 of 1
    hole = b"".join([opening, *good[:3], bytes(len(good[3])), *good[4:]])
    again = [record(event(step, AGAIN, WALL + 10 + step)) for step in (3, 4, 5)]
    zero = [record(event(0, 1.0, WALL + number)) for number in range(6)]
    odd = [record(event(step, float(text))) for step, text in enumerate(VALUES)]
    steps = [record(event(step)) for step in (-5, -1, 0, 1)]
    no_data_crc = [one[:-4] + bytes(4) for one in (opening, *good)]
    no_crc = [one[:8] + bytes(4) + one[12:-4] + bytes(4) for one in (opening, *good)]
    return [
        Case("nothing wrong", whole),
        Case("a flipped bit in the value of step 2", instead_of_2(bytes(flipped))),
        Case("wrong data checksum at step 2", instead_of_2(record(event(2), bad_data=1))),
        Case("wrong length checksum at step 2", instead_of_2(record(event(2), bad_length=1))),
        Case("good checksums, no event, at step 2", instead_of_2(record(b"\xff\xff\xff garbage"))),
        Case("NaN as wall time of step 2", instead_of_2(record(event(2, 1.0, float("nan"))))),
        Case("32 zero bytes after step 2", b"".join([opening, *good[:3], bytes(32), *good[3:]])),
        Case("step 3 is zero bytes, and filled in later", hole, whole),
        Case("64 zero bytes at the end", whole + bytes(64)),
        Case("the last record is cut", whole[:-3]),
        Case("a length of 2⁴⁰ at step 2", instead_of_2(record(b"", length=1 << 40)[:12])),
        Case("a length of 2⁶² at step 2", instead_of_2(record(b"", length=1 << 62)[:12])),
        Case("no data checksum is right", b"".join(no_data_crc)),
        Case("no checksum is right", b"".join(no_crc)),
        Case("all steps are 0", b"".join([opening, *zero])),
        Case("0 to 5, then 3 to 5 once more", b"".join([whole, *again])),
        Case("steps 0, 2, 1, 4, 3, 5", b"".join([opening, *(good[n] for n in (0, 2, 1, 4, 3, 5))])),
        Case("values 1, NaN, ∞, -∞", b"".join([opening, *odd])),
        Case("steps -5, -1, 0, 1", b"".join([opening, *steps])),
        Case("no file version", b"".join(good)),
        Case("file version 99", b"".join([file_version("brain.Event:99"), *good])),
        Case("compressed by gzip", gzip.compress(whole, mtime=0)),
        Case("empty", b""),
    ]


def flipped_files() -> list[bytes]:
    """Return a file of `POINTS` points with one bit flipped, `FLIPS` times."""
    rng = random.Random(20)  # noqa: S311  (the same files each time)
    points = [record(event(step, 1.0 + step / 64)) for step in range(POINTS)]
    data = b"".join([file_version(), *points])
    files = []
    for _ in range(FLIPS):
        flipped = bytearray(data)
        flipped[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        files.append(bytes(flipped))
    return files


def write(folder: Path, data: bytes, later: bytes | None = None) -> None:
    """Write an event file; if nothing comes later, as if nobody had written to it for an hour."""
    path = folder / "run" / NAME
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    if later is not None:
        (folder / LATER).write_bytes(later)
    else:
        past = time.time() - 3600
        os.utime(path, (past, past))


# -- the readers, each in a process of its own -----------------------------------------------------


def read_by_python(path: str) -> Iterator[Points]:
    """Read as TensorBoard does without RustBoard."""
    from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
    from tensorboard.util.tensor_util import make_ndarray

    multiplexer = EventMultiplexer(tensor_size_guidance={"scalars": 0}).AddRunsFromDirectory(path)
    while True:
        for name in multiplexer.Runs():  # its own Reload would lose what a thread of it raises
            multiplexer.GetAccumulator(name).Reload()
        found = [
            one
            for name, tags in multiplexer.Runs().items()
            for tag in tags["tensors"]
            for one in multiplexer.Tensors(name, tag)
        ]
        yield [(one.step, float(make_ndarray(one.tensor_proto))) for one in found]


def read_by_tbparse(path: str) -> Iterator[Points]:
    """Read with tbparse, which cannot read on: it reads all again."""
    from tbparse import SummaryReader

    while True:
        frame = SummaryReader(path, event_types={"scalars"}).scalars
        yield list(zip(frame["step"], frame["value"], strict=True)) if len(frame) else []


def read_by_tbwidget(path: str) -> Iterator[Points]:
    """Read with tbwidget."""
    sys.path.insert(0, str(ROOT))
    from tbwidget import Logdir

    logs = Logdir(path, cache=False)
    while True:
        for problem in logs.problems:
            sys.stderr.write(f"{problem.message}\n")
        frame = logs.scalars()
        yield list(zip(frame.step.tolist(), frame.value.tolist(), strict=True))
        logs.refresh()


def read_by_rustboard(path: str) -> Iterator[Points]:
    """Read as TensorBoard does by default, from its data server."""
    import grpc
    import tensorboard_data_server
    from tensorboard.data.proto import data_provider_pb2 as messages
    from tensorboard.data.proto.data_provider_pb2_grpc import TensorBoardDataProviderStub

    port_file, live = Path(path) / "port", (Path(path) / LATER).exists()
    options = [f"--logdir={path}", f"--port-file={port_file}", "--port=0"]
    options.append("--reload=1" if live else "--reload=once")
    command = [tensorboard_data_server.server_binary(), "--die-after-stdin", "-v", *options]
    request = messages.ReadScalarsRequest(downsample={"num_points": 1000})
    request.plugin_filter.plugin_name = "scalars"
    with (
        tempfile.TemporaryFile() as told,
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=told) as server,  # noqa: S603
    ):
        try:
            while True:
                # Live it may be in the midst of a look: the one after it is what counts.
                _wait_for_loads(server, told, 2 if live else 1)
                channel = grpc.insecure_channel(f"localhost:{port_file.read_text().strip()}")
                runs = TensorBoardDataProviderStub(channel).ReadScalars(request).runs
                data = [tag.data for run in runs for tag in run.tags]
                yield [point for one in data for point in zip(one.step, one.value, strict=True)]
        finally:
            server.kill()


def _wait_for_loads(server: subprocess.Popen[bytes], told: Any, count: int) -> None:
    """Wait until the server has looked at all files so many times from now on."""
    begin, started = os.fstat(told.fileno()).st_size, time.monotonic()
    while True:
        told.seek(begin)
        if told.read().count(b"Finished load cycle") >= count:
            return
        if server.poll() is not None:
            message = "the server has died"
            raise ChildProcessError(message)
        if time.monotonic() - started > PATIENCE_SECONDS:
            raise TimeoutError
        time.sleep(0.05)


READERS: dict[str, Callable[[str], Iterator[Points]]] = {
    "TensorBoard, Python": read_by_python,
    "TensorBoard, RustBoard": read_by_rustboard,
    "tbparse": read_by_tbparse,
    "tbwidget": read_by_tbwidget,
}


def read(reader: str, folder: Path) -> Points:
    """Read one directory, and once more if there is something to come."""
    readings = READERS[reader](str(folder))
    points = next(readings)
    later = folder / LATER
    if later.exists():
        (folder / "run" / NAME).write_bytes(later.read_bytes())
        points = next(readings)
    readings.close()  # type: ignore[attr-defined]
    return points


def answer(reader: str, folders: list[Path]) -> None:
    """Read each directory and print a line for it: what a child does."""
    for folder in folders:
        try:
            found: Any = [(int(step), float(value)) for step, value in read(reader, folder)]
        except ChildProcessError:
            found = "the process dies"
        except Exception as error:  # noqa: BLE001  (what a reader raises is what the table tells)
            found = f"`{type(error).__name__}`"
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


def ask(reader: str, folders: list[Path]) -> list[Points | str]:
    """Let a child read the directories; return what it found in each, or how it failed."""
    found: list[Points | str] = []
    while len(found) < len(folders):
        command = [sys.executable, __file__, "--read", reader, *map(str, folders[len(found) :])]
        done = subprocess.run(  # noqa: S603  (this very script)
            command, capture_output=True, text=True, check=False, timeout=1800
        )
        found += [json.loads(line) for line in done.stdout.splitlines() if line[:1] in '["']
        if done.returncode:
            found.append("the process dies")
    return found


# -- the table -------------------------------------------------------------------------------------


def told(points: Points | str) -> str:
    """Return what a reader kept: steps, with a prime if they are of the second writing."""
    if isinstance(points, str):
        return points
    if not points:
        return "nothing"
    parts = []
    labels = [(step, PRIME if value == AGAIN else "") for step, value in points]
    for _, group in groupby(enumerate(labels), lambda one: (one[1][0] - one[0], one[1][1])):
        run = [f"{step}{prime}" for _, (step, prime) in group]
        parts += [f"{run[0]} to {run[-1]}"] if len(run) >= SHORTEST_RUN else run
    wrong = [f"**{step} with a wrong value**" for step, value in points if value == WRONG]
    return ", ".join([*parts, *wrong])


def told_of_flips(found: list[Points | str]) -> str:
    """Return how many points a flipped bit costs, and how often one is wrong."""
    lost = wrong = 0
    for points in found:
        kept = dict(points) if not isinstance(points, str) else {}
        right = {step for step, value in kept.items() if value == 1.0 + step / 64}
        lost += POINTS - len(right & set(range(POINTS)))
        wrong += len(kept) - len(right)
    return f"{lost / len(found):.1f} lost" + (f", **{wrong} wrong**" if wrong else "")


def column(reader: str, folder: Path) -> list[str]:
    """Write all files into `folder`, have them read, and return what the reader makes of each."""
    folders = []
    for number, case in enumerate(cases()):
        folders.append(folder / f"case-{number:02}")
        write(folders[-1], case.data, case.later)
    flips = [folder / f"flip-{number:03}" for number in range(FLIPS)]
    for one, data in zip(flips, flipped_files(), strict=True):
        write(one, data)
    return [*map(told, ask(reader, folders)), told_of_flips(ask(reader, flips))]


def table() -> str:
    """Have all files read by all readers, and return the table in Markdown."""
    names = [case.name for case in cases()]
    names.append(f"{POINTS} points, one bit flipped ({FLIPS} times, mean)")
    columns = []
    for reader in READERS:
        with tempfile.TemporaryDirectory() as folder:
            columns.append(column(reader, Path(folder)))
        sys.stderr.write(f"{reader}: done\n")
    lines = [f"| file | {' | '.join(READERS)} |", "|---" * (1 + len(READERS)) + "|"]
    lines += [f"| {' | '.join(row)} |" for row in zip(names, *columns, strict=True)]
    return "\n".join(lines) + "\n"


INTRODUCTION = """# What readers make of damaged event files

Disks fill up, jobs are killed, network disks write pages in any order, and writers have habits of
their own. This table is made by `python benchmarks/damage.py --write`, which writes each file and
lets TensorBoard's two loaders, tbparse and tbwidget read it. Unless said otherwise a file holds a
version and one scalar at the steps 0 to 5; what is listed are the steps that a reader shows, in its
order, with a prime if they are of the second writing. tbwidget also lists every loss in
`Logdir.problems`, and what a restart superseded in `series.superseded`.

"""


def versions() -> str:
    """Return a line that says what was compared."""
    packages = ("tensorboard", "tensorboard-data-server", "tbparse")
    return "With " + ", ".join(f"{name} {version(name)}" for name in packages) + ".\n\n"


def main() -> None:
    """Print the table, or be the child that reads."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help=f"write {DOCUMENT.relative_to(ROOT)}")
    parser.add_argument("--read", nargs="+", metavar=("READER", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        answer(options.read[0], [*map(Path, options.read[1:])])
        return
    made = table()
    print(made)
    if options.write:
        DOCUMENT.write_text(INTRODUCTION + versions() + made, encoding="utf-8")


if __name__ == "__main__":
    main()
