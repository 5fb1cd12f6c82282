"""Change of the unit of flux inside a composition, so that float32 holds every number on the way.

Fluxes in erg/s/cm2/A are near 1e-17, and their inverse variance is near the largest float32. The samples of such an object are
multiplied by a power of two before the steps, which changes no digit, and the views by the inverse behind them. Objects with
numbers near 1 are not touched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..kernels.flux_size import flux_sizes
from ..kernels.unit import in_unit, out_of_unit
from ..series import Series
from .on_host import read_only

NEAR_ONE = (-12, 24)  # exponents of two of the mean size of flux that need no other unit
SURE = -44  # exponents of two of flux, from this one on float32 holds every ivar of a S/N up to a million
LOOKED_AT = 64  # samples of an object that say how large its flux is


def unit_exponents(series: Series, near: tuple[int, int] = NEAR_ONE) -> NDArray[np.int64] | None:
    """Return the power of two that the flux of each object is near, or 0 where it is near enough to 1.

    Parameters
    ----------
    series : Series
        N objects, with NumPy arrays.
    near : (int, int)
        Exponents of two of the mean size of flux that is near enough.

    Returns
    -------
    int64 (N,) or None
        None if all are 0.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries import Series
    >>> from clrseries.augment.unit_scale import unit_exponents
    >>> unit_exponents(Series.from_arrays([4000.0, 4001.0], [[1e-17, 1e-17], [1.0, 2.0]])).tolist()
    [-56, 0]
    """
    if not len(series.flux):
        return None
    number = np.diff(series.offsets)
    samples = read_only(series.flux, series.ivar, series.offsets)
    size = flux_sizes(*samples, LOOKED_AT)
    for row in np.flatnonzero(np.isnan(size) & (number > LOOKED_AT)).tolist():  # all that were looked at were masked
        size[row] = flux_sizes(*samples[:2], samples[2][row : row + 2], number[row])[0]
    exponents = np.frexp(np.where(np.isnan(size) | (number == 0), 1.0, size))[1].astype(np.int64)
    exponents[(exponents >= near[0]) & (exponents <= near[1])] = 0
    return exponents if exponents.any() else None


def scaled(series: Series, exponents: NDArray[np.int64]) -> Series:
    """Return a series whose flux is divided by a power of two for each object, with its ivar.

    Parameters
    ----------
    series : Series
        N objects, with NumPy arrays.
    exponents : int64 (N,)

    Returns
    -------
    Series
        A new series; digits do not change.
    """
    flux, ivar = in_unit(*read_only(series.flux, series.ivar, series.offsets, exponents))
    return replace(series, flux=flux, ivar=ivar)


def unscaled(
    flux: Any, ivar: Any, exponents: NDArray[np.int64], put: Callable[[NDArray[Any]], Any] = np.asarray
) -> tuple[Any, Any]:
    """Bring views back to the unit of the series, in place where float32 allows it.

    Parameters
    ----------
    flux, ivar : float32 (N, V, L)
        Views, as NumPy arrays, torch tensors or CuPy arrays.
    exponents : int64 (N, V)
        Powers of two by which the flux is multiplied.
    put : function
        Brings a NumPy array to where the views are.

    Returns
    -------
    flux : float32 (N, V, L)
    ivar : float32 (N, V, L)
        Or float64: of NumPy, where a number is beyond the largest float32; on a device, which is not waited for to see it, where the
        exponents allow such a number.
    """
    on_host = isinstance(flux, np.ndarray)
    if on_host and out_of_unit(flux, ivar, *read_only(exponents)):
        return flux, ivar
    power = put(np.exp2(exponents.astype(float))[..., None])
    flux[...] = flux * power
    wide = ivar / power**2
    if on_host or exponents.min() < SURE:
        return flux, wide
    ivar[...] = wide
    return flux, ivar
