"""All numbers of an evaluation, in one dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from ..model import Model
from ..plain_data import strict
from .baselines import beside
from .beside_sheet import beside_sheet
from .changed_data import embedded_with
from .early import CUTS, early_scores
from .embedded_objects import EmbeddedObjects
from .invariance import invariance_curves
from .leaks import Duplicates, duplicates
from .search_sheet import search_sheet
from .sheets import anomaly_sheet, duplicate_sheet, nuisance_columns, nuisance_sheet, overlap_sheet, shape
from .target_sheet import Target, target_of, target_sheet
from .verdict import in_words

if TYPE_CHECKING:
    from .trained_probe import Train

COMPARED_WITH_MODEL, SAME = 16, 0.99  # objects that are embedded again, and the cosine of equal embeddings
MOST_COMPARED = 20_000  # rows that are compared each with each, to find near-duplicates


def summary_of(
    objects: EmbeddedObjects,
    target: str | None = None,
    *,
    kind: str = "auto",
    nuisance: Sequence[str] | None = None,
    features: Sequence[str] = (),
    splits: int = 10,
    model: Model | None = None,
    train: Train | None = None,
) -> dict[str, Any]:
    """Return all numbers of an evaluation, and what they say in words.

    Parameters
    ----------
    objects : EmbeddedObjects
        The embeddings.
    target : str, optional
        Column with the labels.
    kind : {"auto", "classes", "values"}
        Whether the labels are classes or values.
    nuisance : sequence of str, optional
        Columns that the embeddings should have forgotten; default those with usual names.
    features : sequence of str
        Columns of numbers that are probed beside the embeddings.
    splits : int
        How often labeled and scored objects are drawn, at least 1.
    model : Model, optional
        What made the embeddings; with it and the series of `objects`, the summary has ``invariance`` and, for classes of light curves, ``early``.
    train : function, optional
        Trains a new network with the labels of a split, as one more baseline of classes; needs the series of `objects`.

    Returns
    -------
    dict
        What ``summary.json`` holds; scores that are not defined are None.

    Raises
    ------
    InputError
        A column is missing, a new network is to learn values, the target has too few labels or classes, or the model makes embeddings of another size.
    """
    labels = None if target is None else target_of(objects, target, kind)
    if train is not None and labels is not None and not labels.members:
        raise InputError(
            f"scratch: a new network learns classes, and {target!r} holds values: leave it out, or say kind='classes' (--kind classes)"
        )
    names = nuisance_columns(objects.table, nuisance, target)
    geometry, collapsed = shape(objects.points, objects.groups)
    others = beside(objects, features)
    if target is not None and not others:
        objects.notes.append(
            "No other features to compare with, only chance: give the data (--data) or columns (--features)."
        )
    twice, complete = _twice(objects, labels)
    found: dict[str, Any] = {
        "embeddings": objects.source, "target": target, "objects": len(objects.points), "dimensions": objects.points.shape[1],
        "without_embedding": objects.lost, "group": objects.group, "groups": len(set(objects.groups.tolist())), "notes": objects.notes,
        "geometry": geometry, "collapse": collapsed, "overlap": overlap_sheet(objects.points, others, objects.others),
    }  # fmt: skip
    if labels is not None:
        found |= target_sheet(objects, labels, others, splits, twice if complete else None, train)
    found["nuisance"], found["retrieval"], notes = nuisance_sheet(
        objects.points, objects.table, names, objects.groups, None if labels is None else (labels.truth, labels.rows)
    )
    objects.notes.extend(notes)
    found["beside"] = beside_sheet(objects, names, labels, splits)
    found["anomalies"] = anomaly_sheet(objects.points, objects.ids, objects.groups)
    found["searches"] = search_sheet(objects.points, objects.ids)
    found["duplicates"] = duplicate_sheet(twice, objects.ids)
    if model is not None and objects.series is not None and objects.matched is not None:
        _check_same_model(objects, model)
        found["invariance"] = invariance_curves(model, objects.series.take(objects.matched[objects.matched >= 0]))
        found["early"] = [] if labels is None else _early(objects, labels, model)
    found = strict(found)
    return found | {"verdict": in_words(found)}


def _check_same_model(objects: EmbeddedObjects, model: Model) -> None:
    """Refuse a model that makes embeddings of another size, and note if it makes others of the same data."""
    if objects.series is None or objects.matched is None:
        return
    size, given = model.encoder.embedding_dim, objects.points.shape[1]
    if size != given:
        raise InputError(
            f"model: makes embeddings of {size} numbers, and {objects.source} has {given}: give the model that made them"
        )
    rows = np.flatnonzero(objects.matched >= 0)[:COMPARED_WITH_MODEL]
    again = embedded_with(model, objects.series.take(objects.matched[rows]))
    cosine = float(np.nanmedian((again * objects.points[rows]).sum(axis=1)))
    if cosine < SAME:
        objects.notes.append(
            f"The model makes other embeddings of the data than the file holds (median cosine {cosine:.2f}): what a change of the data "
            "does is shown for those of the model."
        )


def _early(objects: EmbeddedObjects, labels: Target, model: Model) -> list[dict[str, Any]]:
    """Return the scores of light curves of which only the beginning is seen; none for spectra and values."""
    series, matched = objects.series, objects.matched
    if series is None or matched is None or series.band is None or not labels.members:
        return []
    there = matched[labels.rows] >= 0
    rows, truth = labels.rows[there], labels.truth[there]
    curves = series.take(matched[rows])
    return [row for by in CUTS for row in early_scores(model, curves, truth, objects.groups[rows], by=by)]


def _twice(objects: EmbeddedObjects, labels: Target | None) -> tuple[Duplicates, bool]:
    """Return near-duplicates among at most 20,000 rows, labeled ones first, and whether all labeled rows are among these."""
    first = np.zeros(len(objects.points), bool)
    first[[] if labels is None else labels.rows] = True
    some = np.sort(np.argsort(~first, kind="stable")[:MOST_COMPARED])
    found = duplicates(objects.points[some], objects.groups[some])
    return replace(found, first=some[found.first], second=some[found.second]), int(first.sum()) <= MOST_COMPARED
