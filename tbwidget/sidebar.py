"""What JupyterLab's sidebar asks of the kernel: boards that no cell shows."""

from __future__ import annotations

import os
import re

from .board import TensorBoard

_OPENED: dict[str, TensorBoard] = {}
_DRIVE = re.compile(r"^[^/:]+:")


def open_directory(path: str, notebook: str = "") -> str:
    """Return the model id of a board of a log directory, the same board for the same directory.

    Parameters
    ----------
    path
        The directory: as a cell would name it, or, with `notebook`, relative to the server's root.
    notebook
        Path of the notebook relative to the server's root, as Jupyter's contents API has it.

    Raises
    ------
    FileNotFoundError
        If there is no such directory.

    Examples
    --------
    >>> open_directory("logs")  # doctest: +SKIP
    '0f3c…'
    """
    found = os.path.expanduser(_in_kernel(path, notebook) if notebook else path)
    if "://" not in found and not os.path.exists(found):
        message = f"There is no directory {path!r} where this notebook's kernel runs."
        raise FileNotFoundError(message)
    key = found if "://" in found else os.path.realpath(found)
    board = _OPENED.get(key)
    if board is None or board.comm is None:
        board = _OPENED[key] = TensorBoard(found)
    return str(board.model_id)


def _in_kernel(path: str, notebook: str) -> str:
    """Return what the kernel calls `path`.

    Jupyter tells the kernel the notebook's own path; else the kernel runs in its directory.
    """
    path, notebook = (_DRIVE.sub("", one) for one in (path, notebook))
    known = os.environ.get("JPY_SESSION_NAME", "")
    if os.path.isabs(known) and known.endswith(f"/{notebook}"):
        return os.path.join(known.removesuffix(notebook), path)
    return os.path.relpath(path or ".", os.path.dirname(notebook) or ".")
