"""What embeddings tell of one column: its labels, the scores of probes, leaks and suspected labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, located
from .baselines import baseline_features
from .embedded_objects import EmbeddedObjects
from .few_labels import few_label_scores
from .labels import Labels, labels_of
from .leaks import Duplicates, leaks
from .sheets import suspect_sheet
from .splits import few_label_splits

MINIMUM = 10  # smallest number of labeled objects
FEWEST = 5  # objects of a class
REDSHIFTS = ("z", "redshift", "z_spec", "zspec", "specz", "z_true")


@dataclass(frozen=True, eq=False)
class Target:
    """The labels of one column that can be probed.

    Parameters
    ----------
    name : str
        The column.
    truth : str or float64 (M,)
        Classes with at least five objects, or values.
    rows : int64 (M,)
        Their rows among the embeddings.
    known : bool (N,)
        Which rows have a label at all.
    members : dict of str to int
        How many objects each class has; empty for values.
    """

    name: str
    truth: NDArray[Any]
    rows: NDArray[np.int64]
    known: NDArray[np.bool_]
    members: dict[str, int]


def target_of(objects: EmbeddedObjects, name: str, kind: str = "auto") -> Target:
    """Read the labels of a column.

    Parameters
    ----------
    objects : EmbeddedObjects
        N rows.
    name : str
        The column; null, NaN and empty text are no label.
    kind : {"auto", "classes", "values"}
        As for :func:`clrseries.evaluation.labels.labels_of`.

    Returns
    -------
    Target

    Raises
    ------
    InputError
        The column is missing, it has a single class or value, fewer than ten objects have a label, or there are fewer than two classes with five objects.
    """
    table, source = objects.table, objects.source
    if name not in table.column_names:
        raise located(f"is missing; the file has {', '.join(table.column_names)}", source=source, column=name)
    try:
        labels = labels_of(table[name], name, kind)
    except InputError as error:
        raise InputError(f"{source}, {error}") from error
    numbers = labels.of(table[name], name)
    known = numbers >= 0 if labels.classes else np.isfinite(numbers)
    if known.sum() < MINIMUM:
        raise located(
            f"has {known.sum()} labeled objects with an embedding; {MINIMUM} are needed", source=source, column=name
        )
    if not labels.classes:
        if not np.ptp(numbers[known]) > 0:
            raise located("has the same value for all objects: nothing to predict", source=source, column=name)
        return Target(name, numbers[known].astype(float), np.flatnonzero(known), known, {})
    counts = np.bincount(numbers[known], minlength=len(labels.classes))
    if (counts >= FEWEST).sum() < 2:
        told = ", ".join(f"{labels.classes[k]!r}: {counts[k]}" for k in np.argsort(-counts, kind="stable")[:5])
        problem = f"a probe needs two classes with at least {FEWEST} objects each; the largest are {told}"
        raise located(problem, source=source, column=name)
    rows = np.flatnonzero(known & (counts >= FEWEST)[numbers])
    members = dict(zip(labels.classes, counts.tolist(), strict=True))
    return Target(name, np.array(labels.classes)[numbers[rows]], rows, known, members)


def target_sheet(
    objects: EmbeddedObjects, target: Target, columns: Sequence[str], splits: int, twice: Duplicates | None
) -> dict[str, Any]:
    """Return the scores of probes of a target, what their splits share, and labels that are probably wrong.

    Parameters
    ----------
    objects : EmbeddedObjects
        N rows.
    target : Target
        The labels.
    columns : sequence of str
        Columns of numbers that are probed beside the embeddings.
    splits : int
        How often labeled and scored objects are drawn.
    twice : Duplicates, optional
        Pairs of rows; None if they are not known for all labeled rows.

    Returns
    -------
    dict
        The entries of the summary that belong to the target.

    Raises
    ------
    InputError
        A column is missing or does not hold numbers.
    """
    truth, rows, groups = target.truth, target.rows, objects.groups
    drawn = few_label_splits(truth, groups[rows], seeds=splits)
    ways = {"embedding": objects.points[rows].astype(float)} | _beside(objects, columns, rows)
    splitter = "StratifiedShuffleSplit" if target.members else "ShuffleSplit"
    together = (
        f"rows with the same {objects.group} stay together" if objects.group else "every row is an object of its own"
    )
    found: dict[str, Any] = {
        "kind": "classes" if target.members else "values",
        "labeled": int(target.known.sum()),
        "splits": splits,
        "scores": few_label_scores(
            ways, truth, drawn, directions=["embedding"], redshift=target.name.lower() in REDSHIFTS
        ),
        "leaks": leaks(drawn, groups[rows], twice.among(rows)) if twice is not None else None,
        "protocol": (
            f"Labeled and scored objects were drawn {splits} times (scikit-learn's {splitter}, 30 % scored), all features with the same "
            f"labels; {together}."
        ),
    }
    if target.members:
        found |= {"members": target.members, "classes": sorted(set(truth.tolist()))}
    found["suspects"] = suspect_sheet(objects.points, truth, rows, groups, objects.ids) if target.members else []
    return found


def _beside(objects: EmbeddedObjects, columns: Sequence[str], rows: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """Return other features of the same rows."""
    ways: dict[str, NDArray[Any]] = {}
    if objects.series is not None and objects.matched is not None:
        for name, values in baseline_features(objects.series).items():
            ways[name] = np.where((objects.matched >= 0)[:, None], values[objects.matched], np.nan)[rows]
    for name in columns:
        if name not in objects.table.column_names:
            raise located("is missing, and is asked for as a feature", source=objects.source, column=name)
    if columns:
        numbers = [Labels().of(objects.table[name], name)[rows] for name in columns]
        ways["columns " + ", ".join(columns)] = np.stack(numbers, axis=1)
    if not ways:
        objects.notes.append(
            "No other features to compare with, only chance: give the data (--data) or columns (--features)."
        )
    return ways
