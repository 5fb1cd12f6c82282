"""What embeddings tell of one column: its labels, the scores of probes, leaks and suspected labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, located
from .embedded_objects import EmbeddedObjects
from .few_labels import EMBEDDING, NETWORK, few_label_scores
from .injected_classes import injected_sheet
from .labels import labels_of
from .leaks import Duplicates, leaks
from .separation import separation
from .sheets import next_sheet, suspect_sheet
from .splits import Split, few_label_splits, within

if TYPE_CHECKING:
    from .trained_probe import Train

MINIMUM = 10  # smallest number of labeled objects
FEWEST = 5  # objects of a class
MOST_TRAININGS = 3  # splits on which a new network is trained
SCRATCH = "new network, from labels alone"
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
    objects: EmbeddedObjects,
    target: Target,
    others: Mapping[str, NDArray[np.floating]],
    splits: int,
    twice: Duplicates | None,
    train: Train | None = None,
) -> dict[str, Any]:
    """Return the scores of probes of a target, what their splits share, and labels that are probably wrong.

    Parameters
    ----------
    objects : EmbeddedObjects
        N rows.
    target : Target
        The labels.
    others : mapping of str to float (N, E)
        Other features that are probed beside the embeddings, as :func:`clrseries.evaluation.baselines.beside` returns them.
    splits : int
        How often labeled and scored objects are drawn.
    twice : Duplicates, optional
        Pairs of rows; None if they are not known for all labeled rows.
    train : function, optional
        Trains a new network on rows of the series of `objects`, as :class:`clrseries.evaluation.trained_probe.TrainedProbe` takes it.

    Returns
    -------
    dict
        The entries of the summary that belong to the target.
    """
    truth, rows, groups = target.truth, target.rows, objects.groups
    drawn = few_label_splits(truth, groups[rows], seeds=splits)
    ways = {EMBEDDING: objects.points[rows].astype(float)} | {name: values[rows] for name, values in others.items()}
    splitter = "StratifiedShuffleSplit" if target.members else "ShuffleSplit"
    together = (
        f"rows with the same {objects.group} stay together" if objects.group else "every row is an object of its own"
    )
    found: dict[str, Any] = {
        "kind": "classes" if target.members else "values",
        "labeled": int(target.known.sum()),
        "splits": splits,
        "scores": few_label_scores(
            ways, truth, drawn, directions=[EMBEDDING, *objects.others], redshift=target.name.lower() in REDSHIFTS
        ),
        "leaks": leaks(drawn, groups[rows], twice.among(rows)) if twice is not None else None,
        "protocol": (
            f"Labeled and scored objects were drawn {splits} times (scikit-learn's {splitter}, 30 % scored), all features with the same "
            f"labels; {together}."
        ),
    }
    if train is not None:
        found["scores"] += _of_a_new_network(objects, target, drawn, train)
    found["separation"] = separation(objects.points[rows], truth)
    if target.members:
        found |= {"members": target.members, "classes": sorted(set(truth.tolist()))}
        found["injected"] = injected_sheet(objects.points[rows], truth, groups[rows])
    found["suspects"] = suspect_sheet(objects.points, truth, rows, groups, objects.ids) if target.members else []
    found["next_labels"] = next_sheet(objects.points, truth, rows, target.known, groups, objects.ids)
    return found


def _of_a_new_network(
    objects: EmbeddedObjects, target: Target, splits: list[Split], train: Train
) -> list[dict[str, Any]]:
    """Return the scores of a network that learns from the labels alone, on the first splits."""
    from .trained_probe import TrainedProbe

    matched = np.full(len(target.rows), -1) if objects.matched is None else objects.matched[target.rows]
    few = within([split for split in splits if split.seed < MOST_TRAININGS], matched >= 0)
    scores = few_label_scores({SCRATCH: matched[:, None]}, target.truth, few, models={NETWORK: TrainedProbe(train)})
    return [row for row in scores if row["features"] == SCRATCH]
