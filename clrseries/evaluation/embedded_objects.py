"""Objects that are evaluated: their embeddings, names, columns, and what was observed of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import InputError, located
from ..series import Series
from .chart import matched_rows
from .observed_columns import with_observed
from .other_embeddings import OtherEmbedding
from .retrieval import unit
from .splits import groups_of


@dataclass(frozen=True, eq=False)
class EmbeddedObjects:
    """Embeddings and what is known of their objects, as :func:`embedded_objects` makes them.

    Parameters
    ----------
    points : float32 (N, D)
        Embeddings of unit length, all finite.
    table : pyarrow.Table
        Columns of the N objects; with data, also how they were observed (:func:`~clrseries.evaluation.observed_columns.observed_columns`).
    source : str
        The file.
    ids : list of N str
        Names, which may repeat.
    group : str or None
        Column that names the object, where rows may share one.
    groups : int64 (N,)
        Number of the object of each row.
    lost : int
        Rows without an embedding, which were left out.
    series : Series, optional
        What was observed.
    matched : int64 (N,), optional
        For each embedding the row of its object in `series`, -1 where it is not there.
    others : mapping of str to OtherEmbedding
        Other embeddings of the same N rows, by short names.
    notes : list of str
        What a reader of the evaluation has to know.
    """

    points: NDArray[np.float32]
    table: pa.Table
    source: str
    ids: list[str]
    group: str | None
    groups: NDArray[np.int64]
    lost: int = 0
    series: Series | None = None
    matched: NDArray[np.int64] | None = None
    others: Mapping[str, OtherEmbedding] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def embedded_objects(
    embeddings: NDArray[np.floating],
    table: pa.Table,
    source: str,
    group: str | None = None,
    series: Series | None = None,
    data: str = "the series",
    others: Mapping[str, OtherEmbedding] | None = None,
) -> EmbeddedObjects:
    """Leave out rows without an embedding, scale the others to unit length, and find which rows belong together.

    Parameters
    ----------
    embeddings : float (N, D)
        Embeddings.
    table : pyarrow.Table
        N rows.
    source : str
        The file, for errors.
    group : str, optional
        Column that names the object; default ``object_id`` if it repeats.
    series : Series, optional
        What was observed; rows are matched by ``object_id``, those of one object in their order.
    data : str
        What `series` was read from, for errors.
    others : mapping of str to OtherEmbedding, optional
        From :func:`clrseries.evaluation.other_embeddings.other_embeddings`.

    Returns
    -------
    EmbeddedObjects

    Raises
    ------
    InputError
        The column is missing, or no object of `series` is among the embeddings.
    """
    there = np.isfinite(embeddings).all(axis=1)
    named = "object_id" in table.column_names
    all_ids = [str(one) for one in table["object_id"].to_pylist()] if named else [str(k) for k in range(len(table))]
    points, table = unit(np.asarray(embeddings[there], np.float32)), table.filter(pa.array(there))
    ids = [all_ids[row] for row in np.flatnonzero(there)]
    if group is not None and group not in table.column_names:
        raise located(f"is missing; the file has {', '.join(table.column_names)}", source=source, column=group)
    group = group or ("object_id" if len(set(ids)) < len(ids) else None)
    groups = groups_of(table[group].to_pylist() if group else None, len(points))
    kept = {name: replace(one, points=one.points[there]) for name, one in (others or {}).items()}
    notes = [
        f"{count} of {len(ids)} objects have no embedding in {one.source}; probes take the median of the others there."
        for one in kept.values()
        if (count := int((~np.isfinite(one.points).all(axis=1)).sum()))
    ]
    found = EmbeddedObjects(points, table, source, ids, group, groups, int((~there).sum()), others=kept, notes=notes)
    if series is None:
        return found
    matched = matched_rows(all_ids, series.object_ids)[there]  # before rows are left out: the second stays the second
    if (matched < 0).all():
        raise InputError(
            f"data: no object of {data} is among the embeddings of {source}: their object_id are "
            f"{series.object_ids[0]!r}, ... and {ids[0]!r}, ..."
        )
    lacking = int((matched < 0).sum())
    notes = notes + ([f"{lacking} of {len(matched)} objects are not in the data."] if lacking else [])
    return replace(found, table=with_observed(table, series, matched), series=series, matched=matched, notes=notes)
