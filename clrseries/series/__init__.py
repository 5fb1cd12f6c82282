"""The container of spectra and of light curves of any lengths, and the ways to build it."""

from .concatenate import concatenate
from .series import Series

__all__ = ["Series", "concatenate"]
