"""The Tensors tab: tensors of plugins that have no tab of their own."""

from .view import Tensors

__all__ = ["Tensors"]
