"""The tables of an evaluation as files: what the page shows, and all rows of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

Rows = list[dict[str, Any]]


def evaluation_tables(summary: Mapping[str, Any]) -> dict[str, Rows]:
    """Return the tables of an evaluation, by the names of their files.

    Parameters
    ----------
    summary : mapping
        What ``summary.json`` holds.

    Returns
    -------
    dict of str to list of dict
        Those that have rows; every row is flat: numbers and text.
    """
    tables = {
        name: [_flat(row) for row in summary.get(name) or []]
        for name in ("invariance", "next_labels", "early", "occlusion", "anomalies", "suspects", "injected", "searches")
    }
    tables["scores"] = [
        _flat({k: v for k, v in row.items() if k != "confusion"}) for row in summary.get("scores") or []
    ]
    tables["confusion"] = _confusion(summary)
    tables["duplicates"] = [_flat(row) for row in summary["duplicates"]["pairs"]]
    for name, first in (("nuisance", "column"), ("retrieval", "column"), ("overlap", "features"), ("beside", "other")):
        tables[name] = [_flat({first: key} | one) for key, one in (summary.get(name) or {}).items()]
    numbers = summary["geometry"] | (summary.get("separation") or {})
    tables["geometry"] = [{"measure": name, "value": value} for name, value in numbers.items()]
    return {name: _same_columns(rows) for name, rows in tables.items() if rows}


def map_table(chart: Mapping[str, Any]) -> pa.Table:
    """Return the points of a map with what they are colored by, and their neighbors.

    Parameters
    ----------
    chart : mapping
        From :func:`clrseries.evaluation.chart.chart_data`.

    Returns
    -------
    pyarrow.Table
        ``object_id``, ``map_x`` and ``map_y``, the columns, and ``neighbors``, the names of the nearest objects, the nearest first.
    """
    names = np.array(chart["ids"], object)
    near = [names[row[row >= 0]].tolist() for row in chart["neighbors"]]
    columns = {name: values for name, values in chart["columns"].items() if name != "object_id"}
    points = {"object_id": chart["ids"], "map_x": chart["points"][:, 0], "map_y": chart["points"][:, 1]}
    return pa.table(points | columns | {"neighbors": pa.array(near, pa.list_(pa.string()))})


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row in which mappings have become columns of their own, and lists text with semicolons."""
    found: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, Mapping):
            found |= {f"{key}_{name}": one for name, one in _flat(value).items()}
        elif isinstance(value, Sequence) and not isinstance(value, str):
            found[key] = "; ".join(map(str, value))
        else:
            found[key] = value
    return found


def _confusion(summary: Mapping[str, Any]) -> Rows:
    """Return how many objects of each class were called each class, for every probe and number of labels."""
    return [
        {key: row[key] for key in ("features", "probe", "labels")} | {"true": true, "called": called, "count": count}
        for row in summary.get("scores") or [] if row.get("confusion")
        for true, line in zip(summary["classes"], row["confusion"], strict=True)
        for called, count in zip(summary["classes"], line, strict=True)
    ]  # fmt: skip


def _same_columns(rows: Rows) -> Rows:
    """Return rows that all have the columns of any; what is missing is None."""
    names = dict.fromkeys(name for row in rows for name in row)
    return [{name: row.get(name) for name in names} for row in rows]
