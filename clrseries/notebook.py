"""What a notebook shows of an object: its one-line description, a small drawing, and a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, ABOVE, INSET = 640, 130, 16, 4  # of a panel, of the line above it, and of its margin [pixels]
MOST_POINTS = 1000  # that are drawn of one curve
# Okabe and Ito's colors without yellow, told apart by color-blind readers, on light and on dark ground
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
CELL = "style='padding:1px 12px 1px 0'"
STYLE = "border-collapse:collapse;font-size:90%;text-align:left"


class Curve(NamedTuple):
    """One line, or points, of a panel.

    Parameters
    ----------
    x, y : float (n,)
        Not finite where there is nothing to draw.
    name : str
        Stands above the panel in the color of the curve; may be empty.
    """

    x: NDArray[Any]
    y: NDArray[Any]
    name: str = ""


def page(title: str, *parts: str) -> str:
    """Return HTML with a title.

    Parameters
    ----------
    title : str
        Plain text.
    *parts : str
        HTML.

    Returns
    -------
    str
    """
    return f"<div><code>{escape(title)}</code>{''.join(parts)}</div>"


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table as HTML.

    Parameters
    ----------
    head : sequence of str
        Names of the columns.
    rows : iterable of sequences
        Values, of which at most 60 letters are shown.

    Returns
    -------
    str

    Examples
    --------
    >>> from clrseries.notebook import table
    >>> ">Mira</td>" in table(["class"], [["Mira"]])
    True
    """
    first = "".join(f"<th {CELL}>{escape(name)}</th>" for name in head)
    lines = ("".join(f"<td {CELL}>{escape(_short(value))}</td>" for value in row) for row in rows)
    return f'<table style="{STYLE}"><tr>{first}</tr>{"".join(f"<tr>{line}</tr>" for line in lines)}</table>'


def panel(curves: Sequence[Curve], label: str, *, points: bool = False) -> str:
    """Return a drawing of curves as SVG.

    Parameters
    ----------
    curves : sequence of Curve
        They share both axes; the vertical one shows the middle 98 % of all values.
    label : str
        Name of the horizontal axis, with its unit.
    points : bool
        Whether points are drawn, and not lines.

    Returns
    -------
    str
        Empty if there is nothing to draw.
    """
    drawn = [curve for curve in map(_finite, curves) if len(curve.y)]
    values = np.concatenate([curve.y for curve in drawn]) if drawn else np.empty(0)
    if not len(values):
        return ""
    x = np.concatenate([curve.x for curve in drawn])
    left, right, (low, high) = x.min(), x.max(), np.percentile(values, (1, 99))
    pad = 0.1 * (high - low) or 1.0
    marks = []
    for k, curve in enumerate(drawn):
        across = INSET + (curve.x - left) / ((right - left) or 1.0) * (WIDTH - 2 * INSET)
        up = ABOVE + HEIGHT * (1 - np.clip((curve.y - low + pad) / (high - low + 2 * pad), 0, 1))
        marks.append(_marks(across, up, COLORS[k % len(COLORS)], points))
    below = ABOVE + HEIGHT + 13
    names = " ".join(
        f'<tspan fill="{COLORS[k % len(COLORS)]}">{escape(curve.name)}</tspan>' for k, curve in enumerate(drawn)
    )
    text = (
        f'<text x="0" y="12">{names}</text><text x="0" y="{below}">{left:.6g}</text>'
        f'<text x="{WIDTH // 2}" y="{below}" text-anchor="middle">{escape(label)}</text>'
        f'<text x="{WIDTH}" y="{below}" text-anchor="end">{right:.6g}</text>'
    )
    return (
        f'<br><svg width="{WIDTH}" height="{below + 5}" viewBox="0 0 {WIDTH} {below + 5}" font-size="11" fill="currentColor">'
        f'<rect y="{ABOVE}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="currentColor" stroke-opacity="0.4"/>{"".join(marks)}{text}</svg>'
    )


def _finite(curve: Curve) -> Curve:
    x, y = np.asarray(curve.x, float), np.asarray(curve.y, float)
    good = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    some = good[:: max(-(-len(good) // MOST_POINTS), 1)]
    return Curve(x[some], y[some], curve.name)


def _marks(across: NDArray[np.float64], up: NDArray[np.float64], color: str, points: bool) -> str:
    places = list(zip(across.tolist(), up.tolist(), strict=True))
    if points:
        return "".join(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="1.6" fill="{color}"/>' for a, b in places)
    line = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
    return f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="1"/>'


def _short(value: Any) -> str:
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 60 else text[:59] + "\u2026"
