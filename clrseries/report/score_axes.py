"""Figures of scores for papers, by Matplotlib: few labels, nuisance columns, invariance, early classification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..evaluation.few_labels import CONSTANT, NETWORK
from .axes import COLORS, axes_or_new, chosen, draw_band

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SCORES = {
    "balanced_accuracy": "balanced accuracy", "macro_f1": "macro-F1", "log_loss": "log-loss", "calibration_error": "calibration error",
    "r2": "$R^2$", "sigma_nmad": r"$\sigma_\mathrm{NMAD}$", "outlier_rate": "fraction of outliers", "mae": "mean absolute error",
}  # fmt: skip
EARLY = {"days": "time since the first detection [day]", "points": "points seen"}


def plot_few_labels(
    rows: Sequence[Mapping[str, Any]],
    score: str = "balanced_accuracy",
    probe: str = "linear",
    axes: Axes | None = None,
) -> Axes:
    """Draw a score against the number of labels, a line and a band for each kind of features.

    Parameters
    ----------
    rows : sequence of mapping
        ``scores`` of the summary of ``evaluate``, or what :func:`clrseries.evaluation.few_label_scores` returned.
    score : str
        Name of the score.
    probe : str
        Name of the probe; chance and a new network are drawn beside it.
    axes : matplotlib.axes.Axes, optional
        Where it is drawn; default a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    InputError
        There is no such probe, or matplotlib is not installed.

    Examples
    --------
    >>> from clrseries.report import plot_few_labels
    >>> row = {"features": "embedding", "probe": "linear", "labels": 10, "r2": 0.5, "r2_low": 0.4, "r2_high": 0.6}
    >>> plot_few_labels([row, row | {"labels": 100, "r2": 0.6}], "r2").get_xlabel()
    'labeled objects'
    """
    own = chosen([*rows], "probe", probe) + [row for row in rows if row["probe"] in (CONSTANT, NETWORK)]
    axes = axes_or_new(axes)
    for number, name in enumerate(dict.fromkeys(row["features"] for row in own)):
        draw_band(axes, [row for row in own if row["features"] == name], "labels", score, name, number)
    axes.set(xscale="log", xlabel="labeled objects", ylabel=SCORES.get(score, score.replace("_", " ")))
    axes.legend(frameon=False, fontsize="small")
    return axes


def plot_nuisance(nuisance: Mapping[str, Mapping[str, Any]], axes: Axes | None = None) -> Axes:
    """Draw how well each nuisance column is predicted, as bars, beside chance.

    Parameters
    ----------
    nuisance : mapping of str to mapping
        ``nuisance`` of the summary of ``evaluate``: for each column what :func:`clrseries.evaluation.predictability` returned.
    axes : matplotlib.axes.Axes, optional
        Where it is drawn; default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        A bar is the score; the black line goes from chance to the 95th percentile of chance.
    """
    axes = axes_or_new(axes)
    names = list(nuisance)
    found = [nuisance[name] for name in names]
    axes.barh(names, [one["score"] for one in found], color=COLORS[0], height=0.6, label="score")
    places = range(len(names))
    axes.hlines(
        places, [one["chance"] for one in found], [one["chance_high"] for one in found], color="black", linewidth=3, label="chance, to its 95th percentile"
    )  # fmt: skip
    kinds = {one["score_name"] for one in found}
    words = [SCORES[name] for name in ("balanced_accuracy", "r2") if name in kinds]
    axes.set(xlabel=" or ".join(words) or "score")
    axes.set_ylim(
        max(len(names), 3) - 0.5, -0.5
    )  # the first column on top, and no bar thicker than a third of the axes
    axes.legend(frameon=False, fontsize="small", loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return axes


def plot_invariance(rows: Sequence[Mapping[str, Any]], sweep: str, axes: Axes | None = None) -> Axes:
    """Draw how far embeddings move when one parameter of the physics is changed.

    Parameters
    ----------
    rows : sequence of mapping
        ``invariance`` of the summary of ``evaluate``, or what :func:`clrseries.evaluation.invariance_curves` returned.
    sweep : str
        Name of the sweep, such as ``"velocity"``.
    axes : matplotlib.axes.Axes, optional
        Where it is drawn; default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The change grows to the right; the dotted line is the median distance to the nearest other object.

    Raises
    ------
    InputError
        There is no such sweep, or matplotlib is not installed.
    """
    own = chosen([*rows], "sweep", sweep)
    axes = axes_or_new(axes)
    draw_band(axes, own, "value", "distance", "moved by", 0)
    axes.axhline(own[0]["nearest"], color="black", linestyle=":", linewidth=1, label="nearest other object")
    unit = f" [{own[0]['unit']}]" if own[0]["unit"] else ""
    axes.set(xscale="log", xlabel=f"{sweep}{unit}", ylabel="distance / median distance of objects")
    axes.set_ylim(bottom=0.0)
    if own[0]["value"] > own[-1]["value"]:
        axes.invert_xaxis()
    axes.legend(frameon=False, fontsize="small")
    return axes


def plot_early(rows: Sequence[Mapping[str, Any]], by: str = "days", axes: Axes | None = None) -> Axes:
    """Draw the balanced accuracy against the days since the first detection, or the points seen.

    Parameters
    ----------
    rows : sequence of mapping
        ``early`` of the summary of ``evaluate``, or what :func:`clrseries.evaluation.early_scores` returned.
    by : {"days", "points"}
        What is along the axis.
    axes : matplotlib.axes.Axes, optional
        Where it is drawn; default a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    InputError
        There is no such row, or matplotlib is not installed.
    """
    own = chosen([*rows], "by", by)
    axes = axes_or_new(axes)
    for number, name in enumerate(dict.fromkeys(row["answer"] for row in own)):
        draw_band(axes, [row for row in own if row["answer"] == name], "cut", "balanced_accuracy", name, number)
    axes.set(xscale="log", xlabel=EARLY[by], ylabel=SCORES["balanced_accuracy"])
    axes.legend(frameon=False, fontsize="small")
    return axes
