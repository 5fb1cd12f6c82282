"""One object and its views as a figure, each view with what was drawn for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InputError
from ..series import Series
from ..views import LightCurveViews, SpectrumViews
from .light_curve_views import plot_light_curve
from .spectrum_views import plot_spectrum

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def plot_views(series: Series, views: SpectrumViews | LightCurveViews, row: int = 0) -> Figure:
    """Draw one object as it came and, below it, its views, each with the parameters that were drawn for it.

    Parameters
    ----------
    series : Series
        What the views were made from.
    views : SpectrumViews or LightCurveViews
        What an ``Observe`` made of `series`.
    row : int
        Which object, from 0 to N - 1.

    Returns
    -------
    plotly.graph_objects.Figure
        For spectra, the shaded band is one standard deviation as ivar states it.

    Raises
    ------
    InputError
        There is no such object, or the views are of another series.

    Examples
    --------
    >>> from clrseries import datasets, lightcurves as lc, plot_views
    >>> stars = datasets.simulated_light_curves(3)
    >>> figure = plot_views(stars, lc.Observe([lc.Pack(128), lc.Normalize()])(stars, views=2), row=1)
    >>> figure.write_html("views.html")  # doctest: +SKIP
    """
    if len(views) != len(series):
        raise InputError(f"views: are of {len(views)} objects, and the series has {len(series)}")
    if not 0 <= row < len(series):
        raise InputError(f"row: there are {len(series)} objects, from 0 to {len(series) - 1}; got {row}")
    if isinstance(views, LightCurveViews):
        return plot_light_curve(series, views, row)
    return plot_spectrum(series, views, row)
