"""Readers and writers of spectra and light curves."""

from .kepler import read_kepler
from .light_curves import read_light_curves, write_light_curves
from .osc import read_osc
from .snana import read_snana
from .spectra import read_spectra, write_spectra
from .ztf import read_ztf

__all__ = [
    "read_kepler",
    "read_light_curves",
    "read_osc",
    "read_snana",
    "read_spectra",
    "read_ztf",
    "write_light_curves",
    "write_spectra",
]
