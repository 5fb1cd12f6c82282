"""The unit that an array carries."""

from __future__ import annotations

from typing import Any


def unit_of(data: Any) -> Any:
    """Return the astropy unit of an array.

    Parameters
    ----------
    data : object
        An array of any library.

    Returns
    -------
    astropy unit or None
        None if there is none, or if it is not one of astropy; a dimensionless unit is a unit.
    """
    unit = getattr(data, "unit", None)
    if hasattr(unit, "physical_type"):
        return unit
    attributes = getattr(data, "attrs", None)  # xarray keeps units as text
    text = attributes.get("units") if isinstance(attributes, dict) and hasattr(data, "dims") else None
    if isinstance(text, str):
        from astropy import units

        try:
            return units.Unit(text)
        except ValueError:
            return None
    return None
