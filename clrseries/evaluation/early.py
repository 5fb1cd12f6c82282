"""How well classes are told when only the beginning of a light curve has been seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..encoders.heads import ClassHead
from ..encoders.joint_head import JointHead
from ..errors import InputError
from ..lightcurves.measured import without_measured
from ..lightcurves.moments import Moments
from ..model import Model
from ..names import known_name
from ..series import Series, check_series
from .changed_data import embedded_if_any, embedded_with
from .few_labels import few_label_scores
from .hierarchy import levels_of
from .splits import Split, drawn_rows, few_label_splits, within

DAYS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
POINTS = (1, 3, 10, 30, 100)
CUTS: dict[str, tuple[float, ...]] = {"days": DAYS, "points": POINTS}
MOST_CURVES = 1000
RESAMPLED = 200
PROBE, HEAD = "linear probe", "head of the model"


def early_scores(
    model: Model,
    series: Series,
    target: NDArray[np.str_],
    groups: NDArray[np.int64] | None = None,
    *,
    by: str = "days",
    cuts: Sequence[float] | None = None,
    seeds: int = 5,
    seed: int = 0,
) -> list[dict[str, Any]]:
    """Score classes against the days since the first detection, or the number of points seen.

    Each light curve is cut before anything is computed from it, so that nothing of the later points is used, not even the time of the peak;
    periods, features and periodograms in the columns that :func:`~clrseries.lightcurves.with_features` and its like make are measured again. A
    linear probe learns from curves that are cut in the same way, and is scored on others. If the head of the model knows all classes, its own
    predictions are scored too, on all curves: those that it was trained on must not be among them.

    Parameters
    ----------
    model : Model
        Model of light curves.
    series : Series
        N light curves; 1,000 of more are drawn by lot.
    target : str (N,)
        Their classes, all known; each has two objects at least.
    groups : int64 (N,), optional
        Objects, whose rows stay together.
    by : {"days", "points"}
        ``days``: what was seen until some days after the first point with S/N above 5. ``points``: the first points.
    cuts : sequence of float, optional
        Days or points, above 0; default 1 to 300 days, or 1 to 100 points.
    seeds : int
        How often the scored objects are drawn.
    seed : int
        Of curves that are drawn, and of the band of the head.

    Returns
    -------
    list of dict
        For each cut that leaves curves that can be embedded, and for the probe and the head: ``answer``, ``by``, ``cut``, ``objects`` (curves that can be embedded), and
        ``balanced_accuracy`` with ``_low`` and ``_high``, the 16th and 84th percentile over the draws; for the head, over objects drawn with
        replacement. Where classes are written as ``parent/child``, further answers, such as ``linear probe, level 1``, are for the coarser levels.

    Raises
    ------
    InputError
        The series holds spectra, there are too few curves, or none can be embedded.

    References
    ----------
    Muthukrishna et al. 2019, PASP 131, 118002, arXiv:1904.00014 (RAPID).
    """
    by = known_name("by", by, tuple(CUTS))
    check_series(series, "early_scores")
    if series.band is None:
        raise InputError("early_scores takes light curves, and the series holds spectra")
    some = drawn_rows(len(series), MOST_CURVES, seed)
    series, target = without_measured(series.take(some)), target[some]
    splits = few_label_splits(target, None if groups is None else groups[some], labels=[None], seeds=seeds)
    known = isinstance(model.head, ClassHead | JointHead) and set(target.tolist()) <= set(model.head.classes)
    rows, seen = [], False
    for cut in CUTS[by] if cuts is None else cuts:
        begun = first_days(series, cut) if by == "days" else first_points(series, int(cut))
        points = embedded_if_any(model, begun)
        there = np.asarray(np.isfinite(points).all(axis=1))
        seen |= bool(there.any())
        row = {"by": by, "cut": float(cut), "objects": int(there.sum())}
        rows += [{"answer": name} | row | found for name, found in _probed(points, there, target, splits)]
        if known and there.any():
            found = model.predict(begun.take(np.flatnonzero(there)))
            rows += [
                {"answer": name} | row | _resampled(answers, true, seed)
                for name, answers, true in _on_levels(model, found, target[there])
            ]
    if not seen:
        embedded_with(model, series)  # if whole curves cannot be embedded either, this tells why
    return rows


def first_days(series: Series, days: float) -> Series:
    """Return light curves as they were some days after their first detection: later points have ivar 0.

    Parameters
    ----------
    series : Series
        N light curves.
    days : float
        Days after the first point with S/N above 5; without one, after the first point.

    Returns
    -------
    Series
    """
    moments = Moments(series)
    end = np.repeat(moments.first_time + moments.detection + days, np.diff(series.offsets))
    return replace(series, ivar=np.where(series.x <= end, series.ivar, 0).astype(np.float32))


def first_points(series: Series, count: int) -> Series:
    """Return light curves as they were after some points: later points have ivar 0.

    Parameters
    ----------
    series : Series
        N light curves.
    count : int
        How many points with ivar above 0 were seen, whatever their band.

    Returns
    -------
    Series
    """
    seen = np.cumsum(series.ivar > 0)
    before = np.concatenate([[0], seen])[series.offsets[:-1]]
    number = seen - np.repeat(before, np.diff(series.offsets))
    return replace(series, ivar=np.where(number <= count, series.ivar, 0).astype(np.float32))


def _probed(
    points: NDArray[np.float64], there: NDArray[np.bool_], target: NDArray[np.str_], splits: Sequence[Split]
) -> list[tuple[str, dict[str, float]]]:
    """Return the scores of the probe for the classes, and for those of each coarser level, beside the name of the answer."""
    usable = [split for split in within(splits, there) if len(set(target[split.train].tolist())) > 1]
    found = few_label_scores({"x": points}, target, usable, directions=["x"], probes=["linear"]) if usable else []
    names = {"": PROBE} | {f"{one.name}_": _named(PROBE, one.name) for one in levels_of(sorted(set(target.tolist())))}
    ends = ("", "_low", "_high")
    return [
        (name, {f"balanced_accuracy{end}": row[f"{level}balanced_accuracy{end}"] for end in ends})
        for row in found
        if row["features"] == "x"
        for level, name in names.items()
    ]


def _on_levels(
    model: Model, found: dict[str, NDArray[Any]], true: NDArray[np.str_]
) -> list[tuple[str, NDArray[np.str_], NDArray[np.str_]]]:
    """Return the name of the head, its answers and the true classes, for the classes and for those of each coarser level."""
    places = {name: k for k, name in enumerate(model.head.classes)}
    number = np.array([places[name] for name in true])
    rows = [(HEAD, found["predicted"], true)]
    for level in levels_of(model.head.classes):
        names = np.array(level.classes)
        answers = names[level.sums(found["probability"]).argmax(axis=1)]
        rows.append((_named(HEAD, level.name), answers, names[level.members[number]]))
    return rows


def _named(answer: str, level: str) -> str:
    return f"{answer}, {level.replace('_', ' ')}"


def _resampled(answers: NDArray[np.str_], true: NDArray[np.str_], seed: int) -> dict[str, float]:
    """Return the balanced accuracy, and its percentiles over objects drawn with replacement."""
    rng = np.random.default_rng(seed)
    right, kinds = answers == true, np.unique(true, return_inverse=True)[1]
    middle = np.bincount(kinds, right) / np.bincount(kinds)
    found = []
    for _ in range(RESAMPLED):
        rows = rng.integers(0, len(true), len(true))
        number = np.bincount(kinds[rows], minlength=len(middle))
        share = np.bincount(kinds[rows], right[rows], minlength=len(middle))
        found.append((share[number > 0] / number[number > 0]).mean())
    low, high = np.percentile(found, [16, 84])
    return {
        "balanced_accuracy": float(middle.mean()), "balanced_accuracy_low": float(low), "balanced_accuracy_high": float(high),
    }  # fmt: skip
