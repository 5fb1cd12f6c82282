"""How objects were observed, measured from the data: columns that embeddings should know little of."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..series import Series

SNR, POINTS, DAYS = "log10 S/N", "log10 points", "log10 days"


def observed_columns(series: Series) -> dict[str, NDArray[np.float64]]:
    """Return signal-to-noise ratio and, for light curves, number and span of the points of each object.

    Parameters
    ----------
    series : Series
        N objects; points with ivar 0 do not count.

    Returns
    -------
    dict of str to float64 (N,)
        ``log10 S/N``, of the median of \\|flux\\| / error; for light curves also ``log10 points`` and ``log10 days``. NaN where there is none.
        If all errors of all objects are equal, as they are where none is known, there is no ``log10 S/N``.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries import Series
    >>> from clrseries.evaluation.observed_columns import observed_columns
    >>> star = Series.from_points([[0.0, 4, 10]], [[5.0, 10, 20]], [[1.0, 1, 2]])
    >>> {name: float(values[0].round(2)) for name, values in observed_columns(star).items()}
    {'log10 S/N': 1.0, 'log10 points': 0.48, 'log10 days': 1.0}
    """
    known = series.ivar[series.ivar > 0]
    names = ([SNR] if len(known) and np.ptp(known) > 0 else []) + ([POINTS, DAYS] if series.band is not None else [])
    found = {name: np.full(len(series), np.nan) for name in names}
    for row in range(len(series)):
        x, flux, ivar, *_ = series.row(row)
        good = ivar > 0
        if good.sum() < 2:
            continue
        if SNR in found:
            ratio = np.abs(flux[good].astype(np.float64)) * np.sqrt(ivar[good].astype(np.float64))
            found[SNR][row] = _log10(np.median(ratio))
        if series.band is not None:
            found[POINTS][row], found[DAYS][row] = _log10(good.sum()), _log10(np.ptp(x[good]))
    return found


def with_observed(table: pa.Table, series: Series, matched: NDArray[np.int64]) -> pa.Table:
    """Return a table with the columns of :func:`observed_columns`, where it does not have them.

    Parameters
    ----------
    table : pyarrow.Table
        M rows.
    series : Series
        N objects.
    matched : int64 (M,)
        For each row of the table that of the series, -1 for none.

    Returns
    -------
    pyarrow.Table
        Null where nothing was measured; a column that is null everywhere is left out.
    """
    for name, values in observed_columns(series).items():
        column = np.where(matched >= 0, values[matched], np.nan)
        if name not in table.column_names and np.isfinite(column).any():
            table = table.append_column(name, pa.array(column, from_pandas=True))
    return table


def _log10(value: float) -> float:
    return float(np.log10(value)) if value > 0 else np.nan
