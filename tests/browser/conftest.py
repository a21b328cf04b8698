"""Fixtures of the browser tests: a server, a browser, and a function that opens a notebook."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lab import JupyterServer, Notebook, chromium_path, write_notebook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Idle = dict[str, Notebook]

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
TESTS = Path(__file__).parent.parent
NUMBERS = itertools.count()
#: Modules whose tests change the page itself, or look at how it was loaded.
OWN_PAGES = {"test_board", "test_bqplot", "test_hostile_logs", "test_lifecycle"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.fspath).parent.name == "browser":
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    server = JupyterServer(tmp_path_factory.mktemp("lab"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def server_without_subshells(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[JupyterServer]:
    """A server whose kernels hear nothing of the page while a cell runs."""
    kernels = {"commsOverSubshells": "disabled"}
    server = JupyterServer(
        tmp_path_factory.mktemp("lab"),
        settings={"@jupyterlab/apputils-extension/kernels-settings": kernels},
    )
    yield server
    server.stop()


@pytest.fixture(params=["server", "server_without_subshells"], ids=["subshells", "no_subshells"])
def either_server(request: pytest.FixtureRequest) -> JupyterServer:
    """Both, one after the other."""
    server: JupyterServer = request.getfixturevalue(request.param)
    return server


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = chromium_path()
    if path is None:
        pytest.fail("no chromium on the PATH: apt-get install chromium")
    from lab import CHROMIUM_ARGUMENTS

    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def idle() -> Iterator[Idle]:
    """Pages whose tests are over, by server, for other tests of the module."""
    pages: Idle = {}
    yield pages
    for notebook in pages.values():
        notebook.close()


@pytest.fixture
def open_notebook(
    request: pytest.FixtureRequest, server: JupyterServer, browser: Any, idle: Idle
) -> Iterator[Callable[..., Notebook]]:
    opened: list[Notebook] = []
    own = request.path.stem in OWN_PAGES

    def open_(
        cells: list[str] | None = None,
        *,
        on: JupyterServer | None = None,
        path: str = "",
        viewport: tuple[int, int] = (1400, 1000),
        **options: Any,
    ) -> Notebook:
        where = on or server
        if cells is not None:
            path = f"test_{next(NUMBERS)}.ipynb"
            write_notebook(where.root / path, cells)
        size = {"width": viewport[0], "height": viewport[1]}
        nonlocal own
        own = own or bool(options)
        before = None if own else idle.pop(where.url, None)
        if before is None:
            notebook = Notebook(browser.new_context(viewport=size, **options), where, path)
        else:
            before.page.set_viewport_size(size)
            notebook = Notebook(before.context, where, path, page=before.page)
        opened.append(notebook)
        return notebook

    yield open_
    for notebook in opened:
        # Each notebook has a kernel of its own; keep only one alive at a time.
        notebook.shut_down()
        # JupyterLab takes seconds to load; after a failure nothing is taken over.
        if not own and not request.session.testsfailed:
            idle.setdefault(notebook.server.url, notebook)
        if idle.get(notebook.server.url) is notebook:
            continue
        notebook.close()


@pytest.fixture
def end(tmp_path: Path) -> Iterator[Path]:
    """The file for which a running cell waits."""
    path = tmp_path / "end"
    yield path
    path.touch()
