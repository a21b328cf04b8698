"""What reading by columns needs of the decoder it works for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .columns import BlobRow, ScalarColumns, Start
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

    def index_of(self, tag: bytes, field: int) -> list[BlobRow] | None:
        """Return where values of `tag` are indexed, None if its kind is not certain yet."""

    def is_sound(self, start: int, length: int) -> bool:
        """Tell whether the data at `start`, whose length is certain, may be taken."""

    def note_wall_time(self, wall_time: float) -> None:
        """Take note of the wall time of a record that was read by columns."""

    def read_alone(self, position: int, length: int) -> None:
        """Read the record at `position` by itself, and add its points."""

    def read_odd(self, position: int, length: int) -> list[Point]:
        """Read the record at `position` by itself; return its scalars, which are not yet added."""

    @property
    def starts(self) -> list[Start]:
        """Restarts read so far; their ``rows`` count the points that have been added."""
