"""Tables of embeddings: one row per object, with a fixed-size list beside the columns of the data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..errors import InputError, located
from .tables import read_table

MADE_BY = b"clrseries.embed"  # key of the metadata of a file


def with_embeddings(table: pa.Table, embeddings: NDArray[np.float32]) -> pa.Table:
    """Return a table with a column ``embedding`` added.

    Parameters
    ----------
    table : pyarrow.Table
        N rows.
    embeddings : float32 (N, D)
        One embedding for each row.

    Returns
    -------
    pyarrow.Table
        The column is a fixed-size list of D float32, null for an embedding that is not finite.
    """
    lost = pa.array(~np.isfinite(embeddings).all(axis=1))
    column = pa.FixedSizeListArray.from_arrays(pa.array(embeddings.ravel()), embeddings.shape[1], mask=lost)
    return table.append_column("embedding", column)


def with_model(table: pa.Table, model: str | Path | None, layer: str, model_hash: str) -> pa.Table:
    """Return a table that says which model made its embeddings.

    Parameters
    ----------
    table : pyarrow.Table
        A table with embeddings.
    model : path or str, optional
        Folder of the model, or its name on the Hugging Face Hub, if it has one.
    layer : str
        ``embedding`` or ``projection``.
    model_hash : str
        From :func:`clrseries.model.model_hash.model_hash`.

    Returns
    -------
    pyarrow.Table
        With other metadata, which :func:`made_by` reads from the file.
    """
    said = {"layer": layer, "hash": model_hash}
    if model is not None:
        said["model"] = str(Path(model).resolve()) if Path(model).exists() else str(model)
    return table.replace_schema_metadata((table.schema.metadata or {}) | {MADE_BY: json.dumps(said).encode()})


def made_by(path: str | Path) -> dict[str, str]:
    """Return which model and layer made a file of embeddings.

    Parameters
    ----------
    path : path
        Parquet file, or a folder that ``embed`` wrote.

    Returns
    -------
    dict of str to str
        ``model`` (its folder or name), ``hash`` (of the model) and ``layer``; what is not known is missing.
    """
    found: dict[str, Any] = {}
    try:
        said = json.loads((pq.read_schema(path).metadata or {}).get(MADE_BY, b"{}")) if Path(path).is_file() else {}
        manifest = Path(path) / "manifest.json"
        if manifest.is_file():
            told = json.loads(manifest.read_text())
            said |= told.get("settings", {}) | {"hash": told.get("model")}
        found = {key: said[key] for key in ("model", "hash", "layer") if isinstance(said.get(key), str)}
    except (pa.ArrowException, OSError, ValueError, AttributeError):
        pass  # a file in another format says nothing
    return found


def read_embeddings(path: str | Path) -> tuple[NDArray[np.float32], pa.Table]:
    """Read the embeddings and the other columns of a table.

    Parameters
    ----------
    path : path
        Parquet file, or the folder of Parquet files, written by ``clrseries embed``.

    Returns
    -------
    float32 (N, D), pyarrow.Table
        The embeddings, NaN in rows where there is none, and the other columns with N rows.

    Raises
    ------
    InputError
        The file is missing or incomplete, has no column ``embedding`` of lists of equal length, or has fewer than two embeddings.
    """
    table = _folder(Path(path)) if Path(path).is_dir() else read_table(path)
    if "embedding" not in table.column_names:
        raise located(
            f"is missing; the file has {', '.join(table.column_names)}: make it with 'clrseries embed'",
            source=str(path),
            column="embedding",
        )
    values = _rows(table["embedding"], str(path))
    count = int(np.isfinite(values).all(axis=1).sum())
    if count < 2:
        raise InputError(f"{path}: holds {count} embeddings; at least two are needed")
    return values, table.drop_columns(["embedding"])


def _folder(path: Path) -> pa.Table:
    """Read the files of a folder of embeddings as one table."""
    inner = path / "dataset"
    files = sorted(
        one for one in (inner if inner.is_dir() else path).rglob("*.parquet") if not one.name.startswith(("_", "."))
    )
    files = [one for one in files if one.name not in ("errors.parquet", "data_thumbnail.parquet")]
    if not files:
        raise InputError(f"{path}: has no Parquet file; give a file or folder that 'clrseries embed' has written")
    tables = [read_table(one) for one in files]
    try:
        return pa.concat_tables(tables, promote_options="permissive")
    except pa.ArrowException as error:
        raise InputError(f"{path}: its files have different columns ({str(error).splitlines()[0]})") from error


def _rows(column: pa.ChunkedArray, source: str) -> NDArray[np.float32]:
    """Return lists of any kind, all of the same length, as rows; NaN where a list or a number is null."""
    if not pa.types.is_nested(column.type) or not hasattr(column.type, "value_type"):
        raise located(f"must hold lists of numbers, and holds {column.type}", source=source, column="embedding")
    kind = column.type.value_type
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
        raise located(f"must hold lists of numbers, and holds {column.type}", source=source, column="embedding")
    lengths = column.combine_chunks().value_lengths() if not pa.types.is_fixed_size_list(column.type) else None
    sizes = [column.type.list_size] if lengths is None else lengths.drop_null().unique().to_pylist()
    if len(sizes) != 1 or not sizes[0]:
        told = ", ".join(map(str, sorted(sizes)[:3])) or "no list"
        raise located(f"must hold lists of equal length, and holds {told}", source=source, column="embedding")
    there = ~np.asarray(column.is_null().to_numpy(), bool)
    values = np.full((len(column), sizes[0]), np.nan, np.float32)
    flat = pa.chunked_array([chunk.drop_null().flatten() for chunk in column.chunks], kind).cast(
        pa.float32(), safe=False
    )
    values[there] = flat.to_numpy().reshape(-1, sizes[0])
    return values
