"""What the sidebar asks of the kernel."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import event_files as ef
import ipywidgets
import pytest

from tbwidget import sidebar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _closes_boards() -> Iterator[None]:
    yield
    for board in sidebar._OPENED.values():
        board.close()
    sidebar._OPENED.clear()


def board_of(model_id: str) -> sidebar.TensorBoard:
    board = ipywidgets.widgets.widget._instances[model_id]
    assert isinstance(board, sidebar.TensorBoard)
    return board


@pytest.fixture
def root(tmp_path: Path) -> Path:
    ef.write_scalars(tmp_path / "runs" / "a" / ef.NAME, [0, 1])
    (tmp_path / "notebooks").mkdir()
    return tmp_path


def test_a_directory_is_opened_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root / "notebooks")
    first = sidebar.open_directory("../runs")
    assert board_of(first).logdir.name == "runs"
    assert sidebar.open_directory(str(root / "runs")) == first
    board_of(first).close()
    assert sidebar.open_directory("../runs") != first


@pytest.mark.parametrize("notebook", ["notebooks/n.ipynb", "RTC:notebooks/n.ipynb"])
@pytest.mark.parametrize("told", [True, False])
def test_a_directory_of_the_server(
    root: Path, monkeypatch: pytest.MonkeyPatch, notebook: str, *, told: bool
) -> None:
    """Where Jupyter says what the notebook is, the kernel may be in any directory."""
    session = str(root / "notebooks" / "n.ipynb") if told else ""
    monkeypatch.setenv("JPY_SESSION_NAME", session)
    monkeypatch.chdir("/" if told else root / "notebooks")
    opened = board_of(sidebar.open_directory("runs", notebook))
    (path,) = opened.logdir.paths.values()
    assert os.path.samefile(path, root / "runs")


def test_what_is_not_there_is_said(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    with pytest.raises(FileNotFoundError, match="There is no directory 'nowhere' where"):
        sidebar.open_directory("nowhere")
