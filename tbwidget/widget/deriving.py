"""`add` and `remove`: tags of a view that are derived from others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .publisher import PUBLISHER

if TYPE_CHECKING:
    from tbwidget.logs.derived import Function

    from .view_state import ViewState

MAX_NAME = 1000


class Deriving:
    """A view to which tags can be added."""

    state: ViewState

    def add(self, tag: str, function: Function | Any) -> None:
        """Add a scalar tag that is derived from others, in every run that has those.

        It is shown, smoothed, grouped and exported by `Scalars.data` like any other tag, in all
        views that share this one's state, and follows the log.

        Parameters
        ----------
        tag
            Its name. A function under a name that is taken by another derived tag takes its place.
        function
            Called as ``function(s)`` for one run at a time. ``s["loss"]`` is a `pandas.Series`
            indexed by step; what is used together is on the same steps, those of the tag with the
            fewest, the others interpolated linearly where they lack one. It returns a `Series`, an
            array with a number for each step, or one number. It is called on the thread that reads
            the log directory, and again whenever what it used has grown, but never for more than
            about 5 % of the time. What it raises is listed among the problems of the view, and
            stops nothing else.

        Raises
        ------
        TypeError, ValueError
            If `function` cannot be called, or a run has logged a tag of that name.

        Examples
        --------
        >>> board.add("gap", lambda s: s["val/loss"] - s["train/loss"])  # doctest: +SKIP
        >>> board.add("smooth", lambda s: s["loss"].rolling(50).median())  # doctest: +SKIP
        """
        if not callable(function):  # a user's mistake that types do not stop
            message = f"give a function of a run's series, not {type(function).__name__}"
            raise TypeError(message)
        if not tag or len(tag) > MAX_NAME:
            message = f"a derived tag needs a name of 1 to {MAX_NAME:,} characters"
            raise ValueError(message)
        runs = self.state.logdir.runs
        logged = next((name for name in runs if tag in runs[name].scalars), None)
        if logged is not None:
            message = f"run {logged!r} has logged a tag {tag!r}; give the derived one another name"
            raise ValueError(message)
        self.state.derived.add(tag, function)
        PUBLISHER.wake(self.state)

    def remove(self, tag: str) -> None:
        """Take a derived tag away.

        Raises
        ------
        KeyError
            If there is none of that name; the message lists those that there are.
        """
        self.state.derived.remove(tag)
        PUBLISHER.wake(self.state)
