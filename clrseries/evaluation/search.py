"""Nearest neighbors among embeddings, with FAISS: exact up to a million, approximate beyond, with the recall measured."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, require
from ..names import known_name
from .retrieval import Features, unit

METHODS = ("auto", "exact", "hnsw", "ivfpq")
MOST_EXACT = 1_000_000
SAMPLE = 200  # queries that measure the recall
LINKS = 32  # of a node of the HNSW graph
TRAINING = 200_000  # rows that the cells and codes of IVF-PQ are trained on


class Index:
    """An index of embeddings, that finds those with the largest cosine similarity.

    Parameters
    ----------
    features : float (N, D)
        Embeddings. Rows that are not finite are never found.
    method : {"auto", "exact", "hnsw", "ivfpq"}
        ``exact`` compares with all rows. ``hnsw`` walks a graph of neighbors: fast, with the full embeddings in memory. ``ivfpq``
        keeps D/4 to D/2 bytes for each row. ``auto`` is ``exact`` up to a million rows, and ``hnsw`` beyond.
    seed : int
        Of the rows that measure the recall.

    Attributes
    ----------
    method : str
        What was made.
    recall : float
        Fraction of the true 10 nearest neighbors among the 10 that are found, for 200 rows; 1 if exact.

    Raises
    ------
    InputError
        faiss is not installed, there is no such method, or there are too few rows for ``ivfpq``.

    References
    ----------
    Douze et al. 2024, arXiv:2401.08281; Malkov & Yashunin 2016, arXiv:1603.09320; Jegou et al. 2011, IEEE TPAMI 33, 117.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.evaluation.search import Index
    >>> index = Index(np.eye(5, dtype=np.float32) + 0.1)
    >>> cosine, rows = index.search(np.array([[0.0, 1.0, 0.0, 0.0, 0.0]]), count=1)
    >>> rows, index.method, index.recall
    (array([[1]]), 'exact', 1.0)
    """

    def __init__(self, features: Features, method: str = "auto", seed: int = 0) -> None:
        method = known_name("method", method, METHODS)
        faiss = require("faiss", extra="search", purpose="a search among embeddings")
        self.rows = np.flatnonzero(np.isfinite(features).all(axis=1))
        points = _directions(features[self.rows])
        if not len(points):
            raise InputError("there is no embedding to search among")
        if method == "auto":
            method = "exact" if len(points) <= MOST_EXACT else "hnsw"
        self.method, self.dim = method, points.shape[1]
        self._index = _made(faiss, points, method)
        self.recall = 1.0 if method == "exact" else self._recall(faiss, points, seed)

    def __len__(self) -> int:
        """Return the number of embeddings that can be found."""
        return len(self.rows)

    def search(self, queries: Features, count: int = 10) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Find the nearest embeddings of each query.

        Parameters
        ----------
        queries : float (Q, D)
            Embeddings, all finite.
        count : int
            How many neighbors, at most N.

        Returns
        -------
        float32 (Q, count), int64 (Q, count)
            Cosine similarities, largest first, and rows; -1 where an approximate search finds fewer.

        Raises
        ------
        InputError
            The embeddings have another length, or are not finite.
        """
        queries = np.atleast_2d(np.asarray(queries))
        if queries.ndim != 2 or queries.shape[1] != self.dim:
            raise InputError(
                f"query: has shape {queries.shape}, and the index has embeddings of {self.dim} numbers: use the model that made the index"
            )
        if not np.isfinite(queries).all():
            raise InputError("query: has an embedding that is not finite")
        cosine, found = self._index.search(_directions(queries), min(count, len(self.rows)))
        return cosine, np.where(found >= 0, self.rows[found], -1)

    def _recall(self, faiss: Any, points: NDArray[np.float32], seed: int) -> float:
        rows = np.random.default_rng(seed).permutation(len(points))[:SAMPLE]
        count = min(10, len(points))
        true = faiss.knn(points[rows], points, count, metric=faiss.METRIC_INNER_PRODUCT)[1]
        found = self._index.search(points[rows], count)[1]
        return float(np.mean([len(set(a) & set(b)) / count for a, b in zip(true, found, strict=True)]))


def _directions(features: Features) -> NDArray[np.float32]:
    return np.ascontiguousarray(unit(np.asarray(features, np.float32)), np.float32)


def _made(lib: Any, points: NDArray[np.float32], method: str) -> Any:
    """Return a FAISS index of unit vectors, with inner products."""
    rows, dim = points.shape
    if method == "exact":
        made = lib.IndexFlatIP(dim)
    elif method == "hnsw":
        made = lib.IndexHNSWFlat(dim, LINKS, lib.METRIC_INNER_PRODUCT)
        made.hnsw.efConstruction, made.hnsw.efSearch = 100, 128
    else:
        if rows < 1000:
            raise InputError(
                f"method: 'ivfpq' needs at least 1,000 embeddings to learn its codes from, and there are {rows}; use 'exact'"
            )
        cells = int(min(4 * np.sqrt(rows), rows / 39))
        codes = next(k for k in range(max(dim // 2, 1), 0, -1) if dim % k == 0)
        made = lib.IndexIVFPQ(
            lib.IndexFlatIP(dim), dim, cells, codes, 8 if rows >= 10_000 else 4, lib.METRIC_INNER_PRODUCT
        )
        made.nprobe = max(cells // 16, 8)
        made.train(points[np.random.default_rng(0).permutation(rows)[:TRAINING]])
    made.add(points)
    return made
