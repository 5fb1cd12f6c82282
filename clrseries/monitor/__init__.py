"""Views of light curves: steps of a forward model in time, composed and applied in one kernel call."""

from .cadence import Bin, DropBands, Gaps, LoseDays, Moon, Nights, Seasons, Thin, Truncate, Visit, Weather, Window
from .depth import Depth, Detect, Outliers, Saturate
from .gaussian_process import redshifted
from .monitor import Monitor
from .row import Level, Pack
from .source import Amplify, Dilate, Flares, Fold, ReverseTime, ShiftTime, StretchPeriod
from .surveys import Cadence, cadence
from .systematics import Jumps, RandomWalk, Trend, ZeroPoint

__all__ = [
    "Amplify",
    "Bin",
    "Cadence",
    "Depth",
    "Detect",
    "Dilate",
    "DropBands",
    "Flares",
    "Fold",
    "Gaps",
    "Jumps",
    "Level",
    "LoseDays",
    "Monitor",
    "Moon",
    "Nights",
    "Outliers",
    "Pack",
    "RandomWalk",
    "ReverseTime",
    "Saturate",
    "Seasons",
    "ShiftTime",
    "StretchPeriod",
    "Thin",
    "Trend",
    "Truncate",
    "Visit",
    "Weather",
    "Window",
    "ZeroPoint",
    "cadence",
    "redshifted",
]
