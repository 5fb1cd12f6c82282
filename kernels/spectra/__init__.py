"""Stages and row functions of the forward model of spectra."""

from . import (
    broaden,
    broaden_pixels,
    custom,
    interpolate,
    layout,
    masks,
    noise,
    normalize,
    observe,
    resample,
    resample_pixels,
    response,
    rotate,
    scratch,
    sums_to_flux,
)

__all__ = [
    "broaden",
    "broaden_pixels",
    "custom",
    "interpolate",
    "layout",
    "masks",
    "noise",
    "normalize",
    "observe",
    "resample",
    "resample_pixels",
    "response",
    "rotate",
    "scratch",
    "sums_to_flux",
]
