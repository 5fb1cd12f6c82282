"""Fluxes without a unit whose scale can hardly be the one that a model knows."""

from __future__ import annotations

import logging

import numpy as np

from ..augment.resident import host_series
from ..series import Series
from ..series.one_flux_unit import flux_units

logger = logging.getLogger("clrseries")
PLAUSIBLE = (5.0, 30.0)  # AB magnitude of the brightest point of the median object


def warn_of_scale(series: Series, unit: str) -> None:
    """Log a warning if light curves without a unit would be far too bright or too faint for any survey.

    Parameters
    ----------
    series : Series
        N objects.
    unit : str
        Unit in which a model takes fluxes without one; empty if their scale does not matter.
    """
    if not unit or series.band is None or flux_units(series) or not len(series.x):
        return
    from astropy import units

    if not units.Unit(unit, parse_strict="silent").is_equivalent(units.Jy):  # counts of a detector tell no magnitude
        return
    own = host_series(series)
    filled = np.flatnonzero(np.diff(own.offsets) > 0)
    flux = np.where(own.ivar > 0, own.flux, -np.inf)
    peak = np.median(np.maximum.reduceat(flux, own.offsets[filled].astype(np.intp)))
    if not 0 < peak < np.inf:
        return
    magnitude = float((peak * units.Unit(unit)).to_value(units.ABmag))
    if not PLAUSIBLE[0] < magnitude < PLAUSIBLE[1]:
        logger.warning(
            "fluxes without a unit are taken to be in units of %s, so that the brightest point has magnitude %.0f (AB, median of the objects): "
            "convert them, or give their unit in a column 'flux_unit', such as 'nJy'",
            unit,
            magnitude,
        )
