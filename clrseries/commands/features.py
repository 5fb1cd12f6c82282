"""The command ``features``: find periods and features of light curves, and write them as columns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..files import refuse_existing

if TYPE_CHECKING:
    from ..datasets.open import Data


def features(data: Data, output: str | Path, *, periods_only: bool = False, overwrite: bool = False) -> Path:
    """Find the periods of light curves and the features at them, and write the light curves with these columns.

    The column ``period_1`` is what a step ``Fold: {period: period_1}`` of ``pretrain`` takes.

    Parameters
    ----------
    data : path, name, Series, table, or sequence of them
        Light curves, as ``pretrain`` takes them.
    output : path
        Parquet file with one row per object, which every command reads.
    periods_only : bool
        Whether only the periods are found: ``period_1`` to ``period_3`` [day], the most likely first, with ``power_1`` to ``power_3``.
        Otherwise the statistics of each band and the Fourier terms at the best period are added.
    overwrite : bool
        Whether `output` is replaced if it exists.

    Returns
    -------
    Path
        `output`.

    Raises
    ------
    InputError
        `output` exists, the data hold spectra, or the packages nifty-ls and light-curve are not installed.

    Examples
    --------
    >>> import tempfile
    >>> from clrseries import datasets, features, read_light_curves
    >>> path = features(datasets.simulated_light_curves(3), tempfile.mkdtemp() + "/stars.parquet", periods_only=True)
    >>> read_light_curves(path).table.column_names[-2:]
    ['period_3', 'power_3']
    """
    refuse_existing(output, overwrite)
    from ..datasets import open_series
    from ..io import write_light_curves
    from ..lightcurves import with_features, with_periods

    series = open_series(data)
    write_light_curves(with_periods(series) if periods_only else with_features(series), output, overwrite=overwrite)
    return Path(output)
