"""The output beside a view that is there when the view is not: a picture and lines of text.

A saved notebook has the widget's output too, but JupyterLab shows an error in its place if there is
neither a kernel nor saved state, and others show nothing of it. So the picture is an output of its
own, in front of the view, and updated when what it shows has changed. A page that shows the view
hides it (`js/src/wire/fallback.ts`), by the key that the PNG holds.
"""

from __future__ import annotations

import base64
import os
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any

from tbwidget.drawing.png import with_key
from tbwidget.drawing.sheet import WIDTH
from tbwidget.logs.follow import FOLLOWER

from .embedding import html_of
from .options import options
from .publisher import PUBLISHER
from .stills import Still, name_of, still_of

if TYPE_CHECKING:
    from .dashboard import View

#: A picture is drawn once nothing has changed for so long, or so long after the last one.
QUIET_SECONDS = 2.0
LONGEST_SECONDS = 60.0
#: The first one sooner, but not while a page is drawing the view.
FIRST_SECONDS = 1.0
#: Two pictures are at least so far apart, and drawing takes this part of one core at most.
SHORTEST_SECONDS = 5.0
DUTY = 0.02
#: After so many pictures with no word from a page, they come this seldom: the server may be
#: keeping all of them for a page that is closed.
MOST_UNHEARD, UNHEARD_SECONDS = 30, 600.0
MOST_FAILURES = 3
#: How long a notebook that is run without a page waits for the first read.
FINISH_SECONDS = 2.0

Bundle = tuple[dict[str, Any], dict[str, Any]]


def bundle_of(still: Still, key: str) -> Bundle:
    """Return data and metadata of an output; the picture holds `key`."""
    data: dict[str, Any] = {"text/plain": still.text}
    metadata: dict[str, Any] = {}
    if still.picture:
        picture = base64.b64encode(with_key(still.picture, key)).decode("ascii")
        data["image/png"] = picture
        metadata["image/png"] = {"width": int(WIDTH)}
        if still.frame:
            data["text/html"] = html_of(still.frame, picture, int(WIDTH))
    return data, metadata


class Output:
    """The output of one view.

    Parameters
    ----------
    view
        The view, which it does not keep alive.
    channel
        What publishes outputs: IPython's display publisher.
    now
        Seconds on the clock of `tick`.
    """

    def __init__(self, view: View, channel: Any, now: float) -> None:
        self.view = weakref.ref(view)
        self.ended = False
        self._channel, self._key = channel, view.picture_key
        self._touched = 0
        self._observed = [view.state, *view.parts()]
        for one in self._observed:
            one.observe(self._touch)
        self._seen = self._version(view)
        self._drawn: tuple[int, int] | None = None
        self._changed_at = self._drawn_at = now
        self._pause = self._cost = 0.0
        self._unheard = self._failures = 0
        # What was drawn last, and what was published last.
        self._still = self._published = still_of(view, brief=True)

    def _touch(self, change: Any) -> None:
        if not change.name.startswith("_") and change.name != "comm":
            self._touched += 1

    def _version(self, view: View) -> tuple[int, int]:
        return view.state.revision, self._touched

    def close(self) -> None:
        """Follow the view no more."""
        for one in self._observed:
            one.unobserve(self._touch)

    def show(self) -> None:
        """Publish the output, as it was drawn last: a cell is not to wait for a picture."""
        self._publish(update=False)

    def tick(self, now: float) -> bool:
        """Draw and publish the output anew if it is time, and tell whether it was published."""
        if not self.is_due(now):
            return False
        self.draw()
        return self.deliver(now)

    def is_due(self, now: float) -> bool:
        """Tell whether it is time to draw."""
        view = self.view()
        if view is None:
            return False
        version = self._version(view)
        if version != self._seen:
            self._seen, self._changed_at = version, now
        if version == self._drawn:
            self.ended = False
            return False
        since, rest = now - self._drawn_at, now - self._changed_at
        if self._drawn is None:
            return rest >= FIRST_SECONDS or since >= LONGEST_SECONDS
        quiet = self.ended or rest >= QUIET_SECONDS
        return since >= self._pause and (quiet or since >= LONGEST_SECONDS)

    def draw(self) -> None:
        """Draw what is in sight; may be called on any thread, by one at a time."""
        view = self.view()
        if view is None:
            return
        self._drawn, self.ended = self._version(view), False
        began = time.thread_time()
        self._still = still_of(view)
        self._cost = time.thread_time() - began

    def deliver(self, now: float) -> bool:
        """Publish what was drawn, if it is new, and tell whether it was."""
        view = self.view()
        pause = min(max(SHORTEST_SECONDS, self._cost / DUTY), LONGEST_SECONDS)
        self._drawn_at, self._pause = now, pause
        if view is None or self._still == self._published:
            return False
        if PUBLISHER.heard_since(view.state, now - LONGEST_SECONDS):
            self._unheard = 0
        self._unheard += 1
        if self._unheard > MOST_UNHEARD:
            self._pause = UNHEARD_SECONDS
        self._publish(update=True)
        return True

    def finish(self, now: float) -> None:
        """Draw what has changed now: the notebook may be written as soon as the cell has ended."""
        view = self.view()
        if view is not None and self._version(view) != self._drawn:
            self.draw()
            self.deliver(now)

    def _publish(self, *, update: bool) -> None:
        view = self.view()
        if view is None or view.comm is None or self._failures >= MOST_FAILURES:
            return
        self._published = self._still
        data, metadata = bundle_of(self._still, self._key)
        try:
            self._channel.publish(
                data=data,
                metadata=metadata,
                transient={"display_id": f"tbwidget-{self._key}"},
                update=update,
            )
            view.set_trait("_picture", self._still.picture)
        except Exception:  # noqa: BLE001  (old kernels cannot send from a thread; nothing to tell)
            self._failures += 1


class Outputs:
    """The outputs of all views that are shown, kept up to date on the follower's thread."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all: a forked child has no page."""
        self._outputs: dict[str, Output] = {}
        self._lock = threading.Lock()
        #: What is being drawn, by which thread: what is live must not wait for it.
        self._drawing: tuple[Output, threading.Thread] | None = None
        self._hooked = False

    def show(self, view: View) -> Bundle:
        """Publish the output of a view, and return what its own bundle is to have besides.

        That is the same picture where there is no place for an output beside it, else one line: a
        notebook that shows both would show the picture twice.
        """
        if not (options.static_fallback or view.embed):
            return {}, {}
        channel = _channel()
        if channel is None or view.comm is None:
            return bundle_of(still_of(view)._replace(frame=""), view.picture_key)
        output = self._outputs.get(view.picture_key)
        if output is None:
            output = Output(view, channel, time.monotonic())
            self._outputs[view.picture_key] = output
        self._hook()
        output.show()
        FOLLOWER.subscribe(self.tick)
        return {"text/plain": name_of(view)}, {}

    def remove(self, view: View) -> None:
        """Publish no more for a view."""
        output = self._outputs.pop(view.picture_key, None)
        if output is not None:
            output.close()

    def tick(self, now: float | None = None) -> bool:
        """Draw what is due and publish what was drawn; nobody watches because of that."""
        now = time.monotonic() if now is None else now
        if not self._lock.acquire(blocking=False):
            return False  # a cell that ends does it, and may be waiting for what this thread reads
        try:
            if self._drawing is None:
                self._begin(now)
            elif not self._drawing[1].is_alive():
                self._deliver(now)
        finally:
            self._lock.release()
        return False

    def _begin(self, now: float) -> None:
        for key, output in list(self._outputs.items()):
            if output.view() is None:
                self._outputs.pop(key, None)
            elif output.is_due(now):
                thread = threading.Thread(target=_draw, args=(output,), name="picture", daemon=True)
                self._drawing = output, thread
                thread.start()
                return

    def _deliver(self, now: float) -> None:
        """Publish what was drawn; wait for it if it is being drawn."""
        if self._drawing is not None:
            output, thread = self._drawing
            thread.join()
            self._drawing = None
            output.deliver(now)

    def _hook(self) -> None:
        """Learn from IPython when a cell has ended: what it changed is drawn without waiting."""
        if not self._hooked:
            self._hooked = True
            from IPython import get_ipython

            get_ipython().events.register("post_run_cell", self.end_cell)

    def end_cell(self, _result: Any = None) -> None:
        """Take note that a cell has ended."""
        # Pages name the cell; where none does (nbconvert, papermill), nothing that comes after the
        # last cell is kept.
        unattended = not parent_message().get("metadata", {}).get("cellId")
        for output in list(self._outputs.values()):
            output.ended = True
            if unattended:
                _await_reading(output)
                with self._lock:
                    self._deliver(time.monotonic())
                    output.finish(time.monotonic())
        FOLLOWER.wake()


def _draw(output: Output) -> None:
    output.draw()
    FOLLOWER.wake()


def _await_reading(output: Output) -> None:
    view, until = output.view(), time.monotonic() + FINISH_SECONDS
    while view is not None and not view.logdir.progress.complete and time.monotonic() < until:
        time.sleep(0.02)


def parent_message() -> dict[str, Any]:
    """Return the message that the kernel is answering; empty where there is no kernel."""
    try:
        from IPython import get_ipython

        return dict(get_ipython().kernel.get_parent("shell"))
    except (ImportError, AttributeError, TypeError):
        return {}


def _channel() -> Any:
    """Return what publishes outputs in the cell that runs; None if no cell of a notebook does."""
    if parent_message().get("header", {}).get("msg_type") != "execute_request":
        return None
    from IPython import get_ipython

    channel = get_ipython().display_pub
    # A cell whose output is captured has a publisher of its own, which cannot update.
    return channel if hasattr(channel, "pub_socket") else None


OUTPUTS = Outputs()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=OUTPUTS.reset)
