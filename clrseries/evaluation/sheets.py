"""Rows of the tables of an evaluation: nuisance columns, strange objects, suspected labels, duplicates."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import InputError
from .across import retrieve_across
from .anomalies import anomalies
from .geometry import alignment, collapse, iso_score, mean_cosine, rank_me, uniformity
from .labels import class_names, labels_of
from .leaks import Duplicates
from .mislabels import suspected_mislabels
from .neighborhoods import NEIGHBORS, hubness, neighborhood_overlap
from .next_labels import next_labels
from .nuisance import predictability
from .observed_columns import DAYS, POINTS, SNR
from .retrieval import Features, unit
from .splits import drawn_rows, repeated_rows

NUISANCES = ("instrument", "survey", "telescope", "spectrograph", "observatory", "fiber", "fibre", "fiberid", "plate", "snr", "sn_median",
             "s_n", "airmass", "seeing", "exptime", "arm", "field", "ccd", "cadence", SNR.lower(), POINTS, DAYS)  # fmt: skip
ACROSS = ("instrument", "survey", "telescope", "spectrograph", "observatory")
FEWEST = 5  # objects of a class
MOST_SHOWN = 25
SAMPLE = 2000


def shape(features: Features, groups: NDArray[np.int64] | None = None) -> tuple[dict[str, float], str]:
    """Return uniformity, rank, isotropy and hubness of embeddings, and in words whether they have collapsed.

    Parameters
    ----------
    features : float (N, D)
        Embeddings, all finite; 2,000 of them are looked at.
    groups : int64 (N,), optional
        Objects; with several rows of an object, there is ``alignment`` too.

    Returns
    -------
    dict of str to float, str
        ``uniformity``, ``rank``, ``mean_cosine``, ``iso_score`` and, with more than ten objects, ``hubness``.
    """
    some = features[drawn_rows(len(features), SAMPLE)]
    found = {
        "uniformity": uniformity(some),
        "rank": rank_me(unit(some)),
        "mean_cosine": mean_cosine(some),
        "iso_score": iso_score(unit(some)),
    }
    found |= {"hubness": hubness(some)} if len(some) > NEIGHBORS else {}
    first, second = repeated_rows(np.arange(len(features)) if groups is None else groups)
    return found | ({"alignment": alignment(features[first], features[second])} if len(first) else {}), collapse(some)


def overlap_sheet(
    features: Features, others: Mapping[str, NDArray[np.floating]], directions: Collection[str] = ()
) -> dict[str, dict[str, float]]:
    """Return which fraction of the ten nearest neighbors other features share with embeddings.

    Parameters
    ----------
    features : float (N, D)
        Embeddings, all finite.
    others : mapping of str to float (N, E)
        Other features of the same objects. Each column is scaled to unit scatter, a missing number is the median of the others; objects
        without any are left out, and 2,000 of the others are looked at.
    directions : collection of str
        The `others` that are embeddings, whose columns are left as they are.

    Returns
    -------
    dict of str to dict
        For each kind of features ``overlap``, ``chance`` and ``objects``.
    """
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    found = {}
    for name, other in others.items():
        rows = np.flatnonzero(np.isfinite(other).any(axis=1))
        rows = rows[drawn_rows(len(rows), SAMPLE)]
        if len(rows) <= NEIGHBORS:
            continue
        filled = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
        some = other[rows] if name in directions else filled.fit_transform(np.asarray(other[rows], np.float64))
        overlap = neighborhood_overlap(features[rows], some)
        found[name] = {"overlap": overlap, "chance": NEIGHBORS / (len(rows) - 1), "objects": len(rows)}
    return found


def nuisance_columns(table: pa.Table, asked: Sequence[str] | None, target: str | None) -> list[str]:
    """Return the nuisance columns of a table.

    Parameters
    ----------
    table : pyarrow.Table
        Columns of the objects.
    asked : sequence of str, optional
        Their names; default those with usual names, such as ``instrument``, ``snr`` and ``airmass``.
    target : str, optional
        A column that is none.

    Returns
    -------
    list of str

    Raises
    ------
    InputError
        A column is missing.
    """
    if asked is None:
        return [name for name in table.column_names if name.lower() in NUISANCES and name != target]
    missing = next((name for name in asked if name not in table.column_names), None)
    if missing is not None:
        raise InputError(f"nuisance: there is no column {missing!r}; there are {', '.join(table.column_names)}")
    return list(asked)


def known_column(table: pa.Table, name: str) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the known entries of a column, as classes with at least five rows or as values, and their rows.

    Parameters
    ----------
    table : pyarrow.Table
        Columns of the objects.
    name : str
        A column.

    Returns
    -------
    str or float64 (M,), int64 (M,)

    Raises
    ------
    InputError
        There is a single class, or nothing that varies.
    """
    labels = labels_of(table[name], name)
    if not labels.classes:
        values = labels.of(table[name], name)
        rows = np.flatnonzero(np.isfinite(values))
        if len(rows) < 2 * FEWEST or not np.ptp(values[rows]) > 0:
            raise InputError(f"column {name!r} has fewer than {2 * FEWEST} values, or the same for all objects")
        return values[rows].astype(float), rows
    names = np.array([one or "" for one in class_names(table[name])])
    kinds, counts = np.unique(names, return_counts=True)
    large = [kind for kind, count in zip(kinds.tolist(), counts.tolist(), strict=True) if kind and count >= FEWEST]
    if len(large) < 2:
        raise InputError(f"column {name!r} has fewer than two classes with {FEWEST} objects")
    rows = np.flatnonzero(np.isin(names, large))
    return names[rows], rows


def nuisance_sheet(
    features: Features,
    table: pa.Table,
    names: Sequence[str],
    groups: NDArray[np.int64],
    held: tuple[NDArray[Any], NDArray[np.int64]] | None = None,
) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """Return how well nuisance columns are predicted, and retrieval across instruments.

    Parameters
    ----------
    features : float (N, D)
        Embeddings, all finite.
    table : pyarrow.Table
        Columns of the objects.
    names : sequence of str
        The nuisance columns.
    groups : int64 (N,)
        Objects.
    held : (str or float (M,), int64 (M,)), optional
        Labels of the target, and their rows: then each column also has ``fixed``, the same with the target held fixed.

    Returns
    -------
    dict, dict, list of str
        What :func:`predictability` and :func:`retrieve_across` returned for each column, and columns that were left out, with the reason.
    """
    found: dict[str, Any] = {}
    across: dict[str, Any] = {}
    notes: list[str] = []
    for name in names:
        try:
            column, rows = known_column(table, name)
            found[name] = predictability(features[rows], column, groups[rows])
            if held is not None:
                found[name]["fixed"] = _fixed(features, column, rows, groups, held)
        except InputError as error:
            notes.append(f"Left out: {error}.")
            continue
        if name.lower() in ACROSS and not np.issubdtype(column.dtype, np.number):
            one = retrieve_across(features[rows], groups[rows], column)
            across |= {name: one} if one["queries"] else {}
    return found, across, notes


def _fixed(
    features: Features,
    column: NDArray[Any],
    rows: NDArray[np.int64],
    groups: NDArray[np.int64],
    held: tuple[NDArray[Any], NDArray[np.int64]],
) -> dict[str, Any] | None:
    """Return how well a column is predicted with the target held fixed; None if too few rows have both."""
    both, at, place = np.intersect1d(rows, held[1], return_indices=True)
    column = column[at]
    if len(np.unique(groups[both])) < 2 * FEWEST or len(set(column.tolist())) < 2:
        return None
    return predictability(features[both], column, groups[both], held=held[0][place])


def anomaly_sheet(
    features: Features, ids: Sequence[str], groups: NDArray[np.int64], count: int = MOST_SHOWN
) -> list[dict[str, Any]]:
    """Return the strangest objects, each with its nearest normal neighbors.

    Parameters
    ----------
    features : float (N, D)
        Embeddings, all finite.
    ids : sequence of N str
        Their names.
    groups : int64 (N,)
        Objects, which are compared with each other, and not with themselves.
    count : int
        How many.

    Returns
    -------
    list of dict
    """
    if len(features) < 10 or len(np.unique(groups)) < 2:
        return []
    found = anomalies(features, min(count, len(features) // 4 + 1), objects=groups)
    return [
        {
            "object": ids[row], "row": int(row), "score": float(found.score[k]),
            "ranks": {name: float(rank[k]) for name, rank in found.each.items()},
            "neighbors": [ids[n] for n in found.neighbors[k]], "neighbor_rows": found.neighbors[k].tolist(),
        }
        for k, row in enumerate(found.rows.tolist())
    ]  # fmt: skip


def suspect_sheet(
    features: Features, target: NDArray[np.str_], rows: NDArray[np.int64], groups: NDArray[np.int64], ids: Sequence[str]
) -> list[dict[str, Any]]:
    """Return objects whose label is probably wrong.

    Parameters
    ----------
    features : float (N, D)
        Embeddings, all finite.
    target : str (M,)
        Labels of some rows.
    rows : int64 (M,)
        These rows.
    groups : int64 (N,)
        Objects.
    ids : sequence of N str
        Their names.

    Returns
    -------
    list of dict
    """
    found = suspected_mislabels(features[rows], target, groups[rows])
    some = zip(
        rows[found.rows].tolist(), found.given.tolist(), found.suggested.tolist(), found.margin.tolist(), strict=True
    )
    return [{"object": ids[r], "row": r, "given": g, "suggested": s, "margin": m} for r, g, s, m in some][:MOST_SHOWN]


def next_sheet(
    features: Features,
    target: NDArray[Any],
    rows: NDArray[np.int64],
    known: NDArray[np.bool_],
    groups: NDArray[np.int64],
    ids: Sequence[str],
) -> list[dict[str, Any]]:
    """Return objects without a label whose label would teach most.

    Parameters
    ----------
    features : float (N, D)
        Embeddings, all finite.
    target : str or float (M,)
        Labels of some rows.
    rows : int64 (M,)
        These rows.
    known : bool (N,)
        Which rows have a label; classes that are too small to be among `rows` have one too.
    groups : int64 (N,)
        Objects.
    ids : sequence of N str
        Their names.

    Returns
    -------
    list of dict
        Empty if all objects have a label.
    """
    free = np.flatnonzero(~np.isin(groups, groups[known]))
    found = next_labels(features, target, rows, free, groups, count=MOST_SHOWN)
    some = zip(found.rows.tolist(), found.predicted.tolist(), found.uncertainty.tolist(), strict=True)
    return [{"object": ids[r], "row": r, "predicted": p, "uncertainty": u} for r, p, u in some]


def duplicate_sheet(found: Duplicates, ids: Sequence[str]) -> dict[str, Any]:
    """Return pairs of objects with nearly the same embedding.

    Parameters
    ----------
    found : Duplicates
        The pairs.
    ids : sequence of N str
        Names of the rows.

    Returns
    -------
    dict
    """
    some = list(zip(found.first.tolist(), found.second.tolist(), found.cosine.tolist(), strict=True))[:MOST_SHOWN]
    pairs: list[Mapping[str, Any]] = [
        {"first": ids[a], "second": ids[b], "rows": [a, b], "cosine": c} for a, b, c in some
    ]
    return {
        "count": found.count,
        "threshold": found.threshold,
        "usual": found.usual,
        "telling": found.telling,
        "pairs": pairs,
    }
