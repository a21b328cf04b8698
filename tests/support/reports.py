"""Looking into an HTML file that `save_html` wrote, without a browser."""

from __future__ import annotations

import base64
import html.parser
import json
import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
from pages import unpack

if TYPE_CHECKING:
    from pathlib import Path

STATE = "anywidget:state"


class _Elements(html.parser.HTMLParser):
    """The elements of a page, as a browser would find them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        tag, attributes = self.found[-1] if self.found else ("", {})
        self.texts.setdefault(attributes.get("id") or tag, data)


class Report:
    """What is in a file: its elements, the directory, and every record."""

    def __init__(self, path: Path) -> None:
        self.content = path.read_bytes()
        page = _Elements()
        page.feed(self.content.decode())
        page.close()
        self.elements = page.found
        self.texts = page.texts
        directory = zlib.decompress(base64.b64decode(page.texts["directory"]))
        self.directory: dict[str, Any] = json.loads(directory)
        self._data = page.texts.get("records", "")

    def record(self, number: int) -> tuple[Any, list[bytes]]:
        """Return the message of a record, and its buffers."""
        sizes = self.directory["sizes"]
        starts = np.cumsum([0, *((abs(size) + 2) // 3 * 4 for size in sizes)])
        packed = base64.b64decode(self._data[starts[number] : starts[number + 1]])
        assert len(packed) == abs(sizes[number])
        whole = zlib.decompress(packed) if sizes[number] > 0 else packed
        (length,) = struct.unpack_from("<I", whole)
        message, lengths = json.loads(whole[4 : 4 + length])
        buffers, at = [], 4 + length
        for size in lengths:
            buffers.append(whole[at : at + size])
            at += size
        assert at == len(whole)
        return message, buffers

    def everything(self) -> bytes:
        """Return all that the file holds, unpacked."""
        records = (self.record(number) for number in range(len(self.directory["sizes"])))
        parts = [json.dumps(self.directory, ensure_ascii=False).encode(), self.content]
        for message, buffers in records:
            parts += [json.dumps(message, ensure_ascii=False).encode(), *buffers]
        return b"\n".join(parts)

    def model(self, name: str) -> dict[str, Any]:
        """Return the traits of a model."""
        found: dict[str, Any] = self.directory["models"][f"anywidget:{name}"]
        return found

    def entries(self, kind: str) -> dict[str, Any]:
        """Return what there is for the dashboard of a kind; nothing if it has no data."""
        empty: dict[str, Any] = {"tags": {}, "values": {}}
        found: dict[str, Any] = self.directory["channels"].get(f"anywidget:{kind}", empty)
        return found

    def of_state(self, name: str) -> Any:
        """Return the catalog, the status, or an answer of the state."""
        entries = self.entries("state")
        return self.record(entries.get(name, entries["answers"].get(name)))[0]

    def tags(self, kind: str) -> list[str]:
        """Return the tags of a kind that the page knows of."""
        return [tag for _, tag, _ in self.of_state("catalog")["tags"].get(kind, ())]

    @property
    def notes(self) -> dict[str, str]:
        """What is said of what is not in the file, by title."""
        notes: dict[str, str] = {}
        for title, text in self.model("state")["_report"]["notes"]:
            notes[title] = f"{notes.get(title, '')} {text}".strip()
        return notes

    def columns(self, kind: str, tag: str) -> dict[str, dict[str, np.ndarray]]:
        """Return the columns of all series of a tag, by run."""
        names = {number: name for number, name, *_ in self.of_state("catalog")["runs"]}
        found = {}
        for number in self.entries(kind)["tags"][tag]:
            message, buffers = self.record(number)
            for item in message.get("items", ()):
                if "columns" in item:
                    found[names[item["key"][0]]] = unpack(item["columns"], buffers)
                    del buffers[: len(item.get("curve", {}).get("columns", ()))]
        return found

    def values(self, kind: str, tag: str, run: str) -> dict[str, int]:
        """Return the records of the values of a series, by what tells them apart."""
        found: dict[str, int] = self.entries(kind)["values"].get(tag, {}).get(run, {})
        return found
