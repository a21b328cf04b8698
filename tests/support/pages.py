"""What a page would hear from the kernel, without a kernel, a page or a thread."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import comm
import numpy as np
from comm.base_comm import BaseComm

from tbwidget.logs import follow
from tbwidget.widget import dashboard, fallback, publisher, view_state

if TYPE_CHECKING:
    import pytest


class IdleFollower:
    """Stands for the follower: the test itself decides when is read and sent."""

    def __init__(self) -> None:
        self.followed: list[Any] = []
        self.listeners: list[Any] = []

    def add(self, followed: Any) -> None:
        if not any(one is followed for one in self.followed):
            self.followed.append(followed)

    def remove(self, followed: Any) -> None:
        self.followed = [one for one in self.followed if one is not followed]

    def subscribe(self, listener: Any) -> None:
        self.listeners.append(listener)

    def unsubscribe(self, listener: Any) -> None:
        self.listeners.remove(listener)

    def wake(self) -> None:
        pass


class Series:
    """What the page holds of one series."""

    def __init__(self) -> None:
        self.generation = -1
        self.n = 0
        self.exact = False
        self.columns: dict[str, list[float]] = {}


class Page:
    """Hears all comms of the process, and plays the page that puts series together."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.heard: list[tuple[str, str, dict[str, Any], list[Any]]] = []
        self.now = 1000.0
        self.follower = IdleFollower()
        page = self

        class HeardComm(BaseComm):
            def publish_msg(
                self,
                msg_type: str,
                data: Any = None,
                metadata: Any = None,
                buffers: Any = None,
                **_keys: Any,
            ) -> None:
                page.heard.append((self.comm_id, msg_type, data or {}, list(buffers or [])))

        patch.setattr(comm, "create_comm", HeardComm)
        patch.setattr(follow, "FOLLOWER", self.follower)
        patch.setattr(publisher, "FOLLOWER", self.follower)
        patch.setattr(fallback, "FOLLOWER", self.follower)
        patch.setattr(dashboard, "OUTPUTS", fallback.Outputs())
        patch.setattr(publisher, "time", SimpleNamespace(monotonic=lambda: self.now))
        patch.setattr(dashboard, "_OPEN", type(dashboard._OPEN)())
        patch.setattr(view_state, "_STATES", type(view_state._STATES)())
        publisher.PUBLISHER._reset()

    # -- what the kernel does --------------------------------------------------------------------

    def read(self) -> None:
        """Read what is new in all that is followed."""
        for followed in list(self.follower.followed):
            followed.refresh()

    def tick(self, seconds: float = 1.0) -> int:
        """Let time pass and the publisher send once; return how many messages that was."""
        self.now += seconds
        before = len(self.heard)
        publisher.PUBLISHER.tick()
        return len([message for message in self.heard[before:] if message[1] == "comm_msg"])

    # -- what the page hears and says ------------------------------------------------------------

    def custom(self, widget: Any, op: str | None = None) -> list[tuple[dict[str, Any], list[Any]]]:
        """Return the messages to `widget` so far, of one kind."""
        return [
            (data["content"], buffers)
            for comm_id, _, data, buffers in self.heard
            if comm_id == widget.model_id and data.get("method") == "custom"
            if op in (None, data["content"].get("op"))
        ]

    def forget(self) -> None:
        """Forget what was heard."""
        self.heard.clear()

    def say(self, widget: Any, content: dict[str, Any]) -> None:
        """Send a message to `widget`."""
        self._deliver(widget, {"method": "custom", "content": content})

    def ask(self, widget: Any, op: str, **args: Any) -> tuple[dict[str, Any], list[Any]]:
        """Send a request to `widget` and return its answer."""
        self.say(widget, {"op": op, "id": 77, "args": args})
        content, buffers = self.custom(widget, "answer")[-1]
        assert content["id"] == 77
        return content, buffers

    def set(self, widget: Any, **state: Any) -> None:
        """Set traits of `widget`, as any page can."""
        self._deliver(widget, {"method": "update", "state": state, "buffer_paths": []})

    @staticmethod
    def _deliver(widget: Any, data: dict[str, Any]) -> None:
        message = {"content": {"data": data}, "buffers": [], "header": {}, "parent_header": {}}
        widget.comm.handle_msg(message)

    def held(self, widget: Any) -> dict[tuple[str, str], Series]:
        """Put together all series messages to `widget`, checking that each fits, by run, tag."""
        series: dict[tuple[int, int], Series] = {}
        runs = {number: name for name, number in widget.state._run_numbers.items()}
        tags = {number: name for name, number in widget.state._tag_numbers.items()}
        for message, buffers in self.custom(widget, "series"):
            take_series(series, message, buffers)
        return {(runs[run], tags[tag]): one for (run, tag), one in series.items()}


def take_series(
    held: dict[tuple[int, int], Series],
    message: dict[str, Any],
    buffers: list[Any],
    *,
    strict: bool = True,
) -> None:
    """Take in a series message, by run and tag number.

    What does not fit to what is held is an error, or left out as the page does it.
    """
    left = list(buffers)
    for item in message["items"]:
        columns = unpack(item["columns"], left)
        run, tag = item["key"]
        one = held.setdefault((run, tag), Series())
        if item["from"] == 0:
            one.generation, one.exact = item["generation"], item["exact"]
            one.columns = {name: [] for name in columns}
        elif strict:
            assert item["generation"] == one.generation
            assert item["from"] == one.n
        elif (item["generation"], item["from"]) != (one.generation, one.n):
            continue
        for name, column in columns.items():
            one.columns.setdefault(name, []).extend(column.tolist())
        one.n = item["n"]
    assert not left


def unpack(described: list[list[Any]], buffers: list[Any]) -> dict[str, np.ndarray]:
    """Take the described columns from the front of `buffers`."""
    columns = {}
    for name, kind, length in described:
        columns[name] = np.frombuffer(bytes(buffers.pop(0)), f"<{kind}")
        assert len(columns[name]) == length
    return columns
