"""Plotly figures of a representation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..grids import Grid
from ..views import SpectrumViews
from .panels import subplots

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 560


def embedding_map(
    points: NDArray[np.floating],
    colors: Mapping[str, Any],
    names: Sequence[str] | None = None,
    symbols: Sequence[str] | None = None,
) -> Figure:
    """Draw a map of embeddings, in one panel for each way to color it.

    Parameters
    ----------
    points : float (N, 2)
        From :func:`clrseries.evaluation.umap_points`.
    colors : mapping of str to N numbers or N class names
        Titles of the panels, and what their colors show.
    names : sequence of N str, optional
        Shown when the pointer rests on an object.
    symbols : sequence of N str, optional
        Groups of objects, for instance surveys, each drawn with a marker of its own.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    figure = subplots(1, len(colors), subplot_titles=list(colors), horizontal_spacing=0.12)
    groups = np.asarray(symbols if symbols is not None else [""] * len(points))
    shapes = {g: s for g, s in zip(sorted(set(groups)), ("circle", "diamond", "square", "x"), strict=False)}
    marks = np.array([shapes.get(g, "cross") for g in groups])
    hover = np.array([str(n) for n in names]) if names is not None else None
    for panel, values in enumerate(colors.values(), start=1):
        numeric = isinstance(values, np.ndarray) and np.issubdtype(values.dtype, np.number)
        kinds = [None] if numeric else sorted(set(values))
        for kind in kinds:
            rows = np.flatnonzero(np.isfinite(values) if numeric else np.asarray(values) == kind)
            marker: dict[str, Any] = {"size": 5, "symbol": marks[rows]}
            if numeric:
                at = 0.44 if len(colors) > 1 and panel == 1 else 1.0
                marker |= {
                    "color": values[rows],
                    "colorscale": "Turbo",
                    "colorbar": {"x": at, "thickness": 12},
                }
            figure.add_scatter(
                x=points[rows, 0],
                y=points[rows, 1],
                mode="markers",
                marker=marker,
                name=str(kind or "unknown"),
                text=None if hover is None else hover[rows],
                showlegend=not numeric,
                row=1,
                col=panel,
            )
    figure.update_layout(height=HEIGHT, template="plotly_white", margin={"t": 40, "b": 20})
    figure.update_xaxes(showticklabels=False)
    figure.update_yaxes(showticklabels=False)
    return figure


def loss_figure(loss: Sequence[float]) -> Figure:
    """Draw the training loss of each epoch.

    Parameters
    ----------
    loss : sequence of float

    Returns
    -------
    plotly.graph_objects.Figure
    """
    figure = subplots(1, 1)
    figure.add_scatter(x=np.arange(1, len(loss) + 1), y=list(loss), mode="lines")
    figure.update_layout(height=320, template="plotly_white", xaxis_title="epoch", yaxis_title="loss")
    return figure


def probe_figure(probes: Mapping[str, Mapping[str, Sequence[Mapping[str, float]]]]) -> Figure:
    """Draw R2 of a ridge probe against the number of labels.

    Parameters
    ----------
    probes : mapping of str to mapping of str to list of dict
        For each target, a panel, and each representation, a line, what :func:`clrseries.evaluation.probe_values` returned.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    figure = subplots(1, len(probes), subplot_titles=list(probes))
    palette = ("#1f77b4", "#ff7f0e", "#2ca02c", "#9467bd", "#8c564b")
    for panel, (_, ways) in enumerate(probes.items(), start=1):
        for color, (way, rows) in zip(palette, ways.items(), strict=False):
            figure.add_scatter(
                x=[r["labels"] for r in rows],
                y=[r["ridge_r2"] for r in rows],
                error_y={"array": [r["ridge_r2_sd"] for r in rows]},
                name=way,
                line={"color": color},
                legendgroup=way,
                showlegend=panel == 1,
                row=1,
                col=panel,
            )
    figure.update_xaxes(type="log", title="labels")
    figure.update_yaxes(title="R2 of a ridge probe", col=1)
    figure.update_yaxes(range=[-0.1, 1.02])
    figure.update_layout(height=400, template="plotly_white", margin={"t": 40})
    return figure


def neighbor_sheet(
    grid: Grid,
    query: SpectrumViews,
    gallery: SpectrumViews,
    rows: Sequence[int],
    neighbors: NDArray[np.integer],
    query_names: Sequence[str],
    gallery_names: Sequence[str],
    truth: Sequence[int],
) -> Figure:
    """Draw query spectra, each above its nearest neighbors in another archive; the true counterpart is green.

    Parameters
    ----------
    grid : Grid
        P pixels.
    query, gallery : SpectrumViews
        One view of each spectrum of the two archives.
    rows : sequence of int
        The queries to draw.
    neighbors : int (rows, K)
        For each of them, the nearest spectra of the gallery, the nearest first.
    query_names, gallery_names : sequence of str
        Of all spectra.
    truth : sequence of int
        For each of `rows`, the true counterpart in the gallery.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    columns = 2
    lines = -(-len(rows) // columns)
    figure = subplots(
        lines,
        columns,
        subplot_titles=[query_names[r] for r in rows],
        vertical_spacing=0.25 / lines,
        horizontal_spacing=0.16,
    )
    for place, (row, near, own) in enumerate(zip(rows, neighbors, truth, strict=True)):
        at = {"row": place // columns + 1, "col": place % columns + 1}
        _spectrum(figure, grid, query, row, 0.0, "black", query_names[row], at)
        for rank, other in enumerate(near, start=1):
            color = "#2ca02c" if other == own else "#999999"
            _spectrum(figure, grid, gallery, int(other), -0.5 * rank, color, f"{rank}. {gallery_names[other]}", at)
    figure.update_layout(
        height=330 * lines, template="plotly_white", showlegend=False, margin={"t": 40, "b": 20, "r": 130}
    )
    figure.update_yaxes(showticklabels=False)
    return figure


def _spectrum(
    figure: Figure,
    grid: Grid,
    views: SpectrumViews,
    row: int,
    lift: float,
    color: str,
    name: str,
    at: dict[str, int],
) -> None:
    pixels = len(grid) // 4 * 4  # four pixels a point: the page stays small
    flux, ivar = views.flux[row, 0, :pixels].reshape(-1, 4), views.ivar[row, 0, :pixels].reshape(-1, 4)
    shown = np.where((ivar > 0).all(1), flux.mean(1), np.nan)
    wave = grid.centers[:pixels].reshape(-1, 4).mean(1)
    figure.add_scatter(
        x=np.round(wave, 1),
        y=np.round(shown + lift, 3),
        mode="lines",
        line={"color": color, "width": 1},
        name=name,
        **at,
    )
    if lift:
        figure.add_annotation(
            x=1.0, xref="x domain", y=float(np.nanmedian(shown[-20:]) + lift) if np.isfinite(shown[-20:]).any() else lift,
            text=name, showarrow=False, font={"size": 9, "color": color}, xanchor="left", **at,
        )  # fmt: skip
