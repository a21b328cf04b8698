"""Real kernels without a browser, and the page that a test plays for them."""

from __future__ import annotations

import os
import queue
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from jupyter_client.manager import KernelManager
from pages import Series, take_series

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
SECONDS = 60.0

#: The last without subshells, the first with them, and those that handle comms in another way.
VERSIONS = ("6.29.5", "7.0.1", "7.1.0", "7.3.0", "7.4.0")
INSTALLED = version("ipykernel")
#: The one that is installed is most often the newest.
KERNELS = [
    pytest.param((one, subshell), id=f"{one}-{'subshell' if subshell else 'main'}")
    for one in dict.fromkeys((*VERSIONS, INSTALLED))
    for subshell in (False, True)
    if not (subshell and one.startswith("6."))
]


class Heard(NamedTuple):
    """A message of the kernel, in the order in which the page hears it."""

    kind: str
    #: The id of the request that it belongs to.
    parent: str
    content: dict[str, Any]
    buffers: list[Any]


class Kernel:
    """A kernel in `folder`, with `packages` first on its path, and its one page."""

    def __init__(self, folder: Path, *, packages: Path | None = None, subshell: bool) -> None:
        self.folder = folder
        #: Model ids of the view that is open, and of its state.
        self.view = self.state = ""
        self.heard: list[Heard] = []
        self.replies: dict[str, dict[str, Any]] = {}
        path = [*filter(None, [packages]), ROOT, ROOT / "tests" / "support"]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(map(str, path)),
            "IPYTHONDIR": str(folder / ".ipython"),
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        }
        self._manager = KernelManager()
        self._manager.start_kernel(cwd=str(folder), env=environment)
        self._client = self._manager.blocking_client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=SECONDS)
        #: The subshell on which comm messages are handled, as JupyterLab makes one for them.
        self.subshell = self._create_subshell() if subshell else None

    def _create_subshell(self) -> str:
        self._send_control("create_subshell_request")
        reply = self._client.get_control_msg(timeout=SECONDS)
        return str(reply["content"]["subshell_id"])

    def _send_control(self, kind: str) -> None:
        self._client.control_channel.send(self._client.session.msg(kind))

    def stop(self) -> None:
        """End the kernel, which may be busy."""
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)

    def interrupt(self) -> None:
        """Interrupt the cell, as the stop button does."""
        self._manager.interrupt_kernel()

    # -- cells -----------------------------------------------------------------------------------

    def start(self, code: str) -> str:
        """Run a cell without waiting for it; returns its id."""
        return str(self._client.execute(code))

    def run(self, code: str) -> str:
        """Run a cell to its end and return what it printed."""
        return self.finish(self.start(code))

    def finish(self, cell: str, status: str = "ok") -> str:
        """Wait for the end of a cell and return what it printed."""
        self.wait_for(lambda: cell in self.replies and self.place_of_end(cell) is not None)
        printed = self.printed(cell)
        reply = self.replies[cell]
        assert reply["status"] == status, "\n".join(reply.get("traceback", [printed]))
        return printed

    def printed(self, cell: str) -> str:
        """Return what a cell has printed until now."""
        return "".join(
            one.content["text"] for one in self.heard if (one.kind, one.parent) == ("stream", cell)
        )

    def end(self, name: str) -> None:
        """Make the file for which a cell waits."""
        (self.folder / name).touch()

    def place_of_end(self, cell: str) -> int | None:
        """Return where among the messages it is that the end of a cell was told."""
        end = ("status", cell, "idle")
        for place, one in enumerate(self.heard):
            if (one.kind, one.parent, one.content.get("execution_state")) == end:
                return place
        return None

    # -- comms -----------------------------------------------------------------------------------

    def say(self, comm: str, content: dict[str, Any]) -> None:
        """Send a custom message on a comm, to the subshell if there is one."""
        data = {"method": "custom", "content": content}
        message = self._client.session.msg("comm_msg", {"comm_id": comm, "data": data})
        if self.subshell:
            message["header"]["subshell_id"] = self.subshell
        self._client.shell_channel.send(message)

    def listen(self, seconds: float = 0.05) -> list[Heard]:
        """Take what has come; wait a moment for it if there is nothing."""
        before = len(self.heard)
        try:
            while True:
                message = self._client.get_iopub_msg(timeout=seconds)
                parent = message["parent_header"].get("msg_id", "")
                buffers = list(message["buffers"])
                self.heard.append(Heard(message["msg_type"], parent, message["content"], buffers))
                seconds = 0
        except queue.Empty:
            pass
        while self._client.shell_channel.msg_ready():
            reply = self._client.get_shell_msg(timeout=SECONDS)
            self.replies[reply["parent_header"]["msg_id"]] = reply["content"]
        return self.heard[before:]

    def wait_for(self, condition: Callable[[], Any]) -> Any:
        """Listen until `condition` holds, and return what it returned."""
        deadline = time.monotonic() + SECONDS
        while not (found := condition()):
            if time.monotonic() > deadline:
                last = [str(one[:3])[:200] for one in self.heard[-6:]]
                message = f"not so after {SECONDS} s; the kernel's last messages: {last}"
                raise AssertionError(message)
            self.listen()
        return found


class KernelPage:
    """What tbwidget's front end makes of the messages of one view, and what it says to them.

    The view and its state are channels; what comes on them is put together as the page does it,
    and acknowledged with each heartbeat.
    """

    def __init__(self, kernel: Kernel, view: str, state: str) -> None:
        self.kernel = kernel
        self.view, self.state = view, state
        #: The number of the last push on each channel, and how often there was a gap.
        self.sequence = dict.fromkeys((view, state), 0)
        self.gaps = 0
        self.series: dict[tuple[int, int], Series] = {}
        self.catalog: dict[str, Any] = {}
        self.answers: dict[int, dict[str, Any]] = {}
        #: The next push with such an `op` is lost on its way.
        self.loses = ""
        self._read = 0
        self._requests = 0

    def open(self) -> None:
        """Begin as a page that was loaded anew, and has heard nothing."""
        self._read = len(self.kernel.heard)
        self.ask(self.state, "hello")
        self.wait_for(self.tags)
        self.heal(self.view)
        self.gaps = 0

    def ask(self, channel: str, op: str, **args: Any) -> int:
        """Send a request and return its number."""
        self._requests += 1
        self.kernel.say(channel, {"op": op, "id": self._requests, "args": args})
        return self._requests

    def take(self) -> None:
        """Take in what the kernel has said."""
        for one in self.kernel.heard[self._read :]:
            if one.kind == "comm_msg" and one.content["comm_id"] in self.sequence:
                data = one.content["data"]
                if data.get("method") == "custom":
                    self._receive(one.content["comm_id"], data["content"], one.buffers)
        self._read = len(self.kernel.heard)

    def wait_for(self, condition: Callable[[], Any]) -> Any:
        """Listen and take in until `condition` holds."""

        def holds() -> Any:
            self.take()
            return condition()

        return self.kernel.wait_for(holds)

    def _receive(self, channel: str, message: dict[str, Any], buffers: list[Any]) -> None:
        if message["op"] == "answer":
            self.answers[message["id"]] = message
            return
        if message["op"] == self.loses:
            self.loses = ""
            return
        gap = self.sequence[channel] and message["seq"] != self.sequence[channel] + 1
        self.sequence[channel] = message["seq"]
        if message["op"] == "catalog":
            self.catalog = message
        elif message["op"] == "series":
            take_series(self.series, message, buffers, strict=False)
        elif message["op"] == "heartbeat":
            self._beat(message)
        if gap:
            self.heal(channel)

    def _beat(self, message: dict[str, Any]) -> None:
        for channel, seen in self.sequence.items():
            self.kernel.say(channel, {"op": "ack", "args": {"seq": seen}})
        if message["channels"][self.view] > self.sequence[self.view]:
            self.heal(self.view)

    def heal(self, channel: str) -> None:
        """Say what a page says that has found a gap."""
        self.gaps += 1
        if channel == self.state:
            self.ask(channel, "hello")
        else:
            tags = self.tags()
            self.ask(channel, "watch", view="v", tags=tags, missing=tags)

    def tags(self) -> list[str]:
        """Return the names of the scalar tags in the catalog."""
        return [name for _, name, _ in self.catalog.get("tags", {}).get("scalars", [])]

    def steps(self, tag: str) -> list[int]:
        """Return the steps that are held of a tag of the only run."""
        numbers = [
            n for n, name, _ in self.catalog.get("tags", {}).get("scalars", []) if name == tag
        ]
        held = [one for (_, number), one in self.series.items() if number in numbers]
        return [int(step) for step in held[0].columns.get("step", [])] if held else []
