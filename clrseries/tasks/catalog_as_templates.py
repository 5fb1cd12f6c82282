"""Labeled spectra of the Open Supernova Catalog in the form of templates: in the rest frame and divided by a spline through the continuum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..datasets.folder import data_file
from ..datasets.supernovae import SPECTRA
from ..grids import Grid
from ..io import read_spectra
from ..series import Series
from ..spectra import Observe, Resample

TYPES = {  # subclasses of the catalog, and the types of the templates; its Ia without a subclass may be of any type of Ia
    "Ia-91T": "Ia-91T", "Ia-91bg": "Ia-91bg", "Ib": "Ib-norm", "Ibn": "Ibn", "IIb": "IIb", "Ic": "Ic-norm", "Ic BL": "Ic-broad", "II P": "IIP",
}  # fmt: skip
IAX = ("SN2013en", "SN2013gr", "SN2014ck", "SN2014dt")  # which the catalog does not tell from other Ia
PIXELS = Grid.from_edges(np.geomspace(2500.0, 10000.0, 1025))  # [Angstrom], of SNID
KNOTS = 13  # of the spline, at equal distances in log wavelength over all pixels
COVERED = (4700.0, 6700.0)  # [Angstrom] in the rest frame


def catalog_as_templates(phases: tuple[float, float]) -> Series:
    """Return spectra of the catalog whose type is among those of the templates, if they cover 4700 to 6700 Angstrom in the rest frame.

    Parameters
    ----------
    phases : tuple of float
        First and last phase [day]; spectra of unknown phase are kept.

    Returns
    -------
    Series
        N spectra over their continuum, with the columns ``object_id`` and ``type``.

    Raises
    ------
    InputError
        ``$CLRSERIES_DATA`` does not hold the data.

    References
    ----------
    Liu et al. 2015, MNRAS 452, 838; Tomasella et al. 2016, MNRAS 459, 1018; Foley et al. 2016, MNRAS 461, 433; Jha 2017, Handbook of
    Supernovae (the type Iax of four supernovae).
    """
    spectra = read_spectra(data_file(SPECTRA, None))
    ids, kinds, days = (np.array(spectra.table[name].to_pylist()) for name in ("object_id", "subclass", "phase_days"))
    types = np.array(["Iax" if name in IAX else TYPES.get(kind, "") for name, kind in zip(ids, kinds, strict=True)])
    days = days.astype(float)
    asked = np.flatnonzero((types != "") & ~((days < phases[0]) | (days > phases[1])))  # an unknown phase is NaN
    spectra, types, ids = spectra.take(asked), types[asked], ids[asked]
    shift = np.repeat(1.0 + spectra.table["z"].to_numpy(), np.diff(spectra.offsets))
    views = Observe([Resample(PIXELS)])(replace(spectra, x=spectra.x / shift))
    flux, good = views.flux[:, 0], views.ivar[:, 0] > 0
    wave = PIXELS.centers
    first, last = (np.searchsorted(wave, edge) for edge in COVERED)
    rows = np.flatnonzero(good[:, first] & good[:, last])
    parts = [over_spline(flux[row], good[row]) for row in rows]
    ones = [np.ones(int(good[row].sum()), np.float32) for row in rows]  # templates have no errors
    table = pa.table({"object_id": ids[rows], "type": types[rows]})
    return Series.from_arrays([wave[good[row]] for row in rows], parts, ones, table)


def over_spline(flux: NDArray[np.floating], good: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return a spectrum divided by its continuum, as the templates of SNID are.

    The continuum is a cubic spline, in the logarithms of flux and wavelength, through the mean flux above 0 in each of 13 equal parts of the
    pixels; parts with such flux in at most a quarter of their pixels are left out.

    Parameters
    ----------
    flux : float (1024,)
        Flux in any unit in the pixels of SNID.
    good : bool (1024,)
        Which pixels have flux.

    Returns
    -------
    float32 (P,)
        Flux over continuum in the P pixels that have flux.

    References
    ----------
    Blondin & Tonry 2007, ApJ 666, 1024, section 2.3.
    """
    from scipy.interpolate import CubicSpline

    width = len(flux) // KNOTS
    parts = np.split(np.arange(KNOTS * width), KNOTS)
    parts = [part[good[part] & (flux[part] > 0)] for part in parts]
    parts = [part for part in parts if len(part) > width // 4]
    knots = [part.mean() for part in parts], [np.log(flux[part].mean()) for part in parts]
    pixel = np.flatnonzero(good)
    return (flux[pixel] / np.exp(CubicSpline(*knots, bc_type="natural")(pixel))).astype(np.float32)
