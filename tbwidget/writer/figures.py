"""The method of a writer for figures of matplotlib."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from .arguments import tag_of
from .images import ImageMethods
from .pictures import side_by_side

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from matplotlib.figure import Figure


class FigureMethods(ImageMethods):
    """Add figures, as images."""

    def add_figure(
        self,
        tag: str,
        figure: Figure | Sequence[Figure],
        global_step: int | None = None,
        close: bool = True,  # noqa: FBT001, FBT002 (torch's argument)
        walltime: float | None = None,
    ) -> None:
        """Add a figure of matplotlib as an image.

        Parameters
        ----------
        tag
            Name of the series.
        figure
            A figure, or several of one size, which are put side by side, eight in a row.
        global_step
            Step of the figure. Default: 0.
        close
            Let pyplot forget the figure, so that it takes no more memory and is not shown.
        walltime
            Seconds since 1970. Default: now.

        Raises
        ------
        TypeError
            If `tag` is no string, or `figure` no figure.
        ValueError
            If there are no figures, or figures of different sizes.

        Examples
        --------
        >>> figure, axes = matplotlib.pyplot.subplots()  # doctest: +SKIP
        >>> axes.plot(losses)  # doctest: +SKIP
        >>> writer.add_figure("losses", figure, step)  # doctest: +SKIP
        """
        import numpy as np

        figures = list(figure) if isinstance(figure, (list, tuple)) else [figure]
        pictures = [_drawn(tag_of(tag), one) for one in figures]
        sizes = {picture.shape[1::-1] for picture in pictures}
        if len(sizes) != 1:
            message = f"the figures of {tag!r} must be of one size, in pixels: {sorted(sizes)}"
            raise ValueError(message)
        self._add_picture(tag, side_by_side(np.stack(pictures)), global_step, walltime)
        # A figure that pyplot knows of came from there: it is loaded.
        pyplot = sys.modules.get("matplotlib.pyplot")
        if close and pyplot:
            for one in figures:
                pyplot.close(one)


def _drawn(tag: str, figure: Any) -> npt.NDArray[Any]:
    """Return a figure as uint8[height, width, 3]."""
    import numpy as np

    library = sys.modules.get("matplotlib.figure")
    if library is None or not isinstance(figure, library.Figure):
        message = (
            f"the figure {tag!r} must be a matplotlib.figure.Figure, or a list of such, "
            f"not {type(figure).__name__}"
        )
        raise TypeError(message)
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    shown_on = figure.canvas
    try:
        canvas: Any = FigureCanvasAgg(figure)
        canvas.draw()
        return np.array(canvas.buffer_rgba())[..., :3]
    finally:
        figure.set_canvas(shown_on)
