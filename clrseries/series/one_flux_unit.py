"""Fluxes of a whole batch in one unit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .flux_units import unit_factors

if TYPE_CHECKING:
    from .series import Series


def flux_units(series: Series) -> list[str]:
    """Return the known units of the fluxes, in the order in which they occur.

    Parameters
    ----------
    series : Series
        N objects; the column ``flux_unit``, if there is one, has the unit of each.

    Returns
    -------
    list of str
        Empty if none is known.

    Examples
    --------
    >>> from clrseries import datasets
    >>> flux_units(datasets.simulated_light_curves(2).with_columns({"flux_unit": ["Jy", ""]}))
    ['Jy']
    """
    if "flux_unit" not in series.table.column_names:
        return []
    return [unit for unit in pc.unique(series.table["flux_unit"].cast(pa.string())).to_pylist() if unit]


def in_flux_unit(series: Series, wanted: str) -> Series:
    """Return objects whose fluxes are in one unit; those without a known one are left as they are.

    Parameters
    ----------
    series : Series
        N objects.
    wanted : str
        The unit, as astropy reads it.

    Returns
    -------
    Series
        `series` itself if nothing is to be converted.

    Raises
    ------
    InputError
        A unit cannot be converted to it.

    Examples
    --------
    >>> from clrseries import datasets
    >>> stars = datasets.simulated_light_curves(2).with_columns({"flux_unit": ["mJy", "mJy"]})
    >>> round(float(in_flux_unit(stars, "uJy").flux[0] / stars.flux[0]))
    1000
    """
    others = [unit for unit in flux_units(series) if unit != wanted]
    if not others:
        return series
    units = np.array([unit or "" for unit in series.table["flux_unit"].cast(pa.string()).to_pylist()], object)
    factors = np.ones(len(series.x))
    for unit in others:
        own = np.repeat(units == unit, np.diff(series.offsets))
        factors[own] = unit_factors(unit, wanted, series.x[own] if series.band is None else None)
    with np.errstate(over="ignore"):
        flux = (series.flux * factors).astype(np.float32)
        ivar = (series.ivar / factors**2).astype(np.float32)
    text = [wanted if unit else None for unit in units]
    return replace(series, flux=flux, ivar=ivar).with_columns({"flux_unit": pa.array(text, pa.string())}).check()
