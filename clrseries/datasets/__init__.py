"""Real data for everyone, and simulated light curves that say so; a reader only reads."""

from .simulated import simulated_curves
from .stellar import miles, stelib
from .supernovae import supernova_spectra
from .variables import eros_variables, stripe82_rr_lyrae

__all__ = ["eros_variables", "miles", "simulated_curves", "stelib", "stripe82_rr_lyrae", "supernova_spectra"]
