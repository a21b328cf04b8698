"""What a user does with a chart: point at it, drag over a part, turn the wheel."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from .page import MeasuredPage, Motion

HOVERS, WHEELS = 60, 20
PAUSE_MS = 12
Box = tuple[float, float, float, float]


def hover(page: Page, box: Box) -> None:
    """Move along a wave through the chart."""
    left, top, width, height = box
    for i in range(HOVERS):
        x = left + width * (0.2 + 0.7 * i / HOVERS)
        y = top + height * (0.5 + 0.25 * math.sin(i / 5))
        page.mouse.move(x, y)
        page.wait_for_timeout(PAUSE_MS)


def drag(page: Page, box: Box) -> None:
    """Zoom to the middle third."""
    left, top, width, height = box
    y = top + height / 2
    page.mouse.move(left + width / 3, y)
    page.mouse.down()
    for i in range(15):
        page.mouse.move(left + width * (1 + (i + 1) / 15) / 3, y)
        page.wait_for_timeout(PAUSE_MS)
    page.mouse.up()
    page.wait_for_timeout(500)


def wheel(page: Page, box: Box, key: str) -> None:
    """Zoom in with the wheel, and out again."""
    left, top, width, height = box
    page.mouse.move(left + width * 0.6, top + height / 2)
    page.keyboard.down(key)
    for i in range(WHEELS):
        page.mouse.wheel(0, -100 if i < WHEELS // 2 else 100)
        page.wait_for_timeout(2 * PAUSE_MS)
    page.keyboard.up(key)
    page.wait_for_timeout(500)


def scroll(page: Page, box: Box) -> None:
    """Scroll a list down and up."""
    left, top, width, height = box
    page.mouse.move(left + width / 2, top + height / 2)
    for i in range(2 * WHEELS):
        page.mouse.wheel(0, 300 if i < WHEELS else -300)
        page.wait_for_timeout(2 * PAUSE_MS)


def scroll_motion(measured: MeasuredPage, box: Box) -> Motion:
    """Return what the page does while a list is scrolled."""
    with measured.motion() as motion:
        scroll(measured.page, box)
    return motion


def hover_motion(measured: MeasuredPage, box: Box) -> Motion:
    """Return what the page does while the pointer moves over a chart."""
    with measured.motion() as motion:
        hover(measured.page, box)
    return motion


def gesture_motions(measured: MeasuredPage, box: Box, key: str) -> dict[str, Motion]:
    """Return what the page does during each gesture; between two the chart is as it was."""
    page = measured.page
    found: dict[str, Motion] = {}
    left, top, width, height = box
    middle = (left + width * 0.6, top + height / 2)
    for name, act in (
        ("hover", lambda: hover(page, box)),
        ("drag", lambda: drag(page, box)),
        ("wheel", lambda: wheel(page, box, key)),
    ):
        with measured.motion() as motion:
            act()
        found[name] = motion
        page.mouse.dblclick(*middle)
        page.wait_for_timeout(700)
        page.mouse.move(5, 5)
        page.wait_for_timeout(200)
    return found
