from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session", autouse=True)
def cache_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test, nor any kernel that one starts, writes into the user's own cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TBWIDGET_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield
