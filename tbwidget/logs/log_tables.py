"""A log directory as tables."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .frames import Selection, scalars_frame
from .hparams import hparams_frame
from .run import Run

if TYPE_CHECKING:
    import os

    import pandas as pd


class LogTables(Mapping[str, Run]):
    """Gives the runs that a subclass holds as tables."""

    @property
    @abstractmethod
    def runs(self) -> Mapping[str, Run]:
        """The runs by name."""

    def scalars(self, tags: Selection = None, runs: Selection = None) -> pd.DataFrame:
        """Return scalar points as a tidy table.

        Parameters
        ----------
        tags, runs
            A name, a list of names, or a compiled regular expression (searched); None for all.

        Returns
        -------
        pandas.DataFrame
            Columns run, tag, step (int64), wall_time (float64, seconds since the epoch), value
            (float64); one row a point.

        Examples
        --------
        >>> logs.scalars("loss").groupby("run").value.min()  # doctest: +SKIP
        """
        return scalars_frame(self.runs, tags, runs)

    def hparams(self) -> pd.DataFrame:
        """Return the hyperparameters and metrics of all sessions as a table.

        A session is a run that says what hyperparameters it was started with. Sessions whose
        hyperparameters cannot be read are left out and listed in `problems`.

        Returns
        -------
        pandas.DataFrame
            One row a session: run, group (of sessions, as the writer named it), status
            ("success", "failure", "running" or "unknown"), start_time and end_time (seconds since
            the epoch, NaN if not given); then a column for each hyperparameter; then one for each
            metric, with its last value, called by its tag, behind the path of its run below the
            session's if it has one. A name that is taken already gets ``hparams/`` or
            ``metrics/`` in front. Metrics are those that an experiment in the session's run or
            above names, else all scalars of the session and below it.

        Examples
        --------
        >>> logs.hparams().sort_values("hparam/accuracy").tail(3)  # doctest: +SKIP
        """
        return hparams_frame(self.runs)

    def export(
        self, path: str | os.PathLike[str], tags: Selection = None, runs: Selection = None
    ) -> int:
        """Write the table of `scalars` to a file, without holding it in memory.

        Parameters
        ----------
        path
            Ends in ``.csv`` or ``.parquet`` (needs pyarrow). A file that is there is replaced. In
            CSV, names that a spreadsheet would run as formulas get an apostrophe in front.
        tags, runs
            A name, a list of names, or a compiled regular expression (searched); None for all.

        Returns
        -------
        int
            How many points were written.

        Raises
        ------
        ValueError, ImportError, OSError
            If the suffix is another, pyarrow is missing, or the file cannot be written.

        Examples
        --------
        >>> logs.export("loss.csv", tags="loss", runs=re.compile("lr=0.1"))  # doctest: +SKIP
        12000
        """
        from .tables import export

        return export(self.runs, path, tags, runs)
