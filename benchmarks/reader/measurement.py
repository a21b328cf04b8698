"""What is measured of a reader, and how."""

from __future__ import annotations

import ctypes
import gc
import json
import os
import re
import resource
import statistics
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Measurement:
    """What reading a log directory took.

    Attributes
    ----------
    cpu
        CPU seconds, user and system, of the process and its children; without imports.
    cpu_from_start
        The same from the start of the process, with the interpreter and all imports.
    wall
        Seconds of wall time, without imports.
    peak
        The most bytes that were resident.
    base
        Bytes resident before reading, with the imports; 0 if not known.
    kept
        By how many bytes the process's own memory has grown, garbage and what malloc holds free
        left out.
    grown
        The same with both.
    points
        How many values it has; 0 if not asked.
    """

    cpu: float
    cpu_from_start: float
    wall: float
    peak: float
    base: float = 0
    kept: float = 0
    grown: float = 0
    points: float = 0


def median_of(measurements: Sequence[Measurement]) -> Measurement:
    """Return the median of each figure by itself."""
    names = [field.name for field in fields(Measurement)]
    return Measurement(
        *(statistics.median(getattr(one, name) for one in measurements) for name in names)
    )


def cpu_seconds() -> float:
    """Return the CPU time that this process and its finished children have used."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def memory_of(process: int | str = "self") -> dict[str, int]:
    """Return the memory figures of a process as Linux has them, in bytes.

    ``ru_maxrss`` would not do: a new process inherits its parent's.
    """
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return {name: int(kib) * 1024 for name, kib in re.findall(r"(\w+):\s+(\d+) kB", status)}


def trim_memory() -> None:
    """Collect garbage, and have malloc give back to the system what is free, where it can."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def measure_python(module: str, *arguments: str, **environment: str) -> Measurement:
    """Run a module of this package that prints a `Measurement`, in a fresh interpreter."""
    done = subprocess.run(  # noqa: S603  (our own module)
        [sys.executable, "-m", module, *arguments],
        check=False,
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        text=True,
    )
    if done.returncode:
        message = f"{module} {' '.join(arguments)} failed:\n{done.stderr}"
        raise RuntimeError(message)
    return Measurement(**json.loads(done.stdout))


def as_json(measurement: Measurement) -> str:
    """Return a measurement for `measure_python` to read."""
    return json.dumps(asdict(measurement))
