"""Periods, features, periodograms and galactic latitudes that a model reads, found where the table does not have them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec

from ..augment.resident import host_series
from ..series import Series
from .binned_periodogram import PERIODOGRAM, with_periodogram
from .features import ANY, PERIODS, feature_names, with_features
from .galactic import GALACTIC, with_galactic_latitude
from .periods import with_periods

OF_PERIODS = re.compile(rf"(period|power)_[1-{PERIODS}]")


def with_measured(series: Series, names: Sequence[str]) -> Series:
    """Return light curves with those of some columns that :func:`with_periods`, :func:`with_features` and :func:`with_periodogram` can measure.

    The column ``galactic_latitude``, of light curves and spectra, is that of :func:`with_galactic_latitude`.

    Parameters
    ----------
    series : Series
        N light curves, or spectra, of which nothing else is measured.
    names : sequence of str
        Names of columns; those that the table has, and those that nothing here measures, are left as they are.

    Returns
    -------
    Series
        With more columns than `names` asks for, because what is measured together is added together.

    Raises
    ------
    InputError
        The packages nifty-ls and light-curve are needed and not installed, or there are no positions where the galactic latitude is
        needed.

    Examples
    --------
    >>> from clrseries import datasets
    >>> from clrseries.lightcurves.measured import with_measured
    >>> stars = with_measured(datasets.simulated_light_curves(2), ["period_1", "photoz"])
    >>> stars.table.column_names[-2:]
    ['period_3', 'power_3']
    """
    if GALACTIC in names and GALACTIC not in series.table.column_names:
        series = with_galactic_latitude(series)
    missing = [name for name in names if name not in series.table.column_names]
    if series.band is None or not missing:
        return series
    own = host_series(series)
    found = with_periodogram(own) if set(missing) & set(PERIODOGRAM) else own
    missing = [name for name in missing if name not in PERIODOGRAM]
    others = [name for name in missing if not OF_PERIODS.fullmatch(name)]
    if any(name.startswith(f"{ANY}_") for name in others):
        found = with_features(found, each_band=False)
        others = [name for name in others if name not in found.table.column_names]
    if others and find_spec("light_curve") and set(others) & set(feature_names(series.bands)):
        found = with_features(found)
    if len(others) < len(missing) and f"period_{PERIODS}" not in found.table.column_names:
        found = with_periods(found, PERIODS)
    if found is own:
        return series
    measured = found.table.column_names[len(own.table.column_names) :]
    return series.with_columns({name: found.table[name] for name in measured})


def without_measured(series: Series) -> Series:
    """Return light curves without the columns that :func:`with_periods`, :func:`with_features` and :func:`with_periodogram` measure.

    Parameters
    ----------
    series : Series
        N light curves.

    Returns
    -------
    Series
        A period of a catalog, in a column of another name than ``period_1`` and so on, stays.

    Examples
    --------
    >>> from clrseries import datasets
    >>> from clrseries.lightcurves.measured import with_measured, without_measured
    >>> stars = datasets.simulated_light_curves(2)
    >>> without_measured(with_measured(stars, ["period_1"])).table.column_names == stars.table.column_names
    True
    """
    made = {*feature_names(series.bands), *feature_names((ANY,)), *PERIODOGRAM}
    kept = [name for name in series.table.column_names if name not in made and not OF_PERIODS.fullmatch(name)]
    return replace(series, table=series.table.select(kept))
