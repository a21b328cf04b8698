"""Decoded values kept for a while, within a budget of bytes for the whole process."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable


class DecodedCache:
    """The values looked at last, by key; any thread may use it.

    Parameters
    ----------
    capacity
        Bytes kept at most. A value larger than a quarter of it is handed on and not kept.
    """

    def __init__(self, capacity: int = 128 * 2**20) -> None:
        self.capacity = capacity
        self._items: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._items)

    @property
    def size(self) -> int:
        """Bytes kept now."""
        return self._bytes

    def get(self, key: Hashable, make: Callable[[], tuple[Any, int]], *, keep: bool = True) -> Any:
        """Return the value of `key`; if it is not kept, that which `make` returns with its size.

        Without `keep` what is made is handed on and not kept. `make` runs outside the lock, so two
        threads may make the same value at once. What it raises goes to the caller, and nothing is
        kept.
        """
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
                return self._items[key][0]
        value, size = make()
        if keep and size <= self.capacity // 4:
            with self._lock:
                self._keep(key, value, size)
        return value

    def clear(self) -> None:
        """Keep nothing of what was decoded so far."""
        with self._lock:
            self._items.clear()
            self._bytes = 0

    def _keep(self, key: Hashable, value: Any, size: int) -> None:
        if key in self._items:
            self._bytes -= self._items.pop(key)[1]
        self._items[key] = value, size
        self._bytes += size
        while self._bytes > self.capacity:
            _, (_, oldest) = self._items.popitem(last=False)
            self._bytes -= oldest

    def after_fork_in_child(self) -> None:
        """Begin anew: another thread may have held the lock at the fork."""
        self._lock = threading.Lock()
        self._items = OrderedDict()
        self._bytes = 0


#: The one of this process.
DECODED = DecodedCache()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=DECODED.after_fork_in_child)
