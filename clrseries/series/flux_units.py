"""Units of flux: the error in the unit of the flux, magnitudes, and the column ``flux_unit``."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..border import in_unit
from ..errors import InputError, located
from .photometry import flux_from_magnitude


class LinearFlux(NamedTuple):
    """Flux and its error in one linear unit.

    Parameters
    ----------
    flux, error : float64 (S,)
        Flux and its error.
    unit : str
        Their unit, empty if unknown.
    """

    flux: NDArray[np.floating]
    error: NDArray[np.floating]
    unit: str


def is_magnitude(unit: Any) -> bool:
    """Return whether a unit is one of magnitudes.

    Parameters
    ----------
    unit : astropy unit or None
        For instance ``mag``, ``mag(AB)`` or ``mag(ST)``.

    Returns
    -------
    bool
    """
    text = "" if unit is None else str(unit)
    return text == "mag" or text.startswith("mag(") or text in ("ABmag", "STmag", "Bol", "bol")


def linear_flux(
    flux: NDArray[np.floating], unit: Any, error: NDArray[np.floating], error_unit: Any, zero_point: float
) -> LinearFlux:
    """Bring the error to the unit of the flux, and convert magnitudes.

    Parameters
    ----------
    flux : float (S,)
        Flux or magnitude.
    unit : astropy unit or None
        Its unit.
    error : float (S,)
        Error of `flux`.
    error_unit : astropy unit or None
        Its unit; without one, it is that of the flux.
    zero_point : float
        Magnitude of flux 1.

    Returns
    -------
    LinearFlux

    Raises
    ------
    InputError
        The unit of the error cannot be converted to that of the flux, or is one of another logarithmic scale.

    Examples
    --------
    >>> import numpy as np
    >>> from astropy import units as u
    >>> from clrseries.series.flux_units import linear_flux
    >>> linear_flux(np.array([3.0]), u.mJy, np.array([500.0]), u.uJy, 25.0)
    LinearFlux(flux=array([3.]), error=array([0.5]), unit='mJy')
    """
    if is_magnitude(unit):
        if error_unit is not None and not is_magnitude(error_unit):
            raise located(f"is in {error_unit} and the flux in {unit}: give both as magnitudes", column="flux_err")
        value, spread = flux_from_magnitude(flux, error, zero_point)
        return LinearFlux(value, spread, "")
    return LinearFlux(flux, in_unit(error, error_unit, linear(unit), "flux_err"), unit_text(unit))


def linear(unit: Any, column: str = "flux") -> Any:
    """Return a unit, or refuse it if it is logarithmic.

    Parameters
    ----------
    unit : astropy unit or None
        Unit of a flux.
    column : str
        Name of the column, for the error.

    Returns
    -------
    astropy unit or None

    Raises
    ------
    InputError
        It is a unit of magnitudes, dex or decibel.
    """
    if is_magnitude(unit) or hasattr(unit, "physical_unit") or str(unit) in ("dex", "dB"):
        raise located(f"is in {unit}, and a linear flux is needed: convert it", column=column)
    return unit


def unit_text(unit: Any, exponent: int = 0) -> str:
    """Return a unit as the text that the column ``flux_unit`` holds.

    Parameters
    ----------
    unit : astropy unit, str or None
        The unit; None or empty if unknown.
    exponent : int
        The flux was divided by this power of ten.

    Returns
    -------
    str
        Astropy reads it again; empty for an unknown unit and exponent 0.
    """
    if unit is None or unit == "":
        return f"1e{exponent}" if exponent else ""
    if not exponent:
        return str(unit)
    from astropy import units

    return (units.Unit(unit) * 10.0**exponent).to_string()


def unit_factors(unit: str, wanted: str, wavelength: NDArray[np.float64] | None) -> NDArray[np.float64] | float:
    """Return the factors that convert fluxes from one unit to another.

    Parameters
    ----------
    unit, wanted : str
        Units as in the column ``flux_unit``; an unknown one, which is empty, is not converted.
    wavelength : float64 (S,) or None
        Wavelength of each flux [Angstrom], for flux densities per wavelength and per frequency; None for light curves.

    Returns
    -------
    float or float64 (S,)

    Raises
    ------
    InputError
        The units cannot be converted into each other.
    """
    if unit == wanted or not unit or not wanted:
        return 1.0
    from astropy import units

    try:
        equal = [] if wavelength is None else units.spectral_density(wavelength * units.AA)
        ones = np.ones(1 if wavelength is None else len(wavelength))
        found = (ones * units.Unit(unit)).to_value(wanted, equal)
    except (ValueError, TypeError) as error:  # no units, or not convertible
        raise InputError(
            f"cannot join fluxes in {unit!r} and in {wanted!r}, which cannot be converted into each other: convert them "
            "first, or, if only shapes matter, forget the unit with series.with_columns({'flux_unit': [''] * len(series)})"
        ) from error
    return np.asarray(found) if wavelength is not None else float(found[0])
