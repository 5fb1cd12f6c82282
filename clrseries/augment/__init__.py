"""Views as re-observations: steps of a forward model, composed and applied in one kernel call."""

from .distributions import Choice, LogUniform, Normal, Uniform
from .instrument import Broaden, Crop, MaskPixels, MaskRuns, Noise, Normalize, Resample, WarpFlux
from .observe import Observe
from .source import Redshift, Velocity

__all__ = [
    "Broaden",
    "Choice",
    "Crop",
    "LogUniform",
    "MaskPixels",
    "MaskRuns",
    "Noise",
    "Normal",
    "Normalize",
    "Observe",
    "Redshift",
    "Resample",
    "Uniform",
    "Velocity",
    "WarpFlux",
]
