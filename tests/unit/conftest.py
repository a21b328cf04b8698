from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from pages import Page

from tbwidget.widget import publisher

if TYPE_CHECKING:
    from collections.abc import Iterator

# A slow machine is no failure, and a failure must be the same for everybody.
settings.register_profile("tbwidget", deadline=None, derandomize=True, database=None)
settings.load_profile("tbwidget")


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """Return a page that hears what the publisher sends, and asks the kernel."""
    yield Page(monkeypatch)
    publisher.PUBLISHER._reset()
