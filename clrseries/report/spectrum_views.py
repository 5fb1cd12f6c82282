"""A spectrum and its views as a figure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..kernels.spectra.layout import COLUMNS
from ..series import Series
from ..units import SPEED_OF_LIGHT
from ..views import SpectrumViews
from .panels import subplots

PALETTE = ("#1f77b4", "#ff7f0e", "#2ca02c", "#9467bd", "#8c564b", "#e377c2")
UNTOLD = (
    "method", "flux_scale", "rest", "offset", "limb_darkening", "calibration_phase", "fringe_phase", "custom", "noise_curve",
)  # fmt: skip


def _as_it_is(value: float) -> float:
    return value


def _root(value: float) -> float:
    """Return the standard deviation of a variance; a negative one (a sharper profile) keeps its sign."""
    return float(np.sign(value) * abs(value) ** 0.5)


# how a parameter is told to a person: its name, how its number is made, and the unit
IN_WORDS: dict[str, tuple[str, Callable[[float], float], str]] = {
    "stretch": ("shift", lambda v: (v - 1.0) * SPEED_OF_LIGHT, "km/s"),
    "lsf_velocity2": ("broadened by sigma", _root, "km/s"),
    "lsf_angstrom2": ("broadened by sigma", _root, "Angstrom"),
    "lsf_curve": ("resolution of the survey", _as_it_is, ""),
    "vsini": ("v sin i", _as_it_is, "km/s"),
    "ebv": ("E(B-V)", _as_it_is, "mag"),
    "host_ebv": ("host E(B-V)", _as_it_is, "mag"),
    "calibration_amplitude": ("calibration error", _as_it_is, "rms"),
    "calibration_length": ("over", _as_it_is, "pixels"),
    "snr": ("S/N", _as_it_is, ""),
    "crop_blue": ("lost at the blue end", _as_it_is, "pixels"),
    "crop_red": ("lost at the red end", _as_it_is, "pixels"),
    "mask_runs": ("gaps", _as_it_is, ""),
    "mask_length": ("of", _as_it_is, "pixels"),
    "sky": ("sky residuals", _as_it_is, "of the mean"),
}


def params_in_words(views: SpectrumViews, row: int, view: int) -> str:
    """Return the parameters of one view in words; those that change nothing are left out.

    Parameters
    ----------
    views : SpectrumViews
    row, view : int
        Which object, and which of its views, from 0.

    Returns
    -------
    str
    """
    neutral = dict(COLUMNS)
    parts = []
    for name, value in zip(views.param_names, views.params[row, view], strict=True):
        if name in UNTOLD or name.startswith("normalize") or value == neutral.get(name, 0.0):
            continue
        title, number, unit = IN_WORDS.get(name, (name.replace("_", " "), _as_it_is, ""))
        parts.append(f"{title} {number(float(value)):.3g} {unit}".strip())
    return ", ".join(parts) or "nothing drawn"


def plot_spectrum(series: Series, views: SpectrumViews, row: int) -> Any:
    """Draw one spectrum and its views, as :func:`plot_views` does.

    Parameters
    ----------
    series : Series
    views : SpectrumViews
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
    figure = subplots(count + 1, 1, shared_xaxes=True, subplot_titles=titles, vertical_spacing=0.25 / (count + 1))
    _spectrum(figure, *series.row(row), "#444444", 1)
    for v in range(count):
        color = PALETTE[v % len(PALETTE)]
        _spectrum(figure, views.grid.centers, views.flux[row, v], views.ivar[row, v], color, v + 2)
    figure.update_xaxes(range=[views.grid.edges[0], views.grid.edges[-1]])
    figure.update_xaxes(title="wavelength [Angstrom]", row=count + 1, col=1)
    figure.update_annotations(font_size=12)
    figure.update_layout(
        height=170 * (count + 1) + 60, template="plotly_white", showlegend=False, margin={"t": 40, "b": 40}
    )
    return figure


def _spectrum(figure: Any, x: NDArray[Any], flux: NDArray[Any], ivar: NDArray[Any], color: str, row: int) -> None:
    good = ivar > 0
    shown = np.round(np.where(good, flux, np.nan), 4)
    sigma = np.where(good, 1.0 / np.sqrt(np.where(good, ivar, 1.0)), np.nan)
    wave = np.round(x, 2)
    band_x, band_y = _outlines(wave, shown - sigma, shown + sigma, good)
    figure.add_scatter(
        x=band_x, y=band_y, mode="lines", line={"width": 0}, fill="toself", hoverinfo="skip",
        fillcolor="rgba(120,120,120,0.3)", row=row, col=1,
    )  # fmt: skip
    figure.add_scatter(
        x=wave, y=shown, mode="lines", line={"color": color, "width": 1}, connectgaps=False, row=row, col=1
    )
    if good.any():  # a wild pixel or error must not flatten the rest
        lo, hi = np.nanpercentile(shown, [0.5, 99.5])
        figure.update_yaxes(range=[lo - 0.25 * (hi - lo) - 1e-3, hi + 0.25 * (hi - lo) + 1e-3], row=row, col=1)


def _outlines(
    wave: NDArray[Any], low: NDArray[Any], high: NDArray[Any], good: NDArray[np.bool_]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return a closed outline round every run of good samples, with NaN between two of them."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], good.astype(int), [0]])))
    xs, ys = [], []
    for a, b in edges.reshape(-1, 2):
        xs.extend([wave[a:b], wave[a:b][::-1], [np.nan]])
        ys.extend([low[a:b], high[a:b][::-1], [np.nan]])
    empty = np.empty(0)
    return np.concatenate([empty, *xs]), np.round(np.concatenate([empty, *ys]), 3)
