"""Light curves of surveys with different bands as curves in one band."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..series import Series
from ..series.check_series import check_light_curves
from .features import ANY
from .relative_points import relative_values


def in_one_band(series: Series) -> Series:
    """Return light curves whose bands are joined to one, called ``any``, so that surveys with other bands can be compared.

    A band with at least five usable points is taken relative to its own level and scatter, and all points together are the new
    curve; so amplitudes and colors are lost, which the columns of :func:`with_features` keep. A model that is trained on such
    curves takes light curves in any bands: they are joined when it embeds them.

    Parameters
    ----------
    series : Series
        N light curves, in flux of any zero point.

    Returns
    -------
    Series
        The flux is the natural logarithm of the old one, less the mean of its band and over its scatter; points of bands with fewer
        than five usable points have ``ivar == 0``. The columns are those of `series`.

    Raises
    ------
    InputError
        The series holds spectra.

    Examples
    --------
    >>> from clrseries import datasets, lightcurves as lc
    >>> stars = datasets.simulated_light_curves(2)
    >>> stars.bands, lc.in_one_band(stars).bands
    (('B', 'R'), ('any',))
    """
    check_light_curves(series, "in_one_band")
    if series.bands == (ANY,):
        return series
    flux, ivar = np.zeros(len(series.x), np.float32), np.zeros(len(series.x), np.float32)
    for i in range(len(series)):
        own = slice(int(series.offsets[i]), int(series.offsets[i + 1]))
        flux[own], ivar[own] = relative_values(series, i)
    return replace(series, flux=flux, ivar=ivar, band=np.zeros(len(series.x), np.int8), bands=(ANY,))
