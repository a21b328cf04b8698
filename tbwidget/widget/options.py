"""What holds for all views of the process: ``tbwidget.options``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Options:
    """Options of all views, to be set before a view is shown.

    Attributes
    ----------
    static_fallback
        Whether a view puts a picture and a few lines of text into the notebook, which are there
        when its kernel is not.

    Examples
    --------
    >>> import tbwidget
    >>> tbwidget.options.static_fallback = False  # doctest: +SKIP
    """

    static_fallback: bool = True


options = Options()
