"""What a writer wrote, what torch writes of the same, and what a tensor of torch looks like."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from tbwidget.events.protos import Event
from tbwidget.events.records import Record, scan

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "torch.json").read_text())


def array_in(part: dict[str, Any]) -> Any:
    """Return an array of the golden file."""
    data = bytes.fromhex(part["bytes"])
    return np.frombuffer(data, part["dtype"]).reshape(part["shape"])


def values_of(folder: Path) -> list[Any]:
    """Return the values in the one file in `folder`."""
    (path,) = folder.glob("events.out.tfevents.*")
    records = [one for one in scan(memoryview(path.read_bytes()), 0) if isinstance(one, Record)]
    events = [Event.FromString(bytes(record.data)) for record in records]
    return [value for event in events for value in event.summary.value]


class Tensor:
    """What a tensor of torch looks like: numpy cannot have it as it is."""

    def __init__(self, array: Any, dtype: str = "torch.float32", *, ready: bool = False) -> None:
        self.array, self.dtype, self.ready = np.asarray(array), dtype, ready

    def detach(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        return Tensor(self.array, self.dtype, ready=True)

    def float(self) -> Tensor:
        return Tensor(self.array, "torch.float32", ready=self.ready)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        if not self.ready or self.dtype == "torch.bfloat16":
            message = "Can't call numpy() on Tensor that requires grad."
            raise RuntimeError(message)
        return self.array
