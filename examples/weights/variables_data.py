"""The data of the weights ``variables``: stars of three surveys in any bands, and what shorter, sparser campaigns would have seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from clrseries import datasets
from clrseries import lightcurves as lc
from clrseries.series import Series, concatenate

FEWEST = 30  # points of a sparser curve, if there are as many
SPLIT = 0  # seed of the draw of the test stars


@dataclass
class Stars:
    """N light curves in one band, with their features; what is known of each, and the star and the survey that it is of."""

    series: Series
    allowed: NDArray[np.bool_]  # (N, C): the classes that the label of the survey may stand for
    star: NDArray[np.str_]
    survey: NDArray[np.str_]
    again: NDArray[np.bool_]  # whether the curve was made from that of the star

    def take(self, rows: NDArray[Any]) -> Stars:
        """Return some of them."""
        return Stars(self.series.take(rows), self.allowed[rows], self.star[rows], self.survey[rows], self.again[rows])


def surveys() -> dict[str, Series]:
    """Return the stars of EROS-1, ASAS and Stripe 82, and the variable stars of PLAsTiCC."""
    return {
        "EROS-1": datasets.eros_variables(), "ASAS": datasets.asas(), "Stripe 82": datasets.stripe82_rr_lyrae(),
        "PLAsTiCC": datasets.plasticc(),
    }  # fmt: skip


def known_stars(series: Series, name: str, config: dict[str, Any], times: int = 0) -> Stars:
    """Return the stars whose label the settings know, each once as it is and `times` as sparser campaigns would have seen it."""
    kinds = series.table["class"].to_pylist()
    sets = [config["labels"].get(kind, []) for kind in kinds]
    rows = np.flatnonzero([bool(one) for one in sets])
    allowed = np.array([[kind in sets[row] for kind in config["classes"]] for row in rows])
    ids = np.array([f"{name} {series.object_ids[row]}" for row in rows])
    bare = series.take(rows)
    bare = type(bare)(**{**vars(bare), "table": pa.table({"object_id": ids})})
    rng = np.random.default_rng((config["seed"], len(rows)))
    parts = [measured(bare)]
    for k in range(times):
        one = sparser(bare, rng)
        parts.append(measured(one.with_columns({"object_id": [f"{star} again {k}" for star in ids]})))
    count = 1 + times
    return Stars(
        concatenate(parts), np.tile(allowed, (count, 1)), np.tile(ids, count), np.full(len(ids) * count, name),
        np.repeat(np.arange(count) > 0, len(ids)),
    )  # fmt: skip


def simulated_stars(series: Series, name: str, config: dict[str, Any], learned: Stars) -> Stars:
    """Return simulated stars of all kinds that the settings know, as one survey saw those of its stars that are learned from."""
    kinds, names = config["simulated"]["kinds"], set(learned.star)
    like = series.take(np.flatnonzero([f"{name} {star}" in names for star in series.object_ids]))
    stars = datasets.simulated_variables(like, config["simulated"]["objects"][name], kinds=list(kinds))
    labels = {kind: [own] for kind, own in kinds.items()}
    return known_stars(stars, f"simulated as {name}", config | {"labels": labels}, 2)


def measured(series: Series) -> Series:
    """Return the curves in one band, with their features."""
    return lc.in_one_band(lc.with_features(series, each_band=False))


def sparser(series: Series, rng: np.random.Generator) -> Series:
    """Return curves with fewer points, half of them of a part of the time and half of them noisier, some in one band alone."""
    assert series.band is not None
    kept, flux, ivar = np.zeros(len(series.x), bool), series.flux.copy(), series.ivar.copy()
    for i in range(len(series)):
        own = slice(int(series.offsets[i]), int(series.offsets[i + 1]))
        kept[own] = _chosen(series.x[own], series.band[own], rng)
        if rng.random() < 0.5:
            extra = (
                float(np.std(flux[own][ivar[own] > 0])) * 10 ** rng.uniform(-2, -0.5) if (ivar[own] > 0).any() else 0.0
            )
            flux[own] += rng.normal(0, extra, own.stop - own.start).astype(np.float32)
            ivar[own] /= 1 + ivar[own] * extra**2
    lengths = np.add.reduceat(kept, series.offsets[:-1])
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Series(series.x[kept], flux[kept], ivar[kept], offsets, series.table, series.band[kept], series.bands)


def _chosen(time: NDArray[np.float64], band: NDArray[np.int8], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which points of one curve are kept."""
    own = np.ones(len(time), bool)
    if rng.random() < 0.5:
        span = time[-1] - time[0]
        width = span * rng.uniform(0.3, 1)
        start = time[0] + rng.uniform(0, span - width)
        own &= (time >= start) & (time <= start + width)
    wanted = np.exp(rng.uniform(np.log(FEWEST), np.log(max(own.sum(), FEWEST + 1))))
    own &= rng.random(len(time)) < wanted / max(own.sum(), 1)
    bands = np.unique(band)
    if len(bands) > 1 and rng.random() < 0.4:
        own &= band == rng.choice(bands)
    return own if own.sum() >= FEWEST / 2 else np.ones(len(time), bool)


def split(stars: Stars, fraction: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows that stay and those that are held out: of each label of each survey the same fraction of the stars."""
    rng, out = np.random.default_rng(seed), []
    names, first = np.unique(stars.star, return_index=True)
    label = np.array(["".join(np.where(row, "1", "0")) for row in stars.allowed[first]])
    which = np.char.add(label, stars.survey[first])
    for one in np.unique(which):
        own = rng.permutation(names[which == one])
        out.append(own[: max(1, round(fraction * len(own)))])
    held = np.isin(stars.star, np.concatenate(out))
    return np.flatnonzero(~held), np.flatnonzero(held)
