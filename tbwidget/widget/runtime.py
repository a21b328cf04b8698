"""One bundle for any number of widgets.

anywidget evaluates and saves a widget's `_esm` once for every instance. So one hidden `Runtime`
carries the bundle, and every other widget has a stub of a few lines that finds it.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import traitlets

from .rpc import Operations

if TYPE_CHECKING:
    from collections.abc import Callable

STATIC = Path(__file__).parent.parent / "static"


def built(name: str) -> str:
    """Return a file of the front end.

    Raises
    ------
    RuntimeError
        If it has not been built; the message says how to.
    """
    try:
        return (STATIC / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        message = (
            f"tbwidget's front end is not built ({name} is missing): "
            "run `pip install -e .` in the checkout, with Node.js installed"
        )
        raise RuntimeError(message) from None


class Channel(anywidget.AnyWidget):
    """A widget that talks with the page in messages, from any thread.

    Messages carry a sequence number, so the page notices a lost one. What has been sent and not
    acknowledged is counted, so a page that is gone cannot fill the server's memory.

    A dormant one opens its comm when it is woken, at the latest when somebody asks for its id: each
    open comm costs a page 10 to 30 ms.
    """

    #: Traits that the page may set. Every synced trait could be set by it; no other one is.
    page_writes: ClassVar[frozenset[str]] = frozenset()

    #: Whether it is to open its comm later; not of one whose making has failed.
    dormant = False

    _channel = traitlets.Unicode().tag(sync=True)

    def __init__(self, *, detached: str = "", dormant: bool = False, **traits: Any) -> None:
        #: What a widget is called that talks with no page: it opens no comm.
        self.detached = detached
        self._opens = not (detached or dormant)
        if not hasattr(type(self), "_esm"):
            type(self)._esm = built("stub.js")  # noqa: SLF001  (anywidget's name for it)
        self.operations = Operations()
        self.sequence = 0
        self.unacknowledged = 0
        self._sizes: dict[int, int] = {}
        self._process = os.getpid()
        self._sending = threading.RLock()
        super().__init__(**traits)
        if dormant and not detached:
            self.dormant = True
        else:
            self._channel = f"anywidget:{self.model_id}"
        self.operations.register("ack", self.acknowledge)
        self.on_msg(self._receive)

    def push(self, message: dict[str, Any], buffers: list[memoryview] | None = None) -> None:
        """Send `message` with the next sequence number, unless nobody can hear it."""
        buffers = buffers or []
        with self._sending:
            if self.comm is None:
                return
            self.sequence += 1
            size = sum(buffer.nbytes for buffer in buffers) + 256
            self._sizes[self.sequence] = size
            self.unacknowledged += size
            self.send({**message, "seq": self.sequence}, buffers)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take over those traits from the page that are the page's to set."""
        for name in sync_data.keys() & self.page_writes:
            # A value that does not validate leaves its trait as it was, and the others to be set.
            with contextlib.suppress(traitlets.TraitError):
                super().set_state({name: sync_data[name]})

    def acknowledge(self, args: dict[str, Any]) -> None:
        """Take note of the last message that the page has seen."""
        seen = args.get("seq")
        if not isinstance(seen, int):
            return
        with self._sending:
            for number in [n for n in self._sizes if n <= seen]:
                self.unacknowledged -= self._sizes.pop(number)

    def count_anew(self) -> None:
        """Take all that was sent until now as acknowledged: a page begins that never saw it."""
        self.acknowledge({"seq": self.sequence})

    def _receive(self, _widget: Any, content: Any, _buffers: Any) -> None:
        answered = self.operations.answer(content)
        if answered is not None:
            self.send(*answered)

    @property
    def model_id(self) -> str:
        """What messages and other widgets call it by."""
        self.wake()
        return self.detached or str(super().model_id)

    def open(self) -> None:
        """Open the comm, and leave the page free to be answered on a subshell."""
        if not self._opens:
            return
        _from_any_thread(super().open)
        self._free_replies()

    def wake(self) -> None:
        """Open the comm of a dormant widget; do nothing with any other."""
        if not self.dormant or os.getpid() != self._process:
            return
        with self._sending:  # whoever pushes meanwhile waits
            if self.dormant:
                self._opens, self.dormant = True, False
                self.open()
                self._channel = f"anywidget:{self.model_id}"

    @property
    def is_closed(self) -> bool:
        """Whether it talks with no page, and will not."""
        return self.comm is None and not self.dormant

    def close(self) -> None:
        """Close the comm."""
        self.dormant = False
        super().close()

    def _send(self, msg: dict[str, Any], buffers: Any = None) -> None:
        # A forked child shares the sockets of its parent: it must never send.
        if os.getpid() == self._process:
            _from_any_thread(super()._send, msg, buffers=buffers)

    def _free_replies(self) -> None:
        """Let requests on this comm be answered while a cell runs.

        ipykernel 7.4 routes what the page sends to the shell that last sent on the comm; after a
        send from a cell or a plain thread that is the main shell, which is busy while a cell runs.
        This restores the routing that the page asked for.
        """
        if hasattr(self.comm, "_reply_subshell_for"):
            self.comm._reply_subshell_for = _as_asked  # noqa: SLF001  (there is no other way)


def _from_any_thread(send: Callable[..., None], *args: Any, **kwargs: Any) -> None:
    try:
        send(*args, **kwargs)
    except LookupError as error:
        # ipykernel 7.0 asks which request a message belongs to, and of a thread knows none.
        variable = error.args[0]
        if not isinstance(variable, ContextVar):
            raise
        variable.set({})
        send(*args, **kwargs)


def _as_asked(_data: Any, subshell: str | None) -> str | None:
    return subshell


class Runtime(anywidget.AnyWidget):
    """The hidden widget that carries the bundle."""

    _view_name: Any = traitlets.Unicode(None, allow_none=True).tag(sync=True)

    def __init__(self) -> None:
        type(self)._esm = built("runtime.js")  # noqa: SLF001  (anywidget's name for it)
        super().__init__()

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take nothing from the page: its code is the kernel's to give."""


_runtimes: dict[Any, Runtime] = {}


def shared_runtime() -> Runtime:
    """Return the page's runtime widget, made on first use or after it was closed."""
    page = current_page()
    runtime = _runtimes.get(page)
    if runtime is None or runtime.comm is None:
        runtime = _runtimes[page] = Runtime()
    return runtime


def current_page() -> Any:
    """Return what stands for the page that shows what is made now; None if it is the only one.

    A kernel has one page, or several that are the same. A marimo application has a thread and a
    page of its own for each visitor, all in one process, and none knows another's widgets.
    """
    marimo = sys.modules.get("marimo._runtime.context")
    context = marimo.safe_get_context() if marimo else None
    return getattr(context, "stream", None)
