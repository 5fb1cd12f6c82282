"""Reader of spectra of DESI: coadds, and spectra of single exposures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...errors import located
from ...series import Series
from ..fits_files import as_text, opened_fits, table_columns
from .built import spectra_from

Arm: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]  # wavelength, flux, ivar
UNIT = "1e-17 erg / (Angstrom s cm2)"
SAME = 1e-3  # Angstrom: pixels of two arms that are as close are the same pixel


def read_desi(path: str | Path, medium: str | None = None) -> Series:
    """Read all spectra of a coadd or spectra file of DESI, with the arms B, R and Z joined.

    Wavelengths are in vacuum and heliocentric. Where two arms overlap, on the same pixels, fluxes are averaged with their ivar as
    weights, as ``desispec.coaddition.coadd_cameras`` does. Pixels with a bit in the mask get ivar 0.

    Parameters
    ----------
    path : path
        File with the HDUs FIBERMAP, B_WAVELENGTH, B_FLUX, B_IVAR, B_MASK and so on.
    medium : {"vacuum", "air"}, optional
        What the wavelengths are measured in; default vacuum.

    Returns
    -------
    Series
        ``object_id`` is TARGETID; columns ra and dec, and z, zwarn and class from the file of redrock in the same folder, if there
        is one.

    Raises
    ------
    InputError
        The file cannot be read.

    References
    ----------
    https://desidatamodel.readthedocs.io
    """
    with opened_fits(path) as units:
        named = {unit.name.upper(): unit for unit in units}
        arms = [
            name.removesuffix("_FLUX")
            for name in named
            if name.endswith("_FLUX") and f"{name[:-5]}_WAVELENGTH" in named
        ]
        if not arms:
            raise located("has no HDU B_FLUX, R_FLUX or Z_FLUX", source=str(path))
        lacking = next((name for name in ["FIBERMAP", *(f"{arm}_IVAR" for arm in arms)] if name not in named), None)
        if lacking is not None:
            raise located(f"has no HDU {lacking}", source=str(path))
        parts = [_arm(named, arm) for arm in arms]
        fibers = table_columns(named["FIBERMAP"])
    wave, flux, ivar = _joined(parts)
    if "targetid" not in fibers:
        raise located("is missing in FIBERMAP", source=str(path), column="TARGETID")
    ids = [str(one) for one in fibers["targetid"].values]
    columns: dict[str, Any] = {"object_id": ids}
    for name in ("ra", "dec"):
        if f"target_{name}" in fibers:
            columns[name] = fibers[f"target_{name}"].values
    columns |= _redshifts(Path(path), ids)
    return spectra_from(wave, flux, ivar, columns, unit=UNIT, medium=medium or "vacuum", source=str(path))


def _arm(named: dict[str, Any], arm: str) -> Arm:
    wave = np.asarray(named[f"{arm}_WAVELENGTH"].data, np.float64)
    flux = np.asarray(named[f"{arm}_FLUX"].data, np.float64)
    ivar = np.array(named[f"{arm}_IVAR"].data, np.float64)
    if f"{arm}_MASK" in named:
        ivar[np.asarray(named[f"{arm}_MASK"].data) != 0] = 0
    return wave, flux, ivar


def _joined(parts: Sequence[Arm]) -> Arm:
    """Join the arms on one wavelength axis."""
    every = np.concatenate([wave for wave, _, _ in parts])
    order = np.argsort(every, kind="stable")
    new = np.concatenate([[True], np.diff(every[order]) > SAME])
    place = np.empty(len(every), np.int64)
    place[order] = np.cumsum(new) - 1
    wave = every[order][new]
    rows = len(parts[0][1])
    sums, weights, plain, count = (np.zeros((rows, len(wave))) for _ in range(4))
    start = 0
    for own, flux, ivar in parts:
        at = place[start : start + len(own)]
        start += len(own)
        good = np.where((ivar > 0) & np.isfinite(flux), ivar, 0.0)
        value = np.nan_to_num(flux)
        sums[:, at] += value * good
        weights[:, at] += good
        plain[:, at] += value
        count[:, at] += 1
    with np.errstate(invalid="ignore", divide="ignore"):
        flux = np.where(weights > 0, sums / weights, plain / np.maximum(count, 1))
    return wave, flux, weights


def _redshifts(path: Path, ids: list[str]) -> dict[str, Any]:
    """Return redshift, warning and class of each target from the file of redrock, if it is there."""
    start = path.name.partition("-")[0]
    for name in ("redrock", "zbest"):
        beside = path.with_name(name + path.name[len(start) :])
        if not beside.is_file():
            continue
        with opened_fits(beside) as units:
            found = next((unit for unit in units if unit.name in ("REDSHIFTS", "ZBEST")), None)
            table = table_columns(found) if found is not None else {}
        if not {"targetid", "z"} <= set(table):
            continue
        rows = {str(one): row for row, one in enumerate(table["targetid"].values)}
        take = [rows.get(one) for one in ids]
        columns: dict[str, Any] = {"z": [None if row is None else float(table["z"].values[row]) for row in take]}
        if "zwarn" in table:
            columns["zwarn"] = [None if row is None else int(table["zwarn"].values[row]) for row in take]
        if "spectype" in table:
            kinds = as_text(table["spectype"])
            columns["class"] = [None if row is None else kinds[row] for row in take]
        return columns
    return {}
