"""What a view of scalars shows, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from tbwidget.logs.frames import scalars_frame

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from tbwidget.logs import Run, ScalarSeries
    from tbwidget.widget.view_state import ViewState


class Shown(NamedTuple):
    """What a view shows of a run: the scalar series, derived ones among them."""

    scalars: Mapping[str, ScalarSeries]


def shown_runs(state: ViewState, names: list[str]) -> Mapping[str, Run]:
    """Return what stands for runs where only their scalars are looked at."""
    return cast("Mapping[str, Run]", {name: Shown(state.scalars_of(name)) for name in names})


def data_frame(state: ViewState, tags: list[str], runs: list[str]) -> pd.DataFrame:
    """Return the tidy table of `Logdir.scalars`, with derived tags."""
    return scalars_frame(shown_runs(state, runs), tags, runs)
