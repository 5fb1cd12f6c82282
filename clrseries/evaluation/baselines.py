"""Features without learning of whatever data an embedding was made of, to compare with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, located
from ..grids import Grid
from ..series import Series
from .embedded_objects import EmbeddedObjects
from .labels import Labels
from .light_curve_baselines import light_curve_features
from .spectrum_baselines import median_pixels, pca

COMPONENTS = 64
PIXELS = 1000
SOME = 500  # spectra that say which range is usual


def baseline_features(series: Series) -> dict[str, NDArray[np.float32]]:
    """Return the usual features of spectra or light curves.

    Parameters
    ----------
    series : Series
        N objects.

    Returns
    -------
    dict of str to float32 (N, D)
        For spectra, the first 64 principal components of pixels that are divided by their median. For light curves,
        :func:`light_curve_features`, NaN where one is missing; empty if the packages that they need are not installed.
    """
    if series.band is not None:
        try:
            return {"features of the light curves": light_curve_features(series)}
        except InputError:
            return {}
    some = np.unique(np.linspace(0, len(series) - 1, min(SOME, len(series))).astype(int)).tolist()
    ends = np.array([[x[i > 0].min(), x[i > 0].max()] for x, _, i in map(series.row, some) if (i > 0).any()])
    if not len(ends):
        return {}
    start, stop = float(np.median(ends[:, 0])), float(np.median(ends[:, 1]))
    components = pca(median_pixels(series, Grid.log(start, stop, PIXELS)), size=COMPONENTS)[0]
    return {f"PCA ({components.shape[1]}) of the pixels": components}


def beside(objects: EmbeddedObjects, columns: Sequence[str] = ()) -> dict[str, NDArray[np.floating]]:
    """Return other features of objects that are evaluated.

    Parameters
    ----------
    objects : EmbeddedObjects
        N rows; what was observed of them has the features of :func:`baseline_features`.
    columns : sequence of str
        Columns of numbers, which make one more kind of features.

    Returns
    -------
    dict of str to float (N, E)
        NaN where a feature is missing. Other embeddings of the objects come last.

    Raises
    ------
    InputError
        A column is missing or does not hold numbers.
    """
    found: dict[str, NDArray[np.floating]] = {}
    if objects.series is not None and objects.matched is not None:
        for name, values in baseline_features(objects.series).items():
            found[name] = np.where((objects.matched >= 0)[:, None], values[objects.matched], np.nan)
    for name in columns:
        if name not in objects.table.column_names:
            raise located("is missing, and is asked for as a feature", source=objects.source, column=name)
    if columns:
        numbers = [Labels().of(objects.table[name], name) for name in columns]
        found["columns " + ", ".join(columns)] = np.stack(numbers, axis=1)
    return found | {name: one.points.astype(float) for name, one in objects.others.items()}
