"""The text method of a writer."""

from __future__ import annotations

from .arguments import tag_of
from .base import EventWriter


class TextMethods(EventWriter):
    """Add texts."""

    def add_text(
        self,
        tag: str,
        text_string: str,
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Add a text, which is shown as Markdown.

        Parameters
        ----------
        tag
            Name of the series; as in torch, it ends in ``/text_summary`` in the file.
        text_string
            The text.
        global_step
            Step of the text. Default: 0.
        walltime
            Seconds since 1970. Default: now.

        Raises
        ------
        TypeError
            If `tag` or `text_string` is no string.

        Examples
        --------
        >>> writer.add_text("notes", "A **smaller** model.", step)  # doctest: +SKIP
        """
        name = f"{tag_of(tag)}/text_summary"
        tensor = {
            "dtype": "DT_STRING",
            "tensor_shape": {"dim": [{"size": 1}]},
            "string_val": [_bytes_of(tag, text_string)],
        }
        metadata = {"plugin_data": {"plugin_name": "text"}}
        self._add(name, global_step, walltime, metadata=metadata, tensor=tensor)


def _bytes_of(tag: str, text: object) -> bytes:
    if not isinstance(text, str):
        message = f"the text {tag!r} must be a str, not {type(text).__name__}: {text!r:.80}"
        raise TypeError(message)
    return text.encode()
