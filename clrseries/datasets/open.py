"""Data by name or by path, as the command line gives them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..io.curves import read_curves
from ..io.parquet import column_names, read_parquet
from ..series import Series, concatenate
from .simulated import simulated_curves
from .stellar import miles, stelib

NAMED = {"miles": miles, "stelib": stelib, "simulated": simulated_curves}


def open_series(data: str | Path | Series | Sequence[str | Path | Series]) -> Series:
    """One batch from files, names or Series; several are joined.

    A Parquet file with a column ``time``, or a CSV file, holds light curves (:func:`clrseries.read_curves`), another Parquet
    file spectra (:func:`clrseries.read_parquet`). Where there is no ``flux`` but ``mag`` and ``mag_err``, these are taken.
    The names are ``"miles"``, ``"stelib"`` and ``"simulated"`` (light curves).
    """
    parts = [_open(part) for part in ([data] if isinstance(data, str | Path | Series) else data)]
    return parts[0] if len(parts) == 1 else concatenate(parts)


def _open(part: str | Path | Series) -> Series:
    if isinstance(part, Series):
        return part
    if str(part) in NAMED:
        return NAMED[str(part)]()
    path = Path(part)
    names = column_names(path)
    if "time" not in names and path.suffix.lower() != ".csv":
        return read_parquet(path)
    in_magnitudes = "flux" not in names and {"mag", "mag_err"} <= set(names)
    return read_curves(path, flux="mag", error="mag_err", magnitudes=True) if in_magnitudes else read_curves(path)
