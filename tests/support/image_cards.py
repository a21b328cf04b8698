"""What browser tests do with cards of images: find them, wait for them, look at their pixels."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import event_files as ef
from image_events import image_event
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab import Notebook

CARD = """deepAll(`.card[data-tag="${tag}"]`).at(-1)"""
SET = """(input, value) => {
  input.value = String(value);
  input.dispatchEvent(new Event('input', { bubbles: true }));
}"""
CLICK = """([tag, label]) => [...CARD.querySelectorAll('button')]
  .find((b) => (b.ariaLabel || b.innerText).trim().startsWith(label)).click()""".replace(
    "CARD", CARD
)
BUTTON = """(label) => deepAll('button')
  .find((b) => (b.ariaLabel || b.innerText).trim().startsWith(label)).click()"""


def probe(notebook: Notebook, tag: str) -> list[dict[str, Any]]:
    notebook.wait_for(f"(tag) => !!{CARD}?.tbwidgetProbe", argument=tag)
    return notebook.page.evaluate(f"(tag) => {CARD}.tbwidgetProbe().drawn", tag)


def wait(notebook: Notebook, tag: str, condition: str, timeout: float = 30) -> None:
    """Wait until what a card has drawn, `d`, meets `condition`."""
    code = f"(tag) => {{ const d = {CARD}?.tbwidgetProbe?.().drawn; return d && ({condition}); }}"
    notebook.wait_for(code, timeout, tag)


def loaded(*steps: int) -> str:
    """Return the condition that the runs show these steps."""
    return f"JSON.stringify(d.map((o) => o.loaded && o.step)) === '{json.dumps(steps)}'".replace(
        ", ", ","
    )


def set_step(notebook: Notebook, tag: str, row: int) -> None:
    slide(notebook, tag, ".step-slider > input", row)


def slide(notebook: Notebook, tag: str, selector: str, value: float) -> None:
    notebook.page.evaluate(
        f"([tag, selector, value]) => ({SET})({CARD}.querySelector(selector), value)",
        [tag, selector, value],
    )


def printed(notebook: Notebook, cell: int, until: Callable[[Any], bool], tries: int = 20) -> Any:
    """Run a cell that prints JSON until what the page has set has reached the kernel."""
    for _ in range(tries):
        notebook.run(cell)
        found = json.loads(notebook.output(cell))
        if until(found):
            break
    return found


def box_of(notebook: Notebook, tag: str, selector: str) -> tuple[float, float, float, float]:
    box = notebook.page.evaluate(
        f"([tag, selector]) => {{ const r = {CARD}.querySelector(selector)"
        ".getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; }",
        [tag, selector],
    )
    return tuple(box)


def pixel_on_screen(notebook: Notebook, x: float, y: float) -> tuple[int, int, int]:
    data = notebook.page.screenshot(clip={"x": x, "y": y, "width": 1, "height": 1})
    return Image.open(io.BytesIO(data)).convert("RGB").getpixel((0, 0))


def write(path: Path, images: dict[int, list[bytes]], tag: str = "x") -> None:
    records = [ef.record(image_event(step, samples, tag)) for step, samples in images.items()]
    if path.exists():
        ef.append(path, *records)
    else:
        ef.write(path, ef.record(ef.file_version()), *records)
