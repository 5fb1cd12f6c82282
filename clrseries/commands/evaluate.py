"""The command ``evaluate``: report what embeddings know, and what they have forgotten."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..argument_types import check_whole
from ..errors import InputError, located
from ..files import refuse_existing, replacing
from ..names import known_name

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from ..datasets.open import Data
    from ..evaluation.labels import Labels
    from ..series import Series

MINIMUM = 10  # smallest number of labeled objects
FEWEST = 5  # objects of a class
MOST_COMPARED = 20_000  # rows that are compared each with each, to find near-duplicates
REDSHIFTS = ("z", "redshift", "z_spec", "zspec", "specz", "z_true")


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
    medium: Literal["vacuum", "air"] | None = None,
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
        Folder for the report: ``index.html`` (a single file, with a map to click on), ``summary.json`` and, with a target, ``scores.csv``.
    kind : {"auto", "classes", "values"}
        Whether the labels are classes or values. With ``"auto"``, text, booleans and categories are classes, and numbers are
        values; whole numbers are classes if there are at most 20 different ones and twice as many labeled objects. The rule is
        that of ``finetune``.
    group : str, optional
        Column that names the object; rows of one object are all labeled or all scored. Default ``object_id`` if it repeats.
    nuisance : list of str, optional
        Columns that the embeddings should have forgotten. Default those with usual names: instrument, survey, snr, airmass, fiber, ...
    features : list of str, optional
        Columns of numbers that are probed beside the embeddings, as a baseline.
    data : path, name, Series or table, optional
        What the embeddings were made of: then the report shows it, and its principal components (spectra) or features (light curves)
        are a baseline. Rows are matched by ``object_id``, those of one object in their order.
    medium : {"vacuum", "air"}, optional
        Medium of the wavelengths of `data`.
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
        than ten objects have a label and an embedding, or no object of `data` is among the embeddings.

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
    import numpy as np

    from ..evaluation import unit
    from ..evaluation.labels import KINDS
    from ..io.embeddings import read_embeddings
    from ..plain_data import strict

    chosen = known_name("kind", kind, KINDS)
    how = known_name("placed", placed, ("auto", "umap", "pca"))
    given, table = read_embeddings(embeddings)
    there = np.isfinite(given).all(axis=1)
    points, table = unit(given[there]), table.filter(there)
    source = str(embeddings)
    about = _About(points, table, source, group)
    series, matched = about.series(data, medium)
    summary: dict[str, Any] = {
        "embeddings": source, "target": target, "objects": len(points), "dimensions": points.shape[1],
        "without_embedding": int((~there).sum()), "group": about.group, "groups": len(set(about.groups.tolist())), "notes": about.notes,
    }  # fmt: skip
    if target is not None:
        summary |= about.probed(target, chosen, features, series, matched, splits)
    summary |= about.looked_at(nuisance, target)
    summary = strict(summary)
    command = ["clrseries", "evaluate", embeddings, *_words(target=target), "--output", output, "--splits", splits]
    command += _words(
        kind=None if chosen == "auto" else chosen,
        group=group,
        placed=None if how == "auto" else how,
        medium=medium,
    )
    for name, words in (("nuisance", nuisance), ("features", features)):
        command += [f"--{name}", *words] if words else []
    command += ["--data", *([data] if isinstance(data, str | Path) else ["..."])] if data is not None else []
    _write(summary, about, series, matched, how, shlex.join(map(str, command)), output)
    return summary


class _About:
    """Embeddings and what is known of their objects.

    Parameters
    ----------
    points : float32 (N, D)
        Of unit length, all finite.
    table : pyarrow.Table
        N rows.
    source : str
        The file.
    group : str or None
        Column that names the object.
    """

    def __init__(self, points: NDArray[np.float32], table: pa.Table, source: str, group: str | None) -> None:
        from ..evaluation import groups_of

        self.points, self.table, self.source, self.notes = points, table, source, list[str]()
        named = "object_id" in table.column_names
        self.ids = (
            [str(one) for one in table["object_id"].to_pylist()] if named else [str(k) for k in range(len(points))]
        )
        if group is not None and group not in table.column_names:
            raise located(f"is missing; the file has {', '.join(table.column_names)}", source=source, column=group)
        self.group = group or ("object_id" if len(set(self.ids)) < len(self.ids) else None)
        self.groups = groups_of(table[self.group].to_pylist() if self.group else None, len(points))

    def series(self, data: Any, medium: str | None) -> tuple[Series | None, NDArray[np.int64] | None]:
        """Return the data, and for each embedding the row of its object."""
        if data is None:
            return None, None
        from ..datasets.open import described, open_series
        from ..evaluation.chart import matched_rows

        series = open_series(data, medium=medium)
        matched = matched_rows(self.ids, series.object_ids)
        if (matched < 0).all():
            raise InputError(
                f"data: no object of {described(data)} is among the embeddings of {self.source}: their object_id are "
                f"{series.object_ids[0]!r}, ... and {self.ids[0]!r}, ..."
            )
        if (matched < 0).any():
            self.notes.append(f"{int((matched < 0).sum())} of {len(matched)} objects are not in the data.")
        return series, matched

    def probed(
        self, target: str, kind: str, columns: list[str] | None, series: Series | None, matched: NDArray[np.int64] | None, splits: int
    ) -> dict[str, Any]:  # fmt: skip
        """Return the scores of probes of a target."""
        import numpy as np

        from ..evaluation import few_label_scores, few_label_splits
        from ..evaluation.leaks import duplicates, leaks
        from ..evaluation.sheets import suspect_sheet

        labels, numbers = _labels(self.table, target, kind, self.source)
        names = np.array([labels.classes[k] if k >= 0 else "" for k in numbers] if labels.classes else [])
        rows = np.flatnonzero(np.isfinite(numbers))
        found: dict[str, Any] = {
            "kind": "classes" if labels.classes else "values",
            "labeled": _labeled(numbers),
            "splits": splits,
        }
        if labels.classes:
            counts = {name: int((names == name).sum()) for name in labels.classes}
            large = [name for name, count in counts.items() if count >= FEWEST]
            if len(large) < 2:
                told = ", ".join(f"{name!r}: {counts[name]}" for name in sorted(counts, key=lambda n: -counts[n])[:5])
                problem = f"a probe needs two classes with at least {FEWEST} objects each; the largest are {told}"
                raise located(problem, source=self.source, column=target)
            rows = np.flatnonzero(np.isin(names, large))
            found |= {"members": counts, "classes": large}
        truth = names[rows] if labels.classes else numbers[rows].astype(float)
        ways = {"embedding": self.points[rows].astype(float)} | self._beside(columns, series, matched, rows)
        drawn = few_label_splits(truth, self.groups[rows], seeds=splits)
        found["scores"] = few_label_scores(
            ways, truth, drawn, directions=["embedding"], redshift=target.lower() in REDSHIFTS
        )
        found["leaks"] = (
            leaks(drawn, self.groups[rows], duplicates(self.points[rows], self.groups[rows]))
            if len(rows) <= MOST_COMPARED
            else None
        )
        found["protocol"] = (
            f"Labeled and scored objects were drawn {splits} times (scikit-learn's "
            f"{'StratifiedShuffleSplit' if labels.classes else 'ShuffleSplit'}, 30 % scored), all features with the same labels; "
            + (
                f"rows with the same {self.group} stay together."
                if self.group
                else "every row is an object of its own."
            )
        )
        found["suspects"] = suspect_sheet(self.points, truth, rows, self.groups, self.ids) if labels.classes else []
        return found

    def _beside(
        self,
        columns: list[str] | None,
        series: Series | None,
        matched: NDArray[np.int64] | None,
        rows: NDArray[np.int64],
    ) -> dict[str, Any]:
        """Return other features of the same rows."""
        import numpy as np

        from ..evaluation.baselines import baseline_features
        from ..evaluation.labels import Labels

        ways: dict[str, Any] = {}
        if series is not None and matched is not None:
            for name, values in baseline_features(series).items():
                ways[name] = np.where((matched >= 0)[:, None], values[matched], np.nan)[rows]
        for name in columns or []:
            if name not in self.table.column_names:
                raise located("is missing, and is asked for as a feature", source=self.source, column=name)
        if columns:
            ways["columns " + ", ".join(columns)] = np.stack(
                [Labels().of(self.table[name], name)[rows] for name in columns], axis=1
            )
        if not ways:
            self.notes.append(
                "No other features to compare with, only chance: give the data (--data) or columns (--features)."
            )
        return ways

    def looked_at(self, nuisance: list[str] | None, target: str | None) -> dict[str, Any]:
        """Return what needs no target."""
        from ..evaluation.leaks import duplicates
        from ..evaluation.sheets import anomaly_sheet, duplicate_sheet, nuisance_columns, nuisance_sheet, shape

        geometry, collapsed = shape(self.points)
        found, across, notes = nuisance_sheet(
            self.points, self.table, nuisance_columns(self.table, nuisance, target), self.groups
        )
        self.notes.extend(notes)
        twice = duplicates(self.points[:MOST_COMPARED], self.groups[:MOST_COMPARED])
        return {
            "geometry": geometry, "collapse": collapsed, "nuisance": found, "retrieval": across,
            "anomalies": anomaly_sheet(self.points, self.ids), "duplicates": duplicate_sheet(twice, self.ids),
        }  # fmt: skip


def _write(
    summary: dict[str, Any], about: _About, series: Series | None, matched: NDArray[np.int64] | None, placed: str, command: str, output: str | Path
) -> None:  # fmt: skip
    """Add the verdict, and write page, numbers and scores."""
    from ..evaluation.chart import chart_data
    from ..evaluation.verdict import in_words
    from ..plain_data import json_text
    from ..report.evaluation_page import evaluation_page
    from ..report.page import csv_text

    summary["verdict"] = in_words(summary)
    chart = chart_data(about.points, about.table, about.ids, summary["target"], placed, series, matched)
    page = evaluation_page(summary, chart, command)
    with replacing(output) as part:
        part.mkdir()
        (part / "index.html").write_text(page, encoding="utf-8")
        (part / "summary.json").write_text(json_text(summary), encoding="utf-8")
        if summary.get("scores"):
            rows = [{key: value for key, value in row.items() if key != "confusion"} for row in summary["scores"]]
            (part / "scores.csv").write_text(csv_text(rows), encoding="utf-8")


def _words(**given: Any) -> list[str]:
    return [word for name, value in given.items() if value is not None for word in (f"--{name}", str(value))]


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
