"""The methods of a writer for layouts of custom scalars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tbwidget.events.chart_layouts import LAYOUT_TAG, layout, message_of

from .base import EventWriter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tbwidget.events.payloads import Layout

#: What TensorBoard calls what has no name.
_CATEGORY, _TITLE = "default", "untitled"


class CustomScalarsMethods(EventWriter):
    """Add layouts of charts."""

    def add_custom_scalars(
        self, layout: Mapping[str, Mapping[str, Sequence[Any]]] | Layout
    ) -> None:
        """Add a layout: which scalars to show in one chart.

        It may come before the scalars or after them. A later layout of the same writer takes the
        place of an earlier one.

        Parameters
        ----------
        layout
            What `tbwidget.layout` returned, or the dict that it takes.

        Raises
        ------
        TypeError, ValueError
            If it is no layout; the message says where.

        Examples
        --------
        >>> writer.add_custom_scalars(
        ...     {"training": {"losses": ["Multiline", ["loss/.*"]],
        ...                   "accuracy": ["Margin", ["mean", "low", "high"]]}})  # doctest: +SKIP
        """
        self._add_layout(layout)

    def add_custom_scalars_multilinechart(
        self, tags: Sequence[str], category: str = _CATEGORY, title: str = _TITLE
    ) -> None:
        """Add a layout of one chart: all tags that one of the patterns `tags` matches.

        Parameters
        ----------
        tags
            Regular expressions.
        category, title
            Titles of its category and of the chart.

        Examples
        --------
        >>> writer.add_custom_scalars_multilinechart(["loss/.*"], title="losses")  # doctest: +SKIP
        """
        self._add_layout({category: {title: ["Multiline", tags]}})

    def add_custom_scalars_marginchart(
        self, tags: Sequence[str], category: str = _CATEGORY, title: str = _TITLE
    ) -> None:
        """Add a layout of one chart: a curve within a band.

        Parameters
        ----------
        tags
            Three tags: of the curve, and of the lower and the upper edge of the band.
        category, title
            Titles of its category and of the chart.

        Raises
        ------
        ValueError
            If they are not three.

        Examples
        --------
        >>> writer.add_custom_scalars_marginchart(["mean", "low", "high"])  # doctest: +SKIP
        """
        self._add_layout({category: {title: ["Margin", tags]}})

    def _add_layout(self, charts: Any) -> None:
        tensor = {
            "dtype": "DT_STRING",
            "tensor_shape": {},
            "string_val": [message_of(layout(charts)).SerializeToString()],
        }
        metadata = {"plugin_data": {"plugin_name": "custom_scalars"}}
        self._add(LAYOUT_TAG, None, None, metadata=metadata, tensor=tensor)
