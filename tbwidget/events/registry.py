"""The layouts of records that were met before."""

from __future__ import annotations

import threading
from collections import deque

from .layouts import Family, Group, Shape

_MOST_GROUPS, _RECENT_GROUPS = 256, 8
_MOST_TEMPLATES = 20_000


class Registry(threading.local):
    """The layouts that this thread has met: logs of one training script all look alike."""

    def __init__(self) -> None:
        self.groups: dict[int, list[Group]] = {}
        self.families: dict[int, list[Family]] = {}
        self.recent: deque[Group] = deque(maxlen=_RECENT_GROUPS)
        self.group_count = self.template_count = 0

    def add_group(self, group: Group) -> None:
        """Remember `group`."""
        if self.group_count >= _MOST_GROUPS:
            self.groups, self.group_count = {}, 0
        self.groups.setdefault(group.lengths[0], []).insert(0, group)
        self.recent.appendleft(group)
        self.group_count += 1

    def forget(self, group: Group) -> None:
        """Try `group` no more where its lengths occur."""
        if group in self.recent:
            self.recent.remove(group)

    def family(self, shape: Shape) -> Family:
        """Return the family of that shape, a new one if there is none."""
        if self.template_count >= _MOST_TEMPLATES:
            self.families, self.template_count = {}, 0
        self.template_count += 1
        families = self.families.setdefault(shape.length, [])
        for family in families:
            if family.shape.key == shape.key:
                return family
        families.append(Family(shape))
        return families[-1]


REGISTRY = Registry()
