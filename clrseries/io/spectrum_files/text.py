"""Readers of spectra in text files: columns of numbers, and templates of SNID."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError, located
from ...series import Series
from ...series.photometry import ivar_of
from ...series.wavelengths import refuse_unlikely
from ...units import angstrom
from ..spectrum_columns import is_spectral, unit_of
from ..transients import name_of_file, text_of
from .built import spectra_from


def read_columns(path: str | Path, medium: str | None = None) -> Series:
    """Read one spectrum from a text file with the columns wavelength, flux and, if there is a third, its error.

    Lines that do not begin with a number are comments. Columns are separated by blanks, commas or semicolons; further columns are
    ignored. If the last comment names a third column ``ivar`` or ``var``, it is taken as such; if it begins with the wavelength and its
    unit, as in ``# wavelength [um]  flux``, they are converted to Angstrom. Rows are sorted by wavelength.

    Parameters
    ----------
    path : path
        The file, for instance from WISeREP.
    medium : {"vacuum", "air"}, optional
        What the wavelengths are measured in; default vacuum.

    Returns
    -------
    Series
        ``object_id`` is the name of the folder and of the file. A pixel whose error is not positive gets ivar 0.

    Raises
    ------
    InputError
        The file does not hold two columns of numbers, or wavelengths are hardly in Angstrom.
    """
    rows, comment = _numbers(path)
    order = np.argsort(rows[:, 0], kind="stable")
    wave, first = np.unique(rows[order, 0], return_index=True)
    rows = rows[order][first]
    ivar = np.ones(len(rows))
    if rows.shape[1] > 2:
        words = re.split(r"[\s,;#]+", comment.lower())
        kind = next((word for word in words if word in ("ivar", "var", "variance")), "")
        ivar = rows[:, 2] if kind == "ivar" else ivar_of(rows[:, 2], -1.0 if kind else -2.0)
    unit = _unit(comment)
    if unit is not None:
        from astropy.units import Unit

        wave = angstrom(wave * Unit(unit))
    series = spectra_from(
        wave, rows[:, 1], ivar, {"object_id": [name_of_file(path)]}, medium=medium or "vacuum", source=str(path)
    )
    if unit is None:
        refuse_unlikely(series.x, series.offsets, series.table["object_id"], str(path))
    return series


def read_lnw(path: str | Path, medium: str | None = None) -> Series:
    """Read the spectra of a template of SNID (``.lnw``).

    The flux is divided by the continuum, minus 1, and in the rest frame.

    Parameters
    ----------
    path : path
        The file.
    medium : {"vacuum", "air"}, optional
        What the wavelengths are measured in; default vacuum.

    Returns
    -------
    Series
        One spectrum for each epoch, with the columns ``object_id`` (the name of the supernova), ``type`` and ``phase_days``. Zeros
        before the first and after the last value get ivar 0.

    Raises
    ------
    InputError
        The file is no such template.

    References
    ----------
    Blondin & Tonry 2007, ApJ 666, 1024.
    """
    lines = text_of(path).splitlines()
    try:
        head = lines[0].split()
        epochs, size, knots = int(head[0]), int(head[1]), int(head[4])
        if not (0 < epochs < 100_000 and 0 < size < 10_000_000 and 0 <= knots < 1000):
            raise ValueError("the first line is no header")
        name, kind = head[5], head[7]
        start = 2 + knots
        phases = np.array(lines[start].split()[1 : 1 + epochs], np.float64)
        rows = np.array([line.split() for line in lines[start + 1 : start + 1 + size]], np.float64)
        if rows.shape != (size, epochs + 1) or len(phases) != epochs:
            raise ValueError(f"{rows.shape[0]} rows of {rows.shape[-1]} values instead of {size} of {epochs + 1}")
    except (IndexError, ValueError) as error:
        raise InputError(f"{path}: not a template of SNID ({error})") from error
    flux = rows[:, 1:].T
    inside = (np.cumsum(flux != 0, axis=1) > 0) & (np.cumsum(flux[:, ::-1] != 0, axis=1)[:, ::-1] > 0)
    columns: dict[str, Any] = {"object_id": [name] * epochs, "type": [kind] * epochs, "phase_days": phases}
    return spectra_from(rows[:, 0], flux, inside.astype(float), columns, medium=medium or "vacuum", source=str(path))


def _unit(comment: str) -> str | None:
    """Return the unit of a wavelength that stands behind the name of the first column."""
    first = re.match(r"[#%!\s]*(\w+\s*[\[(][^\])]+[\])]|\w+)", comment)
    unit = unit_of(first[1]) if first else None
    return unit if unit is not None and is_spectral(unit) else None


def _numbers(path: str | Path) -> tuple[NDArray[np.float64], str]:
    """Return the rows of numbers of a text file, and the last comment before them."""
    rows: list[list[float]] = []
    comment = ""
    for line in text_of(path).splitlines():
        words = re.split(r"[\s,;]+", line.strip().strip(",;"))
        try:
            values = [float(word) for word in words[:3]]
        except ValueError:
            comment = comment if rows else line
            continue
        if len(values) >= 2:
            rows.append(values)
    width = min((len(row) for row in rows), default=0)
    if len(rows) < 2 or width < 2:
        raise located("does not hold columns of wavelength and flux", source=str(path))
    found = np.array([row[:width] for row in rows])
    return found[np.isfinite(found[:, 0])], comment
