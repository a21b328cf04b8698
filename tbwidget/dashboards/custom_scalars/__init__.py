"""The Custom scalars tab: several tags in one chart, as a layout has it."""

from .view import CustomScalars

__all__ = ["CustomScalars"]
