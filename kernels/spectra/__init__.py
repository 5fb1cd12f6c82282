"""Stages and row functions of the forward model of spectra."""

from . import (
    broaden,
    custom,
    interpolate,
    layout,
    masks,
    noise,
    normalize,
    observe,
    resample,
    response,
    rotate,
    scratch,
    sums_to_flux,
)

__all__ = [
    "broaden",
    "custom",
    "interpolate",
    "layout",
    "masks",
    "noise",
    "normalize",
    "observe",
    "resample",
    "response",
    "rotate",
    "scratch",
    "sums_to_flux",
]
