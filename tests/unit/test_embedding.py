"""A view that is saved with its data."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import event_files as ef
import pytest
import traitlets

from tbwidget import Logdir, Scalars, TensorBoard
from tbwidget.widget import report
from tbwidget.widget.fallback import bundle_of
from tbwidget.widget.stills import still_of

if TYPE_CHECKING:
    from pathlib import Path

    from pages import Page


@pytest.fixture
def logs(page: Page, tmp_path: Path) -> Logdir:
    ef.write_scalars(tmp_path / "private" / "run" / ef.NAME, range(50))
    return Logdir(tmp_path / "private", cache=False)


def embedded(view: Any) -> tuple[dict[str, Any], str]:
    """Return what the output of a view holds, and the page in its frame."""
    data, _ = bundle_of(still_of(view), "key")
    frames = re.findall(r'srcdoc="([^"]*)"', data.get("text/html", ""))
    return data, html.unescape(frames[0]) if frames else ""


def test_a_view_with_its_data_is_a_report_in_front_of_the_picture(
    logs: Logdir, tmp_path: Path
) -> None:
    data, page = embedded(TensorBoard(logs, embed=True, height=480))
    assert page.startswith("<!doctype html>")
    assert "Content-Security-Policy" in page
    assert 100_000 < len(page) < 2_000_000
    output = data["text/html"]
    assert 'sandbox="allow-scripts allow-downloads"' in output  # not of the notebook's origin
    assert "height:480px" in output
    assert (
        f'</iframe><img alt="The view as a picture" src="data:image/png;base64,{data["image/png"]}"'
        in output
    )
    assert re.search(r"\nEmbedded: .* its data, \d+ KB\.$", data["text/plain"])
    assert str(tmp_path) not in output + page


def test_by_default_no_data_are_saved(logs: Logdir) -> None:
    data, page = embedded(Scalars(logs))
    assert set(data) == {"image/png", "text/plain"}
    assert page == ""
    assert "Embedded" not in data["text/plain"]


def test_its_size_is_what_was_asked_for(logs: Logdir) -> None:
    view = Scalars(logs, embed="400KB")
    assert len(embedded(view)[1]) <= 400_000
    view.embed = 50_000
    data, page = embedded(view)
    assert page == ""
    assert "Not embedded: 50 KB is too small a budget" in data["text/plain"]
    view.embed = False
    assert "mbedded" not in embedded(view)[0]["text/plain"]


@pytest.mark.parametrize("size", ["much", "5 XB", -1])
def test_a_size_that_is_none_is_refused(logs: Logdir, size: Any) -> None:
    with pytest.raises(traitlets.TraitError, match="a size such as '10MB'"):
        Scalars(logs, embed=size)


def test_a_first_picture_has_no_data_yet(logs: Logdir) -> None:
    assert still_of(TensorBoard(logs, embed=True), brief=True).frame == ""


def test_data_that_cannot_be_embedded_leave_the_picture(
    logs: Logdir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any) -> Any:
        raise OSError(5, "Input/output error", str(tmp_path))

    monkeypatch.setattr(report, "record", fail)
    data, _ = embedded(Scalars(logs, embed=True))
    assert set(data) == {"image/png", "text/plain"}
    assert data["text/plain"].endswith("\nNot embedded: OSError.")
