"""The forward model of spectra: how another night, telescope or survey would have recorded the same source.

An :class:`Observe` applies steps in the order in which nature does. Every argument that may vary takes a number, a distribution
such as :class:`~clrseries.Uniform`, or the name of a per-object column.
"""

from .calibration import ArmJoin, FluxCalibrationError, Fringe, WavelengthError
from .curve import Curve
from .custom import Custom
from .dust import Extinction, HostExtinction
from .from_series import Spectrographs
from .instrument import LSF, Resample
from .masks import Crop, DropArm, MaskPixels, MaskRuns, MaskTelluric
from .noise import CosmicRays, Noise
from .normalize import Normalize
from .observe import Observe
from .sky import ScatteredLight, SkyResidual, Telluric
from .source import Redshift, RotationalBroadening, Tilt, Velocity, VelocityDispersion
from .surveys import Survey, survey

__all__ = [
    "LSF",
    "ArmJoin",
    "CosmicRays",
    "Crop",
    "Curve",
    "Custom",
    "DropArm",
    "Extinction",
    "FluxCalibrationError",
    "Fringe",
    "HostExtinction",
    "MaskPixels",
    "MaskRuns",
    "MaskTelluric",
    "Noise",
    "Normalize",
    "Observe",
    "Redshift",
    "Resample",
    "RotationalBroadening",
    "ScatteredLight",
    "SkyResidual",
    "Spectrographs",
    "Survey",
    "Telluric",
    "Tilt",
    "Velocity",
    "VelocityDispersion",
    "WavelengthError",
    "survey",
]
