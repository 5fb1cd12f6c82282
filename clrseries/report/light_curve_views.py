"""A light curve and its views as a figure."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.lightcurves.layout import COLUMNS
from ..series import Series
from ..views import LightCurveViews
from .panels import subplots

PALETTE = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b")
UNTOLD = ("reference", "origin", "pack", "pack_position", "normalize", "normalize_band", "softening", "zero_magnitude")
MAGNITUDES = 4  # the value of the parameter "normalize"
UNITS = {
    "shift": "d", "window_start": "d", "window_stop": "d", "season_length": "d", "night_length": "d", "fold": "d",
    "jitter": "d", "weather_spell": "d", "bin_width": "d", "jump_every": "d", "walk_length": "d", "dropped_length": "d", "visit_reach": "d",
}  # fmt: skip


def params_in_words(views: LightCurveViews, row: int, view: int) -> str:
    """Return the parameters of one view in words; those that change nothing are left out.

    Parameters
    ----------
    views : LightCurveViews
    row, view : int
        Which object, and which of its views, from 0.

    Returns
    -------
    str
    """
    neutral = dict(COLUMNS)
    parts = [
        f"{name.replace('_', ' ')} {value:.3g} {UNITS.get(name, '')}".strip()
        for name, value in zip(views.param_names, views.params[row, view], strict=True)
        if name not in UNTOLD and value != neutral[name]
    ]
    return ", ".join(parts) or "nothing drawn"


def plot_light_curve(series: Series, views: LightCurveViews, row: int) -> Any:
    """Draw one light curve and its views, as :func:`plot_views` does.

    Parameters
    ----------
    series : Series
    views : LightCurveViews
    row : int

    Returns
    -------
    plotly.graph_objects.Figure
    """
    count = views.flux.shape[1]
    titles = [
        f"{series.object_ids[row]}, as it came",
        *(f"view {v}: {params_in_words(views, row, v)}" for v in range(count)),
    ]
    figure = subplots(count + 1, 1, subplot_titles=titles, vertical_spacing=0.25 / (count + 1))
    x, flux, ivar = series.row(row)
    assert series.band is not None
    band = series.band[series.offsets[row] : series.offsets[row + 1]]
    _points(figure, (x - x[0], flux, ivar, band), series.bands, 1)
    for v in range(count):
        _points(figure, tuple(array[row, v] for array in views.inputs), views.bands, v + 2)
    folded = (views.param("fold")[row] > 0).any()
    figure.update_xaxes(title_text="phase" if folded else "days", row=count + 1, col=1)
    figure.update_layout(height=260 * (count + 1), template="plotly_white", margin={"t": 40, "b": 40})
    figure.update_annotations(font_size=11)
    if views.param("normalize")[row, 0] == MAGNITUDES:
        for v in range(count):
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
