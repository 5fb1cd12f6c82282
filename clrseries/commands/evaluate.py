"""The command ``evaluate``: measure how well a column can be predicted from embeddings."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..argument_types import check_whole
from ..errors import InputError, located
from ..files import refuse_existing
from ..names import known_name

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from ..evaluation.labels import Labels

MINIMUM = 10  # smallest number of labeled objects


def evaluate(
    embeddings: str | Path,
    target: str,
    output: str | Path,
    *,
    kind: Literal["auto", "classes", "values"] = "auto",
    splits: int = 10,
    overwrite: bool = False,
) -> dict[str, Any]:
    """Predict a column from embeddings with linear models and nearest neighbors, and write a report.

    The models are trained on 20, 100 and all labels. The embeddings are scaled to unit length, because the training compares
    their directions. Objects without an embedding (null or NaN) are left out, and so are classes with fewer than five objects; the
    summary counts both.

    Parameters
    ----------
    embeddings : path
        Parquet file written by ``embed``.
    target : str
        Column of this file with the labels; null, NaN and empty text are no label.
    output : path
        Folder for the report: ``index.html`` (a single file) and ``summary.json``.
    kind : {"auto", "classes", "values"}
        Whether the labels are classes or values. With ``"auto"``, text, booleans and categories are classes, and numbers are
        values; whole numbers are classes if there are at most 20 different ones and twice as many labeled objects. The rule is
        that of ``finetune``.
    splits : int
        Number of random splits into training and test set that the scores are averaged over, at least 1.
    overwrite : bool
        Whether an earlier report in `output` is replaced.

    Returns
    -------
    dict
        Content of ``summary.json``; scores that are not defined are None. For classes, the scores are balanced accuracies; for
        values, R2 and mean absolute errors.

    Raises
    ------
    InputError
        `output` exists, the column is missing, has a single class or value or fewer than two classes of five objects, or fewer than
        ten objects have a label and an embedding.

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
    check_whole("splits", splits, least=1)
    import numpy as np

    from ..evaluation import probe_classes, probe_values, umap_points, unit
    from ..evaluation.labels import KINDS
    from ..io.embeddings import read_embeddings
    from ..plain_data import json_text, strict
    from ..report.figures import embedding_map
    from ..report.page import html_table, write_page

    chosen = known_name("kind", kind, KINDS)
    features, table = read_embeddings(embeddings)
    there = np.isfinite(features).all(axis=1)
    features, table = features[there], table.filter(there)
    labels, numbers = _labels(table, target, chosen, str(embeddings))
    names = [labels.classes[k] if k >= 0 else None for k in numbers] if labels.classes else []
    try:
        if labels.classes:
            scores = probe_classes(unit(features), names, splits=splits, standardize=False)
        else:
            scores = probe_values(unit(features), numbers, splits=splits, standardize=False)
    except InputError as error:
        raise located(str(error), source=str(embeddings), column=target) from error
    summary: dict[str, Any] = strict(
        {
            "embeddings": str(embeddings),
            "target": target,
            "kind": "classes" if labels.classes else "values",
            "objects": len(features),
            "labeled": _labeled(numbers),
            "without_embedding": int((~there).sum()),
            **({"members": {name: names.count(name) for name in labels.classes}} if labels.classes else {}),
            "splits": splits,
            "scores": scores,
        }
    )
    color = [name or "" for name in names] if labels.classes else numbers
    ids = table["object_id"].to_pylist() if "object_id" in table.column_names else None
    command = ["clrseries", "evaluate", embeddings, "--target", target, "--output", output, "--splits", splits]
    command += [] if chosen == "auto" else ["--kind", chosen]
    write_page(
        output,
        f"Embeddings and {target}",
        [
            ("Embedding map", embedding_map(umap_points(features), {target: color}, ids)),
            (f"Probes of {target}", html_table(scores)),
        ],
        command=shlex.join(map(str, command)),
        files={"summary.json": json_text(summary)},
    )
    return summary


def _labels(table: pa.Table, target: str, kind: str, source: str) -> tuple[Labels, NDArray[Any]]:
    """Return whether the labels are classes or values, and the labels as numbers."""
    import numpy as np

    from ..evaluation.labels import labels_of

    if target not in table.column_names:
        raise located(f"is missing; the file has {', '.join(table.column_names)}", source=source, column=target)
    try:
        labels = labels_of(table[target], target, kind)
    except InputError as error:
        raise InputError(f"{source}, {error}") from error
    numbers = labels.of(table[target], target)
    known = _labeled(numbers)
    if known < MINIMUM:
        raise located(
            f"has {known} labeled objects with an embedding; {MINIMUM} are needed", source=source, column=target
        )
    if not labels.classes and not np.ptp(numbers[np.isfinite(numbers)]) > 0:
        raise located("has the same value for all objects: nothing to predict", source=source, column=target)
    return labels, numbers


def _labeled(numbers: NDArray[Any]) -> int:
    """Return how many objects have a label."""
    import numpy as np

    return int((numbers >= 0).sum() if np.issubdtype(numbers.dtype, np.integer) else np.isfinite(numbers).sum())
