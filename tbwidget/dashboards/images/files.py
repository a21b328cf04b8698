"""Images as files: names that lead nowhere else, a folder of them, and a zip for the page."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tbwidget.logs.value_frames import SERIES_COLUMNS, frame_of

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from tbwidget.events.media import Image

ENDINGS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/bmp": "bmp",
    "image/webp": "webp",
    "image/avif": "avif",
    "text/plain": "txt",
}
#: Characters kept of the name of a run or a tag.
_MOST_CHARACTERS = 80
#: Only of these files are made: all else could mean something to a file system.
_OTHER = re.compile(r"[^\w.+-]+")


class Named(NamedTuple):
    """An image and where it is from."""

    run: str
    tag: str
    step: int
    wall_time: float
    sample: int
    image: Image


class Archive(NamedTuple):
    """A zip of images.

    Attributes
    ----------
    data
        Its bytes.
    files
        How many images are in it.
    complete
        Whether these are all; it would be too large otherwise.
    """

    data: bytes
    files: int
    complete: bool


def file_name(named: Named) -> str:
    """Return a name for the file of an image: of letters, digits and ``_.+-`` alone, no path.

    Examples
    --------
    >>> from tbwidget.events.media import image_of
    >>> gif = image_of(b"GIF89a", 4, 4)
    >>> file_name(Named("../a", "x/y", 7, 0.0, 1, gif))
    'a_x_y_7_1.gif'
    """
    parts = [_harmless(named.run), _harmless(named.tag), str(named.step), str(named.sample)]
    ending = ENDINGS.get(named.image.mime, "bin")
    return f"{'_'.join(part for part in parts if part)}.{ending}"


def _harmless(text: str) -> str:
    return _OTHER.sub("_", text)[-_MOST_CHARACTERS:].strip("._-")


def numbered(names: Iterable[str]) -> list[str]:
    """Return the names, those with a number that some file system would take for one before it.

    Examples
    --------
    >>> numbered(["a.png", "A.png", "b.png"])
    ['a.png', 'A~2.png', 'b.png']
    """
    taken: set[str] = set()
    found = []
    for name in names:
        stem, _, ending = name.rpartition(".")
        one, number = name, 1
        while one.casefold() in taken:
            number += 1
            one = f"{stem}~{number}.{ending}"
        taken.add(one.casefold())
        found.append(one)
    return found


def write_files(images: list[Named], folder: str | os.PathLike[str]) -> list[Path]:
    """Write images into `folder`, which is made if it is not there; return their paths."""
    root = Path(folder)
    root.mkdir(parents=True, exist_ok=True)
    paths = [root / name for name in numbered(map(file_name, images))]
    for path, named in zip(paths, images, strict=True):
        if path.is_symlink():
            path.unlink()  # it may lead out of the folder
        path.write_bytes(named.image.data)
    return paths


def archive_of(images: Iterable[Named], most_bytes: int) -> Archive:
    """Return the first of `images` as a zip, as many as have `most_bytes` together."""
    kept: list[Named] = []
    size, complete = 0, True
    for named in images:
        size += len(named.image.data)
        complete = size <= most_bytes
        if not complete:
            break
        kept.append(named)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:  # they are packed already
        for name, named in zip(numbered(map(file_name, kept)), kept, strict=True):
            archive.writestr(zipfile.ZipInfo(name), named.image.data)
    return Archive(target.getvalue(), len(kept), complete)


def table_of(images: Iterable[Named]) -> Any:
    """Return a DataFrame with a row an image."""
    import numpy as np

    columns = {"sample": np.int64, "width": np.int64, "height": np.int64}
    rows = ((*place, image.width, image.height, image.mime, image) for *place, image in images)
    return frame_of(rows, {**SERIES_COLUMNS, **columns, "mime": object, "image": object})
