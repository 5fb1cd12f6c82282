"""Data sets, simulated light curves, and the opening of data in any form that the commands take."""

from .open import open_series
from .simulated import simulated_light_curves
from .stars import miles, stelib
from .supernovae import supernova_spectra
from .variable_stars import eros_variables, stripe82_rr_lyrae

__all__ = [
    "eros_variables",
    "miles",
    "open_series",
    "simulated_light_curves",
    "stelib",
    "stripe82_rr_lyrae",
    "supernova_spectra",
]
