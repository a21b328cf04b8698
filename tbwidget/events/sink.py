"""What reading by columns needs of the decoder it works for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .columns import BlobColumns, ScalarColumns, Start
    from .wire import ScalarEvent

#: A scalar of a record that was read by itself: tag, step, wall time, value.
Point = tuple[str, int, float, float]


class Sink(Protocol):
    """What a `Columnar` asks of the decoder that it works for."""

    def accepts(self, event: ScalarEvent) -> bool:
        """Tell whether all values of `event` are scalars of tags that are known already."""

    def add_points(self, tag: str, columns: ScalarColumns) -> None:
        """Take points of one tag, in the order written."""

    def add_intact(self, records: int) -> None:
        """Take note of records whose points have been, or will be, added."""

    #: File offset of the first byte of the data.
    base: int

    def kind_of_payload(self, tag: bytes, field: int) -> tuple[str, str] | None:
        """Return kind and name of `tag`, None if its kind is not certain yet."""

    def add_payloads(self, key: tuple[str, str], columns: BlobColumns) -> None:
        """Take entries of the index of a kind and a tag, in the order written."""

    def read_alone(self, position: int, length: int) -> None:
        """Read the record at `position` by itself, and add its points."""

    def read_odd(self, position: int, length: int) -> list[Point]:
        """Read the record at `position` by itself; return its scalars, which are not yet added."""

    @property
    def starts(self) -> list[Start]:
        """Restarts read so far; their ``rows`` count the points that have been added."""
