"""The base of every visible widget: what it shows, the shared state, and when it goes away."""

from __future__ import annotations

import base64
import os
import secrets
import weakref
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import traitlets

from tbwidget.drawing.sheet import Preview
from tbwidget.events.files import real_path
from tbwidget.logs import Logdir, Run

from .fallback import OUTPUTS, parent_message
from .publisher import PUBLISHER, Message
from .runtime import Channel, shared_runtime
from .settings import NAMES as SETTINGS
from .settings import Settings
from .view_state import ViewState

if TYPE_CHECKING:
    from pathlib import Path

#: What a view takes: a path (or several by name), a log directory, a run or a list of runs.
Source = str | os.PathLike[str] | Mapping[str, str] | Logdir | Run | list[Run]

_OPEN: weakref.WeakValueDictionary[tuple[object, ...], Logdir] = weakref.WeakValueDictionary()


def open_source(source: Any, **options: Any) -> tuple[Logdir, list[str] | None]:
    """Return the log directory behind `source`, and which of its runs are meant (None: all).

    Views of the same path share one log directory, so its files are read once.

    Raises
    ------
    TypeError
        If `source` is nothing that can be shown.
    ValueError
        If it is empty, or a list of runs of different log directories.
    """
    if isinstance(source, Logdir):
        return source, None
    if isinstance(source, Run):
        return source.logdir, [source.name]
    if isinstance(source, (list, tuple)):
        return _logdir_of_runs(list(source)), [run.name for run in source]
    if not isinstance(source, (str, os.PathLike, Mapping)):
        message = (
            "show a path, a Logdir, a Run or a list of runs, "
            f"not {type(source).__name__} ({str(source)[:80]!r})"
        )
        raise TypeError(message)
    paths = dict(source) if isinstance(source, Mapping) else {"": source}
    key = (
        *((name, real_path(os.path.expanduser(path))) for name, path in paths.items()),
        *sorted(options.items()),
    )
    logdir = _OPEN.get(key)
    if logdir is None:
        logdir = _OPEN[key] = Logdir(source, follow=True, **options)
    return logdir, None


def _logdir_of_runs(runs: list[Any]) -> Logdir:
    if not runs or not all(isinstance(run, Run) for run in runs):
        message = "a list to show must hold runs, as `[logs['a'], logs['b']]`"
        raise (TypeError if runs else ValueError)(message)
    logdirs: dict[int, Logdir] = {id(run.logdir): run.logdir for run in runs}
    if len(logdirs) > 1:
        message = (
            "the runs are of several log directories; open them as one: Logdir({'name': path})"
        )
        raise ValueError(message)
    return next(iter(logdirs.values()))


class View(Channel):
    """A visible widget over a log directory, mounted by the shared runtime."""

    #: Name of the component in the bundle (and of its folder in ``js/src/dashboards``).
    kind: ClassVar[str] = ""
    page_writes: ClassVar[frozenset[str]] = frozenset({"height"})

    _runtime = anywidget.WidgetTrait().tag(sync=True)
    _state = anywidget.WidgetTrait().tag(sync=True)
    _kind = traitlets.Unicode().tag(sync=True)
    _data_kinds = traitlets.List(traitlets.Unicode()).tag(sync=True)
    #: The last picture, for notebooks saved with the state of widgets, and its key in base64.
    _picture: Any = traitlets.Bytes().tag(sync=True, echo_update=False)
    _picture_mark = traitlets.Unicode().tag(sync=True)
    height = traitlets.Int(760, min=120, max=10_000, help="Height of the view in CSS pixels.").tag(
        sync=True
    )
    embed: Any = traitlets.Union(
        [traitlets.Bool(), traitlets.Int(), traitlets.Unicode()],
        help="Whether a saved notebook holds the view with its data, or how much of them.",
    )

    def __init__(
        self,
        source: Source,
        *,
        state: ViewState | None = None,
        settings: Mapping[str, Any] | None = None,
        logdir_options: Mapping[str, Any] | None = None,
        **traits: Any,
    ) -> None:
        if state is not None and settings:
            message = f"set {', '.join(settings)} on the state that is given along, or leave it out"
            raise ValueError(message)
        self.logdir, self._selected = open_source(source, **(logdir_options or {}))
        if state is None:
            state = ViewState.of(self.logdir, **(settings or {}))
        if state.detached:
            super().__init__(detached=self.kind, _state=state, _kind=self.kind, **traits)
            return
        #: By this a page tells the picture of this view from others: 24 characters.
        self.picture_key = secrets.token_hex(12)
        mark = base64.b64encode(self.picture_key.encode()).decode()
        super().__init__(
            _runtime=shared_runtime(),
            _state=state,
            _kind=self.kind,
            _picture_mark=mark,
            **traits,
        )
        state.views.add(self)
        PUBLISHER.add(state, self)

    @traitlets.validate("embed")
    def _valid_embed(self, proposal: Any) -> Any:
        if not isinstance(proposal.value, bool):
            from .report.budget import bytes_of

            try:
                bytes_of(proposal.value)
            except ValueError as error:
                raise traitlets.TraitError(str(error)) from None
        return proposal.value

    @property
    def is_watched(self) -> bool:
        """Whether the page has said what it shows of this view; most do not say."""
        return False

    def has_data(self, tags: Mapping[str, Any]) -> bool:
        """Tell whether there is anything for it, given the tags of each kind."""
        return bool(tags)

    @property
    def state(self) -> ViewState:
        """The settings that this view shares with the others of its log directory."""
        state: ViewState = self._state
        return state

    @property
    def title_of_kind(self) -> str:
        """What such a view is called."""
        return type(self).__name__

    def previewed(self) -> Any:
        """Return the dashboard that is in sight."""
        return self

    def parts(self) -> list[Any]:
        """Return the widgets whose traits say what is in sight."""
        return [self]

    def preview(self) -> Preview:
        """Return what is in sight at a glance."""
        return Preview()

    def updates(self) -> Iterator[Message]:
        """Yield messages with what the page lacks; called on the follower's thread."""
        return iter(())

    def twin(self, state: ViewState) -> View:
        """Return a view of the same with the same settings, over another state."""
        raise NotImplementedError

    @property
    def dashboards(self) -> list[Any]:
        """The dashboards of which it is made; of a single one it is that alone."""
        return [self]

    def save_html(
        self, path: str | os.PathLike[str], *, budget: int | str = "10MB", title: str = ""
    ) -> Path:
        """Write the view into one HTML file, which shows it without a kernel and a network.

        What fits is in the file: curves first, then of everything else the newest value, the first
        and those between. What was thinned or left out is said on the page. The file holds data of
        the log and no paths; see ``docs/html_report.md``.

        Parameters
        ----------
        path
            Where to; a file of that name is replaced.
        budget
            Size of the file at most: bytes, or as ``"10MB"`` (10,000,000 bytes).
        title
            What the page is called; the name of the log directory if empty.

        Returns
        -------
        pathlib.Path
            The path of the file.

        Raises
        ------
        ValueError
            If the budget makes no sense, or is too small for the code alone.
        OSError
            If the file cannot be written.

        Examples
        --------
        >>> board.save_html("report.html")  # doctest: +SKIP
        >>> tbwidget.Images("logs").save_html("images.html", budget="50MB")  # doctest: +SKIP
        """
        from .report import save

        return save(self, path, budget, title)

    def close(self) -> None:
        """Close the view.

        The last one closes the state and the log directory too, where a view opened them: what
        the user made is the user's to close.
        """
        if self.is_closed:
            return
        state = self.state
        OUTPUTS.remove(self)
        PUBLISHER.remove(state, self)
        state.views.discard(self)
        super().close()
        if not state.views:
            PUBLISHER.remove(state)
            if state.made_by_view:
                state.close()
            if self.logdir in _OPEN.values() and not PUBLISHER.uses(self.logdir):
                self.logdir.close()

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None, **kwargs: Any
    ) -> tuple[dict[str, Any], dict[str, Any]] | None:
        self.wake()
        if self.comm is not None:
            _close_replaced(self)
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = (
            {**own, **more} for own, more in zip(bundle, OUTPUTS.show(self), strict=True)
        )
        wanted = (set(include) if include else set(data)) - set(exclude or ())
        return {mime: data[mime] for mime in data if mime in wanted}, metadata


class Dashboard(Settings, View):
    """A tab: a view of one kind of data, usable alone in a cell or inside the board.

    Its settings are those of its state: set in one, they hold in the other, in all views that share
    the state, and in what they are linked to.
    """

    page_writes: ClassVar[frozenset[str]] = View.page_writes | SETTINGS

    #: Which kinds of `Run.tags` it shows, and its title.
    data_kinds: ClassVar[tuple[str, ...]] = ()
    title: ClassVar[str] = ""

    @property
    def title_of_kind(self) -> str:
        """What the tab is called."""
        return self.title

    def __init__(self, source: Source, *, state: ViewState | None = None, **traits: Any) -> None:
        settings = {name: traits.pop(name) for name in SETTINGS & traits.keys()}
        kinds = list(self.data_kinds)
        super().__init__(source, state=state, settings=settings, _data_kinds=kinds, **traits)
        for name in SETTINGS:
            setattr(self, name, getattr(self.state, name))
        self.observe(self._tell_state, list(SETTINGS))
        self.state.observe(self._follow_state, list(SETTINGS))

    def _tell_state(self, change: Any) -> None:
        setattr(self.state, change.name, change.new)

    def _follow_state(self, change: Any) -> None:
        setattr(self, change.name, change.new)

    def close(self) -> None:
        """Close the view; see `View.close`."""
        if not self.is_closed:
            self.state.unobserve(self._follow_state, list(SETTINGS))
        super().close()


# -- views that a re-run cell leaves behind ------------------------------------------------------

_SHOWN: dict[str, list[tuple[str, weakref.ref[View]]]] = {}


def _close_replaced(view: View) -> None:
    """Close the views that the last run of this very cell showed, unless shown elsewhere too.

    Running a cell again clears its output, but the kernel would keep the old models for ever.
    """
    cell, execution = _current_cell()
    if not cell:
        return
    shown = _SHOWN.setdefault(cell, [])
    old = [(run, ref) for run, ref in shown if run != execution]
    _SHOWN[cell] = [(run, ref) for run, ref in shown if run == execution]
    _SHOWN[cell].append((execution, weakref.ref(view)))
    still_shown = {id(ref()) for views in _SHOWN.values() for _, ref in views}
    for _, ref in old:
        replaced = ref()
        if replaced is not None and id(replaced) not in still_shown:
            replaced.close()


def _current_cell() -> tuple[str, str]:
    """Return the ids of the notebook cell and of its execution, empty outside of one."""
    parent = parent_message()
    cell = str(parent.get("metadata", {}).get("cellId", ""))
    return cell, str(parent.get("header", {}).get("msg_id", ""))
