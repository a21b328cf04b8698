"""From layouts to charts: which tags each one shows, and what is wrong with it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tbwidget.analysis.patterns import search_all
from tbwidget.events.payloads import Category, Chart, Layout

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

#: A layout may come from anywhere: so many charts are shown, of so many tags (or bands of three)
#: and patterns each, and so long is looked for tags in all.
MOST_CHARTS = 500
MOST_TAGS = 100
MOST_PATTERNS = 100
MOST_SECONDS = 3.0
LONGEST_TITLE = 500
_BOUNDS = ("value", "lower bound", "upper bound")


@dataclass(frozen=True, slots=True)
class TagChart:
    """A chart of a layout, with the tags that it shows.

    Attributes
    ----------
    title
        Its title.
    tags
        Of a multiline chart: what its patterns match, in their order.
    margins
        Of a margin chart: (value, lower, upper) tags, whether or not there are such.
    patterns
        Of a multiline chart: the regular expressions of the layout.
    message
        What is wrong with it, or left out of it; empty if nothing.
    """

    title: str
    tags: tuple[str, ...] = ()
    margins: tuple[tuple[str, str, str], ...] = ()
    patterns: tuple[str, ...] = ()
    message: str = ""

    @property
    def all_tags(self) -> Iterator[str]:
        """All tags that it can show."""
        yield from self.tags
        for margin in self.margins:
            yield from margin


@dataclass(frozen=True, slots=True)
class TagCategory:
    """A category of a layout, with the tags that its charts show."""

    title: str
    charts: tuple[TagChart, ...]
    closed: bool


def merged(layouts: Iterable[Layout]) -> Layout:
    """Return the layouts of several runs as one.

    A category of a title that was there before adds to it the charts that it lacks (source:
    tensorboard/plugins/custom_scalar/custom_scalars_plugin.py, ``layout_impl``).
    """
    categories: dict[str, Category] = {}
    for layout in layouts:
        for category in layout.categories:
            first = categories.get(category.title)
            if first is None:
                categories[category.title] = category
                continue
            new = tuple(chart for chart in category.charts if chart not in first.charts)
            categories[category.title] = Category(first.title, (*first.charts, *new), first.closed)
    return Layout(tuple(categories.values()))


class ChartMaker:
    """Finds the tags of charts.

    What a pattern was tried on, what it was found in and what is wrong with it is remembered: tags
    only come, and what took too long once would again.

    Attributes
    ----------
    complete
        Whether the last time all patterns were tried; else the next time goes on.
    """

    def __init__(self) -> None:
        self._found: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        self._wrong: dict[str, str] = {}
        self._end = 0.0
        self.complete = True

    def categories_of(
        self, layout: Layout, holders: Mapping[str, Collection[str]]
    ) -> tuple[TagCategory, ...]:
        """Return the charts of a layout.

        Parameters
        ----------
        layout
            The layout.
        holders
            The runs that have each of the scalar tags, the tags in the order to show them in.
        """
        self._end, self.complete = time.monotonic() + MOST_SECONDS, True
        categories, room = [], MOST_CHARTS
        for category in layout.categories:
            charts = category.charts[:room]
            room -= len(charts)
            found = tuple(self._chart(chart, holders) for chart in charts)
            categories.append(TagCategory(_short(category.title), found, category.closed))
            if not room:
                break
        patterns = {
            pattern
            for category in layout.categories
            for chart in category.charts
            for pattern in chart.tags
        }
        self._found = {pattern: self._found[pattern] for pattern in patterns & self._found.keys()}
        self._wrong = {pattern: self._wrong[pattern] for pattern in patterns & self._wrong.keys()}
        return tuple(categories)

    def _chart(self, chart: Chart, holders: Mapping[str, Collection[str]]) -> TagChart:
        if chart.margins:
            margins = chart.margins[:MOST_TAGS]
            wrong = [message for margin in margins for message in _missing(margin, holders)]
            if len(chart.margins) > len(margins):
                wrong.insert(0, f"the first {MOST_TAGS} of {len(chart.margins):,} bands")
            return TagChart(_short(chart.title), margins=margins, message="; ".join(wrong[:10]))
        tags, wrong = self._matched(chart, holders)
        if not tags and not wrong:
            patterns = ", ".join(map(repr, chart.tags[:5]))
            wrong = [f"no tag matches {patterns}" if patterns else "the layout names no tags"]
        if len(tags) > MOST_TAGS:
            wrong.insert(0, f"the first {MOST_TAGS} of {len(tags):,} tags")
        return TagChart(
            _short(chart.title),
            tuple(tags[:MOST_TAGS]),
            patterns=tuple(map(_short, chart.tags[:MOST_PATTERNS])),
            message="; ".join(wrong[:10]),
        )

    def _matched(
        self, chart: Chart, holders: Mapping[str, Collection[str]]
    ) -> tuple[list[str], list[str]]:
        """Return the tags that any of a chart's patterns matches, and what is wrong with others."""
        tags: dict[str, None] = {}
        wrong = []
        if len(chart.tags) > MOST_PATTERNS:
            wrong.append(f"the first {MOST_PATTERNS} of {len(chart.tags):,} patterns")
        for pattern in chart.tags[:MOST_PATTERNS]:
            found = self._match(pattern, holders)
            if isinstance(found, str):
                wrong.append(found)
                continue
            tags |= dict.fromkeys(tag for tag in holders if tag in found)
        return list(tags), wrong

    def _match(self, pattern: str, names: Collection[str]) -> frozenset[str] | str:
        """Return those of `names` that a pattern matches from their start, or what is wrong."""
        if not pattern:
            return "an empty pattern"
        if pattern in self._wrong:
            return self._wrong[pattern]
        known, found = self._found.get(pattern, (frozenset[str](), frozenset[str]()))
        new = [name for name in names if name not in known]
        if not new:
            return found
        if time.monotonic() > self._end:
            self.complete = False
            return f"the pattern {pattern[:80]!r} is still to be tried: the others take long"
        try:
            found |= frozenset(search_all(pattern, new, from_start=True))
        except ValueError as error:
            self._wrong[pattern] = str(error)
            return self._wrong[pattern]
        self._found[pattern] = known.union(new), found
        return found


def _missing(margin: tuple[str, str, str], holders: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Say which tags of a margin are missing, and in which runs."""
    runs = {run: None for tag in margin for run in holders.get(tag, ())}
    for role, tag in zip(_BOUNDS, margin, strict=True):
        without = [run for run in runs if run not in holders.get(tag, ())]
        name = f"{role} {_short(tag)!r}" if tag else role
        if tag not in holders:
            yield f"no run has the {name}"
        elif len(without) == 1:
            yield f"run {_short(without[0])!r} has no {name}"
        elif without:
            yield f"{len(without)} of {len(runs)} runs have no {name}"


def _short(text: str) -> str:
    return text[:LONGEST_TITLE]
