"""How far an embedding moves when one parameter of the physics is changed, beside the distance between objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import lightcurves as lc
from .. import spectra as sp
from ..augment.step import Step
from ..errors import InputError
from ..model import Model
from ..series import Series, check_series
from ..units import SPEED_OF_LIGHT
from .changed_data import embedded_if_any, embedded_with
from .retrieval import retrieve

MOST_OBJECTS = 200
BRIGHT = 90  # percentile of the flux that S/N of a light curve refers to
BRIGHTNESS = "brightness of the sweep"  # column with -2.5 log10 of that flux [mag]


@dataclass(frozen=True)
class Sweep:
    """One parameter of the physics, from a mild to a strong change.

    Parameters
    ----------
    name : str
        What changes.
    unit : str
        Its unit; empty if it has none.
    step : function
        Takes a value, and returns the step that makes it so.
    values : tuple of float
        Above 0, the mildest change first; values that descend, such as those of S/N, are drawn from right to left.
    """

    name: str
    unit: str
    step: Callable[[float], Step]
    values: tuple[float, ...]


def _light_curve_noise(snr: float) -> lc.Noise:
    """Return noise such that the 90th percentile of the flux has this S/N."""
    return lc.Noise(25.0 - 2.5 * np.log10(5.0 / snr), offset=BRIGHTNESS, sky=1.0, floor=0.0)


def _receding(z: float) -> sp.Velocity:
    """Return a further redshift: all wavelengths are multiplied by 1 + z."""
    square = (1.0 + z) ** 2
    return sp.Velocity(SPEED_OF_LIGHT * (square - 1.0) / (square + 1.0))


SPECTRUM_SWEEPS = (
    Sweep("velocity", "km/s", lambda v: sp.Velocity(v), (10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0)),
    Sweep("redshift", "", _receding, (0.01, 0.03, 0.1, 0.3)),
    Sweep("resolution", "", lambda r: sp.LSF(resolution=r), (3000.0, 1000.0, 500.0, 300.0, 200.0, 100.0)),
    Sweep("S/N per pixel", "", lambda snr: sp.Noise(snr), (100.0, 50.0, 20.0, 10.0, 5.0, 2.0)),
    Sweep("reddening E(B-V)", "mag", lambda e: sp.Extinction(e), (0.03, 0.1, 0.3, 1.0)),
    Sweep("flux calibration error", "", lambda a: sp.FluxCalibrationError(a), (0.01, 0.03, 0.1, 0.3, 1.0)),
    Sweep("fraction of pixels missing", "", lambda f: sp.MaskPixels(f), (0.03, 0.1, 0.3, 0.5, 0.8)),
)
LIGHT_CURVE_SWEEPS = (
    Sweep("fraction of points missing", "", lambda f: lc.DropPoints(f), (0.03, 0.1, 0.3, 0.5, 0.8)),
    Sweep("S/N of bright points", "", _light_curve_noise, (100.0, 50.0, 20.0, 10.0, 5.0, 2.0)),
    Sweep("time stretched by", "", lambda s: lc.StretchPeriod(s), (1.01, 1.03, 1.1, 1.3, 2.0)),
    Sweep("flux multiplied by", "", lambda a: lc.Amplify(flux=a), (1.1, 1.3, 2.0, 5.0, 20.0)),
    Sweep("zero-point error of bands", "mag", lambda m: lc.ZeroPoint(m), (0.01, 0.03, 0.1, 0.3, 1.0)),
    Sweep("first days alone", "day", lambda d: lc.Truncate(d, after="first"), (1000.0, 300.0, 100.0, 30.0, 10.0)),
)


def invariance_curves(
    model: Model, series: Series, sweeps: Sequence[Sweep] | None = None, *, objects: int = MOST_OBJECTS, seed: int = 0
) -> list[dict[str, Any]]:
    """Measure how far embeddings move when one parameter of the physics is swept, in units of the distance between objects.

    Each object is embedded as it is and with one step more, for each value of the step. Embeddings are scaled to unit length, and
    distances are Euclidean. A sweep whose step the model applies to all data itself is left out.

    Parameters
    ----------
    model : Model
        The model.
    series : Series
        Objects that it can embed, at least 3; of several rows with the same ``object_id``, the first is used.
    sweeps : sequence of Sweep, optional
        Default for spectra: velocity, resolution, S/N, reddening, errors of the flux calibration, missing pixels. For light curves: missing points,
        S/N, stretched time, brightness, errors of the zero points, the first days alone.
    objects : int
        So many are drawn by lot if there are more.
    seed : int
        Of the objects that are drawn.

    Returns
    -------
    list of dict
        For each sweep and value: ``sweep``, ``unit``, ``value``, ``objects`` (how many could be embedded), ``distance`` from the unchanged
        embedding, in units of the median distance between two different objects (median over the objects, and with ``_low``
        and ``_high`` the 16th and 84th percentile), ``nearest``, the median distance to the nearest other object in the same unit, and
        ``own_first``, the fraction of objects whose changed embedding is still nearest to its own unchanged one.

    Raises
    ------
    InputError
        Fewer than three objects can be embedded, or all have the same embedding.

    Examples
    --------
    >>> from clrseries import Model, datasets, encoders, lightcurves as lc, methods
    >>> from clrseries.evaluation.invariance import Sweep, invariance_curves
    >>> observe = lc.Observe([lc.Pack(64), lc.Normalize("band")])
    >>> encoder = encoders.CurveConv(size="tiny", bands=2, embedding_dim=16)
    >>> model = Model(encoder, methods.Projector(16), observe, bands=("B", "R"))
    >>> brighter = Sweep("flux multiplied by", "", lambda a: lc.Amplify(flux=a), (1.1, 100.0))
    >>> rows = invariance_curves(model, datasets.simulated_light_curves(8, nights=20), [brighter])
    >>> [row["distance"] < 0.1 for row in rows]  # the model divides by the brightness
    [True, True]
    """
    check_series(series, "invariance_curves")
    series = _sample(model.in_its_bands(series), objects, seed)
    before = embedded_with(model, series)
    good = np.flatnonzero(np.isfinite(before).all(axis=1))
    if len(good) < 3:
        raise InputError(f"invariance curves need at least 3 objects that can be embedded, and there are {len(good)}")
    series, before = series.take(good), before[good]
    apart = np.sqrt(np.maximum(2.0 - 2.0 * before @ before.T, 0.0))
    between = float(np.median(apart[~np.eye(len(apart), dtype=bool)]))
    if not between > 1e-6:
        raise InputError("invariance curves have no unit: all objects have the same embedding")
    nearest = float(np.median((apart + np.diag(np.full(len(apart), np.inf))).min(axis=1))) / between
    own = {type(step) for step in model.observe.deterministic().steps}
    usual = SPECTRUM_SWEEPS if model.observe.kind == "spectra" else LIGHT_CURVE_SWEEPS
    rows = []
    for sweep in usual if sweeps is None else sweeps:
        for value in sweep.values:
            step = sweep.step(value)
            if type(step) in own:
                break
            after = embedded_if_any(model, series, step)
            row = {"sweep": sweep.name, "unit": sweep.unit, "value": float(value), "nearest": nearest}
            rows.append(row | _moved(before, after, between))
    return rows


def _moved(before: NDArray[np.float64], after: NDArray[np.float64], between: float) -> dict[str, Any]:
    there = np.flatnonzero(np.isfinite(after).all(axis=1))
    if not len(there):
        nothing = float("nan")
        return {
            "objects": 0, "distance": nothing, "distance_low": nothing, "distance_high": nothing, "own_first": nothing,
        }  # fmt: skip
    distance = np.linalg.norm(after[there] - before[there], axis=1) / between
    low, middle, high = np.percentile(distance, [16, 50, 84])
    return {
        "objects": len(there), "distance": float(middle), "distance_low": float(low), "distance_high": float(high),
        "own_first": retrieve(after[there], before, there).top(1),
    }  # fmt: skip


def _sample(series: Series, most: int, seed: int) -> Series:
    """Return one row of some objects, with their brightness as a column if they are light curves."""
    first = np.unique(np.array(series.object_ids), return_index=True)[1]
    series = series.take(np.sort(np.random.default_rng(seed).permutation(np.sort(first))[:most]))
    if series.band is None:
        return series
    seen = (flux[ivar > 0] for _, flux, ivar in map(series.row, range(len(series))))
    bright = np.array([np.percentile(np.abs(flux), BRIGHT) if len(flux) else np.nan for flux in seen])
    return series.with_columns({BRIGHTNESS: -2.5 * np.log10(np.maximum(bright, 1e-30))})
