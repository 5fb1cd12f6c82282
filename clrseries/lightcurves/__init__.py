"""The forward model of light curves: how another campaign or survey would have recorded the same source.

An :class:`Observe` applies steps in the order in which nature does. Every argument that may vary takes a number, a distribution
such as :class:`~clrseries.Uniform`, or the name of a per-object column.
"""

from .any_band import in_one_band
from .binned_periodogram import with_periodogram
from .cadence import AroundDetections, Bin, Fold, Truncate, Visit, Window
from .calibration import Jumps, RandomWalk, Trend, ZeroPoint
from .features import feature_names, with_features
from .galactic import with_galactic_latitude
from .k_correction import redshifted
from .noise import Detect, Noise, Outliers, Saturate
from .normalize import Normalize
from .observe import Observe
from .observing import DropBands, DropDays, DropPoints, Gaps, Moon, Nights, Seasons, Weather
from .pack import Pack
from .periods import with_periods
from .source import Amplify, Flares, Redshift, ReverseTime, ShiftTime, StretchPeriod
from .surveys import Survey, survey

__all__ = [
    "Amplify",
    "AroundDetections",
    "Bin",
    "Detect",
    "DropBands",
    "DropDays",
    "DropPoints",
    "Flares",
    "Fold",
    "Gaps",
    "Jumps",
    "Moon",
    "Nights",
    "Noise",
    "Normalize",
    "Observe",
    "Outliers",
    "Pack",
    "RandomWalk",
    "Redshift",
    "ReverseTime",
    "Saturate",
    "Seasons",
    "ShiftTime",
    "StretchPeriod",
    "Survey",
    "Trend",
    "Truncate",
    "Visit",
    "Weather",
    "Window",
    "ZeroPoint",
    "feature_names",
    "in_one_band",
    "redshifted",
    "survey",
    "with_features",
    "with_galactic_latitude",
    "with_periodogram",
    "with_periods",
]
