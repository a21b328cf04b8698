"""The Scalars tab."""

from .view import Scalars

__all__ = ["Scalars"]
