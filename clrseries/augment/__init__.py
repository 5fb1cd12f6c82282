"""Views as re-observations: steps of a forward model, composed and applied in one kernel call."""

from .curve import Curve
from .custom import Custom
from .detector import CosmicRays, Noise
from .distributions import Choice, Empirical, LogUniform, Normal, TruncatedNormal, Uniform
from .dust import Extinction, HostExtinction
from .instrument import LSF, ArmJoin, Fringe, Resample, WarpFlux, WavelengthError
from .losses import Crop, LoseArm, MaskPixels, MaskRuns
from .observe import Observe
from .scale import Normalize
from .sky import MaskTelluric, ScatteredLight, SkyResidual, Telluric
from .source import Broaden, Redshift, Rotate, Tilt, Velocity
from .surveys import Survey, survey

__all__ = [
    "LSF",
    "ArmJoin",
    "Broaden",
    "Choice",
    "CosmicRays",
    "Crop",
    "Curve",
    "Custom",
    "Empirical",
    "Extinction",
    "Fringe",
    "HostExtinction",
    "LogUniform",
    "LoseArm",
    "MaskPixels",
    "MaskRuns",
    "MaskTelluric",
    "Noise",
    "Normal",
    "Normalize",
    "Observe",
    "Redshift",
    "Resample",
    "Rotate",
    "ScatteredLight",
    "SkyResidual",
    "Survey",
    "Telluric",
    "Tilt",
    "TruncatedNormal",
    "Uniform",
    "Velocity",
    "WarpFlux",
    "WavelengthError",
    "survey",
]
