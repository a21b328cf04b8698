"""Sending what is live: in the follower's thread, coalesced, within limits.

jupyter_server silently drops messages above 1,000 a second for the whole kernel, and keeps what it
cannot deliver to a page that is gone. So: at most 20 messages a second, and a bound on what has
been sent and not acknowledged. While a cell runs and the kernel has no subshells no
acknowledgement can arrive; the bound is wide enough for hours of appends.
"""

from __future__ import annotations

import os
import sys
import time
from time import thread_time
from typing import TYPE_CHECKING, Any, Protocol

from tbwidget.logs.follow import FOLLOWER

from .rpc import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tbwidget.logs import Logdir

    from .view_state import ViewState

MESSAGES_PER_SECOND = 20.0
TICK_SECONDS = 0.25
#: Finding out what to send may take this part of the time; with thousands of series it takes long.
DUTY = 0.2
STATUS_SECONDS = 0.5
HEARTBEAT_SECONDS = 5.0
#: A page that has not been heard of for so long, while the kernel was free to hear it, is gone.
LOST_SECONDS = 60.0
UNACKNOWLEDGED_BYTES = 64 * 2**20
UNATTACHED_BYTES = 8 * 2**20
MAX_PAGES = 16

Message = tuple[dict[str, Any], list[memoryview]]


class Publishing(Protocol):
    """A channel that has something to send now and then."""

    model_id: str
    sequence: int
    unacknowledged: int
    is_watched: bool
    dormant: bool

    def has_data(self, tags: Mapping[str, Any]) -> bool:
        """Tell whether there is anything for it, given the tags of each kind."""

    def wake(self) -> None:
        """Open the comm of a dormant one."""

    def push(self, message: dict[str, Any], buffers: list[memoryview] | None = None) -> None:
        """Send a message with the next sequence number."""

    def count_anew(self) -> None:
        """Take all that was sent until now as acknowledged."""

    def updates(self) -> Iterator[Message]:
        """Yield what the page lacks."""


class _Session:
    """One `ViewState`, the channels beside it, and what their page is known to have."""

    def __init__(self, state: ViewState) -> None:
        self.state = state
        self.channels: list[Publishing] = []
        self.attached = False
        #: Whether each page that has been heard of is visible.
        self._pages: dict[str, bool] = {}
        self.urgent = True
        self.heard = time.monotonic()
        self._catalog: dict[str, Any] | None = None
        self._catalog_revision = -1
        self._status: dict[str, Any] | None = None
        self._status_at = 0.0
        self._heartbeat_at = 0.0
        self._due = 0.0
        state.operations.register("hello", self._hello)
        state.operations.register("visible", self._visible)

    def _hello(self, args: dict[str, Any]) -> Answer:
        """Send everything anew: a page has opened a view, or lost messages."""
        self.attached = True
        self._note_page(args, visible=True)
        # What an earlier page has not acknowledged, nobody ever will.
        self.state.count_anew()
        for channel in self.channels:
            channel.count_anew()
        self._catalog = self._status = None
        self._catalog_revision = -1
        self.urgent = True
        _look()
        return Answer({"heartbeat": HEARTBEAT_SECONDS})

    def _visible(self, args: dict[str, Any]) -> None:
        self._note_page(args, visible=args.get("visible") is not False)
        self.urgent = True
        _look()

    def _note_page(self, args: dict[str, Any], *, visible: bool) -> None:
        self.heard = time.monotonic()
        page = str(args.get("page", ""))[:64]
        self._pages.pop(page, None)
        self._pages[page] = visible
        while len(self._pages) > MAX_PAGES:
            del self._pages[next(iter(self._pages))]

    @property
    def hidden(self) -> bool:
        """Whether no page is visible: several may show the same notebook."""
        pages = list(self._pages.values())
        return bool(pages) and not any(pages)

    def watched(self, *, busy: bool) -> bool:
        """Tell whether somebody may be looking."""
        recent = busy or time.monotonic() - self.heard < LOST_SECONDS
        return self.state.comm is not None and recent and not self.hidden

    def messages(self, now: float, *, busy: bool) -> Iterator[tuple[Publishing, Message]]:
        """Yield what is due, most important first."""
        if not self.watched(busy=busy) or (now < self._due and not self.urgent):
            return
        self._due, self.urgent = now + TICK_SECONDS, False
        began = thread_time()
        if not self._is_full():
            for one in self._lacking(now):
                yield one
                if self._is_full():
                    break
        if now - self._heartbeat_at > HEARTBEAT_SECONDS:
            self._heartbeat_at = now
            counts = {channel.model_id: channel.sequence for channel in self._awake()}
            yield self.state, ({"op": "heartbeat", "channels": counts}, [])
        self._due = max(self._due, now + (thread_time() - began) / DUTY)

    def _is_full(self) -> bool:
        """Tell whether so much is not acknowledged that there may be nobody."""
        sent = self.state.unacknowledged + sum(one.unacknowledged for one in self.channels)
        return sent >= (UNACKNOWLEDGED_BYTES if self.attached else UNATTACHED_BYTES)

    def _lacking(self, now: float) -> Iterator[tuple[Publishing, Message]]:
        yield from ((self.state, (message, [])) for message in self._news(now))
        # What somebody looks at comes first.
        for channel in sorted(self._awake(), key=lambda channel: not channel.is_watched):
            for message in channel.updates():
                yield channel, message

    def _awake(self) -> list[Publishing]:
        return [channel for channel in self.channels if not channel.dormant]

    def _wake(self, tags: Mapping[str, Any]) -> None:
        for channel in self.channels:
            if channel.dormant and channel.has_data(tags):
                channel.wake()

    def _news(self, now: float) -> Iterator[dict[str, Any]]:
        revision, before = self.state.revision, self._catalog
        if revision != self._catalog_revision:
            self._catalog_revision = revision
            self._catalog = self.state.catalog()
        if self._catalog is not None:
            self._wake(self._catalog["tags"])  # also of a board made since
            if self._catalog != before:
                yield self._catalog
        status = self.state.status()
        if status != self._status and now - self._status_at >= STATUS_SECONDS:
            self._status, self._status_at = status, now
            yield status


class Publisher:
    """Sends for all sessions of the process, on the follower's thread."""

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self._sessions: dict[str, _Session] = {}
        self._allowance = MESSAGES_PER_SECOND
        self._allowance_at = time.monotonic()
        self._busy = False
        self._hooked = False

    def add(self, state: ViewState, channel: Publishing | None = None) -> None:
        """Publish the catalog and status of `state`, and what `channel` has to say."""
        self._hook()
        session = self._sessions.get(state.model_id)
        if session is None:
            session = self._sessions[state.model_id] = _Session(state)
            state.operations.register("ack", self._heard(session, state))
        if channel is not None:
            session.channels.append(channel)
        session.urgent = True
        FOLLOWER.add(state.logdir)
        FOLLOWER.subscribe(self.tick)
        FOLLOWER.wake()

    def remove(self, state: ViewState, channel: Publishing | None = None) -> None:
        """Publish no more for `channel`, or, without it, for the whole of `state`."""
        session = self._sessions.get(state.model_id)
        if session is None:
            return
        if channel in session.channels:
            session.channels.remove(channel)
        if channel is None:
            del self._sessions[state.model_id]

    def uses(self, logdir: Logdir) -> bool:
        """Tell whether any view is left that shows `logdir`."""
        return any(session.state.logdir is logdir for session in list(self._sessions.values()))

    def heard_since(self, state: ViewState, moment: float) -> bool:
        """Tell whether the page of `state` was heard of after a moment of `time.monotonic`."""
        session = self._sessions.get(state.model_id)
        return session is not None and session.heard >= moment

    def wake(self, state: ViewState) -> None:
        """Publish for `state` now: a request has changed what its page needs."""
        session = self._sessions.get(state.model_id)
        if session is not None:
            session.heard = time.monotonic()
            session.attached = session.urgent = True
            _look()

    def tick(self) -> bool:
        """Send what is due; tell whether anybody watches. Called on the follower's thread."""
        if not _needs_pump():
            self._send()
        sessions = list(self._sessions.values())
        return any(session.watched(busy=self._busy) for session in sessions)

    def pump(self) -> None:
        """Send what is due from this thread, where no other one reaches the page."""
        if _needs_pump():
            self._send()

    def _send(self) -> None:
        now = time.monotonic()
        elapsed = now - self._allowance_at
        self._allowance_at = now
        self._allowance = min(MESSAGES_PER_SECOND, self._allowance + elapsed * MESSAGES_PER_SECOND)
        sessions = list(self._sessions.values())
        for session in sessions:
            if self._allowance < 1:
                break
            for channel, (message, buffers) in session.messages(now, busy=self._busy):
                channel.push(message, buffers)
                self._allowance -= 1
                if self._allowance < 1:
                    session.urgent = True  # the rest goes out at the next tick
                    break

    def _heard(self, session: _Session, state: ViewState) -> Any:
        def heard(args: dict[str, Any]) -> None:
            session.heard = time.monotonic()
            session.attached = True
            state.acknowledge(args)

        return heard

    def _hook(self) -> None:
        """Learn from IPython when a cell runs: then a silent page may just not get through."""
        if self._hooked:
            return
        self._hooked = True
        try:
            from IPython import get_ipython
        except ImportError:
            return
        shell = get_ipython()
        if shell is not None:
            self._busy = True  # the cell that makes the first view is running
            shell.events.register("pre_run_cell", self._cell_began)
            shell.events.register("post_run_cell", self._cell_ended)

    def _cell_began(self, _info: Any = None) -> None:
        self._busy = True

    def _cell_ended(self, _result: Any = None) -> None:
        self._busy = False
        for session in self._sessions.values():
            session.heard = time.monotonic()
            # The follower may not have seen yet what the cell has written last.
            if _needs_pump() and session.state.logdir.progress.complete:
                session.state.logdir.refresh()
                session.urgent = True
        self.pump()

    def after_fork_in_child(self) -> None:
        """Forget everything: a child has no page."""
        self._reset()


def _needs_pump() -> bool:
    """Tell whether messages of a background thread stay away, as in Colab (colabtools #3373).

    There the kernel's main thread sends: after each cell, and when the page says something.
    """
    return "google.colab" in sys.modules


def _look() -> None:
    """Have what is due sent now."""
    FOLLOWER.wake()
    PUBLISHER.pump()


PUBLISHER = Publisher()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=PUBLISHER.after_fork_in_child)
