"""Joining of several batches."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from ..errors import InputError
from .check_series import check_series
from .samples import added_counts, offsets_of
from .series import Series


def concatenate(batches: Iterable[Series]) -> Series:
    """Join several batches into one.

    Parameters
    ----------
    batches : iterable of Series
        Either all spectra, or all light curves with equal bands.

    Returns
    -------
    Series
        All objects, in order. A column that is missing in some batches is null there; the counts in `dropped` are added.

    Raises
    ------
    InputError
        There is no batch, a batch is no Series, or the bands differ.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries import Series, concatenate
    >>> one = Series.from_arrays(np.linspace(4000, 7000, 300), np.ones((2, 300)))
    >>> len(concatenate([one, one]))
    4
    """
    parts = [batches] if isinstance(batches, Series) else list(batches)
    for part in parts:
        check_series(part, "concatenate")
    if not parts:
        raise InputError("nothing to concatenate: give at least one Series")
    if len({part.bands for part in parts}) > 1:
        raise InputError("cannot concatenate series with different bands: map them to one set first")
    bands = [part.band for part in parts if part.band is not None]
    dropped: dict[str, int] = {}
    for part in parts:
        dropped = added_counts(dropped, part.dropped)
    return Series(
        x=np.concatenate([p.x for p in parts]),
        flux=np.concatenate([p.flux for p in parts]),
        ivar=np.concatenate([p.ivar for p in parts]),
        offsets=offsets_of(np.concatenate([np.diff(p.offsets) for p in parts])),
        table=pa.concat_tables([p.table for p in parts], promote_options="permissive"),
        band=np.concatenate(bands) if bands else None,
        bands=parts[0].bands,
        dropped=dropped,
    )
