"""Joining of several batches."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa

from ..errors import InputError
from .check_series import check_series
from .joined_tables import joined_tables
from .one_flux_unit import flux_units, in_flux_unit
from .samples import added_counts, offsets_of
from .series import Series
from .table import REPETITION, numbered_repetitions, renumbered, without_column

logger = logging.getLogger("clrseries")


def concatenate(batches: Iterable[Series]) -> Series:
    """Join several batches into one.

    Objects without a name of their own, which are called "0", "1", ... in each batch, are numbered again. A name that an earlier
    batch has too gets a number, "HD 1 (2)", and a warning is logged; if these are the same sources, keep the common name in a column
    of its own, for instance for ``pretrain(source=...)``. Fluxes are converted to the unit of the first batch, where units are known.

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
        There is no batch, a batch is no Series, the bands differ, or units of flux cannot be converted into each other.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries import Series, concatenate
    >>> one = Series.from_arrays(np.linspace(4000, 7000, 300), np.ones((2, 300)))
    >>> concatenate([one, one]).object_ids
    ['0', '1', '2', '3']
    """
    parts: list[Series] = [batches] if isinstance(batches, Series) else list(batches)
    for part in parts:
        check_series(part, "concatenate")
    return joined(_renamed(_named_apart(parts)))


def joined(batches: Sequence[Series]) -> Series:
    """Join batches that may have rows with the same ``object_id``, as several files of one survey have.

    Parameters
    ----------
    batches : sequence of Series
        Either all spectra, or all light curves with equal bands.

    Returns
    -------
    Series
        As :func:`concatenate` returns it. If an ``object_id`` occurs several times, the column ``repetition`` counts them.

    Raises
    ------
    InputError
        There is no batch, the bands differ, or units of flux cannot be converted into each other.
    """
    if not batches:
        raise InputError("nothing to concatenate: give at least one Series")
    if len({part.band is None for part in batches}) > 1:
        raise InputError("cannot join spectra and light curves")
    if len({part.bands for part in batches}) > 1:
        raise InputError("cannot concatenate series with different bands: map them to one set first")
    parts = _in_one_unit(_named_apart(list(batches)))
    bands = [part.band for part in parts if part.band is not None]
    dropped: dict[str, int] = {}
    for part in parts:
        dropped = added_counts(dropped, part.dropped)
    table = joined_tables([without_column(p.table, REPETITION) for p in parts])
    return Series(
        x=np.concatenate([p.x for p in parts]),
        flux=np.concatenate([p.flux for p in parts]),
        ivar=np.concatenate([p.ivar for p in parts]),
        offsets=offsets_of(np.concatenate([np.diff(p.offsets) for p in parts])),
        table=numbered_repetitions(table),
        band=np.concatenate(bands) if bands else None,
        bands=parts[0].bands,
        dropped=dropped,
        failed=pa.concat_tables([p.failed for p in parts]),
    )


def _renamed(parts: list[Series]) -> list[Series]:
    """Give a number to the names that an earlier batch has too."""
    seen: set[str] = set()
    found, changed = [], 0
    for part in parts:
        names = part.object_ids
        again = {name: name for name in names if name in seen}
        for name in again:
            number = 2
            while f"{name} ({number})" in seen:
                number += 1
            again[name] = f"{name} ({number})"
        if again:
            changed += len(again)
            example = next(iter(again.items()))
            part = part.with_columns({"object_id": [again.get(name, name) for name in names]})
        seen |= set(part.object_ids)
        found.append(part)
    if changed:
        logger.warning("%d names are in several batches: %r is now %r, and so on", changed, *example)
    return found


def _named_apart(parts: list[Series]) -> list[Series]:
    """Number the objects again that have only row numbers as names, if there are several such batches."""
    bare = [part.object_ids == [str(i) for i in range(len(part))] for part in parts]
    if sum(bare) < 2:
        return parts
    found, first = [], 0
    for part, unnamed in zip(parts, bare, strict=True):
        if unnamed and first:
            part = part.with_columns({"object_id": renumbered(part.table["object_id"], first)})
        first += len(part) if unnamed else 0
        found.append(part)
    return found


def _in_one_unit(parts: list[Series]) -> list[Series]:
    """Convert all fluxes to the first unit that is known."""
    if not any("flux_unit" in part.table.column_names for part in parts):
        return parts
    wanted = next((unit for part in parts for unit in flux_units(part)), "")
    return [in_flux_unit(part, wanted) for part in parts]
