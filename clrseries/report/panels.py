"""Figures with a grid of panels, by plotly."""

from __future__ import annotations

from typing import Any

from ..errors import require


def subplots(rows: int, columns: int, **options: Any) -> Any:
    """Return an empty figure with a grid of panels.

    Parameters
    ----------
    rows, columns : int
        Rows and columns of the grid, at least 1 each.
    **options
        As ``plotly.subplots.make_subplots`` takes them.

    Returns
    -------
    plotly.graph_objects.Figure

    Raises
    ------
    InputError
        plotly is not installed.
    """
    return require("plotly.subplots", extra="report", purpose="a figure").make_subplots(rows, columns, **options)
