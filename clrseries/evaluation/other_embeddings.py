"""Other embeddings of the objects that are evaluated: another model's, or those from before a change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import InputError, located
from ..io.embeddings import read_embeddings
from .chart import matched_rows
from .few_labels import CHANCE, EMBEDDING
from .retrieval import unit


@dataclass(frozen=True, eq=False)
class OtherEmbedding:
    """Embeddings of the same objects from another file.

    Parameters
    ----------
    source : str
        The file.
    points : float32 (N, E)
        Of unit length; NaN for objects that the file lacks.
    """

    source: str
    points: NDArray[np.float32]


def other_embeddings(
    paths: Sequence[str | Path], embeddings: NDArray[np.floating], table: pa.Table, source: str
) -> dict[str, OtherEmbedding]:
    """Read embeddings of the same objects from other files.

    Parameters
    ----------
    paths : sequence of path
        Parquet files or folders written by ``embed``.
    embeddings : float (N, D)
        The embeddings that are evaluated, NaN where there is none.
    table : pyarrow.Table
        Their N rows; rows are matched by ``object_id``, those of one object in their order.
    source : str
        Their file, for errors.

    Returns
    -------
    dict of str to OtherEmbedding
        By short names of the files, N rows each.

    Raises
    ------
    InputError
        A file cannot be read, is given twice, has no ``object_id``, or has no embedding of an object that has one in `source`.
    """
    there = np.isfinite(embeddings).all(axis=1)
    found = {}
    for name, path in zip(short_names(paths), paths, strict=True):
        values, others = read_embeddings(path)
        values[~np.isfinite(values).all(axis=1)] = np.nan  # a row with infinity would become zeros and NaN
        ids, own = (_ids(one, file) for one, file in ((others, str(path)), (table, source)))
        rows = matched_rows(own, ids)
        points = np.where((rows >= 0)[:, None], unit(values)[rows], np.float32(np.nan))
        if not np.isfinite(points[there]).all(axis=1).any():
            raise InputError(
                f"beside: {path} has no embedding of an object of {source}: their object_id are "
                f"{ids[0]!r}, ... and {own[0]!r}, ...; give embeddings of the same objects"
            )
        found[name] = OtherEmbedding(str(path), points)
    return found


def short_names(paths: Sequence[str | Path]) -> list[str]:
    """Return a short name for each file: its own, or with its folder, or the whole path where shorter ones are equal or mean something else.

    Parameters
    ----------
    paths : sequence of path
        Files or folders.

    Returns
    -------
    list of str

    Raises
    ------
    InputError
        A file is given twice.

    Examples
    --------
    >>> from clrseries.evaluation.other_embeddings import short_names
    >>> short_names(["simclr.parquet", "runs/vicreg.parquet"])
    ['simclr', 'vicreg']
    >>> short_names(["before/e.parquet", "after/e.parquet"])
    ['before/e', 'after/e']
    """
    whole = [Path(path).absolute() for path in paths]
    twice = next((path for place, path in enumerate(whole) if path in whole[:place]), None)
    if twice is not None:
        raise InputError(f"beside: {twice.name} is given twice")
    stems = [path.name.removesuffix(".parquet") for path in whole]
    nested = [f"{path.parent.name}/{stem}" for path, stem in zip(whole, stems, strict=True)]
    for names in (stems, nested):
        if len({*names, EMBEDDING, CHANCE}) == len(names) + 2:
            return names
    return [str(path) for path in whole]


def _ids(table: pa.Table, source: str) -> list[str]:
    if "object_id" not in table.column_names:
        problem = f"is missing, by which objects are matched; the file has {', '.join(table.column_names)}"
        raise located(problem, source=source, column="object_id")
    return [str(one) for one in table["object_id"].to_pylist()]
