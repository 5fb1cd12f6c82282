"""Axes of Matplotlib for figures in papers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import InputError, require

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMN = (3.5, 2.7)  # width and height of a figure in one column of a journal [inch]
LINES = ("-", "--", ":", "-.", (0, (1, 3)))
COLORS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#f0e442", "#000000")  # Okabe and Ito


def axes_or_new(axes: Axes | None) -> Axes:
    """Return given axes, or those of a new figure that fits into one column of a journal.

    Parameters
    ----------
    axes : matplotlib.axes.Axes, optional
        The axes.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    InputError
        matplotlib is not installed.
    """
    if axes is not None:
        return axes
    pyplot = require("matplotlib.pyplot", extra="report", purpose="a figure")
    return pyplot.subplots(figsize=COLUMN, layout="constrained")[1]


def style(number: int) -> dict[str, Any]:
    """Return color and dashes of a line.

    Parameters
    ----------
    number : int
        From 0.

    Returns
    -------
    dict
        Arguments of ``Axes.plot``.
    """
    return {"color": COLORS[number % len(COLORS)], "linestyle": LINES[number % len(LINES)]}


def draw_band(axes: Axes, rows: list[Mapping[str, Any]], x: str, y: str, label: str, number: int) -> None:
    """Draw a line with dots and a band from ``y_low`` to ``y_high``.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        The axes.
    rows : list of mapping
        One for each dot; those whose score is None are left out.
    x, y : str
        Names of the entries that are drawn.
    label : str
        For the legend.
    number : int
        Of the style.
    """
    rows = sorted((row for row in rows if row[y] is not None and row[y] == row[y]), key=lambda row: row[x])
    places = [row[x] for row in rows]
    axes.plot(places, [row[y] for row in rows], marker="o", markersize=3, label=label, **style(number))
    low, high = ([row[f"{y}_{end}"] for row in rows] for end in ("low", "high"))
    axes.fill_between(places, low, high, color=COLORS[number % len(COLORS)], alpha=0.2, linewidth=0)


def chosen(rows: list[Mapping[str, Any]], key: str, value: str) -> list[Mapping[str, Any]]:
    """Return the rows with some value.

    Parameters
    ----------
    rows : list of mapping
        The rows.
    key : str
        Name of an entry.
    value : str
        What it must be.

    Returns
    -------
    list of mapping

    Raises
    ------
    InputError
        There is none.
    """
    found = [row for row in rows if row[key] == value]
    if not found:
        there = ", ".join(dict.fromkeys(str(row[key]) for row in rows)) or "none"
        raise InputError(f"{key}: there is no {value!r}; there are {there}")
    return found
