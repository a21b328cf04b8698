"""Layouts of custom scalars: made of plain dicts, and into the message that logs hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .payloads import Category, Chart, Layout
from .protos import CustomScalarsLayout

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

#: The tag of layouts; TensorBoard shows no other.
LAYOUT_TAG = "custom_scalars__config__"


def layout(
    categories: Mapping[str, Mapping[str, Sequence[Any]]] | Layout,
    closed: Collection[str] = (),
) -> Layout:
    """Return a layout of charts, for `CustomScalars` or to be written to a log.

    Parameters
    ----------
    categories
        Charts by title, by title of their category: the dict that torch's
        ``SummaryWriter.add_custom_scalars`` takes. A chart is one of

        - ``["Multiline", patterns]``: the curves of all scalar tags that one of the regular
          expressions matches from their start (`re.match`), in one chart;
        - ``["Margin", [value, lower, upper]]``: three tags, as a curve within a band; or a list
          of several such threes, which torch does not have.

        A layout is returned as it is.
    closed
        Titles of the categories to be shown folded.

    Returns
    -------
    Layout
        Holds the same in `Layout.categories`.

    Raises
    ------
    TypeError
        If something is not of these forms; the message says which chart it is in.
    ValueError
        If a chart is neither of the two, a margin has not three tags, or `closed` names no
        category.

    Examples
    --------
    >>> found = layout({"loss": {"all": ["Multiline", ["loss/.*"]],
    ...                          "range": ["Margin", ["mean", "low", "high"]]}})
    >>> found.categories[0].charts[1].margins
    (('mean', 'low', 'high'),)
    """
    if isinstance(categories, Layout):
        return categories
    if not hasattr(categories, "items"):
        message = f"a layout must be a dict of categories, not {type(categories).__name__}"
        raise TypeError(message)
    if unknown := sorted(set(closed) - set(categories)):
        message = f"closed names no category of the layout: {', '.join(map(repr, unknown))}"
        raise ValueError(message)
    return Layout(
        tuple(_category(title, charts, title in closed) for title, charts in categories.items())
    )


def _category(title: str, charts: Any, closed: bool) -> Category:  # noqa: FBT001 (private)
    _check(isinstance(title, str), f"the title of a category must be a str, not {title!r:.80}")
    _check(hasattr(charts, "items"), f"the category {title!r} must be a dict of charts")
    return Category(title, tuple(_chart(name, chart) for name, chart in charts.items()), closed)


def _chart(title: str, chart: Any) -> Chart:
    _check(isinstance(title, str), f"the title of a chart must be a str, not {title!r:.80}")
    form = f'the chart {title!r} must be ["Multiline", tags] or ["Margin", [value, lower, upper]]'
    _check(isinstance(chart, (list, tuple)) and len(chart) == 2, form)  # noqa: PLR2004
    kind, tags = chart
    _check(isinstance(kind, str) and isinstance(tags, (list, tuple)), form)
    if kind.lower() == "multiline":
        _check_texts(title, tags)
        return Chart(title, tags=tuple(tags))
    if kind.lower() == "margin":
        nested = bool(tags) and all(isinstance(one, (list, tuple)) for one in tags)
        return Chart(
            title, margins=tuple(_margin(title, one) for one in (tags if nested else [tags]))
        )
    message = f"{form}, not {kind!r:.80}"
    raise ValueError(message)


def _margin(title: str, tags: Any) -> tuple[str, str, str]:
    _check_texts(title, tags)
    if len(tags) != 3:  # noqa: PLR2004
        message = f"the margin chart {title!r} needs the tags value, lower, upper; not {tags!r:.80}"
        raise ValueError(message)
    value, lower, upper = tags
    return value, lower, upper


def _check_texts(title: str, tags: Any) -> None:
    wrong = next((tag for tag in tags if not isinstance(tag, str)), None)
    _check(wrong is None, f"a tag of the chart {title!r} must be a str, not {wrong!r:.80}")


def _check(condition: bool, message: str) -> None:  # noqa: FBT001 (private)
    if not condition:
        raise TypeError(message)


def dict_of(layout: Layout) -> dict[str, dict[str, list[Any]]]:
    """Return the dict that `layout` makes the same charts of; of one title only the last."""
    return {
        category.title: {
            chart.title: ["Margin", _three(chart)]
            if chart.margins
            else ["Multiline", list(chart.tags)]
            for chart in category.charts
        }
        for category in layout.categories
    }


def _three(chart: Chart) -> list[Any]:
    """Return the tags of a margin chart: three, or several threes."""
    margins = [list(margin) for margin in chart.margins]
    return margins[0] if len(margins) == 1 else margins


def message_of(layout: Layout) -> Any:
    """Return the message of a layout, as `payloads.layout_of` reads it."""
    return CustomScalarsLayout(
        category=[
            {
                "title": category.title,
                "chart": [_fields(chart) for chart in category.charts],
                "closed": category.closed,
            }
            for category in layout.categories
        ]
    )


def _fields(chart: Chart) -> dict[str, Any]:
    if not chart.margins:
        return {"title": chart.title, "multiline": {"tag": chart.tags}}
    names = ("value", "lower", "upper")
    series = [dict(zip(names, margin, strict=True)) for margin in chart.margins]
    return {"title": chart.title, "margin": {"series": series}}
