"""The data of a map of embeddings: places, colors, neighbors and small pictures of what was observed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import InputError
from ..series import Series
from .labels import class_names, labels_of
from .neighborhoods import neighbor_rows
from .retrieval import Features, unit
from .search import Index
from .spectrum_baselines import pca
from .splits import drawn_rows
from .thumbnails import thumbnails

MOST_POINTS = 100_000
MOST_UMAP = 20_000  # points that are placed by UMAP without being asked; it takes a minute
NEIGHBORS = 6
MOST_CATEGORIES = 200


def chart_data(
    features: Features, table: pa.Table, ids: Sequence[str], first: str | None, how: str, series: Series | None, matched: NDArray[np.int64] | None
) -> dict[str, Any]:  # fmt: skip
    """Return the data of a map.

    Parameters
    ----------
    features : float (N, D)
        Embeddings, all finite; of more than 100,000, so many are drawn by lot.
    table : pyarrow.Table
        Columns of the objects.
    ids : sequence of N str
        Their names.
    first : str, optional
        The column that colors the map at first.
    how : {"auto", "umap", "pca"}
        How objects are placed.
    series : Series, optional
        What was observed.
    matched : int64 (N,), optional
        For each object its row in `series`, -1 if it is not there.

    Returns
    -------
    dict
        ``points``, ``ids``, ``columns``, ``neighbors``, ``thumbs``, ``how`` in words, and ``rows``: for each of N its point, -1 if it is not drawn.
    """
    some = drawn_rows(len(features), MOST_POINTS)
    place = np.full(len(features), -1)
    place[some] = np.arange(len(some))
    part, shown = features[some], table.take(some)
    points, told = _placed(part, how)
    told += "" if len(some) == len(features) else f" {len(some)} of {len(features)} objects, drawn by lot."
    names = sorted(shown.column_names, key=lambda name: name != first)
    columns = {name: column for name in names if (column := _color(shown, name)) is not None}
    return {
        "points": points, "ids": [ids[row] for row in some.tolist()], "columns": columns, "neighbors": neighbors_of(part),
        "thumbs": thumbnails(series, matched[some]) if series is not None and matched is not None else None, "how": told, "rows": place,
    }  # fmt: skip


def matched_rows(ids: Sequence[str], others: Sequence[str]) -> NDArray[np.int64]:
    """Return for each name its place among others; the second row of an object is matched with its second row.

    Parameters
    ----------
    ids : sequence of N str
        Names, which may repeat.
    others : sequence of str
        The same of other rows.

    Returns
    -------
    int64 (N,)
        -1 where there is none.

    Examples
    --------
    >>> from clrseries.evaluation.chart import matched_rows
    >>> matched_rows(["a", "b", "a"], ["b", "a", "a"]).tolist()
    [1, 0, 2]
    """
    place = {name: row for row, name in enumerate(_numbered(others))}
    return np.array([place.get(name, -1) for name in _numbered(ids)], np.int64)


def _numbered(names: Sequence[str]) -> list[tuple[str, int]]:
    seen: dict[str, int] = {}
    numbered = []
    for name in names:
        numbered.append((name, seen.get(name, 0)))
        seen[name] = seen.get(name, 0) + 1
    return numbered


def neighbors_of(features: Features, count: int = NEIGHBORS) -> NDArray[np.int64]:
    """Return the nearest others of each embedding; beyond 20,000 approximately, if faiss is installed.

    Parameters
    ----------
    features : float (N, D)
        Embeddings, all finite.
    count : int
        How many.

    Returns
    -------
    int64 (N, count)
    """
    count = min(count, len(features) - 1)
    if len(features) > MOST_UMAP:
        try:
            rows = Index(features, "hnsw").search(features, count + 1)[1]
        except InputError:
            pass  # faiss is not installed
        else:
            own = rows == np.arange(len(rows))[:, None]
            own[~own.any(axis=1), -1] = True  # it did not find itself: the last one goes
            return rows[~own].reshape(len(rows), count)
    return neighbor_rows(features, count)


def _placed(features: Features, how: str) -> tuple[NDArray[np.float32], str]:
    from . import umap_points

    if how == "umap" or (how == "auto" and 10 <= len(features) <= MOST_UMAP):
        try:
            return umap_points(
                features
            ), "Placed by UMAP (cosine distance): near is alike, distances and empty space say little."
        except InputError:
            if how == "umap":
                raise
    points = unit(np.asarray(features, np.float32))
    two = pca(points, size=2)[0]
    return np.pad(
        two, ((0, 0), (0, 2 - two.shape[1]))
    ), "Placed by the first two principal components of the directions."


def _color(table: pa.Table, name: str) -> Any:
    """Return a column as numbers or names; None if it has too many names to color by."""
    try:
        labels = labels_of(table[name], name)
    except InputError:
        return None
    if not labels.classes:
        values = labels.of(table[name], name)
        return values if np.isfinite(values).any() else None
    return class_names(table[name]) if len(labels.classes) <= MOST_CATEGORIES else None
