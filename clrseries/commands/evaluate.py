"""The command ``evaluate``: measure how well a column can be predicted from embeddings."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError, located
from ..files import refuse_existing

if TYPE_CHECKING:
    import pyarrow as pa

MINIMUM = 10  # smallest number of labeled objects


def evaluate(
    embeddings: str | Path, target: str, output: str | Path, *, splits: int = 10, overwrite: bool = False
) -> dict[str, Any]:
    """Predict a column from embeddings with linear models and nearest neighbors, and write a report.

    The models are trained on 20, 100 and all labels. The embeddings are scaled to unit length, because the training compares
    their directions.

    Parameters
    ----------
    embeddings : path
        Parquet file written by ``embed``.
    target : str
        Column of this file; text is classified, and numbers are regressed.
    output : path
        Folder for the report: ``index.html`` (a single file) and ``summary.json``.
    splits : int
        Number of random splits into training and test set that the scores are averaged over, at least 1.
    overwrite : bool
        Whether an earlier report in `output` is replaced.

    Returns
    -------
    dict
        Content of ``summary.json``.

    Raises
    ------
    InputError
        `output` exists, the column is missing or has a single class, or fewer than ten objects have a label.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np, pyarrow as pa
    >>> from clrseries import evaluate
    >>> from clrseries.io.embeddings import with_embeddings
    >>> from clrseries.io.tables import write_table
    >>> table, folder = pa.table({"class": ["RRLyrae", "Mira"] * 20}), tempfile.mkdtemp()
    >>> write_table(with_embeddings(table, np.eye(40, 8, dtype=np.float32) + 1), folder + "/embeddings.parquet")
    >>> summary = evaluate(folder + "/embeddings.parquet", "class", folder + "/report", splits=2)
    >>> summary["kind"], summary["labeled"]
    ('classes', 40)
    """
    refuse_existing(output, overwrite, folder=True)
    import numpy as np

    from ..evaluation import probe_classes, probe_values, umap_points, unit
    from ..io.embeddings import read_embeddings
    from ..plain_data import json_text
    from ..report.figures import embedding_map
    from ..report.page import html_table, write_page

    if splits < 1:
        raise InputError(f"splits must be at least 1, got {splits}")
    features, table = read_embeddings(embeddings)
    values, numeric = _labels(table, target, str(embeddings))
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
        "labeled": sum(v is not None and v == v for v in values),
        "splits": splits,
        "scores": scores,
    }
    color = numbers if numbers is not None else ["" if v is None else str(v) for v in values]
    names = table["object_id"].to_pylist() if "object_id" in table.column_names else None
    write_page(
        output,
        f"Embeddings and {target}",
        [
            ("Embedding map", embedding_map(umap_points(features), {target: color}, names)),
            (f"Probes of {target}", html_table(scores)),
        ],
        command=shlex.join(
            [
                "clrseries",
                "evaluate",
                str(embeddings),
                "--target",
                target,
                "--output",
                str(output),
                "--splits",
                str(splits),
            ]
        ),
        files={"summary.json": json_text(summary)},
    )
    return summary


def _labels(table: pa.Table, target: str, source: str) -> tuple[list[Any], bool]:
    """Return the values of the column `target`, and whether they are numbers."""
    import pyarrow as pa

    if target not in table.column_names:
        raise located(f"is missing; the file has {', '.join(table.column_names)}", source=source, column=target)
    column = table[target]
    numeric = pa.types.is_floating(column.type) or pa.types.is_integer(column.type)
    values = column.to_pylist()
    known = sum(v is not None and v == v for v in values)
    if known < MINIMUM:
        raise located(f"has {known} labeled objects; {MINIMUM} are needed", source=source, column=target)
    if not numeric and len(set(values) - {None}) < 2:
        raise located("has a single class: nothing to tell apart", source=source, column=target)
    return values, numeric
