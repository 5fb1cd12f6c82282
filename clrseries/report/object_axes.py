"""Figures of objects for papers, by Matplotlib: a map of embeddings, and what an answer hangs on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..series import Series
from .axes import COLORS, axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..evaluation.occlusion import Occlusion

MARKERS = "osD^vPX*"
MOST_CLASSES = 16  # with colors and markers of their own


def plot_map(
    points: NDArray[np.floating], colors: NDArray[np.floating] | Sequence[str | None], label: str = "", axes: Axes | None = None
) -> Axes:  # fmt: skip
    """Draw a map of embeddings, colored by a class or a value.

    Parameters
    ----------
    points : float (N, 2)
        From :func:`clrseries.evaluation.umap_points`, for instance.
    colors : float (N,) or sequence of N str
        Values, or names of classes; objects without one (NaN, None, empty text) are small gray points.
    label : str
        What the colors show, with its unit.
    axes : matplotlib.axes.Axes, optional
        Where it is drawn; default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        Without numbers at its sides, since places on a map have no unit. Beyond 16 classes, the others are drawn as one.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.report import plot_map
    >>> plot_map(np.random.default_rng(0).normal(size=(9, 2)), ["RRab"] * 6 + ["RRc"] * 3).get_legend_handles_labels()[1]
    ['RRab (6)', 'RRc (3)']
    """
    axes = axes_or_new(axes)
    size = float(np.clip(4000 / max(len(points), 1), 1.0, 16.0))
    kwargs: dict[str, Any] = {"s": size, "linewidths": 0, "rasterized": len(points) > 5000}
    if isinstance(colors, np.ndarray) and np.issubdtype(colors.dtype, np.number):
        known = np.isfinite(colors)
        axes.scatter(*points[~known].T, **(kwargs | {"s": size / 4}), color="0.7")
        low, high = np.percentile(colors[known], [1, 99]) if known.any() else (0.0, 1.0)
        shown = kwargs | {"c": colors[known], "cmap": "cividis", "vmin": low, "vmax": high}
        drawn = axes.scatter(points[known, 0], points[known, 1], **shown)
        axes.figure.colorbar(drawn, ax=axes, label=label, extend="both")
    else:
        names = np.array([one if one is not None and one == one else "" for one in colors], str)
        axes.scatter(*points[names == ""].T, **(kwargs | {"s": size / 4}), color="0.7")
        kinds, counts = np.unique(names[names != ""], return_counts=True)
        kinds, counts = (part[np.argsort(-counts, kind="stable")] for part in (kinds, counts))
        for k, kind in enumerate(kinds[:MOST_CLASSES].tolist()):
            marker = MARKERS[k // len(COLORS)]
            style = kwargs | {"color": COLORS[k % len(COLORS)], "marker": marker, "label": f"{kind} ({counts[k]})"}
            axes.scatter(*points[names == kind].T, **style)
        others = np.isin(names, kinds[MOST_CLASSES:])
        if others.any():
            axes.scatter(
                *points[others].T, color="0.4", label=f"{len(kinds) - MOST_CLASSES} others ({others.sum()})", **kwargs
            )
        axes.legend(
            frameon=False,
            fontsize="x-small",
            title=label or None,
            markerscale=2,
            loc="center left",
            bbox_to_anchor=(1, 0.5),
        )
    axes.set(xticks=[], yticks=[])
    return axes


def plot_occlusion(series: Series, found: Occlusion, row: int = 0, axes: Axes | None = None) -> Axes:
    """Draw what an answer hangs on: an object, each sample colored by how the answer changes without it.

    Parameters
    ----------
    series : Series
        The objects that `found` was made from.
    found : Occlusion
        From :func:`clrseries.evaluation.occlusion`.
    row : int
        The same object, from 0.
    axes : matplotlib.axes.Axes, optional
        Where it is drawn; default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        Red: what speaks for the answer, or raises the value; blue: what speaks against it. For an embedding, the darker, the farther it moves.
    """
    from matplotlib.colors import CenteredNorm, Normalize

    axes = axes_or_new(axes)
    x, flux, ivar = series.row(row)
    good = ivar > 0
    change = np.nan_to_num(found.importance)
    moved = found.answer == "embedding"
    norm = (
        Normalize(0.0, max(float(change.max()), 1e-12))
        if moved
        else CenteredNorm(0.0, max(float(np.abs(change).max()), 1e-12))
    )
    colors: dict[str, Any] = {"cmap": "viridis_r" if moved else "coolwarm", "norm": norm}
    if series.band is None:
        axes.plot(x[good], flux[good], color="0.75", linewidth=0.6, zorder=1)
        drawn = axes.scatter(
            x[good], flux[good], c=change[good], s=3, linewidths=0, zorder=2, rasterized=True, **colors
        )
        axes.set(xlabel="wavelength [$\\mathrm{\\AA}$]", ylabel=f"flux{_unit(series, row)}")
    else:
        band = series.band[series.offsets[row] : series.offsets[row + 1]]
        for number in np.unique(band[good]).tolist():
            own = good & (band == number)
            axes.errorbar(x[own], flux[own], ivar[own] ** -0.5, fmt="none", ecolor="0.75", linewidth=0.6, zorder=1)
            marker = MARKERS[number % len(MARKERS)]
            style: dict[str, Any] = {
                "marker": marker,
                "label": series.bands[number],
                "edgecolors": "0.4",
                "linewidths": 0.3,
            }
            drawn = axes.scatter(x[own], flux[own], c=change[own], s=16, zorder=2, **style, **colors)
        axes.set(xlabel="time [day]", ylabel=f"flux{_unit(series, row)}")
        axes.legend(frameon=False, fontsize="x-small")
    told = "embedding moves (1 - cosine)" if moved else f"{found.answer} ({found.whole:.2g}) minus that without"
    axes.figure.colorbar(drawn, ax=axes, label=told)
    low, high = np.percentile(flux[good], [0.5, 99.5])
    pad = 0.1 * (high - low) or 1.0
    axes.set_ylim(low - pad, high + pad)
    axes.set_title(found.object_id, fontsize="small")
    return axes


def _unit(series: Series, row: int) -> str:
    """Return the unit of the flux of an object in brackets, if the table tells it."""
    known = series.table["flux_unit"][row].as_py() if "flux_unit" in series.table.column_names else None
    return f" [{known}]" if known else ""
