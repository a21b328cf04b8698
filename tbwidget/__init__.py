"""TensorBoard, rebuilt for the notebook.

>>> import tbwidget
>>> tbwidget.TensorBoard("logs")  # doctest: +SKIP

Public names are loaded when first used; importing the package starts nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_PUBLIC = {
    "Audio": "dashboards",
    "CustomScalars": "dashboards",
    "Distributions": "dashboards",
    "Histograms": "dashboards",
    "Images": "dashboards",
    "Logdir": "logs",
    "PRCurves": "dashboards",
    "Run": "logs",
    "ScalarSeries": "logs",
    "Scalars": "dashboards",
    "SummaryWriter": "writer",
    "TensorBoard": "board",
    "Tensors": "dashboards",
    "Text": "dashboards",
    "ViewState": "widget.view_state",
    "inspect": "logs.inspection",
    "layout": "events.chart_layouts",
    "load_ipython_extension": "magic",
    "options": "widget.options",
    "unload_ipython_extension": "magic",
}

__all__ = [*_PUBLIC, "__version__"]  # noqa: PLE0604  (names are strings)

if TYPE_CHECKING:
    # "as" marks what is re-exported
    from .board import TensorBoard as TensorBoard
    from .dashboards import Audio as Audio
    from .dashboards import CustomScalars as CustomScalars
    from .dashboards import Distributions as Distributions
    from .dashboards import Histograms as Histograms
    from .dashboards import Images as Images
    from .dashboards import PRCurves as PRCurves
    from .dashboards import Scalars as Scalars
    from .dashboards import Tensors as Tensors
    from .dashboards import Text as Text
    from .events.chart_layouts import layout as layout
    from .logs import Logdir as Logdir
    from .logs import Run as Run
    from .logs import ScalarSeries as ScalarSeries
    from .logs.inspection import inspect as inspect
    from .magic import load_ipython_extension as load_ipython_extension
    from .magic import unload_ipython_extension as unload_ipython_extension
    from .widget.options import options as options
    from .widget.view_state import ViewState as ViewState
    from .writer import SummaryWriter as SummaryWriter


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        message = f"module 'tbwidget' has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(importlib.import_module(f".{_PUBLIC[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
