"""What browser tests do with the cards of a view: find them, wait for them, point at them."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab import Notebook, Views

#: The first card of a tag, in JavaScript where `tag` is its name.
CARD = "deepAll(`.card[data-tag=${JSON.stringify(tag)}]`)[0]"
_BUTTON = """(label) => deepAll('button')
  .find((b) => (b.ariaLabel || b.innerText).trim().startsWith(label))"""
#: A cell that runs until a file appears, so that no test depends on how long it takes.
RUN = "import pathlib, time\nwhile not pathlib.Path({!r}).exists(): time.sleep(0.02)"
#: Whether the status line, and whether the note of a card says that the kernel is busy.
BUSY = "() => deepAll('.status')[0].innerText.includes('kernel busy')"
NOTE = "() => deepAll('.card .note').some((note) => note.innerText.includes('kernel busy'))"
#: A button that was pressed a moment ago has been told so by then, also on a slow machine.
PATIENCE = 30.0


def press(notebook: Views, label: str) -> None:
    """Press the first button whose label begins so, once there is one."""
    notebook.wait_for(f"(label) => !!({_BUTTON})(label)", PATIENCE, label)
    notebook.page.evaluate(f"(label) => ({_BUTTON})(label).click()", label)


def probe(notebook: Views, tag: str) -> dict[str, Any]:
    """Return what a card shows, once there is one."""
    notebook.wait_for(f"(tag) => !!{CARD}?.tbwidgetProbe", PATIENCE, tag)
    found: dict[str, Any] = notebook.page.evaluate(f"(tag) => {CARD}.tbwidgetProbe()", tag)
    return found


def wait_for_probe(
    notebook: Views, tag: str, condition: str, given: Any = None, timeout: float = PATIENCE
) -> None:
    """Wait until a card's probe `p` meets a condition in JavaScript, which may use `given`."""
    code = (
        f"([tag, given]) => {{ const p = {CARD}?.tbwidgetProbe?.(); return p && ({condition}); }}"
    )
    notebook.wait_for(code, timeout, [tag, given])


def wait_for_text(notebook: Views, text: str, timeout: float = PATIENCE) -> None:
    """Wait until the views say something."""
    notebook.wait_for(
        "(text) => deepAll('.tbw').some((view) => view.innerText.includes(text))", timeout, text
    )


def box(notebook: Views, tag: str, selector: str) -> tuple[float, float, float, float]:
    """Bring a part of a card into sight; return its left, top, width and height."""
    there = f"([tag, selector]) => !!{CARD}?.querySelector(selector)"
    notebook.wait_for(there, PATIENCE, [tag, selector])
    left, top, width, height = notebook.page.evaluate(
        f"""([tag, selector]) => {{
          const part = {CARD}.querySelector(selector);
          part.scrollIntoView({{ block: 'nearest' }});
          const r = part.getBoundingClientRect();
          return [r.left, r.top, r.width, r.height];
        }}""",
        [tag, selector],
    )
    return left, top, width, height


def point_until(
    notebook: Views, place: Callable[[], tuple[float, float]], condition: str, given: Any = None
) -> tuple[float, float]:
    """Point at a place until a condition holds, and return it.

    Cards may still move, and lines be on their way, when the pointer comes first.
    """
    end = time.monotonic() + PATIENCE
    turn = 0
    while True:
        x, y = place()
        notebook.page.mouse.move(x - 1 + turn % 3, y)
        notebook.page.mouse.move(x, y)
        try:
            notebook.page.wait_for_function(condition, arg=given, timeout=400)
        except PlaywrightTimeoutError:
            turn += 1
            if time.monotonic() > end:
                message = f"not so while pointed at {x, y}: {condition}\n{notebook.text()}"
                raise AssertionError(message) from None
        else:
            return x, y


def tooltip(notebook: Views) -> list[list[str]]:
    """Return the rows of the tooltip, its heading first; nothing without one."""
    rows: list[list[str]] = notebook.page.evaluate(
        """() => [...(deepAll('.tooltip')[0]?.querySelectorAll('tr') ?? [])]
          .map((row) => [...row.cells].map((cell) => cell.textContent))"""
    )
    return rows


def slide(notebook: Views, selector: str, row: int) -> None:
    """Move a slider to a row."""
    notebook.page.evaluate(
        """([selector, row]) => {
          const slider = deepAll(selector)[0];
          slider.value = String(row);
          slider.dispatchEvent(new Event('input', { bubbles: true }));
        }""",
        [selector, row],
    )


def drag(notebook: Views, tag: str, selector: str, start: float, end: float) -> None:
    """Drag over a part of a card, from and to shares of its width, at half its height."""
    left, top, width, height = box(notebook, tag, selector)
    y = top + height / 2
    notebook.page.mouse.move(left + width * start, y)
    notebook.page.mouse.down()
    notebook.page.mouse.move(left + width * (start + end) / 2, y, steps=3)
    notebook.page.mouse.move(left + width * end, y, steps=3)
    notebook.page.mouse.up()


def output_when(notebook: Notebook, number: int, holds: Callable[[Any], Any]) -> Any:
    """Run a cell that prints JSON until what it prints is as wanted; return that, or the last.

    What the page sets takes a moment to reach the kernel.
    """
    end = time.monotonic() + PATIENCE
    while True:
        notebook.run(number)
        text = notebook.output(number).strip()
        if text:
            found = json.loads(text)
            if holds(found) or time.monotonic() > end:
                return found
        notebook.page.wait_for_timeout(100)
