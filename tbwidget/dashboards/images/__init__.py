"""The Images tab: the images of each tag at a step, of all selected runs side by side."""

from .view import Images

__all__ = ["Images"]
