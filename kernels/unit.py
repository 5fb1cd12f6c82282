"""Divide the flux of each object by a power of two, multiply its ivar by the square, and the way back."""

import math

import numpy as np
from numba import njit

LARGEST = float(np.finfo(np.float32).max)


@njit(inline="always")
def _power(exponent):
    return math.ldexp(1.0, np.int32(exponent))


@njit(cache=True, nogil=True, error_model="numpy")
def in_unit(flux, ivar, offsets, exponents):
    """Return the samples of each object in a unit of its own.

    Parameters
    ----------
    flux, ivar : float32 (S,)
    offsets : int64 (N + 1,)
        Object i has the samples ``offsets[i]:offsets[i + 1]``.
    exponents : int64 (N,)
        Powers of two by which the flux is divided.

    Returns
    -------
    flux, ivar : float32 (S,)
        New arrays; no digit changes.
    """
    new_flux, new_ivar = np.empty_like(flux), np.empty_like(ivar)
    for i in range(len(exponents)):
        factor, square = _power(-exponents[i]), _power(2 * exponents[i])
        for j in range(offsets[i], offsets[i + 1]):
            new_flux[j] = np.float32(flux[j] * factor)
            new_ivar[j] = np.float32(ivar[j] * square)
    return new_flux, new_ivar


@njit(cache=True, nogil=True, error_model="numpy")
def out_of_unit(flux, ivar, exponents):
    """Bring views back to the unit of their objects, in place, unless float32 cannot hold an ivar.

    Parameters
    ----------
    flux, ivar : float32 (N, V, L)
        Written to.
    exponents : int64 (N, V)
        Powers of two by which the flux is multiplied.

    Returns
    -------
    bool
        False if an ivar would be beyond the largest float32; nothing is changed then.
    """
    for i, v in np.ndindex(exponents.shape):
        beyond, square = 0, _power(-2 * exponents[i, v])
        for j in range(ivar.shape[2]):
            beyond += ivar[i, v, j] * square > LARGEST
        if beyond:
            return False
    for i, v in np.ndindex(exponents.shape):
        factor, square = _power(exponents[i, v]), _power(-2 * exponents[i, v])
        for j in range(ivar.shape[2]):
            flux[i, v, j] = np.float32(flux[i, v, j] * factor)
            ivar[i, v, j] = np.float32(ivar[i, v, j] * square)
    return True
