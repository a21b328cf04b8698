"""The Images tab on the side of the kernel: what it says of an image, files, data in Python."""

from __future__ import annotations

import io
import os
import zipfile
from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest
from image_events import SIGNATURE, image_event, noise_png, plain_png, png_header

from tbwidget import Images
from tbwidget.dashboards.images import files, view
from tbwidget.dashboards.images.files import Named, file_name, numbered
from tbwidget.events.media import image_of

if TYPE_CHECKING:
    from pathlib import Path

    from pages import Page

COLUMNS = ["run", "tag", "step", "wall_time", "sample", "width", "height", "mime", "image"]


def write(path: Path, *images: tuple[int, list[bytes]], tag: str = "x") -> None:
    records = [ef.record(image_event(step, samples, tag)) for step, samples in images]
    ef.write(path / ef.NAME, ef.record(ef.file_version()), *records)


def described(page: Page, logdir: Path, samples: list[bytes], **wish: Any) -> tuple[Any, list[Any]]:
    write(logdir, (0, samples))
    images = Images(logdir)
    page.read()
    buffers: list[memoryview] = []
    return images.describe(images.logdir["."].images["x"][0], wish, buffers), buffers


def test_an_image_is_told_with_its_size_and_sent_as_it_is(page: Page, tmp_path: Path) -> None:
    data = plain_png(7, 5, (1, 2, 3))
    item, buffers = described(page, tmp_path, [data])
    assert item == {
        "samples": 1, "mime": "image/png", "width": 7, "height": 5, "bytes": len(data)
    }  # fmt: skip
    assert [bytes(buffer) for buffer in buffers] == [data]


@pytest.mark.parametrize(
    ("sample", "expected"), [(0, 0), (1, 1), (9, 1), (-3, 0), ("1", 0), (True, 0), (None, 0)]
)
def test_any_sample_may_be_asked_for(
    page: Page, tmp_path: Path, sample: Any, expected: int
) -> None:
    samples = [plain_png(1, 1, (number, 0, 0)) for number in range(2)]
    item, buffers = described(page, tmp_path, samples, sample=sample)
    assert item["samples"] == 2
    assert bytes(buffers[0]) == samples[expected]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "markup"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "markup"),
        (b"alert(1)", "no image"),
        (b"", "no image"),
        (SIGNATURE + png_header(40_000, 40_000), "40,000 x 40,000 pixels are too many"),
        (SIGNATURE + png_header(2**31 - 1, 1), "2,147,483,647 x 1 pixels are too many"),
        (SIGNATURE + png_header(0, 5), "does not say how large"),
        (SIGNATURE, "does not say how large"),
        (SIGNATURE + png_header(4, 5), "cut short after 33 bytes"),
        (plain_png(4, 5, (1, 2, 3))[:-1], "cut short"),
        (b"GIF89a", "does not say how large"),
        (b"\xff\xd8\xff\xe0", "does not say how large"),
        (b"\0\0\0\x20ftypavif" + bytes(20), "does not say how large"),
        (b"BM" + bytes(12) + b"\x28\0\0\0" + b"\xff\xff\xff\xff\1\0\0\0", "does not say how large"),
    ],
)
def test_what_cannot_be_shown_is_explained_and_not_sent(
    page: Page, tmp_path: Path, data: bytes, reason: str
) -> None:
    """Threat T6: the size is the header's, whatever the log says."""
    write(tmp_path, (0, [data]))
    images = Images(tmp_path)
    page.read()
    buffers: list[memoryview] = []
    item = images.describe(images.logdir["."].images["x"][0], {}, buffers)
    assert reason in item["error"]
    assert buffers == []


def test_too_many_bytes_are_not_sent(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "MOST_BYTES", 1_000)
    item, buffers = described(page, tmp_path, [noise_png(0, 20, 20)])
    assert "bytes are too many" in item["error"]
    assert buffers == []


def test_a_step_without_an_image_is_explained(page: Page, tmp_path: Path) -> None:
    item, buffers = described(page, tmp_path, [])
    assert item == {"samples": 0, "error": "There is no image at this step."}
    assert buffers == []


# -- back to Python --------------------------------------------------------------------------------


def two_runs(root: Path) -> dict[tuple[str, int, int], bytes]:
    """Write two runs; return the bytes by run, step and sample."""
    found = {}
    for run, steps, count in (("a", (0, 5, 9), 2), ("b", (7,), 1)):
        images = []
        for step in steps:
            samples = [plain_png(3, 2, (step, ord(run), at)) for at in range(count)]
            found |= {(run, step, at): data for at, data in enumerate(samples)}
            images.append((step, samples))
        write(root / run, *images)
    return found


def test_data_are_all_images(page: Page, tmp_path: Path) -> None:
    written = two_runs(tmp_path)
    images = Images(tmp_path)
    page.read()
    data = images.data
    assert list(data.columns) == COLUMNS
    assert data.dtypes[["step", "sample", "width", "height"]].unique().tolist() == [np.int64]
    keys = zip(data.run, data.step, data["sample"], strict=True)
    assert dict(zip(keys, (one.data for one in data.image), strict=True)) == written
    assert set(zip(data.width, data.height, data.mime, strict=True)) == {(3, 2, "image/png")}
    assert data.wall_time.tolist() == [ef.WALL + step for step in data.step]
    assert len(Images(tmp_path, runs="b").data) == 1
    assert len(Images(tmp_path, tags="none").data) == 0


def test_the_selection_follows_step_and_runs(page: Page, tmp_path: Path) -> None:
    written = two_runs(tmp_path)
    images = Images(tmp_path)
    page.read()

    def selected() -> list[tuple[str, int, int]]:
        chosen = images.selection
        keys = list(zip(chosen.run, chosen.step.tolist(), chosen["sample"].tolist(), strict=True))
        assert [one.data for one in chosen.image] == [written[key] for key in keys]
        return keys

    assert selected() == [("a", 9, 0), ("a", 9, 1), ("b", 7, 0)]
    images.step = 6
    assert selected() == [("a", 5, 0), ("a", 5, 1)]
    images.step = None
    images.hidden_runs = ["a"]
    assert selected() == [("b", 7, 0)]
    images.hidden_runs = ["a", "b"]
    assert list(images.selection.columns) == COLUMNS
    assert selected() == []


def test_what_cannot_be_read_is_left_out_of_the_data(page: Page, tmp_path: Path) -> None:
    write(tmp_path, (0, [plain_png(1, 1, (0, 0, 0))]))
    value = {"tag": "x", "metadata": ef.plugin("images"), "tensor": {"dtype": 1}}
    ef.append(tmp_path / ef.NAME, ef.record(ef.summary(1, value)))
    images = Images(tmp_path)
    page.read()
    assert images.data.step.tolist() == [0]
    assert images.selection.empty
    assert images.save(tmp_path / "out") == []


# -- files -----------------------------------------------------------------------------------------

HOSTILE = [
    "../../up", "/etc/passwd", "a/../../b", "..", ".", ".hidden", "-rf", "C:\\x", "a\0b", "a\nb",
    "CON", "~", "$HOME", "<img src=x onerror=alert(1)>", "x" * 500, "\u202egnp.exe", "nul.", "",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_leads_nowhere_else(text: str) -> None:
    image = image_of(plain_png(1, 1, (0, 0, 0)), 1, 1)
    name = file_name(Named(text, text, 3, 0.0, 0, image))
    assert os.path.basename(name) == name
    assert name[0] not in ".-"
    assert len(name) < 200
    assert not set(name) & set('/\\:*?"<>|\0\n~$\u202e')
    assert name.endswith("3_0.png")


def test_names_that_a_file_system_takes_for_the_same_are_numbered() -> None:
    names = ["a.png", "a~2.png", "A.png", "a.png"]
    assert numbered(names) == ["a.png", "a~2.png", "A~3.png", "a~4.png"]


def test_saved_files_are_the_images_and_in_the_folder_alone(page: Page, tmp_path: Path) -> None:
    root, out = tmp_path / "logs", tmp_path / "out"
    written = two_runs(root)
    one = plain_png(2, 2, (9, 9, 9))
    write(root / "c", (0, [one]), tag="../../up")
    images = Images(root)
    page.read()
    (tmp_path / "elsewhere").write_text("as it was")
    out.mkdir()
    (out / "a_x_9_0.png").symlink_to(tmp_path / "elsewhere")
    paths = images.save(out)
    assert sorted(path.name for path in paths) == [
        "a_x_9_0.png", "a_x_9_1.png", "b_x_7_0.png", "c_up_0_0.png",
    ]  # fmt: skip
    assert sorted(out.iterdir()) == sorted(paths)
    assert (out / "a_x_9_0.png").read_bytes() == written["a", 9, 0]
    assert (out / "c_up_0_0.png").read_bytes() == one
    assert (tmp_path / "elsewhere").read_text() == "as it was"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "logs", "out"]


def fetched(page: Page, images: Images, **args: Any) -> tuple[dict[str, Any], bytes]:
    """Fetch a zip part by part, as a page does."""
    data = b""
    while True:
        answer, buffers = page.ask(images, "archive", offset=len(data), **args)
        assert answer["ok"], answer
        data += b"".join(map(bytes, buffers))
        if len(data) >= answer["result"]["bytes"]:
            return answer["result"], data


def test_a_series_comes_as_a_zip_in_parts(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = two_runs(tmp_path)
    images = Images(tmp_path)
    page.read()
    monkeypatch.setattr(view, "ANSWER_BYTES", 100)
    result, data = fetched(page, images, tags=["x"], runs=["a", "b", "none"])
    assert (result["files"], result["complete"]) == (7, True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        found = {name: archive.read(name) for name in archive.namelist()}
    assert found == {
        f"{run}_x_{step}_{sample}.png": data for (run, step, sample), data in written.items()
    }
    assert images._archive is None  # its memory is given back


def test_a_zip_is_bounded_and_says_so(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_runs(tmp_path)
    images = Images(tmp_path)
    page.read()
    monkeypatch.setattr(view, "MOST_ARCHIVE_BYTES", 3 * len(plain_png(3, 2, (0, 97, 0))) + 10)
    result, data = fetched(page, images, tags=["x"], runs=["a"])
    assert (result["files"], result["complete"]) == (3, False)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert len(archive.namelist()) == 3


@pytest.mark.parametrize(
    "args",
    [
        {"tags": ["x"], "runs": "a"},
        {"tags": [], "runs": ["a"]},
        {"tags": ["x"], "runs": ["a"], "offset": "x"},
        {"tags": ["x"], "runs": ["a"], "offset": 10},
    ],
)
def test_a_bad_request_for_a_file_is_refused(
    page: Page, tmp_path: Path, args: dict[str, Any]
) -> None:
    two_runs(tmp_path)
    images = Images(tmp_path)
    page.read()
    assert not page.ask(images, "archive", **args)[0]["ok"]


def test_an_empty_zip_is_a_zip(page: Page, tmp_path: Path) -> None:
    two_runs(tmp_path)
    images = Images(tmp_path)
    page.read()
    result, data = fetched(page, images, tags=["none"], runs=["a"])
    assert result["files"] == 0
    assert zipfile.ZipFile(io.BytesIO(data)).namelist() == []


def test_every_type_has_an_ending_of_its_own() -> None:
    assert len(set(files.ENDINGS.values())) == len(files.ENDINGS)


def test_the_page_sets_how_images_look_and_no_more(page: Page, tmp_path: Path) -> None:
    two_runs(tmp_path)
    images = Images(tmp_path, brightness=0.5)
    assert images.brightness == 0.5
    page.set(images, contrast=5, brightness=2, actual_size=True, rate=30, kind="y", title="y")
    looks = images.contrast, images.brightness, images.actual_size, images.rate
    assert looks == (5, 2, True, 30)
    assert images.title == "Images"
    page.set(images, contrast=6, brightness=-1)
    assert (images.contrast, images.brightness) == (5, 2)
