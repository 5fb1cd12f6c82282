"""``augment``: see in a minute whether an augmentation is sensible."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..augment import Observe
from ..errors import InputError
from ..io.parquet import refuse_existing
from ..kernels import layout
from ..monitor import Monitor
from ..series import Series
from ..units import SPEED_OF_LIGHT
from ..views import CurveViews, Views
from .curves import plot_curves

SILENT = ("method", "flux_scale", "rest", "offset", "limb", "warp_phase", "fringe_phase", "custom", "noise_curve")
PALETTE = ("#1f77b4", "#ff7f0e", "#2ca02c", "#9467bd", "#8c564b", "#e377c2")

# how a column of the draw is said to a person: name, how its number is made, unit
SAID: dict[str, tuple[str, Callable[[float], float], str]] = {
    "stretch": ("shift", lambda v: (v - 1.0) * SPEED_OF_LIGHT, "km/s"),
    "lsf_velocity2": ("broadened by sigma", lambda v: np.sign(v) * abs(v) ** 0.5, "km/s"),
    "lsf_angstrom2": ("broadened by sigma", lambda v: np.sign(v) * abs(v) ** 0.5, "Angstrom"),
    "lsf_curve": ("resolution of the survey", lambda v: v, ""),
    "vsini": ("v sin i", lambda v: v, "km/s"),
    "ebv": ("E(B-V)", lambda v: v, "mag"),
    "host_ebv": ("host E(B-V)", lambda v: v, "mag"),
    "warp_amplitude": ("calibration warp", lambda v: v, "rms"),
    "warp_length": ("over", lambda v: v, "pixels"),
    "snr": ("S/N", lambda v: v, ""),
    "crop_blue": ("lost at the blue end", lambda v: v, "pixels"),
    "crop_red": ("lost at the red end", lambda v: v, "pixels"),
    "mask_runs": ("gaps", lambda v: v, ""),
    "mask_length": ("of", lambda v: v, "pixels"),
    "sky": ("sky residuals", lambda v: v, "of the mean"),
}


def said(views: Views, row: int, view: int) -> str:
    """The draw behind one view in words: every column that is not neutral."""
    neutral = dict(layout.COLUMNS)
    parts = []
    for name, value in zip(views.draw_names, views.draw[row, view], strict=True):
        if name in SILENT or name.startswith("normalize") or value == neutral.get(name, 0.0):
            continue
        title, number, unit = SAID.get(name, (name.replace("_", " "), lambda v: v, ""))
        parts.append(f"{title} {number(float(value)):.3g} {unit}".strip())
    return ", ".join(parts) or "nothing drawn"


def plot_views(series: Series, views: Views | CurveViews, row: int = 0) -> Any:
    """Draw one object as it came and, below it, its views, each with what was drawn for it.

    Parameters
    ----------
    series : Series
        What the views were made from.
    views : Views or CurveViews
        From :class:`~clrseries.Observe` or :class:`~clrseries.Monitor`.
    row : int
        Which object.

    Returns
    -------
    plotly.graph_objects.Figure
        The shaded band is one standard deviation as ivar states it.
    """
    if isinstance(views, CurveViews):
        return plot_curves(series, views, row)
    from plotly.subplots import make_subplots

    count = views.flux.shape[1]
    titles = [f"{series.object_ids[row]}, as it came", *(f"view {v}: {said(views, row, v)}" for v in range(count))]
    figure = make_subplots(count + 1, 1, shared_xaxes=True, subplot_titles=titles, vertical_spacing=0.25 / (count + 1))
    a, b = series.offsets[row], series.offsets[row + 1]
    _curve(figure, series.x[a:b], series.flux[a:b], series.ivar[a:b], "#444444", 1)
    for v in range(count):
        color = PALETTE[v % len(PALETTE)]
        _curve(figure, views.grid.centers, views.flux[row, v], views.ivar[row, v], color, v + 2)
    figure.update_xaxes(range=[views.grid.edges[0], views.grid.edges[-1]])
    figure.update_xaxes(title="wavelength [Angstrom]", row=count + 1, col=1)
    figure.update_annotations(font_size=12)
    figure.update_layout(
        height=170 * (count + 1) + 60, template="plotly_white", showlegend=False, margin={"t": 40, "b": 40}
    )
    return figure


def show_views(
    input: str | Path | Series,
    output: str | Path,
    *,
    config: str | Path | Sequence[Any] | None = None,
    objects: Sequence[str] | None = None,
    views: int = 4,
    seed: int = 0,
    overwrite: bool = False,
) -> Path:
    """Draw some objects of `input` and several views of each, with the draws named.

    Parameters
    ----------
    input : path, "miles", "stelib" or Series
        Spectra or light curves, see :mod:`clrseries.datasets.open`.
    output : path
        The page, one self-contained HTML file.
    config : path or list of steps, optional
        YAML: a list of steps, or a file for ``pretrain`` with that list under ``augment``. Default: that of the kind of data.
    objects : list of str, optional
        Names of the objects; default three of those with data on the grid.
    views : int
        Views of each object.
    seed : int
        Of the draws.
    overwrite : bool
        Replace `output` if it exists.

    Returns
    -------
    Path
        `output`.

    Raises
    ------
    InputError
        `output` exists, `config` or `input` cannot be used, or there is no such object.
    """
    from ..augment.config import default_augmentation, observe_from_config
    from ..datasets.open import open_series
    from .page import write_file

    refuse_existing(output, overwrite)
    series = open_series(input)
    again = observe_from_config(default_augmentation(series) if config is None else _steps(config))
    chosen = series.take(_chosen(series, again, objects))
    made = again(chosen, views, seed)
    source = "series" if isinstance(input, Series) else str(input)
    return write_file(
        output,
        "One source, observed again",
        [(chosen.object_ids[row], plot_views(chosen, made, row)) for row in range(len(chosen))],
        command=f"clrseries augment {source} --output {output} --views {views} --seed {seed}"
        + ("" if config is None else f" --config {config}"),
        lead=f"<p>{' &rarr; '.join(type(step).__name__ for step in again.steps)}</p>",
    )


def _steps(config: str | Path | Sequence[Any]) -> Sequence[Any]:
    import yaml

    if not isinstance(config, str | Path):
        return config
    try:
        loaded = yaml.safe_load(Path(config).read_text())
    except (OSError, yaml.YAMLError) as error:
        raise InputError(f"{config}: cannot be read as YAML ({str(error).splitlines()[0]})") from error
    steps = loaded.get("augment") if isinstance(loaded, dict) else loaded
    if not isinstance(steps, list):
        raise InputError(f"{config}: holds no list of steps, neither at the top nor under 'augment'")
    return steps


def _chosen(series: Series, again: Observe | Monitor, objects: Sequence[str] | None) -> NDArray[np.int64]:
    names = series.object_ids
    if objects:
        missing = set(objects) - set(names)
        if missing:
            raise InputError(f"there is no object {sorted(missing)[0]!r}; the first are {', '.join(names[:5])}")
        return np.array([names.index(name) for name in objects])
    if isinstance(again, Monitor):
        return np.linspace(0, len(series) - 1, min(3, len(series))).astype(int)
    lo, hi = again.grid.edges[[0, -1]]
    inside = (series.ivar > 0) & (series.x > lo) & (series.x < hi)
    rows = np.flatnonzero(np.add.reduceat(inside, series.offsets[:-1]) > 0)
    if not len(rows):
        raise InputError(f"no object has data with ivar above 0 within the grid's {lo:.0f}-{hi:.0f} Angstrom")
    return rows[np.linspace(0, len(rows) - 1, min(3, len(rows))).astype(int)]


def _curve(figure: Any, x: NDArray[Any], flux: NDArray[Any], ivar: NDArray[Any], color: str, row: int) -> None:
    good = ivar > 0
    shown = np.round(np.where(good, flux, np.nan), 4)
    sigma = np.where(good, 1.0 / np.sqrt(np.where(good, ivar, 1.0)), np.nan)
    wave = np.round(x, 2)
    band_x, band_y = _band(wave, shown - sigma, shown + sigma, good)
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


def _band(
    wave: NDArray[Any], low: NDArray[Any], high: NDArray[Any], good: NDArray[np.bool_]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """A closed outline round every run of good samples, NaN between two of them."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], good.astype(int), [0]])))
    xs, ys = [], []
    for a, b in edges.reshape(-1, 2):
        xs.extend([wave[a:b], wave[a:b][::-1], [np.nan]])
        ys.extend([low[a:b], high[a:b][::-1], [np.nan]])
    empty = np.empty(0)
    return np.concatenate([empty, *xs]), np.round(np.concatenate([empty, *ys]), 3)
