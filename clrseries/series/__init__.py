"""The container of spectra and of light curves of any lengths, and the ways to build it."""

from .check_series import check_series
from .concatenate import concatenate
from .series import Series

__all__ = ["Series", "check_series", "concatenate"]
