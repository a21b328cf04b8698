"""One module or package a tab: the widget class, and the questions it answers for the page.

`DASHBOARDS` is the registry, in the order of the tabs: to add a tab, add its class here.
"""

from tbwidget.widget.dashboard import Dashboard

from .custom_scalars import CustomScalars
from .scalars import Scalars

DASHBOARDS: tuple[type[Dashboard], ...] = (Scalars, CustomScalars)

__all__ = ["DASHBOARDS", "CustomScalars", "Scalars"]
