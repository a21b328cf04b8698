"""The image methods of a writer."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from .arguments import array_of, number_of, tag_of
from .base import EventWriter
from .boxes import draw_boxes, resized
from .pictures import picture_of
from .png import to_png

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt


class ImageMethods(EventWriter):
    """Add images, as PNG."""

    def add_image(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "CHW",
    ) -> None:
        """Add an image.

        Parameters
        ----------
        tag
            Name of the series.
        img_tensor
            An array, tensor or list, with 1 (grey), 3 (RGB) or 4 (RGBA) channels if it has any:
            uint8 from 0 to 255, or any other type from 0 to 1. What lies outside is cut off.
        global_step
            Step of the image. Default: 0.
        walltime
            Seconds since 1970. Default: now.
        dataformats
            What the dimensions of `img_tensor` are: a letter for each, C for channels, H for height
            and W for width, such as ``"CHW"``, ``"HWC"`` or ``"HW"``. With N, as in ``"NCHW"``,
            there are several images, which are put side by side, eight in a row.

        Raises
        ------
        TypeError
            If `tag` is no string, or `img_tensor` no real numbers.
        ValueError
            If `dataformats` is not what it should be, or not of the shape of `img_tensor`, or if
            there are NaN.

        Warns
        -----
        UserWarning
            If there are integers above 1 that are not uint8: they are cut off as well.

        Examples
        --------
        >>> writer.add_image("samples/first", pixels, step, dataformats="HWC")  # doctest: +SKIP
        """
        picture = picture_of(tag_of(tag), img_tensor, dataformats)
        self._add_picture(tag, picture, global_step, walltime)

    def add_images(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "NCHW",
    ) -> None:
        """Add several images of one size as one picture, eight in a row.

        Parameters
        ----------
        tag
            Name of the series.
        img_tensor
            As for `add_image`, of four dimensions.
        global_step
            Step of the images. Default: 0.
        walltime
            Seconds since 1970. Default: now.
        dataformats
            What the dimensions of `img_tensor` are, such as ``"NCHW"`` or ``"NHWC"``.

        Raises
        ------
        TypeError, ValueError
            As for `add_image`.

        Examples
        --------
        >>> writer.add_images("samples", batch, step)  # doctest: +SKIP
        """
        picture = picture_of(tag_of(tag), img_tensor, dataformats)
        self._add_picture(tag, picture, global_step, walltime)

    def add_image_with_boxes(
        self,
        tag: str,
        img_tensor: Any,
        box_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        rescale: float = 1,
        dataformats: str = "CHW",
        labels: Sequence[str] | str | None = None,
    ) -> None:
        """Add an image with boxes drawn in red, such as of objects that were detected.

        Parameters
        ----------
        tag
            Name of the series.
        img_tensor
            As for `add_image`.
        box_tensor
            Numbers of shape [n, 4]: left, top, right and bottom of each box, in pixels.
        global_step
            Step of the image. Default: 0.
        walltime
            Seconds since 1970. Default: now.
        rescale
            Make the picture so many times larger. Other than 1, this needs Pillow.
        dataformats
            As for `add_image`.
        labels
            One text for each box, drawn at its lower left corner. This needs Pillow.

        Raises
        ------
        TypeError
            If `tag` is no string, or something else no real numbers.
        ValueError
            As for `add_image`, or if `box_tensor` has another shape or NaN.
        ImportError
            If Pillow is needed and not there.

        Warns
        -----
        UserWarning
            As for `add_image`, or if there are not as many labels as boxes: as in torch, none is
            drawn then.

        Examples
        --------
        >>> writer.add_image_with_boxes(
        ...     "detected", pixels, [[10, 10, 60, 40]], step, labels=["cat"])  # doctest: +SKIP
        """
        import numpy as np

        picture = picture_of(tag_of(tag), img_tensor, dataformats)
        boxes = array_of(tag, box_tensor)
        if boxes.shape[1:] != (4,) and boxes.shape != (0,):
            message = (
                f"the boxes of {tag!r} must have the shape [n, 4] (left, top, right, bottom), "
                f"not {list(boxes.shape)}"
            )
            raise ValueError(message)
        if not np.isfinite(boxes).all():
            message = f"the boxes of {tag!r} have numbers that are not finite"
            raise ValueError(message)
        labels = [labels] if isinstance(labels, str) else list(() if labels is None else labels)
        if labels and len(labels) != len(boxes):
            message = f"{tag!r} has {len(labels)} labels for {len(boxes)} boxes: they are left out"
            warnings.warn(message, stacklevel=2)
            labels = []
        picture = draw_boxes(picture, boxes, labels)
        # As in torch, the size that the record says is that of the image it was made from.
        size = picture.shape
        picture = resized(tag, picture, number_of(tag, rescale))
        self._add_picture(tag, picture, global_step, walltime, size)

    def _add_picture(
        self,
        tag: str,
        picture: npt.NDArray[Any],
        global_step: Any,
        walltime: float | None,
        size: tuple[int, ...] | None = None,
    ) -> None:
        """Add uint8[height, width, channels]; `size` is of this form too."""
        self._add_encoded(tag, to_png(picture), size or picture.shape, global_step, walltime)

    def _add_encoded(
        self,
        tag: str,
        data: bytes,
        size: tuple[int, ...],
        global_step: Any,
        walltime: float | None,
    ) -> None:
        height, width, channels = size
        image = {
            "height": height,
            "width": width,
            "colorspace": channels,
            "encoded_image_string": data,
        }
        self._add(tag, global_step, walltime, image=image)
