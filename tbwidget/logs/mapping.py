"""Runs and tags by name, as mappings that are safe to use while another thread reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from .discovery import natural_key

_V = TypeVar("_V")


class NaturalMapping(Mapping[str, _V]):
    """A read-only, naturally ordered view of a dictionary that another thread adds to."""

    def __init__(self, items: dict[str, _V], missing: Callable[[str], str]) -> None:
        self._items = items
        self._missing = missing

    def __getitem__(self, name: str) -> _V:
        try:
            return self._items[name]
        except KeyError:
            raise KeyError(self._missing(name)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._items.copy(), key=natural_key))

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, name: object) -> bool:
        return name in self._items

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self)!r})"


def missing_tag(run: str, kind: str, items: Mapping[str, object]) -> Callable[[str], str]:
    """Return what says that `run` has no tag of some name, and which it has."""

    def message(tag: str) -> str:
        known = ", ".join(repr(name) for name in sorted(items, key=natural_key)[:20])
        return f"run {run!r} has no {kind} tag {tag!r}; it has: {known or 'none'}"

    return message
