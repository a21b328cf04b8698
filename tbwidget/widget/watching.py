"""Dashboards of tags: which ones a view is about, and which of them its page shows just now."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import traitlets

from tbwidget.analysis.patterns import search_all
from tbwidget.drawing.sheet import Preview
from tbwidget.drawing.table import Table
from tbwidget.logs import natural_key
from tbwidget.logs.frames import Selection, select

from .dashboard import Dashboard, Source
from .publisher import PUBLISHER
from .rpc import Answer, texts
from .settings import NAMES as SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .publisher import Message
    from .view_state import ViewState

#: Tags taken as watched before the page has said which it shows: a busy kernel cannot hear it.
FIRST_TAGS = 24
MAX_VIEWS = 8
#: Rows of a preview.
PREVIEW_ROWS = 14


class Request(NamedTuple):
    """What a page may ask about one value: an operation, and what tells it from its like."""

    operation: str
    args: dict[str, Any]
    key: str


@dataclass(slots=True)
class _Watch:
    """What one view of the page shows now."""

    tags: list[str]
    hidden_runs: frozenset[str]


class TagDashboard(Dashboard):
    """A dashboard of tags, which sends only what its page shows.

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
    """

    page_writes: ClassVar[frozenset[str]] = Dashboard.page_writes | {"tags", "runs"}

    #: Steps of a series that are sent at most; None for what a page can show.
    most_steps: int | None = None
    #: What a file may hold instead, the most first.
    recorded_steps: ClassVar[tuple[int | None, ...]] = (None,)
    #: Whether a page asks for what it shows of each step: then a file has as many as fit.
    asks_by_step: ClassVar[bool] = False
    #: Runs of one tag that are sent at most; None for all.
    most_runs: ClassVar[int | None] = None

    tags = traitlets.List(traitlets.Unicode(), None, allow_none=True).tag(sync=True)
    runs = traitlets.List(traitlets.Unicode(), None, allow_none=True).tag(sync=True)

    def __init__(
        self,
        source: Source,
        *,
        tags: Selection = None,
        runs: Selection = None,
        state: ViewState | None = None,
        **traits: Any,
    ) -> None:
        self._tag_selection, self._run_selection = tags, runs
        self._watches: dict[str, _Watch] = {}
        #: The tags of runs, and the revision as of which that was.
        self._known_tags: tuple[int, dict[str, set[str]]] = (-1, {})
        self._missing: deque[str] = deque()  # tags that the page says it lacks
        self._publishing: tuple[str, list[str]] = ("", [])
        select((), tags)  # refuses what cannot select anything, before anything is shown
        select((), runs)
        super().__init__(source, state=state, **traits)
        self.operations.register("watch", self._watch)
        self.operations.register("unwatch", self._unwatch)
        self.publish_selection()
        self.observe(self._select, ["tags", "runs"])

    @property
    def tag_kind(self) -> str:
        """Of which kind the tags are that its page says it shows."""
        return self.data_kinds[0]

    def twin(self, state: ViewState) -> Dashboard:
        """Return a view of the same with the same settings, over another state."""
        own = self.page_writes - SETTINGS - {"tags", "runs"}
        traits = {name: getattr(self, name) for name in own} | self._twin_arguments()
        meant = self._run_selection is not None or self._selected is not None
        runs = self.shown_runs() if meant else None
        return type(self)(self.logdir, tags=self._tag_selection, runs=runs, state=state, **traits)

    def has_data(self, tags: Mapping[str, Any]) -> bool:
        """Tell whether there is anything for it, given the tags of each kind."""
        return any(tags.get(kind) for kind in self._data_kinds)

    def _twin_arguments(self) -> dict[str, Any]:
        """Return what else must be given to have the same view."""
        return {}

    def general(self) -> list[Message]:
        """Return the messages that a page gets whatever it shows."""
        return []

    def recorded(self, tag: str) -> list[Message]:
        """Return all messages that a page gets which shows this one tag, of all runs."""
        every, visible = self.shown_runs(), self.visible_runs()
        hidden = [name for name in every if name not in set(visible)]
        if self.most_runs is None:
            parts = [visible, hidden]
        else:
            order = [*visible, *hidden]
            parts = [order[i : i + self.most_runs] for i in range(0, len(order), self.most_runs)]
        messages: list[Message] = []
        for part in filter(None, parts):
            self._watches = {"": _Watch([tag], frozenset(every) - set(part))}
            self._missing.append(tag)
            while news := list(self.updates()):
                # Bands are of the visible runs.
                messages += [one for one in news if part is parts[0] or one[0]["op"] != "bands"]
        return messages

    def tags_of(self, run: str) -> Iterable[str]:
        """Return the tags of a run that this dashboard can show."""
        by_kind = self.logdir.runs[run].tags
        return (tag for kind in self.data_kinds for tag in by_kind.get(kind, ()))

    def shown_runs(self) -> list[str]:
        """Return the names of the runs that this view is about, in natural order."""
        names = list(self.logdir.runs)
        if self._selected is not None:
            names = [name for name in names if name in self._selected]
        return select(names, self._run_selection)

    def visible_runs(self) -> list[str]:
        """Return those of `shown_runs` that are not switched off in the run list."""
        hidden = set(self.state.hidden_runs)
        return [name for name in self.shown_runs() if name not in hidden]

    def shown_tags(self) -> list[str]:
        """Return the tags that this view is about, in natural order."""
        names = {tag for run in self.shown_runs() for tag in self.tags_of(run)}
        return select(sorted(names, key=natural_key), self._tag_selection)

    def preview_tags(self) -> list[str]:
        """Return the tags in the order of the page: those pinned first, no other but the filtered.

        A filter that is no regular expression is taken as plain text, as in the page.
        """
        tags, wanted = self.shown_tags(), self.state.tag_filter
        if wanted:
            try:
                found = set(search_all(f"(?i:{wanted})", tags))
            except ValueError:
                found = {tag for tag in tags if wanted.lower() in tag.lower()}
            tags = [tag for tag in tags if tag in found]
        pinned = set(self.state.pinned)
        return sorted(tags, key=lambda tag: tag not in pinned)

    def preview(self) -> Preview:
        """Return what this dashboard shows at a glance; here, its tags."""
        tags = self.preview_tags()
        if not tags:
            return Preview()
        runs = {name: set(self.tags_of(name)) for name in self.shown_runs()}
        rows = [
            (tag, f"{sum(tag in held for held in runs.values()):,}") for tag in tags[:PREVIEW_ROWS]
        ]
        more = len(tags) - len(rows)
        note = f"and {more:,} more tags" if more else ""
        return Preview(table=Table((("Tag", 0.7), ("Runs", 0.3)), rows), note=note)

    def watched(self) -> Iterator[tuple[str, str]]:
        """Yield run and tag of all that the page shows, what is most important first."""
        watches = list(self._watches.values())
        if not watches:
            watches = [_Watch(self.shown_tags()[:FIRST_TAGS], frozenset(self.state.hidden_runs))]
        tags_of = self._tags_by_run()
        for watch in watches:
            for tag in watch.tags:
                for name, tags in tags_of.items():
                    if name not in watch.hidden_runs and tag in tags:
                        yield name, tag

    def _tags_by_run(self) -> dict[str, set[str]]:
        """Return the tags of each run that this view is about; looked up where they changed."""
        revision = self.state.revision
        if self._known_tags[0] != revision:
            self._known_tags = revision, {}
        known = self._known_tags[1]
        names = self.shown_runs()
        for name in names:
            if name not in known:
                known[name] = set(self.tags_of(name))
        return {name: known[name] for name in names}

    def expected_series(self) -> int:
        """Return how many series the page will show, once all runs have been read."""
        runs, watches = len(self.shown_runs()), list(self._watches.values())
        if not watches:
            return FIRST_TAGS * runs
        return max(len(one.tags) * (runs - len(one.hidden_runs)) for one in watches)

    @property
    def is_watched(self) -> bool:
        """Whether the page has said what it shows."""
        return bool(self._watches)

    @property
    def is_behind(self) -> bool:
        """Whether the page shows another tab: it says so before it shows this one."""
        views = list(self.state.views)
        others = (view for view in views if isinstance(view, TagDashboard) and view.is_watched)
        return not self.is_watched and any(others)

    def take_missing(self) -> set[int]:
        """Return the numbers of the tags that the page has said it lacks since the last call."""
        numbers = set()
        while self._missing:
            numbers.add(self.state.tag_number(self._missing.popleft()))
        return numbers

    def publish_selection(self) -> None:
        """Tell the page which runs and tags this view is about, if not all."""
        if self._tag_selection is not None:
            self._set_if_new("tags", self.shown_tags())
        if self._run_selection is not None or self._selected is not None:
            self._set_if_new("runs", self.shown_runs())

    def _set_if_new(self, trait: str, names: list[str]) -> None:
        if getattr(self, trait) != names:
            self._publishing = trait, names
            setattr(self, trait, names)

    def _select(self, change: Any) -> None:
        """Take the names that were set from outside; those that a pattern gave are its own."""
        if (change.name, change.new) == self._publishing:
            return
        if change.name == "tags":
            self._tag_selection = change.new
        else:
            self._run_selection = change.new
        PUBLISHER.wake(self.state)

    def _watch(self, args: dict[str, Any]) -> Answer:
        """Take note of what a view shows; its data follow as pushes."""
        view = str(args.get("view", ""))[:64]
        self._watches[view] = _Watch(texts(args, "tags"), frozenset(texts(args, "hidden_runs")))
        while len(self._watches) > MAX_VIEWS:
            del self._watches[next(iter(self._watches))]
        self._missing.extend(texts(args, "missing"))
        PUBLISHER.wake(self.state)
        return Answer()

    def _unwatch(self, args: dict[str, Any]) -> None:
        self._watches.pop(str(args.get("view", ""))[:64], None)
