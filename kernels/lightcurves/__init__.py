"""Stages and row functions of the forward model of light curves."""

from . import (
    cadence,
    calibration,
    compress,
    harmonics,
    layout,
    measure,
    noise,
    normalize,
    observe,
    pack,
    schedule,
    scratch,
    visits,
)

__all__ = [
    "cadence",
    "calibration",
    "compress",
    "harmonics",
    "layout",
    "measure",
    "noise",
    "normalize",
    "observe",
    "pack",
    "schedule",
    "scratch",
    "visits",
]
