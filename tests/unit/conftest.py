from __future__ import annotations

from hypothesis import settings

# A slow machine is no failure, and a failure must be the same for everybody.
settings.register_profile("tbwidget", deadline=None, derandomize=True, database=None)
settings.load_profile("tbwidget")
