"""Reader of the spectra in event files of the Open Supernova Catalog."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...errors import InputError, located
from ...series import Series
from ...series.concatenate import joined
from ...series.photometry import ivar_of
from ...series.table import numbered_repetitions
from ..osc import events_of, first_value, mjd_of
from ..transients import number
from .built import flux_unit, spectra_from

ANGSTROM = {"angstrom": 1.0, "angstroms": 1.0, "a": 1.0, "nm": 10.0, "um": 1e4, "micron": 1e4}  # of one unit
# What was done to a spectrum that undoes the sky's work, by its key in the schema.
CHANGED = {"deredshifted": "spectrum: in the rest frame", "dereddened": "spectrum: corrected for dust",
           "exclude": "spectrum: excluded by the catalog"}  # fmt: skip


def read_osc_spectra(path: str | Path, medium: str | None = None) -> Series:
    """Read the spectra of event files (JSON) of the Open Supernova Catalog.

    Spectra that the catalog has in the rest frame, corrected for dust, or in no known unit of wavelength are left out and counted
    in ``dropped``. A spectrum without errors has ivar 1.

    Parameters
    ----------
    path : path
        The file, which may be gzipped and hold several events.
    medium : {"vacuum", "air"}, optional
        What the wavelengths are measured in, which the catalog does not say; default vacuum.

    Returns
    -------
    Series
        With the columns ``object_id`` (the name of the event), ``class`` (the first claimed type), ``z``, ``mjd``, ``instrument``
        and, where a spectrum has one, ``flux_unit``.

    Raises
    ------
    InputError
        The file is not an event file, or has no usable spectrum.

    References
    ----------
    Guillochon et al. 2017, ApJ 835, 64; the schema is at https://github.com/astrocatalogs/schema.
    """
    found: list[Series] = []
    names: list[str] = []
    lost: Counter[str] = Counter()
    for name, event in events_of(path).items():
        listed = event.get("spectra")
        for spectrum in listed if isinstance(listed, list) else []:
            one = _spectrum(spectrum, name, event, medium or "vacuum", str(path))
            if isinstance(one, str):
                lost[one] += 1
            else:
                found.append(one.with_columns({"object_id": [f"{name} {len(found)}"]}))  # apart, until all are joined
                names.append(name)
    if not found:
        told = ", ".join(f"{count} x {reason}" for reason, count in lost.items()) or "it has none"
        raise located(f"holds no usable spectrum ({told})", source=str(path))
    series = joined(found).with_columns({"object_id": names}).with_dropped(dict(lost))
    return replace(series, table=numbered_repetitions(series.table))


def _spectrum(given: Any, name: str, event: dict[str, Any], medium: str, source: str) -> Series | str:
    """Return one spectrum, or why it is left out."""
    if not isinstance(given, dict):
        return "spectrum: no wavelengths and fluxes"
    reason = next((why for key, why in CHANGED.items() if given.get(key) not in (None, False, "false")), "")
    factor = ANGSTROM.get(str(given.get("u_wavelengths", "")).lower())
    if reason or factor is None:
        return reason or "spectrum: no known unit of wavelength"
    rows = _rows(given.get("data"))
    if len(rows) < 2:
        return "spectrum: no wavelengths and fluxes"
    wave, first = np.unique(rows[:, 0] * factor, return_index=True)
    rows = rows[first]
    ivar = ivar_of(rows[:, 2], -2.0) if rows.shape[1] > 2 else np.ones(len(rows))
    unit = flux_unit(given.get("u_fluxes"))  # None for counts, and for what the catalog calls uncalibrated
    columns = {
        "object_id": [name], "class": pa.array([first_value(event, "claimedtype")], pa.string()), "z": pa.array([number(first_value(event, "redshift"))], pa.float64()),
        "mjd": pa.array([mjd_of(given)], pa.float64()), "instrument": pa.array([_text(given.get("instrument"))], pa.string()),
    }  # fmt: skip
    try:
        return spectra_from(
            wave, rows[:, 1], ivar, columns, unit=unit, medium=medium, source=source
        )  # fmt: skip
    except InputError as error:
        return f"spectrum: {str(error).split(': ', 1)[-1]}"


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _rows(data: Any) -> NDArray[np.float64]:
    """Return rows of wavelength, flux and, if all have it, error; those that are no numbers are left out."""
    rows = (
        [[number(value) for value in row[:3]] for row in data if isinstance(row, list)]
        if isinstance(data, list)
        else []
    )
    known = [row for row in rows if len(row) >= 2 and row[0] is not None and row[1] is not None]
    width = min((len(row) for row in known if row[-1] is not None), default=2)
    return np.array([[np.nan if value is None else value for value in row[:width]] for row in known], np.float64)
