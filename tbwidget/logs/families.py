"""Sub-runs that writers make for one call, told to be children of the run that made them.

``add_scalars("loss", {"train": ..., "val": ...})`` cannot write two values under one tag into one
file, so torch makes the runs ``run/loss_train`` and ``run/loss_val``, tensorboardX
``run/loss/train`` and ``run/loss/val``, each with the single tag ``loss``. ``add_hparams`` makes a
run named by the time, or as the caller says, which holds a session and its metrics, one point each.
(Sources: torch/utils/tensorboard/writer.py, tensorboardX/writer.py.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .hparams import ancestors_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .run import Run

#: A time in seconds since the epoch, as `str(time.time())` gives it.
_TIMESTAMP = re.compile(r"1\d{9}(\.\d+)?")
_SESSION_TAGS = {
    "_hparams_/experiment",
    "_hparams_/session_start_info",
    "_hparams_/session_end_info",
}
# What writers replace in tags, but not in the names of directories.
_CLEANED = re.compile(r"[^-/\w.]")


@dataclass(frozen=True, slots=True)
class Kinship:
    """How a run is a child of another.

    Attributes
    ----------
    parent
        The run that made it.
    call
        ``"add_scalars"`` or ``"add_hparams"``.
    key
        Of a child of ``add_scalars``: the key of its value; else the child's own name.
    """

    parent: Run
    call: str
    key: str


def kinship_of(run: Run, runs: Mapping[str, Run]) -> Kinship | None:
    """Return how `run` is a child of one of `runs`; None if it stands for itself."""
    kinds = run.kinds
    if not kinds or not kinds <= {"scalars", "hparams"}:
        return None
    for name in ancestors_of(run.name):
        if name in runs:
            relative = run.name if name == "." else run.name[len(name) + 1 :]
            if "hparams" in kinds:
                if _is_session(run, relative):
                    return Kinship(runs[name], "add_hparams", relative)
            elif (key := _key_of(run, relative)) is not None:
                return Kinship(runs[name], "add_scalars", key)
    return None


def children_of(run: Run, runs: Mapping[str, Run]) -> list[Run]:
    """Return those of `runs` that are children of `run`, in natural order."""
    prefix = "" if run.name == "." else f"{run.name}/"
    below = (runs[name] for name in runs if name.startswith(prefix) and name != run.name)
    return [other for other in below if (kin := kinship_of(other, runs)) and kin.parent is run]


def _key_of(run: Run, relative: str) -> str | None:
    """Return the key of a run made by ``add_scalars``, None if it was not made so."""
    if len(run.scalars) != 1:
        return None
    (tag,) = run.scalars
    name, main = _cleaned(relative), _cleaned(tag)
    for beginning in (f"{main}/", f"{main.replace('/', '_')}_"):  # tensorboardX, torch
        if main and name.startswith(beginning) and len(name) > len(beginning):
            return relative[len(relative) - len(name) + len(beginning) :]
    return None


def _cleaned(name: str) -> str:
    return _CLEANED.sub("_", name).lstrip("/")


def _is_session(run: Run, relative: str) -> bool:
    """Tell whether ``add_hparams`` made a run."""
    if "/" in relative:
        return False
    tags = set(run.tags["hparams"])
    if _TIMESTAMP.fullmatch(relative):
        return bool(tags & _SESSION_TAGS)
    # Under a name of the caller's choice it must be all that the call writes, and no more.
    return tags == _SESSION_TAGS and all(len(series) == 1 for series in run.scalars.values())
