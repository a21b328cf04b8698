"""The settings of a view: each a trait, settable from Python and from the page."""

from __future__ import annotations

import math
import re
from typing import Any

import traitlets

from .rpc import MAX_ITEMS, MAX_TEXT

#: Prefix of an x axis that is another scalar tag: ``"tag:epoch"``.
TAG_AXIS = "tag:"
X_AXES = ("step", "relative", "wall")
Y_SCALES = ("linear", "log", "symlog")
BANDS = ("std", "sem", "ci95", "minmax")
CENTERS = ("mean", "median", "iqm")
TOOLTIP_SORTS = ("nearest", "name", "ascending", "descending")
#: Columns that a card's data table can have; of one step, and of a range of steps.
COLUMNS = ("smoothed", "value", "step", "relative", "time")
RANGE_COLUMNS = ("start", "end", "min", "max", "mean", "change", "percent")
MORE_COLUMNS = ("start_step", "end_step", "min_step", "max_step", "raw_change")
#: Prefix of a column, an order or a group that is of a hyperparameter: ``"hparam:lr"``.
HPARAM = "hparam:"
MAX_NOTE_CHARACTERS = 10_000
_COLOR = re.compile("#[0-9a-fA-F]{6}")


class Range(traitlets.TraitType[Any, Any]):
    """Two finite numbers, the lower first, or None."""

    info_text = "two different finite numbers, as (low, high), or None"
    default_value = None
    allow_none = True

    def validate(self, obj: Any, value: Any) -> tuple[float, float] | None:
        """Return `value` in order."""
        try:
            low, high = sorted(float(number) for number in value)
        except (TypeError, ValueError):
            self.error(obj, value)
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            self.error(obj, value)
        return low, high


class Settings(traitlets.HasTraits):
    """What a user can set of a view of scalars.

    Attributes
    ----------
    smoothing : float
        Weight of the exponential moving average, 0 to 0.999.
    x_axis : str
        ``"step"``, ``"relative"``, ``"wall"``, or ``"tag:epoch"`` for the values of another tag.
    x_scale : {"linear", "log"}
    y_scale : {"linear", "log", "symlog"}
    x_range, y_range : tuple of two floats, or None
        Limits of the axes of all charts; None fits each to its data.
    ignore_outliers : bool
        Fit the y axis to the 5th to 95th percentile.
    step : float or None
        The step that all cards mark, and whose values their tables show.
    step_range : tuple of two floats, or None
        The range of steps that is brushed; tables then tell of the range.
    group_by : str
        Show groups of runs as one curve with a band: ``"directory"``, a regular expression whose
        groups name the group, or hyperparameters as ``"hparam:lr,hparam:optimizer"``; empty for
        single runs.
    center : {"mean", "median", "iqm"}
        What the curve of a group is.
    band : {"std", "sem", "ci95", "minmax", None}
        What its band is: a standard deviation, a standard error of the mean, a bootstrapped 95 %
        interval of the centre, or all.
    hidden_runs : list of str
        Runs switched off in the run list.
    run_filter, tag_filter : str
        Regular expressions.
    pinned : list of str
        Tags whose cards stand on top.
    columns : list of str
        Columns of the tables below the cards, of `COLUMNS`, `RANGE_COLUMNS`, `MORE_COLUMNS` (of
        ranges too, not shown by default) and ``"hparam:lr"``.
    card_width : int
        Least width of a card in CSS pixels.
    tables : bool
        Whether cards show their tables.
    tooltip_sort : {"nearest", "name", "ascending", "descending"}
    tooltip_rows : int
        Rows of the tooltip at most.
    color_by : str
        ``"run"``, ``"directory"``, ``"hparam:lr"``, or a regular expression: runs of which it
        captures the same get the same colour.
    run_colors : dict of str to str
        Colours chosen for runs, as ``"#rrggbb"``.
    dashes : bool
        Whether lines differ by dashes too, for those who do not tell all colours apart.
    run_notes : dict of str to dict
        For runs a display ``name``, ``tags`` and a ``note``; kept in the notebook, not the logs.
    run_columns : list of str
        Hyperparameters that the run list shows.
    run_sort : str
        Order of the run list: ``"name"``, ``"started"``, ``"value"`` (at the pointer) or
        ``"hparam:lr"``, with ``"-"`` in front for descending.
    fold_children : bool
        Whether the sub-runs that ``add_scalars`` made are lines of their parent's charts.
    superseded : bool
        Whether points that a restart or a later write replaced are drawn too, dotted: each stretch
        of ascending steps as a line of its own.
    """

    smoothing = traitlets.Float(0.6, min=0.0, max=0.999).tag(sync=True)
    x_axis = traitlets.Unicode("step").tag(sync=True)
    x_scale = traitlets.Enum(("linear", "log"), "linear").tag(sync=True)
    y_scale = traitlets.Enum(Y_SCALES, "linear").tag(sync=True)
    x_range = Range().tag(sync=True)
    y_range = Range().tag(sync=True)
    ignore_outliers = traitlets.Bool(default_value=False).tag(sync=True)
    step = traitlets.Float(None, allow_none=True).tag(sync=True)
    step_range = Range().tag(sync=True)
    group_by = traitlets.Unicode().tag(sync=True)
    center = traitlets.Enum(CENTERS, "mean").tag(sync=True)
    band = traitlets.Enum(BANDS, "std", allow_none=True).tag(sync=True)
    hidden_runs = traitlets.List(traitlets.Unicode(), maxlen=MAX_ITEMS).tag(sync=True)
    run_filter = traitlets.Unicode().tag(sync=True)
    tag_filter = traitlets.Unicode().tag(sync=True)
    pinned = traitlets.List(traitlets.Unicode(), maxlen=MAX_ITEMS).tag(sync=True)
    columns = traitlets.List(traitlets.Unicode(), [*COLUMNS, *RANGE_COLUMNS], maxlen=MAX_ITEMS).tag(
        sync=True
    )
    card_width = traitlets.Int(340, min=200, max=2000).tag(sync=True)
    tables = traitlets.Bool(default_value=False).tag(sync=True)
    tooltip_sort = traitlets.Enum(TOOLTIP_SORTS, "nearest").tag(sync=True)
    tooltip_rows = traitlets.Int(8, min=1, max=100).tag(sync=True)
    color_by = traitlets.Unicode("run").tag(sync=True)
    run_colors = traitlets.Dict(traitlets.Unicode(), traitlets.Unicode()).tag(sync=True)
    dashes = traitlets.Bool(default_value=False).tag(sync=True)
    run_notes = traitlets.Dict(traitlets.Dict(), traitlets.Unicode()).tag(sync=True)
    run_columns = traitlets.List(traitlets.Unicode(), maxlen=MAX_ITEMS).tag(sync=True)
    run_sort = traitlets.Unicode("name").tag(sync=True)
    fold_children = traitlets.Bool(default_value=True).tag(sync=True)
    superseded = traitlets.Bool(default_value=False).tag(sync=True)

    @traitlets.validate("run_filter", "tag_filter", "group_by", "color_by", "run_sort")
    def _validate_text(self, proposal: Any) -> str:
        text: str = proposal["value"]
        if len(text) > MAX_TEXT:
            message = f"{proposal['trait'].name} has {len(text):,} characters, {MAX_TEXT:,} at most"
            raise traitlets.TraitError(message)
        return text

    @traitlets.validate("x_axis")
    def _validate_x_axis(self, proposal: Any) -> str:
        axis: str = proposal["value"]
        if axis not in X_AXES and not axis.startswith(TAG_AXIS):
            message = f"x_axis is 'step', 'relative', 'wall' or 'tag:NAME', not {axis[:80]!r}"
            raise traitlets.TraitError(message)
        return axis

    @traitlets.validate("columns")
    def _validate_columns(self, proposal: Any) -> list[str]:
        columns: list[str] = proposal["value"]
        known = {*COLUMNS, *RANGE_COLUMNS, *MORE_COLUMNS}
        if unknown := [one for one in columns if one not in known and not one.startswith(HPARAM)]:
            names = ", ".join(sorted(known))
            message = f"there is no column {unknown[0][:80]!r}; there are {names}, 'hparam:NAME'"
            raise traitlets.TraitError(message)
        return columns

    @traitlets.validate("run_colors")
    def _validate_colors(self, proposal: Any) -> dict[str, str]:
        colors: dict[str, str] = proposal["value"]
        if len(colors) > MAX_ITEMS or not all(map(_COLOR.fullmatch, colors.values())):
            message = "run_colors maps names of runs to colours such as '#d96300'"
            raise traitlets.TraitError(message)
        return colors

    @traitlets.validate("run_notes")
    def _validate_notes(self, proposal: Any) -> dict[str, dict[str, Any]]:
        notes: dict[str, dict[str, Any]] = proposal["value"]
        if len(notes) > MAX_ITEMS or not all(map(_is_note, notes.values())):
            message = "run_notes maps names of runs to {'name': str, 'tags': [str], 'note': str}"
            raise traitlets.TraitError(message)
        return notes


#: Names of all settings.
NAMES = frozenset(Settings.class_own_traits())


def _is_note(note: dict[str, Any]) -> bool:
    if not note.keys() <= {"name", "tags", "note"}:
        return False
    tags = note.get("tags", [])
    if not isinstance(tags, list):
        return False
    texts = [note.get("name", ""), note.get("note", ""), *tags]
    return all(isinstance(text, str) and len(text) <= MAX_NOTE_CHARACTERS for text in texts)
