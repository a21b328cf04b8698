"""What a view of scalars gives back: tables, files, figures and code."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING, Any

from tbwidget.widget.rpc import Answer, RequestError
from tbwidget.widget.watching import TagDashboard

from .code import code_of
from .data import SUFFIXES, data_frame, save, selection_frame

if TYPE_CHECKING:
    import pandas as pd

    from tbwidget.drawing.shapes import Picture
    from tbwidget.drawing.sheet import Preview
    from tbwidget.logs.frames import Selection


#: A file that goes to the page at most.
MAX_FILE_BYTES = 64 * 2**20
#: What a card can have of its own.
_CARD_SETTINGS = frozenset({"smoothing", "y_scale"})


class ScalarsOut(TagDashboard):
    """The ways out of a view of scalars."""

    @property
    def data(self) -> pd.DataFrame:
        """The points of this view as a table: run, tag, step, wall_time, value."""
        return data_frame(self.state, self.shown_tags(), self.shown_runs())

    @property
    def selection(self) -> pd.DataFrame:
        """What is selected, as a table with a row a point.

        These are the points of visible runs (`hidden_runs`) in the brushed range of steps
        (`step_range`); if none is brushed, those between the limits of the x axis (`x_range`); else
        all. Columns are run, tag, step (int64), wall_time (seconds since the epoch), relative_time
        (seconds since the first point), value and smoothed, all float64.

        Examples
        --------
        >>> scalars.step_range = 1000, 2000  # doctest: +SKIP
        >>> scalars.selection.groupby("run").value.mean()  # doctest: +SKIP
        """
        return selection_frame(self.state, self.shown_tags(), self.shown_runs())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write what is shown to a file, without a browser.

        Parameters
        ----------
        path
            ``.svg`` or ``.png`` for a picture: a chart a tag, at most 100, with
            smoothing, axes, groups and colours as set. ``.csv``, ``.json`` or ``.parquet`` (needs
            pyarrow) for all points of the visible runs. A file that is there is replaced.

        Raises
        ------
        ValueError, ImportError, OSError
            If the suffix is another or there are too many tags for a picture, if a package is
            missing, or if the file cannot be written.

        Examples
        --------
        >>> tbwidget.Scalars("logs", tags="loss").save("loss.svg")  # doctest: +SKIP
        """
        save(path, self.state, self.shown_tags(), self.shown_runs(), self._draw)

    def _draw(self) -> Picture:
        """Return the picture that `save` writes."""
        from .figure import picture_of

        return picture_of(self.state, self.shown_tags(), self.shown_runs())

    def preview(self) -> Preview:
        """Return the first charts at a glance."""
        from tbwidget.dashboards import previews

        from .figure import panels_of, visible_scalars

        tags, runs = self.preview_tags(), self.shown_runs()
        held = visible_scalars(self.state, runs).values()
        shown = previews.few_enough(
            tags, lambda tag: [len(several[tag]) for several in held if tag in several]
        )
        return previews.curves(panels_of(self.state, shown, runs), len(tags), "tag")

    def to_bqplot(self) -> Any:
        """Return a `bqplot.Figure` with a line for each visible run and tag.

        The lines follow the log, the smoothing and the list of hidden runs until the figure is
        closed. They hold up to 2,000 points each, with every spike, and up to eight of them have
        a legend. All else of the figure is the caller's.

        Examples
        --------
        >>> figure = tbwidget.Scalars("logs", tags="loss").to_bqplot()  # doctest: +SKIP
        >>> figure.axes[1].label = "loss"  # doctest: +SKIP
        """
        from .bqplot import LiveFigure

        return LiveFigure(self).release()

    def to_code(self) -> str:
        """Return the Python that makes this very view again: what differs from the defaults.

        The functions of derived tags are not in it, only their names.

        Examples
        --------
        >>> print(tbwidget.Scalars("logs", smoothing=0.9).to_code())  # doctest: +SKIP
        import tbwidget
        <BLANKLINE>
        tbwidget.Scalars('logs', smoothing=0.9)
        """
        return code_of(self, self._tag_selection, self._runs_meant())

    def _runs_meant(self) -> Selection:
        return self._run_selection if self._run_selection is not None else self._selected

    def _answer_file(self, args: dict[str, Any]) -> Answer:
        """Answer with the bytes of a file as `save` writes it, of the kind of ``suffix``."""
        suffix = str(args.get("suffix", ""))
        if suffix not in SUFFIXES:
            message = f"'suffix' must be one of {', '.join(SUFFIXES)}"
            raise RequestError(message)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, f"scalars{suffix}")
            try:
                self.save(path)
            except (ValueError, ImportError, OSError) as error:
                raise RequestError(str(error)) from error
            if os.path.getsize(path) > MAX_FILE_BYTES:
                message = "The file is too large for the page."
                raise RequestError(message, "Write it with save() in a cell.")
            with open(path, "rb") as file:
                return Answer({}, [memoryview(file.read())])

    def _answer_code(self, args: dict[str, Any]) -> Answer:
        """Answer with the code of this view, or of the card of ``tag`` with settings of its own."""
        tags = [str(args["tag"])] if "tag" in args else self._tag_selection
        return Answer({"code": code_of(self, tags, self._runs_meant(), self._own_settings(args))})

    @staticmethod
    def _own_settings(args: dict[str, Any]) -> dict[str, Any]:
        """Return what a card has set for itself."""
        own = args.get("settings") or {}
        return {name: own[name] for name in _CARD_SETTINGS & own.keys()}
