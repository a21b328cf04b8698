"""The Custom scalars tab: charts of several scalar tags, as a layout has them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, ClassVar

from tbwidget.dashboards.scalars import Scalars
from tbwidget.dashboards.scalars.code import code_of
from tbwidget.events.chart_layouts import LAYOUT_TAG, dict_of
from tbwidget.events.chart_layouts import layout as layout_of
from tbwidget.events.payloads import Category, Layout
from tbwidget.logs import UnreadableValueError
from tbwidget.widget.publisher import PUBLISHER
from tbwidget.widget.rpc import Answer

from .charts import ChartMaker, TagCategory, merged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tbwidget.drawing.shapes import Picture
    from tbwidget.drawing.sheet import Preview
    from tbwidget.logs.frames import Selection
    from tbwidget.logs.kinds import LayoutSeries
    from tbwidget.widget.dashboard import Source
    from tbwidget.widget.publisher import Message
    from tbwidget.widget.view_state import ViewState


class CustomScalars(Scalars):
    """Charts of several scalar tags each, one card a chart of the layout.

    A multiline chart shows all tags that one of its patterns matches; a margin chart shows a curve
    within a band. Everything else is as in `Scalars`.

    Parameters
    ----------
    source
        A path, a `Logdir`, a `Run` or a list of runs.
    layout
        What to show: what `tbwidget.layout` returns, or the dict that it takes. None for the
        layouts of the logs, those of several runs made one, category by category.
    tags
        Which scalar tags the charts may show: a name, a list of names or a compiled regular
        expression; None for all.
    runs
        Which runs, in the same way; None for those of `source`.
    **traits
        Settings as of `Settings`; given here they hold for this view alone.
    height
        Height of the view in CSS pixels.

    Raises
    ------
    TypeError, ValueError
        If `source` cannot be shown, or `layout` is none; the message says why.

    Examples
    --------
    >>> import tbwidget
    >>> tbwidget.CustomScalars(
    ...     "logs", layout={"loss": {"all": ["Multiline", ["loss/.*"]],
    ...                              "range": ["Margin", ["mean", "low", "high"]]}}
    ... )  # doctest: +SKIP
    """

    kind: ClassVar[str] = "custom_scalars"
    title: ClassVar[str] = "Custom scalars"
    data_kinds: ClassVar[tuple[str, ...]] = ("custom_scalars",)

    def __init__(
        self,
        source: Source,
        *,
        layout: Mapping[str, Mapping[str, Sequence[Any]]] | Layout | None = None,
        tags: Selection = None,
        runs: Selection = None,
        state: ViewState | None = None,
        **traits: Any,
    ) -> None:
        self._given = None if layout is None else layout_of(layout)
        self._maker = ChartMaker()
        self._making = threading.Lock()
        self._made: tuple[Any, tuple[TagCategory, ...]] = (None, ())
        self._merged: tuple[Any, Layout] = (None, Layout(()))
        #: What the page has been told, and what of.
        self._told: tuple[Any, dict[str, Any]] = (None, {})
        super().__init__(source, tags=tags, runs=runs, state=state, **traits)
        if self._given is not None:
            self._data_kinds = ["scalars"]
        self.operations.register("layout", self._tell_layout)

    @property
    def chart_layout(self) -> Layout:
        """What is shown, to be changed at any time; None goes back to the layouts of the logs.

        Examples
        --------
        >>> view.chart_layout = {"loss": {"all": ["Multiline", ["loss.*"]]}}  # doctest: +SKIP
        >>> writer.add_custom_scalars(view.chart_layout)  # doctest: +SKIP
        """
        return self._logged_layout() if self._given is None else self._given

    @chart_layout.setter
    def chart_layout(
        self, layout: Mapping[str, Mapping[str, Sequence[Any]]] | Layout | None
    ) -> None:
        self._given = None if layout is None else layout_of(layout)
        self._data_kinds = list(self.data_kinds) if layout is None else ["scalars"]
        PUBLISHER.wake(self.state)

    @property
    def tag_kind(self) -> str:
        """Of which kind the tags are that its page says it shows."""
        return "scalars"

    def _twin_arguments(self) -> dict[str, Any]:
        return {"layout": self._given}

    def shown_tags(self) -> list[str]:
        """Return the scalar tags that the charts show, in natural order."""
        used = {
            tag
            for category in self.categories()
            for chart in category.charts
            for tag in chart.all_tags
        }
        return [tag for tag in super().shown_tags() if tag in used]

    def categories(self) -> tuple[TagCategory, ...]:
        """Return the charts with their tags, as of what has been read."""
        with self._making:
            layout = self.chart_layout
            key = (self.state.revision, layout, self._tag_selection, self._run_selection)
            if self._made[0] != key or not self._maker.complete:
                self._made = key, self._maker.categories_of(layout, self._holders())
            return self._made[1]

    def _holders(self) -> dict[str, list[str]]:
        """Return the runs that have each of the tags which this view is about."""
        holders: dict[str, list[str]] = {tag: [] for tag in super().shown_tags()}
        for run in self.shown_runs():
            for tag in self.tags_of(run):
                if tag in holders:
                    holders[tag].append(run)
        return holders

    def _logged_layout(self) -> Layout:
        """Return the last layout of each run, made one in the order of TensorBoard."""
        runs = self.logdir.runs
        logged = {
            name: runs[name].custom_scalars[LAYOUT_TAG]
            for name in sorted(self.shown_runs())
            if LAYOUT_TAG in runs[name].tags.get("custom_scalars", ())
        }
        key = [(name, id(series), len(series)) for name, series in logged.items()]
        if self._merged[0] != key:
            layouts = [layout for series in logged.values() for layout in _last_of(series)]
            self._merged = key, merged(layouts)
        return self._merged[1]

    # -- sending -------------------------------------------------------------------------------

    def updates(self) -> Iterator[Message]:
        """Yield the charts, where they changed, and the series that the page shows and lacks."""
        categories = self.categories()
        if categories is not self._told[0]:
            message = self._message(categories)
            known, self._told = self._told[1], (categories, message)
            if message != known:
                yield message, []
        yield from super().updates()

    def general(self) -> list[Message]:
        """Return the layout."""
        self._told = self.categories(), self._message(self.categories())
        return [(self._told[1], [])]

    def _message(self, shown: tuple[TagCategory, ...]) -> dict[str, Any]:
        known = {tag: self.state.tag_number(tag) for tag in super().shown_tags()}
        categories = [
            {
                "title": category.title,
                "closed": category.closed,
                "charts": [
                    {
                        "title": chart.title,
                        "tags": [known[tag] for tag in chart.tags if tag in known],
                        "margins": [[known.get(tag) for tag in one] for one in chart.margins],
                        "patterns": list(chart.patterns),
                        "message": chart.message,
                    }
                    for chart in category.charts
                ],
            }
            for category in shown
        ]
        return {"op": "layout", "categories": categories}

    def _tell_layout(self, _args: dict[str, Any]) -> None:
        """Send the charts once more: a page has opened, or lost a message."""
        self._told = None, {}
        PUBLISHER.wake(self.state)

    # -- giving back ---------------------------------------------------------------------------

    def _draw(self) -> Picture:
        from .figure import picture_of

        return picture_of(self.state, self.categories(), self.shown_runs())

    def preview(self) -> Preview:
        """Return the first charts at a glance."""
        from tbwidget.dashboards import previews
        from tbwidget.dashboards.scalars.figure import visible_scalars

        from .figure import panels_of

        charts = [chart for category in self.categories() for chart in category.charts]
        runs = self.shown_runs()
        held = visible_scalars(self.state, runs).values()
        shown = previews.few_enough(
            charts,
            lambda chart: [
                len(several[tag]) for several in held for tag in chart.all_tags if tag in several
            ],
        )
        return previews.curves(panels_of(self.state, shown, runs), len(charts), "chart")

    def to_code(self) -> str:
        """Return the Python that makes this very view again; see `Scalars.to_code`."""
        return code_of(self, self._tag_selection, self._runs_meant(), more=self._code(self._given))

    def _answer_code(self, args: dict[str, Any]) -> Answer:
        """Answer with the code of this view, or of the chart ``category``, ``chart`` of it."""
        layout = self._given
        at, place = args.get("category"), args.get("chart")
        if type(at) is int and type(place) is int:
            category = self.chart_layout.categories[at]
            layout = Layout((Category(category.title, (category.charts[place],)),))
        own = self._own_settings(args)
        more = self._code(layout)
        return Answer({"code": code_of(self, self._tag_selection, self._runs_meant(), own, more)})

    @staticmethod
    def _code(layout: Layout | None) -> dict[str, Any]:
        return {} if layout is None else {"layout": dict_of(layout)}


def _last_of(series: LayoutSeries) -> list[Layout]:
    """Return the last layout of a run; none if it cannot be read."""
    try:
        return [series[-1]]
    except (UnreadableValueError, IndexError):
        return []  # listed among the problems
