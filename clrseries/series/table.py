"""The per-object columns of a Series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import pyarrow as pa

from ..errors import InputError

Columns: TypeAlias = pa.Table | Mapping[str, Any]


def object_table(columns: Columns | None, rows: int) -> pa.Table:
    """Return per-object columns as a table with the text column ``object_id``.

    Parameters
    ----------
    columns : pyarrow.Table or mapping of column name to N values, optional
        ``object_id`` is added as "0", "1", ... if it is missing.
    rows : int
        N, the number of objects.

    Returns
    -------
    pyarrow.Table
        N rows.

    Raises
    ------
    InputError
        The columns do not have N rows.
    """
    table = columns if isinstance(columns, pa.Table) else pa.table(dict(columns or {}))
    if table.num_columns and table.num_rows != rows:
        raise InputError(f"the table has {table.num_rows} rows for {rows} objects: give one row for each")
    names = pa.array([str(i) for i in range(rows)])
    if "object_id" not in table.column_names:
        return table.append_column("object_id", names) if table.num_columns else pa.table({"object_id": names})
    at = table.column_names.index("object_id")
    return table.set_column(at, "object_id", table["object_id"].cast(pa.string()))
