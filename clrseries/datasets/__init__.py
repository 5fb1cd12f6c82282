"""Data sets, simulated light curves, and the opening of data in any form that the commands take."""

from .open import open_series
from .simulated import simulated_light_curves
from .simulated_transients import simulated_transients
from .simulated_variables import simulated_variables
from .stars import miles, stelib
from .supernovae import supernova_spectra, supernova_templates
from .transients import plasticc
from .variable_stars import asas, eros_variables, stripe82_rr_lyrae

__all__ = [
    "asas",
    "eros_variables",
    "miles",
    "open_series",
    "plasticc",
    "simulated_light_curves",
    "simulated_transients",
    "simulated_variables",
    "stelib",
    "stripe82_rr_lyrae",
    "supernova_spectra",
    "supernova_templates",
]
