"""The Text tab: texts by tag, at one step or at all of them, with search and comparison."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets

from tbwidget.analysis.text_search import TextSearch
from tbwidget.logs import UnreadableValueError
from tbwidget.logs.value_frames import SERIES_COLUMNS, frame_of
from tbwidget.widget.rpc import Answer, RequestError, texts
from tbwidget.widget.values import ValueDashboard, places_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import numpy.typing as npt
    import pandas as pd

    from tbwidget.drawing.sheet import Preview
    from tbwidget.logs.blobs import Index
    from tbwidget.logs.kinds import TextSeries

#: Characters and elements of a text that are sent at first, and those sent if all are asked for.
FIRST_CHARACTERS, FIRST_ELEMENTS = 4_000, 500
MOST_CHARACTERS, MOST_ELEMENTS = 1_000_000, 10_000
#: One answer to a search takes so long at most, and has so many texts; the next goes on from there.
SEARCH_SECONDS = 0.25
SEARCH_MATCHES = 100
LONGEST_QUERY = 500
#: One text is looked through for so long at most.
TEXT_SECONDS = 0.5
NO_TEXT = "\ufffd"


class Text(ValueDashboard):
    """Texts, one card a tag, those of all selected runs in it.

    Shown is each run's text at `step` or the last step before it, the newest one if that is None;
    or all steps, the newest first; or how two of them differ.

    Parameters
    ----------
    source
        A path, a `Logdir`, a `Run` or a list of runs.
    tags
        Which tags: a name, a list of names or a compiled regular expression; None for all.
    runs
        Which runs, in the same way; None for those of `source`.
    **traits
        Settings as of `Settings`; given here they hold for this view alone.
    height
        Height of the view in CSS pixels.

    Attributes
    ----------
    mode : str
        ``"step"`` for one step, ``"all"`` for all of them, ``"difference"`` for how two differ.
    markdown : bool
        Whether texts are shown as Markdown, or as they are.
    search : str
        What is looked for in all steps of the visible runs; empty for nothing.
    regex : bool
        Whether `search` is a regular expression.

    Raises
    ------
    TypeError, ValueError
        If `source` cannot be shown; the message says why.

    Examples
    --------
    >>> import tbwidget
    >>> texts = tbwidget.Text("logs", tags="samples", mode="all")  # doctest: +SKIP
    >>> texts.search = "unk"  # doctest: +SKIP
    >>> texts.selection[["run", "text"]]  # doctest: +SKIP
    """

    kind: ClassVar[str] = "text"
    title: ClassVar[str] = "Text"
    data_kinds: ClassVar[tuple[str, ...]] = ("text",)
    modules: ClassVar[tuple[str, ...]] = ("text", "markdown")
    page_writes: ClassVar[frozenset[str]] = ValueDashboard.page_writes | {
        "mode",
        "markdown",
        "search",
        "regex",
    }

    mode = traitlets.Enum(("step", "all", "difference"), "step").tag(sync=True)
    markdown = traitlets.Bool(default_value=True).tag(sync=True)
    search = traitlets.Unicode().tag(sync=True)
    regex = traitlets.Bool(default_value=False).tag(sync=True)

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.operations.register("search", self._search)

    @property
    def data(self) -> pd.DataFrame:
        """All texts of visible runs as a table with a row a text.

        Columns are run, tag, step (int64), wall_time (seconds since the epoch) and text: a `str`,
        or where there are several elements an array of them of rank 1 or 2. Texts that cannot be
        read are left out.
        """
        return _frame(
            (name, tag, step, wall_time, text)
            for name, tag, series in self.shown_series(self.visible_runs())
            for step, wall_time, text in series.readable()
        )

    @property
    def selection(self) -> pd.DataFrame:
        """What is looked at, as a table like `data`.

        These are the texts of visible runs (`hidden_runs`) at `step` or the last step before it,
        or the newest ones if it is None.
        """
        return _frame(self.values_at_step(self.visible_runs()))

    def preview(self) -> Preview:
        """Return how texts begin at a glance."""
        from tbwidget.dashboards import previews

        return previews.text(self)

    # -- what the page gets ----------------------------------------------------------------------

    def wishes_beside(self, item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the whole of a text of which the first part is shown."""
        if item.get("cut"):
            yield {"all": True}

    def series_of(self, run: str) -> Mapping[str, TextSeries]:
        """Return the texts of a run by tag."""
        return self.logdir.runs[run].text

    def describe(
        self, value: npt.NDArray[Any], wish: dict[str, Any], buffers: list[memoryview]
    ) -> dict[str, Any]:
        """Return what a text is, and as many of its elements as are wanted as JSON in UTF-8."""
        whole = wish.get("all") is True
        item, elements = cut(
            value,
            MOST_CHARACTERS if whole else FIRST_CHARACTERS,
            MOST_ELEMENTS if whole else FIRST_ELEMENTS,
        )
        buffers.append(memoryview(json.dumps(elements, ensure_ascii=False).encode()))
        return item

    def _value(
        self,
        series: TextSeries | Any,
        index: Index,
        row: int,
        wish: dict[str, Any],
        buffers: list[memoryview],
    ) -> dict[str, Any]:
        item = super()._value(series, index, row, wish, buffers)
        if "error" not in item and (note := series.note_at(index, row)):
            item["note"] = note
        return item

    # -- search ----------------------------------------------------------------------------------

    def _search(self, args: dict[str, Any]) -> Answer:
        """Look through texts, series by series from the newest text back, for a while.

        Arguments are the query, whether it is a regex, runs and tags, and from where to go on: the
        number of a series and a row of it, which is -1 for its newest. The answer tells from where
        to go on, None at the end.
        """
        query, regex = args.get("query"), args.get("regex") is True
        if not isinstance(query, str) or not 0 < len(query) <= LONGEST_QUERY:
            message = f"'query' must be 1 to {LONGEST_QUERY} characters"
            raise RequestError(message)
        try:
            search = TextSearch(query, regex=regex)
        except ValueError as error:
            raise RequestError(str(error)) from None
        first, row = _cursor(args.get("next", [0, -1]))
        shown = set(self.shown_runs())
        runs = [name for name in texts(args, "runs") if name in shown]
        wanted = set(texts(args, "tags"))
        series = [found for found in self.shown_series(runs) if found[1] in wanted]
        result: dict[str, Any] = {"items": [], "looked": 0, "unreadable": 0, "next": None}
        until = time.monotonic() + SEARCH_SECONDS
        for number in range(first, len(series)):
            name, tag, one = series[number]
            key = self.state.run_number(name), self.state.tag_number(tag)
            row = self._search_series(search, key, one, row, until, result)
            if row >= 0:
                result["next"] = [number, row]
                break
            row = -1
        return Answer(result)

    def _search_series(
        self,
        search: TextSearch,
        key: tuple[int, int],
        series: TextSeries,
        row: int,
        until: float,
        result: dict[str, Any],
    ) -> int:
        """Look through one series from `row` back; return where to go on, -1 if at its end."""
        index = series.index()
        columns = index.columns
        places = places_of(index, self._writers)
        row = len(columns) - 1 if row < 0 else min(row, len(columns) - 1)
        for at in range(row, -1, -1):
            if time.monotonic() > until or len(result["items"]) >= SEARCH_MATCHES:
                return at
            result["looked"] += 1
            try:
                text = series.value_at(index, at)
            except UnreadableValueError:
                result["unreadable"] += 1
                continue
            found = search.found_in(flat(text), time.monotonic() + TEXT_SECONDS)
            if found:
                place = [int(number) for number in places[at]]
                step, wall = int(columns.steps[at]), float(columns.wall_times[at])
                result["items"].append([*key, step, wall, place, found])
        return -1


def cut(
    value: npt.NDArray[Any], characters: int, elements: int
) -> tuple[dict[str, Any], list[str]]:
    """Return what a text is, and its elements row by row as far as they are within bounds.

    NULs become replacement characters, as what is not UTF-8 has before; both are counted.

    Examples
    --------
    >>> text = np.array([["a", "bcd"], ["e", "f"]], object)
    >>> item, elements = cut(text, 4, 100)
    >>> item["shape"], item["columns"], item["characters"], item["cut"], elements
    ([2, 2], 2, 6, True, ['a', 'bcd'])
    """
    table = value.reshape(len(value) if value.ndim else 1, -1) if value.size else value
    columns = table.shape[1] if value.size else 0
    shown = min(columns, elements)
    sent: list[str] = []
    left = characters
    for line in table if value.size else ():
        if left <= 0 or len(sent) + shown > elements:
            break
        for text in line[:shown]:
            part = text[: max(0, left)]
            sent.append(part)
            left -= len(part)
    total = sum(len(text) for text in value.flat)
    kept = sum(len(text) for text in sent)
    item = {
        "shape": list(value.shape),
        "columns": shown,
        "characters": total,
        "cut": kept < total or len(sent) < value.size,
        "nuls": sum(text.count("\0") for text in sent),
        "invalid": sum(text.count(NO_TEXT) for text in sent),
    }
    return item, [text.replace("\0", NO_TEXT) for text in sent]


def flat(text: npt.NDArray[Any]) -> str:
    """Return all elements of a text as one, a line each."""
    return "\n".join(text.flat)


def _cursor(value: Any) -> tuple[int, int]:
    if not (isinstance(value, list) and [type(part) for part in value] == [int, int]):
        message = "'next' must be a series and a row"
        raise RequestError(message)
    return max(0, value[0]), value[1]


def _frame(texts: Iterable[tuple[str, str, int, float, Any]]) -> pd.DataFrame:
    """Return a table of texts; one element alone is a `str`."""
    rows = ((*place, text.item() if text.size == 1 else text) for *place, text in texts)
    return frame_of(rows, {**SERIES_COLUMNS, "text": object})
