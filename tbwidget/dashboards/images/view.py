"""The Images tab on the side of the kernel: what is sent of images, and given back to Python."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets

from tbwidget.events.media import header_size, is_cut_short
from tbwidget.widget.rpc import Answer, RequestError, number, texts
from tbwidget.widget.values import ANSWER_BYTES, ValueDashboard

from .files import Archive, Named, archive_of, table_of, write_files

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pandas as pd

    from tbwidget.drawing.sheet import Preview
    from tbwidget.events.media import Image
    from tbwidget.logs.kinds import ImageSeries

#: Larger images would take a page's memory: it decodes four bytes a pixel.
MOST_PIXELS = 64 * 2**20
MOST_BYTES = 32 * 2**20
#: A file for the page holds so much, since it is in the kernel's memory and in the page's.
MOST_ARCHIVE_BYTES = 64 * 2**20

_OWN = ("brightness", "contrast", "actual_size", "rate")


class Images(ValueDashboard):
    """Images by tag, one card a tag, all selected runs in it side by side.

    Shown is each run's image at `step` or the nearest step before it; the newest one if it is None.

    Parameters
    ----------
    source
        A path, a `Logdir`, a `Run` or a list of runs.
    tags
        Which tags: a name, a list of names or a compiled regular expression; None for all.
    runs
        Which runs, in the same way; None for those of `source`.
    **traits
        Those below, or settings as of `Settings`; given here they hold for this view alone.
    height
        Height of the view in CSS pixels.

    Attributes
    ----------
    brightness : float
        0 (black) to 2; 1 leaves images as they are.
    contrast : float
        0 (grey) to 5, which TensorBoard calls 500 %; 1 leaves images as they are.
    actual_size : bool
        Draw a pixel of the image as one of the page; else images fit their cards.
    rate : float
        Steps a second that a card plays, 0.5 to 30, and images a second where two are compared by
        turns.

    Raises
    ------
    TypeError, ValueError
        If `source` cannot be shown; the message says why.

    Examples
    --------
    >>> import tbwidget
    >>> images = tbwidget.Images("logs", tags="samples", actual_size=True)  # doctest: +SKIP
    >>> images.step = 100  # doctest: +SKIP
    >>> images.selection[["run", "sample", "width", "height"]]  # doctest: +SKIP
    >>> images.save("pictures")  # doctest: +SKIP
    """

    kind: ClassVar[str] = "images"
    title: ClassVar[str] = "Images"
    data_kinds: ClassVar[tuple[str, ...]] = ("images",)
    modules: ClassVar[tuple[str, ...]] = ("images",)
    first_wish: ClassVar[Mapping[str, Any]] = {"sample": 0}
    page_writes: ClassVar[frozenset[str]] = ValueDashboard.page_writes | set(_OWN)

    brightness = traitlets.Float(1.0, min=0.0, max=2.0).tag(sync=True)
    contrast = traitlets.Float(1.0, min=0.0, max=5.0).tag(sync=True)
    actual_size = traitlets.Bool(default_value=False).tag(sync=True)
    rate = traitlets.Float(5.0, min=0.5, max=30.0).tag(sync=True)

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        #: The file that the page is fetching, and what it asked for.
        self._archive: tuple[object, Archive] | None = None
        super().__init__(*arguments, **keywords)
        self.operations.register("archive", self._answer_archive)

    @property
    def data(self) -> pd.DataFrame:
        """All images of this view, with a row an image.

        Returns
        -------
        pandas.DataFrame
            Columns run, tag, step (int64), wall_time (float64, seconds since the epoch), sample,
            width, height (int64, in pixels), mime, and image, an object with the encoded bytes as
            ``image.data``. Values that cannot be read are left out. All bytes are in memory at
            once: where that is too much, narrow the view with `tags` and `runs`.
        """
        runs = self.shown_runs()
        return table_of(
            Named(name, tag, step, wall_time, sample, image)
            for name, tag, series in self.shown_series(runs)
            for step, wall_time, value in series.readable()
            for sample, image in enumerate(value)
        )

    @property
    def selection(self) -> pd.DataFrame:
        """What is looked at, as a table like `data`.

        These are all samples of visible runs (`hidden_runs`) at `step` or the nearest step before
        it, or the newest ones if it is None.

        Examples
        --------
        Nothing is decoded here; Pillow makes pixels of an image:

        >>> import io, numpy, PIL.Image  # doctest: +SKIP
        >>> image = images.selection.image[0]  # doctest: +SKIP
        >>> pixels = numpy.asarray(PIL.Image.open(io.BytesIO(image.data)))  # doctest: +SKIP
        """
        return table_of(self._looked_at())

    def save(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write the images of `selection` into a folder, and return the paths of the files.

        A file is named after run, tag, step and sample. What a file system could take for a path
        in these becomes ``_``, so that all files are in the folder itself.

        Parameters
        ----------
        folder
            Where to; made if it is not there. Files of the same names are written anew.

        Raises
        ------
        OSError
            If the folder cannot be made, or a file not written.
        """
        return write_files(list(self._looked_at()), folder)

    def _looked_at(self) -> Iterator[Named]:
        for name, tag, step, wall_time, value in self.values_at_step(self.visible_runs()):
            for sample, image in enumerate(value):
                yield Named(name, tag, step, wall_time, sample, image)

    def preview(self) -> Preview:
        """Return which images there are at a glance."""
        from tbwidget.dashboards import previews

        return previews.images(self)

    # -- what the page gets ------------------------------------------------------------------------

    def wishes_beside(self, item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the other samples of a step."""
        yield from ({"sample": sample} for sample in range(1, item.get("samples", 1)))

    def series_of(self, run: str) -> Mapping[str, ImageSeries]:
        """Return the images of a run by tag."""
        return self.logdir.runs[run].images

    def describe(
        self, value: list[Image], wish: dict[str, Any], buffers: list[memoryview]
    ) -> dict[str, Any]:
        """Return what one sample is, and its bytes if it is an image that a page can show."""
        if not value:
            return {"samples": 0, "error": "There is no image at this step."}
        sample = wish.get("sample", 0)
        image = value[min(max(sample, 0), len(value) - 1) if type(sample) is int else 0]
        item = {
            "samples": len(value),
            "mime": image.mime,
            "width": image.width,
            "height": image.height,
            "bytes": len(image.data),
        }
        if reason := refusal_of(image):
            return {**item, "error": reason}
        buffers.append(memoryview(image.data))
        return item

    def _answer_archive(self, args: dict[str, Any]) -> Answer:
        """Answer with a part of a zip of a tag's images, of all steps of some runs.

        The part begins at ``offset``; the page asks until it has all bytes.
        """
        (tag,), runs = texts(args, "tags"), texts(args, "runs")
        offset = int(number(args, "offset", 0, math.inf, 0))
        asked = tag, tuple(runs)
        if offset == 0:
            self._archive = asked, archive_of(self._series(tag, runs), MOST_ARCHIVE_BYTES)
        if self._archive is None or self._archive[0] != asked:
            message = "This file is no longer kept."
            raise RequestError(message, "Ask for it again from its beginning.")
        archive = self._archive[1]
        part = memoryview(archive.data)[offset : offset + ANSWER_BYTES]
        if offset + len(part) >= len(archive.data):
            self._archive = None
        size, files, complete = len(archive.data), archive.files, archive.complete
        return Answer({"bytes": size, "files": files, "complete": complete}, [part])

    def _series(self, tag: str, runs: list[str]) -> Iterator[Named]:
        for name in self.shown_runs():
            series = self.series_of(name).get(tag) if name in runs else None
            for step, wall_time, value in series.readable() if series is not None else ():
                for sample, image in enumerate(value):
                    yield Named(name, tag, step, wall_time, sample, image)


def refusal_of(image: Image) -> str:
    """Return why a page is not given an image; empty if it is."""
    if not image.mime.startswith("image/"):
        what = "markup, which could hold scripts" if image.mime == "text/plain" else "no image"
        return f"These bytes are {what}."
    # What the log says of its size could be anything: it is the header that a browser goes by.
    size = header_size(image.data, image.mime)
    if size is None or min(size) <= 0:
        return "Its header does not say how large it is."
    width, height = size
    if width * height > MOST_PIXELS:
        return f"{width:,} x {height:,} pixels are too many to show."
    if len(image.data) > MOST_BYTES:
        return f"{len(image.data):,} bytes are too many to show."
    if is_cut_short(image.data, image.mime):
        return f"It is cut short after {len(image.data):,} bytes."
    return ""
