"""Write event files: the methods of ``torch.utils.tensorboard.SummaryWriter``, without torch.

One module for the methods of each kind of data. What they write follows torch's
``utils/tensorboard/writer.py`` and ``summary.py``.
"""

from __future__ import annotations

from .audio import AudioMethods
from .custom_scalars import CustomScalarsMethods
from .figures import FigureMethods
from .histograms import HistogramMethods
from .pr_curves import PRCurveMethods
from .scalars import ScalarMethods
from .tensors import TensorMethods
from .text import TextMethods
from .videos import VideoMethods


class SummaryWriter(
    ScalarMethods,
    HistogramMethods,
    PRCurveMethods,
    CustomScalarsMethods,
    FigureMethods,
    VideoMethods,
    AudioMethods,
    TextMethods,
    TensorMethods,
):
    """Write an event file that TensorBoard and tbwidget read.

    Parameters
    ----------
    log_dir
        Folder of the run, made if it is missing. Default: ``runs/<date>_<host><comment>``.
    comment
        End of the default folder's name; of no effect beside `log_dir`.
    purge_step
        Step at which a crashed run goes on: readers drop what it wrote at this step and later.
    max_queue
        Points kept in memory before a call writes them to the file.
    flush_secs
        Seconds until a point is in the file at the latest, with no further call. torch's default
        is 120.
    filename_suffix
        End of each file's name.

    Notes
    -----
    Threads may share a writer. A forked process may not: there, adding raises and closing does
    nothing, so nothing is written twice; make a new writer in it. What was added is written when
    the writer is closed, collected as garbage or the interpreter exits.

    Adding to a closed writer raises, where torch's would silently begin another file.

    Examples
    --------
    >>> with SummaryWriter("logs/first") as writer:  # doctest: +SKIP
    ...     for step in range(100):
    ...         writer.add_scalar("loss", 1 / (step + 1), step)
    """


__all__ = ["SummaryWriter"]
