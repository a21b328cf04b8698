"""What TensorBoard's own two loaders read of the shared log directories, and how ours compares."""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shared_logs

from tbwidget.events.columns import Cursor
from tbwidget.events.decode import decode

if TYPE_CHECKING:
    from pathlib import Path

    from tbwidget import Logdir

Points = list[tuple[int, str]]


@cache
def reference(directory: str, file: str) -> dict[str, dict[str, dict[str, Any]]]:
    """Return what a loader read of the scalars: by run, by tag; the file's text once parsed."""
    content = shared_logs.read_json(directory, file)
    if content is None:
        return {}
    runs = content.get("runs")
    if runs is None:  # each case was read on its own, since some end the process
        runs = {
            case if run == "." else f"{case}/{run}": read
            for case, outcome in content["cases"].items()
            for run, read in (outcome.get("result") or {"runs": {}})["runs"].items()
        }
    return {run: read["plugins"].get("scalars", {}) for run, read in runs.items()}


def sha256(numbers: Any, dtype: str) -> str:
    """Return the digest by which the references know long columns."""
    return hashlib.sha256(np.asarray(numbers).astype(dtype).tobytes()).hexdigest()


def points(steps: Any, values: Any) -> Points:
    """Return points that can be compared and counted: NaN equals NaN, values as float32."""
    texts = [repr(value) for value in np.asarray(values, np.float32).tolist()]
    return list(zip(np.asarray(steps, np.int64).tolist(), texts, strict=True))


def numbers(values: list[Any]) -> list[float]:
    """Return JSON's numbers and names of numbers as floats."""
    return [float(str(value).replace("Infinity", "inf")) for value in values]


def written(root: Path, run: str, tag: str) -> tuple[Any, Any]:
    """Return the columns of a tag as its files hold them, one after the other by name."""
    steps: list[Any] = [np.empty(0, np.int64)]
    values: list[Any] = [np.empty(0)]
    for path in sorted((root / run).iterdir()):
        batch = None
        while "tfevents" in path.name and (batch is None or batch.stop == "more"):
            batch = decode(str(path), batch.cursor if batch else Cursor(), patient=False)
            if tag in batch.scalars:
                steps.append(batch.scalars[tag].steps)
                values.append(batch.scalars[tag].values)
    return np.concatenate(steps), np.concatenate(values)


def relation(root: Path, logs: Logdir, run: str, tag: str, theirs: dict[str, Any] | None) -> str:
    """Return in a few words how a loader's reading of a series compares with ours."""
    if run not in logs or tag not in logs[run].scalars:
        return "missing here"
    if theirs is None:
        return "missing there"
    series = logs[run].scalars[tag]
    if is_reading_of(theirs, series.steps, series.values):
        return "same"
    ours = Counter(points(series.steps, series.values))
    replaced = Counter(points(series.superseded.steps, series.superseded.values))
    columns = written(root, run, tag)
    in_files = Counter(points(*columns))
    if in_files != ours + replaced:
        return "unexplained"  # whatever is in the files is either current or superseded
    if "steps" in theirs and "values" in theirs:
        kept = Counter(points(theirs["steps"], numbers(theirs["values"])))
    elif is_reading_of(theirs, *columns):
        kept = in_files  # too long to be listed, but it is all that the files hold
    else:
        return "fewer there" if theirs["n"] < ours.total() else "more there"
    return _compared(kept, ours, in_files)


def is_reading_of(theirs: dict[str, Any], steps: Any, values: Any) -> bool:
    """Tell whether a loader read exactly these steps and values, in this order."""
    same_steps = sha256(steps, "<i8") == theirs["steps_sha256"]
    return same_steps and sha256(values, "<f4") == theirs["values_f32_sha256"]


def _compared(kept: Counter[Any], ours: Counter[Any], in_files: Counter[Any]) -> str:
    relations = {
        "other order": kept == ours,
        "superseded here": kept == in_files,
        "fewer there": kept < ours,
        "fewer there, and superseded here": kept < in_files,
        "more there": ours < kept,
    }
    return next((name for name, holds in relations.items() if holds), "unexplained")
