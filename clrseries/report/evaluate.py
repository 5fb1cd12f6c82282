"""``evaluate``: how much of a label do embeddings know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ..embedding import read_embeddings
from ..errors import InputError, located
from ..evaluation.probe import probe_classes, probe_values
from ..evaluation.retrieval import unit
from ..io.parquet import refuse_existing

MINIMUM = 10  # labelled objects


def evaluate(
    embeddings: str | Path, target: str, output: str | Path, *, splits: int = 10, overwrite: bool = False
) -> dict[str, Any]:
    """Probe a column with linear models and nearest neighbours, at 20, 100 and all labels.

    Embeddings are scaled to unit length first: their direction is what training shaped.

    Parameters
    ----------
    embeddings : path
        Parquet written by ``embed``.
    target : str
        A column of it: text is classified, numbers are regressed.
    output : path
        Report folder: ``index.html`` (self-contained) and ``summary.json``.
    splits : int
        Random splits that scores are averaged over.
    overwrite : bool
        Replace an earlier report in `output`.

    Returns
    -------
    dict
        What ``summary.json`` holds.

    Raises
    ------
    InputError
        `output` exists, the column is missing, or fewer than ten objects have a label.
    """
    refuse_existing(output, overwrite)
    features, table = read_embeddings(embeddings)
    if target not in table.column_names:
        raise located(
            f"is missing; the file has {', '.join(table.column_names)}", source=str(embeddings), column=target
        )
    column = table[target]
    numeric = pa.types.is_floating(column.type) or pa.types.is_integer(column.type)
    values = column.to_pylist()
    known = sum(v is not None and v == v for v in values)
    if known < MINIMUM:
        raise located(f"has {known} labelled objects; {MINIMUM} are needed", source=str(embeddings), column=target)
    if not numeric and len(set(values) - {None}) < 2:
        raise located("has a single class: nothing to tell apart", source=str(embeddings), column=target)
    if splits < 1:
        raise InputError(f"splits must be at least 1, got {splits}")
    if numeric:
        numbers = np.array([np.nan if v is None else v for v in values], np.float64)
        scores = probe_values(unit(features), numbers, splits=splits, standardize=False)
    else:
        numbers, scores = None, probe_classes(unit(features), values, splits=splits, standardize=False)
    summary = {
        "embeddings": str(embeddings),
        "target": target,
        "kind": "values" if numeric else "classes",
        "objects": len(features),
        "labelled": known,
        "splits": splits,
        "scores": scores,
    }
    from .figures import embedding_map
    from .page import html_table, write_page

    color = numbers if numbers is not None else ["" if v is None else str(v) for v in values]
    names = table["object_id"].to_pylist() if "object_id" in table.column_names else None
    write_page(
        output,
        f"Embeddings and {target}",
        [
            ("Embedding map", embedding_map(features, {target: color}, names)),
            (f"Probes of {target}", html_table(scores)),
        ],
        command=f"clrseries evaluate {embeddings} --target {target} --output {output} --splits {splits}",
        files={"summary.json": json.dumps(summary, indent=2) + "\n"},
    )
    return summary
