"""Panels of curves with bands, as drawings that need no script (SVG)."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

COLORS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9")  # Okabe and Ito
DASHES = ("", "6 3", "2 3", "8 3 2 3", "1 2")
WIDTH, HEIGHT = 320, 250
LEFT, TOP, RIGHT, BOTTOM = 46.0, 26.0, 306.0, 204.0
APART = 30  # pixels between two numbers at the axis


@dataclass(frozen=True)
class Curve:
    """A line with dots and a band.

    Parameters
    ----------
    x, y, low, high : sequence of M float
        Points, and the ends of the band.
    told : sequence of M str
        What is shown when the pointer rests on a dot.
    style : int
        Number of its color and dashes.
    """

    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    told: Sequence[str]
    style: int = 0


def legend(names: Sequence[str]) -> str:
    """Return the key of the styles 0, 1, 2, ...

    Parameters
    ----------
    names : sequence of str
        What each style stands for.

    Returns
    -------
    str
        HTML.
    """
    return "".join(
        f'<span><svg width="34" height="12" viewBox="0 0 34 12" aria-hidden="true"><path d="M1 6H33" stroke="{COLORS[k % len(COLORS)]}" '
        f'stroke-width="2.5" stroke-dasharray="{DASHES[k % len(DASHES)]}"/></svg> {html.escape(name)}</span> '
        for k, name in enumerate(names)
    )


def panel(
    title: str,
    curves: Sequence[Curve],
    x_title: str,
    x_ticks: Sequence[float],
    limits: tuple[float, float],
    *,
    about: str,
    level: float | None = None,
) -> str:
    """Draw curves on a logarithmic axis.

    Parameters
    ----------
    title : str
        Title of the panel.
    curves : sequence of Curve
        All x above 0.
    x_title : str
        What is along the axis, with its unit.
    x_ticks : sequence of float
        Numbers at the axis, in the order from left to right; the axis ends with the first and the last.
    limits : (float, float)
        Lower and upper end of the other axis.
    about : str
        What the panel shows, for those who do not see it.
    level : float, optional
        Where a dotted line is drawn across.

    Returns
    -------
    str
        SVG.
    """
    ticks = []
    for k in range(5):
        value = limits[0] + (limits[1] - limits[0]) * k / 4
        y = _height(value, limits)
        ticks.append(
            f'<line class="axis" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{value:.2f}</text>'
        )
    used = -100.0
    for value in x_ticks:
        x = _place(value, x_ticks)
        if x - used > APART:
            ticks.append(f'<text x="{x:.1f}" y="{BOTTOM + 16}" text-anchor="middle">{value:g}</text>')
            used = x
    if level is not None and limits[0] <= level <= limits[1]:
        y = _height(level, limits)
        ticks.append(
            f'<line class="level" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor" stroke-dasharray="1 4"/>'
        )
    lines = "".join(_line(curve, x_ticks, limits) for curve in curves)
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(about)}">'
        f'<text x="{LEFT}" y="16" font-weight="bold">{html.escape(title)}</text>{"".join(ticks)}{lines}'
        f'<text class="soft" x="{(LEFT + RIGHT) / 2}" y="{BOTTOM + 36}" text-anchor="middle">{html.escape(x_title)}</text></svg>'
    )


def _place(value: float, ticks: Sequence[float]) -> float:
    left, right = math.log(ticks[0]), math.log(ticks[-1])
    share = (math.log(value) - left) / (right - left) if right != left else 0.5
    return LEFT + 8 + share * (RIGHT - LEFT - 16)


def _height(value: float, limits: tuple[float, float]) -> float:
    low, high = limits
    return BOTTOM - (min(max(value, low), high) - low) / (high - low) * (BOTTOM - TOP)


def _line(curve: Curve, ticks: Sequence[float], limits: tuple[float, float]) -> str:
    if not curve.x:
        return ""
    places = [_place(x, ticks) for x in curve.x]

    def points(values: Sequence[float]) -> list[str]:
        return [f"{x:.1f},{_height(y, limits):.1f}" for x, y in zip(places, values, strict=True)]

    color, middle = COLORS[curve.style % len(COLORS)], points(curve.y)
    band = " ".join([*points(curve.low), *reversed(points(curve.high))])
    dots = "".join(
        f'<circle cx="{at.split(",")[0]}" cy="{at.split(",")[1]}" r="3" fill="{color}"><title>{html.escape(told)}</title></circle>'
        for at, told in zip(middle, curve.told, strict=True)
    )
    return (
        f'<polygon points="{band}" fill="{color}" opacity="0.18"/><polyline points="{" ".join(middle)}" fill="none" stroke="{color}" '
        f'stroke-width="2" stroke-dasharray="{DASHES[curve.style % len(DASHES)]}"/>{dots}'
    )
