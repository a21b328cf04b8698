"""The log directory as objects: the public data API.

`Logdir` holds `Run`s, a run holds series. Reading happens in `refresh`, or in the one daemon thread
of `follow`. Readers need no lock: columns are written first and their length published after.
"""

from .blobs import UnreadableValueError
from .discovery import natural_key
from .families import kinship_of
from .logdir import Logdir
from .progress import Progress
from .run import Run
from .series import Points, ScalarSeries

__all__ = [
    "Logdir",
    "Points",
    "Progress",
    "Run",
    "ScalarSeries",
    "UnreadableValueError",
    "kinship_of",
    "natural_key",
]
