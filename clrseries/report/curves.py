"""Few-label curves as drawings that need no script (SVG)."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any

COLORS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00")
DASHES = ("", "6 3", "2 3", "8 3 2 3", "1 2")
WIDTH, HEIGHT = 320, 250
BOX = (46.0, 26.0, 306.0, 204.0)  # left, top, right, bottom


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
    rows = [row for row in rows if row.get(score) is not None and math.isfinite(row[score])]
    ways = list(dict.fromkeys(row["features"] for row in rows))
    probes = [name for name in dict.fromkeys(row["probe"] for row in rows) if name != "constant"]
    if not rows or not probes:
        return "<p>Nothing to draw.</p>"
    shown = [row[f"{score}_{end}"] for row in rows for end in ("low", "high")]
    low, high = max(min(shown), -0.5), max(shown)
    low, high = low - 0.04 * (high - low) - 1e-9, high + 0.04 * (high - low) + 1e-9
    labels = sorted({row["labels"] for row in rows})
    panels = []
    for probe in probes:
        lines = [
            _line(
                [r for r in rows if r["features"] == way and r["probe"] in (probe, "constant")],
                score,
                k,
                labels,
                low,
                high,
            )
            for k, way in enumerate(ways)
        ]
        panels.append(_panel(probe, "".join(lines), labels, low, high))
    key = "".join(
        f'<span><svg width="34" height="12" viewBox="0 0 34 12" aria-hidden="true"><path d="M1 6H33" stroke="{COLORS[k % 5]}" '
        f'stroke-width="2.5" stroke-dasharray="{DASHES[k % 5]}"/></svg> {html.escape(way)}</span> '
        for k, way in enumerate(ways)
    )
    return f'<p class="note">{html.escape(title)}; bands: 16th to 84th percentile over the draws. {key}</p><div class="panels">{"".join(panels)}</div>'


def _place(labels: float, all_labels: Sequence[int]) -> float:
    left, right = math.log(all_labels[0]), math.log(all_labels[-1])
    share = (math.log(labels) - left) / (right - left) if right > left else 0.5
    return BOX[0] + 8 + share * (BOX[2] - BOX[0] - 16)


def _height(value: float, low: float, high: float) -> float:
    return BOX[3] - (min(max(value, low), high) - low) / (high - low) * (BOX[3] - BOX[1])


def _line(rows: list[Mapping[str, Any]], score: str, k: int, labels: Sequence[int], low: float, high: float) -> str:
    rows = sorted(rows, key=lambda row: row["labels"])
    if not rows:
        return ""

    def points(name: str) -> list[str]:
        return [f"{_place(row['labels'], labels):.1f},{_height(row[name], low, high):.1f}" for row in rows]

    color, middle = COLORS[k % len(COLORS)], points(score)
    band = " ".join([*points(f"{score}_low"), *reversed(points(f"{score}_high"))])
    dots = "".join(
        f'<circle cx="{at.split(",")[0]}" cy="{at.split(",")[1]}" r="3" fill="{color}"><title>{row["labels"]} labels: {row[score]:.3f}</title></circle>'
        for at, row in zip(middle, rows, strict=True)
    )
    return (
        f'<polygon points="{band}" fill="{color}" opacity="0.18"/><polyline points="{" ".join(middle)}" fill="none" stroke="{color}" '
        f'stroke-width="2" stroke-dasharray="{DASHES[k % len(DASHES)]}"/>{dots}'
    )


def _panel(probe: str, lines: str, labels: Sequence[int], low: float, high: float) -> str:
    left, _, right, bottom = BOX
    ticks = []
    for k in range(5):
        value = low + (high - low) * k / 4
        y = _height(value, low, high)
        ticks.append(
            f'<line class="axis" x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/><text x="{left - 5}" y="{y + 4:.1f}" text-anchor="end">{value:.2f}</text>'
        )
    used = -100.0
    for count in labels:
        x = _place(count, labels)
        if x - used > 30:
            ticks.append(f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{count}</text>')
            used = x
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Score against labels, probe {html.escape(probe)}">'
        f'<text x="{left}" y="16" font-weight="bold">{html.escape(probe)}</text>{"".join(ticks)}{lines}'
        f'<text class="soft" x="{(left + right) / 2}" y="{bottom + 36}" text-anchor="middle">labeled objects</text></svg>'
    )
