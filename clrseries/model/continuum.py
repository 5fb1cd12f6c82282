"""Spectra without a continuum, which models that divide by it cannot judge."""

from __future__ import annotations

import logging

import numpy as np

from ..augment.resident import host_series
from ..config import Observe
from ..series import Series
from ..spectra import Normalize

logger = logging.getLogger("clrseries")
FAINTEST = 0.2  # median flux over its scatter; noise, and flux minus its continuum, are nearly always below


def warn_without_continuum(series: Series, observe: Observe) -> None:
    """Log a warning if the median flux of a spectrum is not above its scatter about zero, and a model divides by its level.

    Parameters
    ----------
    series : Series
        N objects.
    observe : spectra.Observe or lightcurves.Observe
        What prepares them for the model.
    """
    divided = any(isinstance(step, Normalize) and step.by != "l2" for step in observe.steps)
    if series.band is not None or not divided:
        return
    own = host_series(series)
    without = [row for row in range(len(own)) if not _has_continuum(own, row)]
    if without:
        logger.warning(
            "%d of %d spectra, such as %r, have no continuum: what is predicted of them means little. Give the flux itself, not minus its continuum "
            "(of flux / continuum - 1, add 1)",
            len(without),
            len(own),
            own.object_ids[without[0]],
        )


def _has_continuum(series: Series, row: int) -> bool:
    at = slice(series.offsets[row], series.offsets[row + 1])
    flux = series.flux[at][series.ivar[at] > 0].astype(np.float64)
    if not len(flux):
        return True  # told by other means
    level = np.median(flux)
    return bool(level > FAINTEST * 1.4826 * np.median(np.abs(flux - level)))
