"""`TensorBoard`: all tabs in one widget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import traitlets

from .dashboards import DASHBOARDS
from .widget.dashboard import Dashboard, Source, View, open_source
from .widget.deriving import Deriving
from .widget.runtime import current_page
from .widget.view_state import ViewState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def _references(dashboards: list[Dashboard], _widget: Any = None) -> list[dict[str, Any]]:
    return [
        {
            "kind": dashboard.kind,
            "title": dashboard.title,
            "data_kinds": list(dashboard.data_kinds),
            "model": dashboard._channel,  # noqa: SLF001  (to ask for `model_id` would wake it)
        }
        for dashboard in dashboards
    ]


class TensorBoard(Deriving, View):
    """The board: a tab for every kind of data in a log directory, a list of runs, a status line.

    Parameters
    ----------
    source
        A path, ``{"name": path}``, a `Logdir`, a `Run` or a list of runs.
    state
        Settings to use instead of those that all views of the log directory share.
    tab
        The tab to open first, by its dashboard's kind; the first with data if empty.
    tabs
        Kinds of the tabs to have, as ``["scalars", "images"]``; None for all.
    height
        Height in CSS pixels.
    embed
        Whether a saved notebook holds the board with its data, so that it can be worked with where
        there is no kernel: True for 2 MB at most, or a size such as ``"10MB"``. Otherwise it holds
        a picture.
    logdir_options
        Keyword arguments for the `Logdir` made of a path.

    Raises
    ------
    TypeError, ValueError
        If `source` cannot be shown, or `tabs` names one that there is not.

    Examples
    --------
    >>> import tbwidget
    >>> board = tbwidget.TensorBoard("logs")  # doctest: +SKIP
    >>> board.state.smoothing = 0.9  # doctest: +SKIP
    """

    kind: ClassVar[str] = "board"
    page_writes: ClassVar[frozenset[str]] = frozenset({"height", "tab"})

    tab = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode(read_only=True).tag(sync=True)
    _dashboards: Any = traitlets.List().tag(sync=True, to_json=_references)

    def __init__(
        self,
        source: Source,
        *,
        state: ViewState | None = None,
        title: str = "",
        tabs: Sequence[str] | None = None,
        logdir_options: Mapping[str, Any] | None = None,
        **traits: Any,
    ) -> None:
        self.check_tabs(tabs)
        logdir, selected = open_source(source, **(logdir_options or {}))
        state = state or ViewState.of(logdir)
        kinds = [one for one in DASHBOARDS if tabs is None or one.kind in tabs]
        dashboards = [
            one(logdir, runs=selected, state=state, dormant=self._may_wait(at, one.kind, traits))
            for at, one in enumerate(kinds)
        ]
        before = _references(dashboards)
        super().__init__(logdir, state=state, _dashboards=dashboards, **traits)
        self.set_trait("title", title)
        for dashboard in dashboards:
            dashboard.observe(self._tell_woken, "_channel")
        if _references(dashboards) != before:  # one woke meanwhile
            self._tell_woken()

    @staticmethod
    def _may_wait(at: int, kind: str, traits: Mapping[str, Any]) -> bool:
        """Tell whether a tab may be dormant until there is something of its kind.

        In marimo a comm is opened in the thread of its page or not at all.
        """
        return at > 0 and kind != traits.get("tab") and current_page() is None

    def _tell_woken(self, _change: Any = None) -> None:
        if not self.is_closed:
            self.send_state("_dashboards")

    @staticmethod
    def check_tabs(tabs: Sequence[str] | None) -> None:
        """Raise ValueError if `tabs` names a kind of tab that there is not."""
        kinds = [one.kind for one in DASHBOARDS]
        if unknown := sorted(set(tabs or ()) - set(kinds)):
            message = f"there is no tab {unknown[0]!r}; there are {', '.join(kinds)}"
            raise ValueError(message)

    def twin(self, state: ViewState) -> TensorBoard:
        """Return a board of the same with the same settings, over another state."""
        board = TensorBoard(self.logdir, state=state, title=self.title, tabs=[])
        board.height, board.tab = self.height, self.tab
        board._dashboards = [one.twin(state) for one in self._dashboards]
        return board

    @property
    def dashboards(self) -> list[Any]:
        """Its dashboards, in the order of the tabs."""
        return list(self._dashboards)

    @property
    def scalars(self) -> Dashboard:
        """The Scalars tab."""
        return self._tab("scalars")

    @property
    def histograms(self) -> Dashboard:
        """The Histograms tab."""
        return self._tab("histograms")

    def previewed(self) -> Dashboard:
        """Return the tab that is open: the one chosen, or the first with data."""
        held = {kind for run in self.logdir.runs.values() for kind in run.kinds}
        filled = [one for one in self._dashboards if held.intersection(one.data_kinds)]
        tabs: list[Dashboard] = filled or self._dashboards
        return next((one for one in tabs if one.kind == self.tab), tabs[0])

    def parts(self) -> list[Any]:
        """Return the board and its tabs."""
        return [self, *self._dashboards]

    def _tab(self, kind: str) -> Dashboard:
        found: Dashboard = next(one for one in self._dashboards if one.kind == kind)
        return found

    def close(self) -> None:
        """Close the board and its tabs."""
        if not self.is_closed:
            for dashboard in self._dashboards:
                dashboard.close()
        super().close()
