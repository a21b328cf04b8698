"""One module or package a tab: the widget class, and the questions it answers for the page.

`DASHBOARDS` is the registry, in the order of the tabs: to add a tab, add its class here.
"""

from tbwidget.widget.dashboard import Dashboard

from .distributions import Distributions
from .pr_curves import PRCurves
from .scalars import Scalars

DASHBOARDS: tuple[type[Dashboard], ...] = (Scalars, Distributions, PRCurves)

__all__ = ["DASHBOARDS", "Distributions", "PRCurves", "Scalars"]
