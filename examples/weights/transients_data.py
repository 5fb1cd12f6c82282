"""The data of the weights ``transients``: objects of four surveys, those of PLAsTiCC also at other redshifts, and in the bands of other telescopes."""

from __future__ import annotations

import re
import tarfile
import tempfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from clrseries import datasets, read_light_curves
from clrseries.datasets.folder import data_file
from clrseries.datasets.transients import wheel_folder
from clrseries.series import Series, concatenate
from clrseries.tasks import other_redshifts

BANDS = ("u", "U", "B", "g", "V", "r", "R", "i", "I", "z", "y")
PRIMED = {"u'": "u", "g'": "g", "r'": "r", "i'": "i", "z'": "z"}
# surveys in u to y; the bands of others are left as they are
AB = ("PLAsTiCC", "PLAsTiCC nearer", "PLAsTiCC farther", "simulated as PLAsTiCC", "SPCC")
# [mag], of magnitudes with Vega: Blanton & Roweis 2007, AJ 133, 734
TO_AB = {"U": 0.79, "B": -0.09, "V": 0.02, "R": 0.21, "I": 0.45}
SIMILAR = {"u": ("U",), "g": ("B", "V"), "r": ("V", "R"), "i": ("I",)}
FEWEST = 8  # points


@dataclass
class Labeled:
    """N light curves, in `BANDS`, with their classes, and the survey that each is of."""

    series: Series
    kinds: NDArray[np.str_]
    survey: NDArray[np.str_]

    def take(self, rows: NDArray[Any]) -> Labeled:
        """Return some of them."""
        return Labeled(self.series.take(rows), self.kinds[rows], self.survey[rows])


def joined(parts: list[Labeled]) -> Labeled:
    """Return the objects of several surveys."""
    arrays = [np.concatenate([vars(part)[name] for part in parts]) for name in ("kinds", "survey")]
    return Labeled(concatenate([part.series for part in parts]), *arrays)


def surveys(labels: dict[str, str]) -> dict[str, Labeled]:
    """Return the objects of PLAsTiCC, the Open Supernova Catalog, ZTF and of the challenge SPCC; those whose label the settings know."""
    osc = read_light_curves(data_file("osc_lightcurves/lightcurves.parquet"))
    ztf = read_light_curves(data_file("ztf_snia/lightcurves.parquet"))
    plasticc, (spcc, kinds) = datasets.plasticc(), spcc_objects()
    plasticc = plasticc.with_columns({"z": plasticc.table["hostgal_specz"]})
    every = {"PLAsTiCC": plasticc, "OSC": osc.with_bands(BANDS, rename=PRIMED, drop=True), "ZTF": ztf, "SPCC": spcc}
    own = {name: series.table["class"].to_pylist() for name, series in every.items()} | {"SPCC": kinds}
    return {name: known_objects(series.with_bands(BANDS), name, own[name], labels) for name, series in every.items()}


def known_objects(series: Series, name: str, kinds: list[str], labels: dict[str, str]) -> Labeled:
    """Return the objects with enough points whose label is the name of a class, or stands for one."""
    found = np.array([labels.get(kind, "") for kind in kinds])
    points = np.add.reduceat(series.ivar > 0, series.offsets[:-1].astype(np.intp))
    rows = np.flatnonzero((found != "") & (points >= FEWEST))
    ids = [f"{name} {series.object_ids[row]}" for row in rows]
    bare = series.take(rows)
    table = pa.table({"object_id": ids, "z": bare.table["z"].cast(pa.float64())})
    return Labeled(replace(bare, table=table), found[rows], np.full(len(rows), name))


def spcc_objects() -> tuple[Series, list[str]]:
    """Return 2,000 simulated supernovae of DES in g, r, i and z (Kessler et al. 2010, PASP 122, 1415), of the wheel snmachine, and their types."""
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(wheel_folder() / "SPCC_SUBSET.tar.gz") as members:
            members.extractall(folder, filter="data")
        files = sorted(Path(folder).rglob("*.DAT"))
        texts = [file.read_text() for file in files]
        series = read_light_curves(files)
    kinds = {_found(r"SNID:\s+(\S+)", text): _found(r"SN Type = (\S+)", text) for text in texts}
    return series, [kinds[str(name)] for name in series.object_ids]


def split(data: Labeled, fraction: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows that stay and those that are held out: of each class the same fraction."""
    rng, out = np.random.default_rng(seed), []
    for kind in np.unique(data.kinds):
        own = rng.permutation(np.flatnonzero(data.kinds == kind))
        out.append(own[: max(1, round(fraction * len(own)))])
    held = np.sort(np.concatenate(out))
    return np.setdiff1d(np.arange(len(data.kinds)), held), held


def by_name(data: Labeled) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows that stay and those of the test: three in ten, by their names. No setting was chosen with scores of these."""
    test = np.array([zlib.crc32(name.encode()) % 10 in (1, 3, 5) for name in data.series.object_ids])
    return np.flatnonzero(~test), np.flatnonzero(test)


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match, pattern
    return match[1]


def nearer(data: Labeled, seed: int) -> Labeled:
    """Return the objects with a redshift at smaller ones."""
    return _moved(data, *other_redshifts.nearer(data.series, seed), f"nearer {seed}")


def farther(data: Labeled, seed: int) -> Labeled:
    """Return the objects with a redshift at larger ones: those that are still detected."""
    return _moved(data, *other_redshifts.farther(data.series, seed), f"farther {seed}")


def _moved(data: Labeled, there: Series, rows: NDArray[np.int64], where: str) -> Labeled:
    there = there.with_columns({"object_id": [f"{name} {where}" for name in there.object_ids]})
    return Labeled(there, data.kinds[rows], np.full(len(rows), f"PLAsTiCC {where.split()[0]}"))


def other_bands(series: Series, chosen: NDArray[np.bool_], rng: np.random.Generator) -> Series:
    """Return light curves of which those chosen are taken for ones in U, B, V, R and I, in magnitudes with Vega."""
    assert series.band is not None
    band, flux, ivar = series.band.copy(), series.flux.copy(), series.ivar.copy()
    for i in np.flatnonzero(chosen):
        own = slice(int(series.offsets[i]), int(series.offsets[i + 1]))
        before = series.band[own]
        for name, others in SIMILAR.items():
            other = str(rng.choice(others))
            at = np.flatnonzero(before == BANDS.index(name)) + own.start
            factor = np.float32(10.0 ** (0.4 * TO_AB[other]))
            band[at] = BANDS.index(other)
            flux[at] *= factor
            ivar[at] /= factor**2
    return replace(series, band=band, flux=flux, ivar=ivar)
