"""The sample arrays of spectra from arrays of any library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..border import Rows, holds_rows, in_unit, rows_of, unit_of
from ..errors import InputError, located
from ..units import angstrom, in_vacuum
from .float32 import held_in_float32
from .flux_units import linear, unit_text
from .photometry import ivar_of


class SpectrumSamples(NamedTuple):
    """Sample arrays of N spectra, with the names of :class:`~clrseries.Series`.

    Parameters
    ----------
    x : float64 (S,)
        Wavelength [Angstrom, in vacuum], ascending within an object.
    flux, ivar : float32 (S,)
        Flux and its inverse variance.
    offsets : int64 (N + 1,)
        Object i has the samples ``offsets[i]:offsets[i + 1]``.
    flux_unit : str
        Unit of the flux, empty if unknown.
    without_wavelength : int
        Number of pixels without a wavelength that were left out.
    bare : bool
        Whether the wavelengths had no unit.
    """

    x: NDArray[np.float64]
    flux: NDArray[np.float32]
    ivar: NDArray[np.float32]
    offsets: NDArray[np.int64]
    flux_unit: str
    without_wavelength: int
    bare: bool = False


def spectrum_samples(x: Any, flux: Any, ivar: Any, flux_err: Any, medium: str) -> SpectrumSamples:
    """Read the arrays of N spectra.

    Parameters
    ----------
    x, flux, ivar, flux_err, medium : object
        As :meth:`clrseries.Series.from_arrays` takes them.

    Returns
    -------
    SpectrumSamples

    Raises
    ------
    InputError
        Shapes do not match, units cannot be converted, or both `ivar` and `flux_err` are given.
    """
    if ivar is not None and flux_err is not None:
        raise InputError("give either ivar or flux_err, not both")
    fluxes = rows_of(flux, "flux")
    unit = linear(fluxes.unit)
    waves = _waves(x, len(fluxes.values))
    weights = _weights(ivar, flux_err, unit, fluxes)
    for name, rows in (("x", waves), ("ivar" if flux_err is None else "flux_err", weights)):
        _check_shapes(name, rows, fluxes.values)
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in fluxes.values])]).astype(np.int64)
    bare = not any(unit_of(row) is not None for row in (x if holds_rows(x) else [x]))
    found = tidy_samples(
        in_vacuum(_joined(waves), medium), _joined(fluxes.values), _joined(weights), offsets, unit_text(unit)
    )
    return found._replace(bare=bare)


def tidy_samples(
    x: NDArray[np.float64],
    flux: NDArray[np.floating],
    ivar: NDArray[np.floating],
    offsets: NDArray[np.int64],
    unit: str,
) -> SpectrumSamples:
    """Leave out pixels without a wavelength, bring wavelengths into ascending order, and flux into the range of float32.

    Parameters
    ----------
    x : float64 (S,)
        Wavelength [Angstrom].
    flux, ivar : float (S,)
        Flux and its inverse variance.
    offsets : int64 (N + 1,)
        Object i has the samples ``offsets[i]:offsets[i + 1]``.
    unit : str
        Unit of the flux, empty if unknown.

    Returns
    -------
    SpectrumSamples
        A pixel whose wavelength is missing or not positive is left out if its ivar is 0. Pixels of a spectrum with descending
        wavelengths are reversed.
    """
    without = ~(np.isfinite(x) & (x > 0)) & (ivar == 0)
    if without.any():
        counts = np.add.reduceat(~without, offsets[:-1]) if len(without) else np.zeros(0, np.int64)
        x, flux, ivar = x[~without], flux[~without], ivar[~without]
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    order = _ascending(x, offsets)
    if order is not None:
        x, flux, ivar = x[order], flux[order], ivar[order]
    held = held_in_float32(flux, ivar)
    text = unit_text(unit, held.exponent)
    return SpectrumSamples(x, held.flux, held.ivar, offsets, text, int(without.sum()))


def _waves(x: Any, objects: int) -> list[NDArray[np.floating]]:
    """Return the wavelengths of each object [Angstrom]; one array serves all objects."""
    if holds_rows(x):
        return [angstrom(row).ravel() for row in (x.to_pylist() if hasattr(x, "to_pylist") else x)]
    wave = angstrom(x)
    if wave.ndim == 0:
        raise located("is a single number: give the wavelength of each pixel", column="x")
    return [wave] * objects if wave.ndim == 1 else list(wave.reshape(-1, wave.shape[-1]))


def _weights(ivar: Any, flux_err: Any, unit: Any, fluxes: Rows) -> list[NDArray[np.floating]]:
    """Return the inverse variance of each object in the unit of the flux; 0 where anything is masked."""
    if ivar is None and flux_err is None:
        return [np.isfinite(row).astype(np.float32) for row in fluxes.values]
    given = rows_of(flux_err if ivar is None else ivar, "ivar" if flux_err is None else "flux_err")
    wanted = unit if ivar is None else (None if unit is None else unit**-2)
    weights = [in_unit(row, given.unit, wanted, "ivar" if flux_err is None else "flux_err") for row in given.values]
    if ivar is None:
        weights = [ivar_of(row) for row in weights]
    hidden = given.missing
    if len(hidden) == len(fluxes.missing):
        hidden = [a | b if len(a) == len(b) else a for a, b in zip(hidden, fluxes.missing, strict=True)]
    return [
        np.where(gone, 0.0, row).astype(row.dtype) if gone.any() else row
        for gone, row in zip(hidden, weights, strict=True)
    ]


def _check_shapes(name: str, rows: Sequence[NDArray[Any]], fluxes: Sequence[NDArray[Any]]) -> None:
    if len(rows) != len(fluxes):
        raise InputError(f"{name} has {len(rows)} rows and flux {len(fluxes)}: give one for each object")
    for i, (row, flux) in enumerate(zip(rows, fluxes, strict=True)):
        if len(row) != len(flux):
            hint = ": the last axis of flux is that of the wavelength; transpose it?" if len(row) == len(fluxes) else ""
            raise located(f"has {len(row)} samples and flux {len(flux)}{hint}", object_id=str(i), column=name)


def _ascending(x: NDArray[np.float64], offsets: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Return the order that reverses the objects whose x descends everywhere; None if there are none."""
    if len(x) < 2:
        return None
    down = np.zeros(len(x), bool)
    down[1:] = x[1:] < x[:-1]
    down[offsets[:-1][offsets[:-1] < len(x)]] = False  # not the step from one object to the next
    if not down.any():
        return None
    lengths = np.diff(offsets)
    steps = np.concatenate([[0], np.cumsum(down)])
    reverse = (steps[offsets[1:]] - steps[offsets[:-1]] == lengths - 1) & (lengths > 1)
    if not reverse.any():
        return None
    order = np.arange(len(x))
    mirrored = np.repeat(offsets[:-1] + offsets[1:] - 1, lengths) - order
    return np.where(np.repeat(reverse, lengths), mirrored, order)


def _joined(rows: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(list(rows)) if len(rows) else np.empty(0)
