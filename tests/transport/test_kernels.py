"""What a page hears and asks while a cell runs, in every kernel that is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from kernels import KERNELS

if TYPE_CHECKING:
    from kernels import Kernel, KernelPage


def whole(page: KernelPage, *tags: str) -> bool:
    """Tell whether the page holds every step that was written until now."""
    written = int(page.kernel.run("print(step)"))
    return all(page.steps(tag) == list(range(written)) for tag in tags)


def unbroken(page: KernelPage, tag: str) -> int:
    """Return how many steps of a tag there are, or 0 if one is missing."""
    steps = page.steps(tag)
    return len(steps) if steps == list(range(len(steps))) else 0


def test_pushes_arrive_in_order_and_requests_on_their_thread_while_a_cell_runs(
    kernel: Kernel, page: KernelPage
) -> None:
    """Each push has the next number; which thread answers, and before or after the cell's end."""
    cell = kernel.start("train('end')")
    page.ask(page.state, "hello")
    asked = [page.ask(channel, "where") for channel in (page.view, page.state)]
    page.wait_for(lambda: unbroken(page, "a") > 12)  # traits have been set by then
    asked += [page.ask(channel, "where") for channel in (page.view, page.state)]
    asked.append(page.ask(page.view, "detail", tags=["a"], runs=["run"]))
    if kernel.subshell:
        page.wait_for(lambda: page.answers.keys() >= set(asked))
    else:
        before = len(page.steps("a"))
        page.wait_for(lambda: len(page.steps("a")) > before + 10)
        assert not page.answers
    assert kernel.place_of_end(cell) is None
    kernel.end("end")
    kernel.finish(cell)
    page.wait_for(lambda: page.answers.keys() >= set(asked))
    thread = f"subshell-{kernel.subshell}" if kernel.subshell else "MainThread"
    assert [page.answers[number]["result"] for number in asked[:4]] == [thread] * 4
    assert page.answers[asked[4]]["ok"]
    page.wait_for(lambda: whole(page, "a", "b"))
    assert page.gaps == 0
    assert kernel.run("print({name for _, name in pushed})") == "{'tbwidget-follower'}\n"


def test_a_push_that_is_lost_is_noticed_and_made_good(kernel: Kernel, page: KernelPage) -> None:
    """While a cell runs if the kernel can hear the page, else when it ends; and the last one."""
    page.open()
    page.wait_for(lambda: whole(page, "a", "b"))
    cell = kernel.start("train('end of gap')")
    page.loses = "series"
    page.wait_for(lambda: not page.loses)
    before = page.gaps
    if kernel.subshell:
        known = unbroken(page, "a")
        page.wait_for(lambda: page.gaps > before and unbroken(page, "a") > known)
        assert kernel.place_of_end(cell) is None
    else:
        page.wait_for(lambda: page.gaps > before)
    kernel.end("end of gap")
    kernel.finish(cell)
    page.wait_for(lambda: whole(page, "a", "b"))
    before = page.gaps
    page.loses = "series"
    kernel.run("write('a', 'b')")
    page.wait_for(lambda: page.gaps > before)  # a heartbeat tells
    page.wait_for(lambda: whole(page, "a", "b"))


SILENT = """
publisher.UNACKNOWLEDGED_BYTES, publisher.MESSAGES_PER_SECOND = 8_000, 1e9
publisher.TICK_SECONDS, publisher.STATUS_SECONDS, publisher.HEARTBEAT_SECONDS = 0, 0, 1e9
view.count_anew()
view.state.count_anew()
for _ in range(40):
    write("a", "b")
    follow_on()
publisher.HEARTBEAT_SECONDS = 0.2
print(view.unacknowledged + view.state.unacknowledged)
"""


def test_a_page_that_is_gone_is_sent_only_so_much_and_a_new_one_everything(
    kernel: Kernel, page: KernelPage
) -> None:
    kernel.run("publisher.PUBLISHER.wake(view.state)")
    before = len(kernel.heard)
    unacknowledged = int(kernel.run(SILENT))
    sent = [sum(len(bytes(part)) for part in one.buffers) for one in kernel.heard[before:]]
    assert 8_000 <= unacknowledged < 9_000 + max(sent)
    assert sum(sent) < 9_000 + max(sent)
    page.open()
    page.wait_for(lambda: whole(page, "a", "b"))


MANY = """
publisher.UNACKNOWLEDGED_BYTES, publisher.MESSAGES_PER_SECOND = 2**26, 20
views = [view, *(tbwidget.Scalars("logs", smoothing=n / 100) for n in range(30))]
pushed.clear()
began = time.monotonic()
while time.monotonic() < began + 2:
    write("a", "b")
times = [moment for moment, _ in pushed]
print(len(times), max(sum(t <= other < t + 3 for other in times) for t in times))
for one in views[1:]:
    one.close()
"""


@pytest.mark.parametrize("kernel", KERNELS[-1:], indirect=True)
def test_jupyter_server_never_sees_too_many_messages(kernel: Kernel, page: KernelPage) -> None:
    """It drops what is above 1,000 a second in 3 s; this is by design 20 a second for all views."""
    page.open()
    sent, most = map(int, kernel.run(MANY).split())
    assert sent >= 20
    assert most <= 4 * 20
