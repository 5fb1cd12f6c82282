"""The command ``evaluate``: report what embeddings know, and what they have forgotten."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..argument_types import check_whole
from ..errors import InputError
from ..files import refuse_existing, replacing
from ..names import known_name

if TYPE_CHECKING:
    from ..datasets.open import Data
    from ..evaluation.embedded_objects import EmbeddedObjects
    from ..evaluation.occlusion import Occlusion
    from ..model import Model


def evaluate(
    embeddings: str | Path,
    target: str | None = None,
    output: str | Path = "report",
    *,
    kind: Literal["auto", "classes", "values"] = "auto",
    group: str | None = None,
    nuisance: list[str] | None = None,
    features: list[str] | None = None,
    data: Data | None = None,
    beside: Sequence[str | Path] | str | Path | None = None,
    medium: Literal["vacuum", "air"] | None = None,
    model: str | Path | Model | None = None,
    scratch: bool = False,
    splits: int = 10,
    placed: Literal["auto", "umap", "pca"] = "auto",
    overwrite: bool = False,
) -> dict[str, Any]:
    """Report what embeddings know of a column, what they have forgotten of the instrument, and which objects are strange.

    Linear, ridge and nearest-neighbor models and a small network are trained with 10, 30, 100, ... and all labels, on objects that are
    drawn anew many times, and scored on others, beside the same models on other features and beside chance. The embeddings are scaled
    to unit length, because the training compares their directions. Objects without an embedding (null or NaN) are left out, and so
    are classes with fewer than five objects; the summary counts both.

    Parameters
    ----------
    embeddings : path
        Parquet file or folder written by ``embed``.
    target : str, optional
        Column of this file with the labels; null, NaN and empty text are no label.
    output : path
        Folder for the report: ``index.html`` (a single file, with a map to click on), ``summary.json``, and every table of the page as CSV, the
        points of the map as ``map.parquet``.
    kind : {"auto", "classes", "values"}
        Whether the labels are classes or values. With ``"auto"``, text, booleans and categories are classes, and numbers are
        values; whole numbers are classes if there are at most 20 different ones and twice as many labeled objects. The rule is
        that of ``finetune``.
    group : str, optional
        Column that names the object; rows of one object are all labeled or all scored. Default ``object_id`` if it repeats.
    nuisance : list of str, optional
        Columns that the embeddings should have forgotten. Default those with usual names: instrument, survey, snr, airmass, fiber, ..., and, with `data`, how
        the objects were observed: S/N, and for light curves the number of points and the days that they span.
    features : list of str, optional
        Columns of numbers that are probed beside the embeddings, as a baseline.
    data : path, name, Series or table, optional
        What the embeddings were made of: then the report shows it, and its principal components (spectra) or features (light curves)
        are a baseline. Rows are matched by ``object_id``, those of one object in their order.
    beside : path or list of path, optional
        Other embeddings of the same objects, written by ``embed``: of another model, or from before ``forget``. They are probed on the same splits and for the
        same nuisance columns, and the report says which are better and how many neighbors they share. Rows are matched as those of `data`.
    medium : {"vacuum", "air"}, optional
        Medium of the wavelengths of `data`.
    model : path or Model, optional
        What made the embeddings; needs `data`. Then the report shows how far embeddings move when the data change: velocity, resolution, S/N, missing
        points, ...; 200 objects are embedded again for each change. It shows for four objects which pixels or points the answer hangs on. For classes of light curves it shows the score against the days and points seen.
    scratch : bool
        Whether a new network of the encoder of `model`, with random weights, is trained with the labels of `target` as one more baseline, for each number of labels
        and the first three splits; needs `data`. This takes minutes.
    splits : int
        How often labeled and scored objects are drawn, at least 1.
    placed : {"auto", "umap", "pca"}
        How the map is made; ``auto`` is UMAP up to 20,000 objects, if it is installed.
    overwrite : bool
        Whether an earlier report in `output` is replaced.

    Returns
    -------
    dict
        Content of ``summary.json``; scores that are not defined are None. ``verdict`` says it in words.

    Raises
    ------
    InputError
        `output` exists, a column is missing, the target has a single class or value or fewer than two classes of five objects, fewer
        than ten objects have a label and an embedding, no object of `data` is among the embeddings, `model` is given without `data`, a file of `beside`
        has no ``object_id`` or no object in common, or `scratch` is given without `model` and `target` or for values.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np, pyarrow as pa
    >>> from clrseries import evaluate
    >>> from clrseries.io.embeddings import with_embeddings
    >>> from clrseries.io.tables import write_table
    >>> table, folder = pa.table({"class": ["RRLyrae", "Mira"] * 20}), tempfile.mkdtemp()
    >>> write_table(with_embeddings(table, np.eye(40, 8, dtype=np.float32) + 1), folder + "/embeddings.parquet")
    >>> summary = evaluate(folder + "/embeddings.parquet", "class", folder + "/report", splits=2, placed="pca")
    >>> summary["kind"], summary["labeled"]
    ('classes', 40)
    """
    refuse_existing(output, overwrite, folder=True)
    check_whole("splits", splits, least=1)
    if model is not None and data is None:
        raise InputError(
            "model: shows what a change of the data does to the embeddings, and needs the data: give --data"
        )
    if scratch and (model is None or target is None):
        raise InputError(
            "scratch: trains a new network of the model on the data with the labels of the target: give --model, --data and --target"
        )
    from ..datasets.open import described, open_series
    from ..evaluation.embedded_objects import embedded_objects
    from ..evaluation.labels import KINDS
    from ..evaluation.occlusion_sheet import occlusion_rows, typical_occlusions
    from ..evaluation.other_embeddings import other_embeddings
    from ..evaluation.summary import summary_of
    from ..finetuning.from_scratch import training_like
    from ..io.embeddings import read_embeddings
    from ..model import load
    from ..plain_data import strict

    chosen = known_name("kind", kind, KINDS)
    how = known_name("placed", placed, ("auto", "umap", "pca"))
    given, table = read_embeddings(embeddings)
    series, named = (None, "") if data is None else (open_series(data, medium=medium), described(data))
    files = [beside] if isinstance(beside, str | Path) else beside or []
    others = other_embeddings(files, given, table, str(embeddings))
    objects = embedded_objects(given, table, str(embeddings), group, series, named, others)
    known = None if model is None else load(model)
    train = training_like(known, series) if scratch and known is not None and series is not None else None
    summary = summary_of(
        objects,
        target,
        kind=chosen,
        nuisance=nuisance,
        features=features or (),
        splits=splits,
        model=known,
        train=train,
    )
    hangs = [] if known is None else typical_occlusions(objects, known, target if summary.get("members") else None)
    summary |= {"occlusion": strict(occlusion_rows(hangs))} if hangs else {}
    command = ["clrseries", "evaluate", embeddings, *_words(target=target), "--output", output, "--splits", splits]
    command += _words(
        kind=None if chosen == "auto" else chosen,
        group=group,
        placed=None if how == "auto" else how,
        medium=medium,
        model="..." if model is not None and not isinstance(model, str | Path) else model,
    )
    for name, words in (("nuisance", nuisance), ("features", features), ("beside", files)):
        command += [f"--{name}", *map(str, words)] if words else []
    command += ["--scratch"] if scratch else []
    command += ["--data", *([data] if isinstance(data, str | Path) else ["..."])] if data is not None else []
    _write(summary, objects, hangs, how, shlex.join(map(str, command)), output, known)
    return summary


def _write(
    summary: dict[str, Any], objects: EmbeddedObjects, hangs: list[tuple[int, Occlusion]], placed: str, command: str, output: str | Path, model: Model | None
) -> None:  # fmt: skip
    """Write page, numbers and tables."""
    from ..evaluation.chart import chart_data
    from ..io.tables import write_table
    from ..model.folder import card
    from ..plain_data import json_text
    from ..report.evaluation_page import evaluation_page
    from ..report.evaluation_tables import evaluation_tables, map_table
    from ..report.occlusion_pictures import occlusion_pictures
    from ..report.page import csv_text

    chart = chart_data(
        objects.points, objects.table, objects.ids, summary["target"], placed, objects.series, objects.matched
    )
    pictures = occlusion_pictures(objects.series, hangs) if objects.series is not None and hangs else ""
    page = evaluation_page(summary, chart, command, pictures, "" if model is None else card(vars(model)))
    with replacing(output) as part:
        part.mkdir()
        (part / "index.html").write_text(page, encoding="utf-8")
        (part / "summary.json").write_text(json_text(summary), encoding="utf-8")
        for name, rows in evaluation_tables(summary).items():
            (part / f"{name}.csv").write_text(csv_text(rows), encoding="utf-8")
        write_table(map_table(chart), part / "map.parquet")


def _words(**given: Any) -> list[str]:
    return [word for name, value in given.items() if value is not None for word in (f"--{name}", str(value))]
