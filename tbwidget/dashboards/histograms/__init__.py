"""The Histograms tab."""

from .view import Histograms

__all__ = ["Histograms"]
