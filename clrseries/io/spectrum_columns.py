"""The columns of wavelength and flux of a table of spectra, under the names and with the units that people give them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import located

WAVELENGTH = "wavelength"
WORDS = (WAVELENGTH, "wave", "lambda", "lam", "wl")
LOGARITHMS = ("loglam", "log_wavelength", "logwave")  # to the base 10
UNITS = {  # by the ways to write them, in lower case
    "a": "Angstrom", "aa": "Angstrom", "ang": "Angstrom", "angstrom": "Angstrom", "angstroms": "Angstrom", "å": "Angstrom",
    "nm": "nm", "nanometer": "nm", "nanometers": "nm", "um": "um", "µm": "um", "μm": "um", "micron": "um", "microns": "um",
}  # fmt: skip
WITH_UNIT = re.compile(rf"({'|'.join(WORDS)})(?:\s*[\[(]\s*(.+?)\s*[\])]|[\s_]+({'|'.join(UNITS)}))", re.IGNORECASE)
FLUX = re.compile(r"flux(?:\s*[\[(]\s*(.+?)\s*[\])])?", re.IGNORECASE)


def wavelength_column(names: Iterable[str]) -> str | None:
    """Return the column of wavelengths, or of their logarithms.

    Parameters
    ----------
    names : iterable of str
        Names of all columns.

    Returns
    -------
    str or None
        ``wavelength``, if it is there; or the first with another usual name, whatever its case, with or without a unit.

    Examples
    --------
    >>> wavelength_column(["Wave (nm)", "flux"])
    'Wave (nm)'
    """
    own = list(names)
    usual = (name for name in own if name.lower() in WORDS + LOGARITHMS or unit_of(name) is not None)
    return WAVELENGTH if WAVELENGTH in own else next(usual, None)


def flux_column(names: Iterable[str]) -> str | None:
    """Return the column of fluxes.

    Parameters
    ----------
    names : iterable of str
        Names of all columns.

    Returns
    -------
    str or None
        ``flux``, if it is there; or the first with this name in another case or with a unit in brackets.

    Examples
    --------
    >>> flux_column(["wave", "Flux [Jy]"])
    'Flux [Jy]'
    """
    own = list(names)
    return "flux" if "flux" in own else next((name for name in own if FLUX.fullmatch(name.strip())), None)


def unit_of(name: str) -> str | None:
    """Return the unit in the name of a column of wavelengths.

    Parameters
    ----------
    name : str
        Such as ``wavelength [um]``, ``wave(nm)`` or ``lambda_AA``.

    Returns
    -------
    str or None
        As astropy writes it, or what stands in the brackets; None if the name is none of a wavelength, or has no unit.

    Examples
    --------
    >>> unit_of("wavelength_nm"), unit_of("flux_nm")
    ('nm', None)
    """
    found = WITH_UNIT.fullmatch(name.strip())
    text = (found[2] or found[3]) if found else None
    return None if text is None else UNITS.get(text.lower(), text)


def is_spectral(unit: str) -> bool:
    """Return whether astropy knows a unit as one of a wavelength, a frequency or an energy.

    Parameters
    ----------
    unit : str
        Such as ``um``.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_spectral("nm"), is_spectral("air")
    (True, False)
    """
    from astropy import units

    try:
        return bool(units.Unit(unit).is_equivalent(units.AA, units.spectral()))
    except (ValueError, TypeError):
        return False


def with_usual_names(table: pa.Table, x: str, flux: str, source: str = "") -> pa.Table:
    """Return a table whose wavelengths and fluxes are in the columns ``wavelength`` and ``flux``, if these were asked for.

    Parameters
    ----------
    table : pyarrow.Table
        One row per spectrum, with lists, or one row per pixel.
    x, flux : str
        Names asked for; with others than ``wavelength`` and ``flux``, the table is left as it is.
    source : str
        File or table, for the error.

    Returns
    -------
    pyarrow.Table
        With the units that the names had in the metadata of the columns, and powers of ten of logarithms. What is not found is left as it is.

    Raises
    ------
    InputError
        A unit of the wavelength is not known.
    """
    if (x, flux) != (WAVELENGTH, "flux"):
        return table
    name = wavelength_column(table.column_names)
    if name is not None and name != WAVELENGTH:
        column, unit = table[name], unit_of(name)
        if unit is not None and not is_spectral(unit):
            reason = f"names a unit that is none of a wavelength, {unit!r}: write Angstrom, nm or um"
            raise located(reason, source=source, column=name)
        table = _renamed(table, name, WAVELENGTH, _powers(column) if name.lower() in LOGARITHMS else column, unit)
    name = flux_column(table.column_names)
    if name is not None and name != "flux":
        found = FLUX.fullmatch(name.strip())
        table = _renamed(table, name, "flux", table[name], found[1] if found else None)
    return table


def _renamed(table: pa.Table, name: str, new: str, column: pa.ChunkedArray, unit: str | None) -> pa.Table:
    """Return a table with one column under another name, with the unit that its metadata have, or else that of the name."""
    metadata = dict(table.schema.field(name).metadata or {})
    if unit is not None:
        metadata.setdefault(b"unit", unit.encode())
    field = pa.field(new, column.type, metadata=metadata or None)
    return table.set_column(table.column_names.index(name), field, column)


def _powers(column: pa.ChunkedArray) -> Any:
    """Return ten to the power of numbers, or of those in lists."""
    if not pa.types.is_nested(column.type):
        return pc.power(pa.scalar(10.0), column.cast(pa.float64()))
    lists = column.combine_chunks()
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    offsets = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    values = pc.power(pa.scalar(10.0), pc.list_flatten(lists).cast(pa.float64()))
    return pa.chunked_array([pa.LargeListArray.from_arrays(pa.array(offsets), values, mask=pc.is_null(lists))])
