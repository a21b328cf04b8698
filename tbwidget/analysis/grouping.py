"""Groups of runs: by directory, by a part of their names, or by hyperparameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .patterns import search_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

DIRECTORY = "directory"
HPARAM = "hparam:"


def groups_of(
    names: Iterable[str],
    group_by: str | Sequence[str] | None,
    hparams_of: Callable[[str], Mapping[str, Any] | None] = lambda _name: None,
) -> dict[str, list[str]]:
    """Return groups of runs by name, each with its runs, in the order in which they first come.

    A run that belongs to no group is in none of them: it is to be shown as it is, since the mean of
    what has nothing in common would mean nothing.

    Parameters
    ----------
    names
        The names of the runs.
    group_by
        ``"directory"`` groups by the directory above a run's own (``"."`` for those at the top);
        ``"hparam:lr"``, ``"hparam:lr,hparam:optimizer"`` or a list of such by the values of
        hyperparameters (a run that has none of them belongs to no group); anything else is a
        regular expression, searched in the names: runs of which its groups capture the same belong
        together, and all that match if it has none (as TensorBoard colours runs). None or empty:
        there are no groups.
    hparams_of
        Returns the hyperparameters of a run by name, or None if it has none.

    Raises
    ------
    ValueError
        If a regular expression is none, or could take too long (see `patterns.check`).

    Examples
    --------
    >>> groups_of(["a/seed=1", "a/seed=2", "b/seed=1", "c"], "(.*)/seed=")
    {'a': ['a/seed=1', 'a/seed=2'], 'b': ['b/seed=1']}
    >>> groups_of(["a", "b"], "hparam:lr", {"a": {"lr": 0.1}, "b": {"lr": 0.1}}.get)
    {'lr=0.1': ['a', 'b']}
    """
    names = list(names)
    if not group_by:
        return {}
    if group_by == DIRECTORY:
        keys = {name: name.rpartition("/")[0] or "." for name in names}
    elif wanted := hparam_names(group_by):
        keys = {name: _values(hparams_of(name) or {}, wanted) for name in names}
    elif isinstance(group_by, str):
        keys = _captures(names, group_by)
    else:
        message = f"a list to group by must hold 'hparam:NAME' only, not {list(group_by)!r}"
        raise ValueError(message)
    groups: dict[str, list[str]] = {}
    for name in names:
        if key := keys.get(name):
            groups.setdefault(key, []).append(name)
    return groups


def hparam_names(group_by: str | Sequence[str]) -> list[str]:
    """Return the hyperparameters that `group_by` names; empty if it names none or others too."""
    if isinstance(group_by, str):
        if not group_by.startswith(HPARAM):
            return []
        # A name may hold a comma.
        return [name.strip() for name in group_by[len(HPARAM) :].split(f",{HPARAM}")]
    if not all(str(one).startswith(HPARAM) for one in group_by):
        return []
    return [one[len(HPARAM) :] for one in group_by]


def _values(hparams: Mapping[str, Any], wanted: list[str]) -> str:
    if not any(name in hparams for name in wanted):
        return ""
    return ", ".join(f"{name}={_text(hparams.get(name))}" for name in wanted)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.12g}"
    return "none" if value is None else str(value)


def _captures(names: list[str], pattern: str) -> dict[str, str]:
    keys = {}
    for name, match in search_all(pattern, names).items():
        titles = {number: title for title, number in match.re.groupindex.items()}
        captured = [
            f"{titles[number]}={text}" if number in titles else text
            for number, text in enumerate(match.groups(), 1)
            if text
        ]
        # What captures nothing has still matched.
        keys[name] = ", ".join(captured) or pattern
    return keys
