"""Asking a view, in the place of a page, for all that fits a file."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from tbwidget.widget.modules import ModuleView, source_of

from .budget import MOST_BYTES, BudgetError, size_text
from .curves import CurveGroup
from .places import Places
from .recording import Recording, encoded_size, pack
from .values import ValueGroup

if TYPE_CHECKING:
    from tbwidget.widget.dashboard import View
    from tbwidget.widget.view_state import ViewState
    from tbwidget.widget.watching import TagDashboard

    Group = CurveGroup | ValueGroup

#: Traits that are the page's to know, of those that are not public; and public ones that are not.
_OWN = {"_kind", "_data_kinds", "_state", "_channel", "_dashboards"}
_NOT_OURS = {"layout", "tabbable", "tooltip"}
#: Curves come first: they are sure of this part of the file.
CURVES_PART = 0.5
#: Characters left for what is said of what was left out.
NOTES = 4_000


def record(view: View, limit: int, room: int, title: str = "") -> Recording:
    """Return a recording of `view` as it is now.

    Parameters
    ----------
    view
        The view; it is not changed, and its page hears nothing.
    limit, room
        Bytes of the file, and those that are left for the recording.
    title
        What a board is called instead of its own title.

    Raises
    ------
    BudgetError
        If there is not even room for the code, the runs and the names of the tags.
    """
    state = view.state.twin()
    twin = view.twin(state)
    recording = Recording(MOST_BYTES)
    catalog = _catalog_of(state, twin)
    tabs = [tab for tab in twin.dashboards if tab.has_data(catalog["tags"])]
    _add_code(recording, tabs)
    _add_models(recording, [twin, *twin.dashboards, state])
    recording.entries["view"] = name = f"anywidget:{twin.model_id}"
    if title:
        recording.entries["models"][name]["title"] = title
    _add_state(recording, state, {run[0] for run in catalog["runs"]})
    for tab in tabs:
        numbers = recording.add([pack(*message) for message in tab.general()])
        recording.channel(f"anywidget:{tab.model_id}")["general"] = numbers
    reserved = encoded_size(len(pack(catalog))) + NOTES
    recording.take(reserved)
    recording.room -= MOST_BYTES - room
    if recording.room < 0:
        needed = math.ceil((limit - recording.room) / 1000) * 1000
        message = (
            f"{size_text(limit)} is too small a budget: "
            f"code, runs and names of tags alone take {size_text(needed)}"
        )
        raise BudgetError(message)
    groups = _groups(tabs)
    _fill(recording, groups)
    for kind, group in groups.items():
        rows = catalog["tags"].get(kind, [])
        catalog["tags"][kind] = _held(rows, catalog["runs"], group.runs_by_tag())
    recording.room += reserved
    (number,) = recording.add([pack(catalog)])
    recording.channel("anywidget:state")["catalog"] = number
    recording.entries["models"]["anywidget:state"]["_report"] = {
        "date": time.time(),
        "budget": size_text(limit),
        "notes": _notes(groups),
    }
    return recording


def _held(rows: list[Any], runs: list[Any], recorded: dict[str, set[int] | None]) -> list[Any]:
    """Return the rows of those tags that are in the file, each with the runs of which it is."""
    held = []
    for number, tag, holders in rows:
        if tag not in recorded:
            continue
        of_tag = recorded[tag]
        if of_tag is not None:
            meant = [run for run in holders or [one[0] for one in runs] if run in of_tag]
            holders = None if len(meant) == len(runs) else meant  # noqa: PLW2901
        held.append([number, tag, holders])
    return held


def _modules(tabs: list[TagDashboard]) -> list[str]:
    names = [name for tab in tabs if isinstance(tab, ModuleView) for name in tab.modules]
    return ["runtime", *dict.fromkeys(names)]


def _add_code(recording: Recording, tabs: list[TagDashboard]) -> None:
    for name in _modules(tabs):
        (recording.entries["modules"][name],) = recording.add([pack(None, [source_of(name)])])


def _add_models(recording: Recording, widgets: list[Any]) -> None:
    for widget in widgets:
        names = {name for name in widget.keys if name in _OWN or not name.startswith("_")}
        state = _plain(widget.get_state(sorted(names - _NOT_OURS)))
        recording.take(2 * len(str(state)) // 3)
        recording.entries["models"][f"anywidget:{widget.model_id}"] = state


def _plain(value: Any) -> Any:
    """Return `value` as JSON can carry it."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _notes(groups: dict[str, Group]) -> list[tuple[str, str]]:
    """Return what must be known of what is not in the file, once for each title."""
    notes: dict[str, list[str]] = {}
    for group in groups.values():
        for title, text in group.notes():
            notes.setdefault(title, []).append(text)
    return [(title, " ".join(texts)) for title, texts in notes.items()]


def _catalog_of(state: ViewState, view: View) -> dict[str, Any]:
    """Return the catalog of those runs that `view` is about, and of the runs that made them."""
    catalog = state.catalog()
    shown = {state.run_number(run) for tab in view.dashboards for run in tab.shown_runs()}
    shown |= {parent for number, *_, parent, _ in catalog["runs"] if number in shown}
    every = [run[0] for run in catalog["runs"]]
    catalog["runs"] = [run for run in catalog["runs"] if run[0] in shown]
    for kind, rows in catalog["tags"].items():
        held = [(row, [run for run in row[2] or every if run in shown]) for row in rows]
        catalog["tags"][kind] = [
            [number, tag, None if len(runs) == len(catalog["runs"]) else runs]
            for (number, tag, _), runs in held
            if runs
        ]
    return catalog


def _add_state(recording: Recording, state: ViewState, runs: set[int]) -> None:
    """Add what the page is told of the log directory as a whole, without where that is."""
    places = Places(state.logdir)
    channel = recording.channel("anywidget:state")
    status = places.without({**state.status(), "path": places.name})
    (channel["status"],) = recording.add([pack(status)])
    for name in ("hparams", "problems"):
        answer = state.operations.answer({"op": name, "id": 0})
        if answer is None or not answer[0]["ok"]:
            continue
        result = answer[0]["result"]
        if name == "problems":
            result = places.without(result)
        else:
            result = {run: held for run, held in result.items() if run in runs}
        (channel["answers"][name],) = recording.add([pack(result)])


def _groups(tabs: list[TagDashboard]) -> dict[str, Group]:
    """Return the tabs by the kind of their tags: those of one kind share these."""
    kinds: dict[str, list[TagDashboard]] = {}
    for tab in tabs:
        kinds.setdefault(tab.tag_kind, []).append(tab)
    return {
        kind: (ValueGroup if several[0].asks_by_step else CurveGroup)(several)
        for kind, several in kinds.items()
    }


def _fill(recording: Recording, groups: dict[str, Group]) -> None:
    """Have the groups record what fits: curves are sure of a part, all others share the rest.

    Those that want least go first, and what they leave is shared by the others; then curves get all
    that is left, and what they cannot use is for whoever can.
    """
    curves = groups.get("scalars")
    sure = min(curves.demand(), CURVES_PART * recording.room) if curves else 0
    others = sorted((one for one in groups.values() if one is not curves), key=lambda g: g.demand())
    for at, group in enumerate(others):
        share = int((recording.room - sure) / (len(others) - at))
        spare = recording.room - share
        recording.room = share
        group.fill(recording)
        recording.room += spare
    if curves:
        curves.fill(recording)
    values = [group for group in others if isinstance(group, ValueGroup)]
    for group in values:
        group.fill(recording)
    for group in values:
        group.finish(recording)
