"""The Images tab: the images of a tag at a step, of all selected runs side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from tbwidget.widget.values import ValueDashboard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tbwidget.events.media import Image
    from tbwidget.logs.kinds import ImageSeries

#: Larger images would take a page's memory: it decodes four bytes a pixel.
MOST_PIXELS = 64 * 2**20
MOST_BYTES = 32 * 2**20


class Images(ValueDashboard):
    """Images by tag, one card a tag, all selected runs in it side by side."""

    kind: ClassVar[str] = "images"
    title: ClassVar[str] = "Images"
    data_kinds: ClassVar[tuple[str, ...]] = ("images",)

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
        if reason := _refusal(image):
            return {**item, "error": reason}
        buffers.append(memoryview(image.data))
        return item


def _refusal(image: Image) -> str:
    """Return why an image is not shown; empty if it is."""
    if not image.mime.startswith("image/"):
        what = "markup, which could hold scripts" if image.mime == "text/plain" else "no image"
        return f"These bytes are {what}."
    if image.width * image.height > MOST_PIXELS:
        return f"{image.width:,} x {image.height:,} pixels are too many to show."
    if len(image.data) > MOST_BYTES:
        return f"{len(image.data):,} bytes are too many to show."
    return ""
