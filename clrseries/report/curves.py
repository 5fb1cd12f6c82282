"""Light curves and their views as figures."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.curve_layout import COLUMNS
from ..series import Series
from ..views import CurveViews

PALETTE = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b")
SILENT = ("reference", "origin", "pack", "pack_position", "normalize", "normalize_band", "softening", "zero_magnitude")
UNITS = {
    "shift": "d", "window_start": "d", "window_stop": "d", "season_length": "d", "night_length": "d", "fold": "d",
    "weather_spell": "d", "bin_width": "d", "jump_every": "d", "walk_length": "d", "lost_length": "d", "visit_reach": "d",
}  # fmt: skip


def said_of_curve(views: CurveViews, row: int, view: int) -> str:
    """The draw behind one view in words: every column that is not neutral."""
    neutral = dict(COLUMNS)
    parts = [
        f"{name.replace('_', ' ')} {value:.3g} {UNITS.get(name, '')}".strip()
        for name, value in zip(views.draw_names, views.draw[row, view], strict=True)
        if name not in SILENT and value != neutral[name]
    ]
    return ", ".join(parts) or "nothing drawn"


def plot_curves(series: Series, views: CurveViews, row: int = 0) -> Any:
    """Draw one light curve as it came and, below it, its views, each with what was drawn for it.

    Parameters
    ----------
    series : Series
        What the views were made from.
    views : CurveViews
        From :class:`~clrseries.Monitor`.
    row : int
        Which object.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    from plotly.subplots import make_subplots

    number = views.flux.shape[1]
    titles = [
        f"{series.object_ids[row]}, as it came",
        *(f"view {v + 1}: {said_of_curve(views, row, v)}" for v in range(number)),
    ]
    figure = make_subplots(number + 1, 1, subplot_titles=titles, vertical_spacing=0.25 / (number + 1))
    x, flux, ivar = series.row(row)
    assert series.band is not None
    band = series.band[series.offsets[row] : series.offsets[row + 1]]
    _points(figure, (x - x[0], flux, ivar, band), series.bands, 1)
    for v in range(number):
        _points(figure, tuple(array[row, v] for array in views.inputs), views.bands, v + 2)
    folded = (views.draw[row, :, views.draw_names.index("fold")] > 0).any()
    figure.update_xaxes(title_text="phase" if folded else "days", row=number + 1, col=1)
    figure.update_layout(height=260 * (number + 1), template="plotly_white", margin={"t": 40, "b": 40})
    figure.update_annotations(font_size=11)
    if views.draw[row, 0, views.draw_names.index("normalize")] == 4:  # magnitudes
        for v in range(number):
            figure.update_yaxes(autorange="reversed", row=v + 2, col=1)
    return figure


def _points(figure: Any, arrays: Any, bands: tuple[str, ...], row: int) -> None:
    time, flux, ivar, band = arrays
    for b, name in enumerate(bands):
        own = (ivar > 0) & (band == b)
        figure.add_scatter(
            x=np.round(time[own], 4), y=np.round(flux[own].astype(float), 4), mode="markers", name=name or "flux", legendgroup=name,
            showlegend=row == 1, marker={"size": 4, "color": PALETTE[b % len(PALETTE)]},
            error_y={"array": np.round(1.0 / np.sqrt(ivar[own]), 4), "thickness": 0.6, "width": 0}, row=row, col=1,
        )  # fmt: skip
