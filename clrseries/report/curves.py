"""Curves of an evaluation: scores against the number of labels, and distances against parameters of the physics."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..evaluation.few_labels import CONSTANT, NETWORK
from .svg_panels import Curve, legend, panel


def few_label_panels(rows: Sequence[Mapping[str, Any]], score: str, title: str) -> str:
    """Draw a score against the number of labels: a panel for each probe, a line and a band for each kind of features.

    Parameters
    ----------
    rows : sequence of mapping
        From :func:`clrseries.evaluation.few_label_scores`.
    score : str
        Name of the score.
    title : str
        The same in words.

    Returns
    -------
    str
        HTML.
    """
    rows = _defined(rows, score)
    ways = list(dict.fromkeys(row["features"] for row in rows))
    probes = [name for name in dict.fromkeys(row["probe"] for row in rows) if name not in (CONSTANT, NETWORK)]
    if not rows or not probes:
        return "<p>Nothing to draw.</p>"
    shown = [row[f"{score}_{end}"] for row in rows for end in ("low", "high")]
    limits = _limits(max(min(shown), -0.5), max(shown))
    labels = sorted({row["labels"] for row in rows})
    panels = []
    for probe in probes:
        own = [row for row in rows if row["probe"] in (probe, CONSTANT, NETWORK)]
        curves = [
            _curve([row for row in own if row["features"] == way], "labels", score, "{x} labels: {y:.3f}", k)
            for k, way in enumerate(ways)
        ]
        about = f"Score against labels, probe {probe}"
        panels.append(panel(probe, curves, "labeled objects", labels, limits, about=about))
    note = f"{html.escape(title)}; bands: 16th to 84th percentile over the draws. {legend(ways)}"
    return f'<p class="note">{note}</p><div class="panels">{"".join(panels)}</div>'


def invariance_panels(rows: Sequence[Mapping[str, Any]]) -> str:
    """Draw how far embeddings move against the parameter that is swept, a panel for each sweep.

    Parameters
    ----------
    rows : sequence of mapping
        From :func:`clrseries.evaluation.invariance_curves`.

    Returns
    -------
    str
        HTML.
    """
    rows = _defined(rows, "distance")
    if not rows:
        return "<p>Nothing to draw.</p>"
    limits = (
        0.0,
        0.4 * math.ceil(max(1.0, *(row["distance_high"] for row in rows)) / 0.4),
    )  # ticks are multiples of 0.1
    panels = []
    for name in dict.fromkeys(row["sweep"] for row in rows):
        own = [row for row in rows if row["sweep"] == name]
        unit = f" [{own[0]['unit']}]" if own[0]["unit"] else ""
        curve = _curve(own, "value", "distance", "{x:g}: {y:.3f}, still nearest to itself: {own_first:.0%}")
        about = f"Distance of the embedding against {name}"
        ticks = [row["value"] for row in own]
        panels.append(panel(name, [curve], f"{name}{unit}", ticks, limits, about=about, level=own[0]["nearest"]))
    return f'<div class="panels">{"".join(panels)}</div>'


def early_panels(rows: Sequence[Mapping[str, Any]]) -> str:
    """Draw the balanced accuracy against the days since the first detection, and against the points seen.

    Parameters
    ----------
    rows : sequence of mapping
        From :func:`clrseries.evaluation.early_scores`, for one or both ways to cut.

    Returns
    -------
    str
        HTML.
    """
    rows = _defined(rows, "balanced_accuracy")
    if not rows:
        return "<p>Nothing to draw.</p>"
    answers = list(dict.fromkeys(row["answer"] for row in rows))
    shown = [row[f"balanced_accuracy_{end}"] for row in rows for end in ("low", "high")]
    titles = {"days": "days since the first detection", "points": "points seen"}
    panels = []
    for by in dict.fromkeys(row["by"] for row in rows):
        own = [row for row in rows if row["by"] == by]
        curves = [
            _curve(
                [row for row in own if row["answer"] == answer], "cut", "balanced_accuracy", "{x:g} {by}: {y:.3f}, {objects} curves", k
            )
            for k, answer in enumerate(answers)
        ]  # fmt: skip
        ticks = sorted({row["cut"] for row in own})
        about = f"Balanced accuracy against {titles[by]}"
        panels.append(panel(f"by {by}", curves, titles[by], ticks, _limits(min(shown), max(shown)), about=about))
    return f'<p class="note">balanced accuracy; {legend(answers)}</p><div class="panels">{"".join(panels)}</div>'


def _defined(rows: Sequence[Mapping[str, Any]], score: str) -> list[Mapping[str, Any]]:
    return [row for row in rows if row.get(score) is not None and math.isfinite(row[score])]


def _limits(low: float, high: float) -> tuple[float, float]:
    return low - 0.04 * (high - low) - 1e-9, high + 0.04 * (high - low) + 1e-9


def _curve(rows: Sequence[Mapping[str, Any]], x: str, y: str, told: str, style: int = 0) -> Curve:
    """Return the curve of some rows; `told` is a format that takes ``x``, ``y`` and the entries of a row."""
    rows = sorted(rows, key=lambda row: row[x])
    return Curve(
        x=[row[x] for row in rows],
        y=[row[y] for row in rows],
        low=[row[f"{y}_low"] for row in rows],
        high=[row[f"{y}_high"] for row in rows],
        told=[told.format(**(dict(row) | {"x": row[x], "y": row[y]})) for row in rows],
        style=style,
    )
