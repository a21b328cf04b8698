"""What a page hears and asks while a cell runs, in every kernel that is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
