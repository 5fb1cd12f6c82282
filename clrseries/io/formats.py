"""The formats of files that can be read, and how each is recognized."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from ..errors import InputError
from ..names import did_you_mean, find_name
from .csv_tables import is_text_table
from .fits_files import names_of_table, opened_fits
from .spectrum_columns import flux_column, wavelength_column
from .tables import column_names

HEAD = 1 << 14  # bytes of a file that tell its format
SPECTRA, LIGHT_CURVES = "spectra", "light curves"
CALIBRATED = ("ztf", "snana", "osc", "ascii")  # formats whose readers take the zero point that fluxes shall have


class Peek:
    """The beginning of a file, and what tells its format.

    Parameters
    ----------
    path : path
        The file.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.name = self.path.name.lower().removesuffix(".gz")

    @cached_property
    def head(self) -> bytes:
        """The first bytes, decompressed."""
        if not self.path.is_file():
            raise InputError(f"{self.path}: no such file")
        try:
            with self.path.open("rb") as file:
                packed = file.read(2) == b"\x1f\x8b"
            with pa.input_stream(str(self.path), compression="gzip" if packed else None) as stream:
                return bytes(stream.read(HEAD))
        except (OSError, pa.ArrowException):
            return b""

    @cached_property
    def text(self) -> str:
        """The first lines, empty for a binary file."""
        return "" if b"\0" in self.head else self.head.decode("utf-8-sig", "replace")

    @cached_property
    def columns(self) -> set[str]:
        """Names of the columns of a Parquet, Arrow or text table, in lower case."""
        is_table = self.head[:4] == b"PAR1" or self.head[:6] == b"ARROW1" or is_text_table(self.path)
        return {name.lower() for name in column_names(self.path)} if is_table else set()

    @cached_property
    def units(self) -> list[tuple[str, set[str], tuple[int, ...]]]:
        """Name, names of columns and shape of each HDU of a FITS file."""
        if not self.head.startswith(b"SIMPLE"):
            return []
        with opened_fits(self.path) as units:
            self.header = dict(units[0].header)
            return [(unit.name.upper(), set(names_of_table(unit)), _shape(unit)) for unit in units]

    def has_columns(self, *names: str) -> bool:
        """Return whether an HDU is a table with all these columns.

        Parameters
        ----------
        *names : str
            Names in lower case.

        Returns
        -------
        bool
        """
        return any(set(names) <= columns for _, columns, _ in self.units)


def _shape(unit: Any) -> tuple[int, ...]:
    """Return the shape of an image, from its header; empty for a table."""
    axes = unit.header.get("NAXIS", 0)
    if not unit.is_image or not isinstance(axes, int) or not 0 < axes < 10:
        return ()
    return tuple(int(unit.header.get(f"NAXIS{axis}", 0)) for axis in range(axes, 0, -1))


class Format(NamedTuple):
    """A format of files.

    Parameters
    ----------
    name : str
        Its name, for the argument ``format``.
    kind : {"spectra", "light curves"}
        What it holds.
    is_one : function
        Whether a file is one.
    where : str
        Module within ``clrseries.io`` and function that reads one file.
    """

    name: str
    kind: str
    is_one: Callable[[Peek], bool]
    where: str

    def read(self, path: str | Path, **options: Any) -> Any:
        """Read one file.

        Parameters
        ----------
        path : path
            The file.
        **options : object
            Arguments of the reader.

        Returns
        -------
        Series
        """
        module, function = self.where.split(":")
        return getattr(import_module(f"clrseries.io.{module}"), function)(path, **options)


def _image(peek: Peek) -> bool:
    return any(len(shape) >= 1 and shape[-1] > 1 for _, _, shape in peek.units)


def _lamost(peek: Peek) -> bool:
    first = peek.units[0][2] if peek.units else ()
    image = len(first) == 2 and 3 <= first[0] <= 6 and "COEFF0" in peek.header and "OBSID" in peek.header
    return image or peek.has_columns("flux", "ivar", "wavelength", "andmask")


def _six_df(peek: Peek) -> bool:
    return any(name in ("SPECTRUM VR", "SPECTRUM V", "SPECTRUM R") for name, _, _ in peek.units)


def _snana(peek: Peek) -> bool:
    text = re.search(r"^\s*SNID:", peek.text, re.MULTILINE) and re.search(
        r"^\s*(NVAR:|(VARLIST|VARNAMES)[:\s])", peek.text, re.MULTILINE
    )
    # a file of points alone belongs to SNANA too: its reader asks for the one with the objects
    points = "_phot." in peek.name and peek.has_columns("mjd", "fluxcal", "fluxcalerr")
    return bool(text) or points or peek.has_columns("snid", "ptrobs_min")


def _lnw(peek: Peek) -> bool:
    return peek.name.endswith(".lnw")


def _numbers(peek: Peek) -> bool:
    """Return whether a text file has lines of two numbers or more."""
    rows = 0
    for line in peek.text.splitlines():
        words = re.split(r"[\s,;]+", line.strip().strip(",;"))
        try:
            rows += len([float(word) for word in words[:2]]) == 2
        except ValueError:
            continue
    return rows >= 2


def _magnitudes(peek: Peek) -> bool:
    """Return whether a text file begins, behind comments that do not speak of flux, with lines of three numbers or more."""
    first = next((line for line in peek.text.splitlines() if line.strip() and not line.lstrip().startswith("#")), "")
    comments = peek.text[: peek.text.find(first)].lower()
    try:
        count = len([float(word) for word in re.split(r"[\s,;]+", first.strip())[:3]])
    except ValueError:
        return False
    return count == 3 and "flux" not in comments and _numbers(peek)


def _csv_of_ztf(peek: Peek) -> bool:
    return "mjd" in peek.columns and bool({"fid", "filtercode"} & peek.columns) and is_text_table(peek.path)


def _wavelengths(peek: Peek) -> bool:
    return wavelength_column(peek.columns) is not None and flux_column(peek.columns) is not None


# In order: the first that recognizes a file is taken.
FORMATS = (
    Format("gaia", SPECTRA, lambda p: ({"source_id", "flux", "flux_error"} <= p.columns and "time" not in p.columns and "wavelength"
           not in p.columns) or p.has_columns("source_id", "flux", "flux_error"), "spectrum_files.gaia:read_gaia_xp"),
    Format("ztf", LIGHT_CURVES, _csv_of_ztf, "ztf:read_ztf"),
    Format("panstarrs", LIGHT_CURVES, lambda p: {"objid", "filterid", "obstime", "psfflux"} <= p.columns, "panstarrs:read_panstarrs"),
    Format("table", SPECTRA, _wavelengths, "spectra:read_spectra_table"),
    Format("table", LIGHT_CURVES, lambda p: "time" in p.columns, "light_curves:read_light_curve_table"),
    Format("lnw", SPECTRA, _lnw, "spectrum_files.text:read_lnw"),
    Format("desi", SPECTRA, lambda p: any(name in ("B_FLUX", "R_FLUX", "Z_FLUX", "BRZ_FLUX") for name, _, _ in p.units),
           "spectrum_files.desi:read_desi"),
    Format("sdss", SPECTRA, lambda p: p.has_columns("loglam", "flux", "ivar"), "spectrum_files.sdss:read_sdss"),
    Format("lamost", SPECTRA, _lamost, "spectrum_files.lamost:read_lamost"),
    Format("snana", LIGHT_CURVES, _snana, "snana:read_snana"),
    Format("kepler", LIGHT_CURVES, lambda p: any(({"time"} <= c and any("flux" in name for name in c)) or {"t", "fcor"} <= c
           for _, c, _ in p.units), "light_curves:read_mission"),
    Format("osc", LIGHT_CURVES, lambda p: p.name.endswith(".json"), "osc:read_osc"),
    Format("osc", SPECTRA, lambda p: p.name.endswith(".json"), "spectrum_files.osc:read_osc_spectra"),
    Format("specutils", SPECTRA, _six_df, "spectrum_files.specutils_files:read_with_specutils"),
    Format("fits-table", SPECTRA, lambda p: any({"flux", "wave"} & {n[:4] for n in c} >= {"flux", "wave"} or {"lambda", "flux"} <= c
           for _, c, _ in p.units), "spectrum_files.fits_table:read_fits_table"),
    Format("fits-image", SPECTRA, _image, "spectrum_files.fits_image:read_fits_image"),
    Format("specutils", SPECTRA, lambda p: bool(p.units), "spectrum_files.specutils_files:read_with_specutils"),
    Format("ecsv", SPECTRA, lambda p: p.name.endswith((".ecsv", ".xml", ".vot", ".votable")),
           "spectrum_files.fits_table:read_astropy_table"),
    Format("ascii", SPECTRA, _numbers, "spectrum_files.text:read_columns"),
    Format("ascii", LIGHT_CURVES, _magnitudes, "magnitude_columns:read_magnitude_columns"),
)  # fmt: skip


def format_of(path: str | Path, kind: str | None = None, name: str = "auto") -> Format:
    """Return the format of a file.

    Parameters
    ----------
    path : path
        The file.
    kind : {"spectra", "light curves"}, optional
        What the file must hold.
    name : str
        Name of the format, or ``"auto"`` to recognize it.

    Returns
    -------
    Format

    Raises
    ------
    InputError
        The format is not recognized or does not exist, or the file holds the other kind of data.
    """
    possible = [one for one in FORMATS if kind in (None, one.kind)]
    if name != "auto":
        found = check_format(name, kind)
        return next(one for one in possible if one.name == found)
    names = list(dict.fromkeys(one.name for one in possible))
    peek = Peek(path)
    matching = next((one for one in FORMATS if one.is_one(peek)), None)
    if matching is None or kind not in (None, matching.kind):
        own = next((one for one in possible if one.is_one(peek)), None)
        if own is not None:
            return own
        if matching is not None:
            raise InputError(f"{path}: holds {matching.kind} (format {matching.name}), not {kind}")
        is_table = peek.head[:4] == b"PAR1" or peek.head[:6] == b"ARROW1" or peek.name.endswith((".parquet", ".pq"))
        if peek.columns or is_table:  # damaged, or without the usual columns: its own reader says what is wrong
            return next(one for one in reversed(possible) if one.name == "table")
        what = "it is empty" if not peek.head else "give its format, one of " + ", ".join(names)
        raise InputError(f"{path}: the format is not recognized: {what}")
    return matching


def check_format(name: str, kind: str | None = None) -> str:
    """Check the name of a format, and return its usual form.

    Parameters
    ----------
    name : str
        Name of a format, whatever its case, or ``"auto"``.
    kind : {"spectra", "light curves"}, optional
        What files of the format hold.

    Returns
    -------
    str

    Raises
    ------
    InputError
        There is no such format.
    """
    names = ["auto", *dict.fromkeys(one.name for one in FORMATS if kind in (None, one.kind))]
    found = find_name(name, names)
    if found is None:
        raise InputError(f"format is one of {', '.join(names)}; got {name!r}{did_you_mean(name, names)}")
    return found
