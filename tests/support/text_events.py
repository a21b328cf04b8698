"""Events that hold texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path


def text_event(step: int, elements: Any, tag: str = "note") -> bytes:
    """Return the bytes of an event with a text; elements are `str` or bytes."""
    array = np.array(elements, object)
    strings = [one.encode() if isinstance(one, str) else one for one in array.flat]
    shape = {"dim": [{"size": size} for size in array.shape]}
    tensor = {"dtype": 7, "tensor_shape": shape, "string_val": strings}
    return ef.summary(step, {"tag": tag, "metadata": ef.plugin("text"), "tensor": tensor})


def write_texts(path: Path, *events: bytes) -> None:
    """Write an event file of events into the directory `path`."""
    ef.write(path / ef.NAME, ef.record(ef.file_version()), *map(ef.record, events))
