"""Groups of the runs of a log directory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tbwidget.analysis.grouping import groups_of, hparam_names

from .blobs import UnreadableValueError
from .families import kinship_of
from .hparams import ancestors_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .run import Run


def group_runs(
    runs: Mapping[str, Run], names: Iterable[str], group_by: str | Sequence[str] | None
) -> dict[str, list[str]]:
    """Return groups of those of `runs` that are in `names`; see `groups_of`.

    A run without hyperparameters of its own has those that ``add_hparams`` wrote into a run of its
    own below it, else those of the nearest run above.

    Raises
    ------
    ValueError
        If `group_by` is a regular expression that cannot be used.
    """
    by_hparams = bool(group_by) and bool(hparam_names(group_by or ""))
    hparams = hparams_by_run(runs) if by_hparams else {}
    return groups_of(names, group_by, hparams.get)


def hparams_by_run(runs: Mapping[str, Run]) -> dict[str, Mapping[str, Any]]:
    """Return the hyperparameters of each run that has some, be they written beside it."""
    own: dict[str, Mapping[str, Any]] = {}
    of_children: dict[str, Mapping[str, Any]] = {}
    for name, run in runs.items():
        if hparams := _hparams_of(run):
            own[name] = hparams
            kin = kinship_of(run, runs)
            if kin and kin.call == "add_hparams":
                of_children[kin.parent.name] = hparams
    found = {**of_children, **own}
    for name in runs:
        if name not in found:
            above = next((one for one in ancestors_of(name) if one in found), None)
            if above is not None:
                found[name] = found[above]
    return found


def _hparams_of(run: Run) -> Mapping[str, Any] | None:
    if "hparams" not in run.kinds:
        return None
    try:
        return run.hparams
    except UnreadableValueError:
        return None  # reported where it was read
