"""One module or package a tab: the widget class, and the questions it answers for the page.

`DASHBOARDS` is the registry, in the order of the tabs: to add a tab, add its class here.
"""

from tbwidget.widget.dashboard import Dashboard

from .audio import Audio
from .custom_scalars import CustomScalars
from .distributions import Distributions
from .histograms import Histograms
from .images import Images
from .pr_curves import PRCurves
from .scalars import Scalars
from .tensors import Tensors
from .text import Text

DASHBOARDS: tuple[type[Dashboard], ...] = (
    Scalars,
    CustomScalars,
    Images,
    Audio,
    Distributions,
    Histograms,
    Text,
    PRCurves,
    Tensors,
)

__all__ = [
    "DASHBOARDS",
    "Audio",
    "CustomScalars",
    "Distributions",
    "Histograms",
    "Images",
    "PRCurves",
    "Scalars",
    "Tensors",
    "Text",
]
