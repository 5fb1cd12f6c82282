"""The demonstration on spectra: stars of one library found again in another, and their parameters from few labels."""

from __future__ import annotations

import shlex
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..commands.embed import embed
from ..commands.pretrain import pretrain
from ..datasets import miles, stelib
from ..datasets.stars import matched
from ..evaluation import (
    centered,
    continuum_pixels,
    median_pixels,
    pca,
    probe_classes,
    probe_values,
    retrieve,
    shifted_retrieval,
    umap_points,
    unit,
)  # fmt: skip
from ..files import refuse_existing
from ..grids import Grid
from ..io.embeddings import read_embeddings
from ..model import load
from ..plain_data import json_text
from ..series import Series, concatenate
from ..spectra import Normalize, Observe, Resample

PROJECTION, EMBEDDING = "clrseries, projection", "clrseries, embedding"
LEARNED = (PROJECTION, EMBEDDING)  # of unit length: directions are what the training made
SIZE = 64  # components of the PCA baseline
EPOCHS = 700
SHEET = 8  # query stars shown
TARGETS = {"log Teff": "teff", "log g": "logg", "[Fe/H]": "feh"}


def demo_stars(
    output: str | Path = "demo",
    *,
    epochs: int | None = None,
    seed: int = 0,
    overwrite: bool = False,
    progress: bool = True,
) -> dict[str, Any]:
    """Pretrain on MILES and STELIB without labels, embed both, compare with features without learning, and report.

    Parameters
    ----------
    output : path
        Gets ``run/`` (the model), ``miles.parquet``, ``stelib.parquet`` (embeddings), the same with ``_projection``, and ``report/``
        (``index.html``, ``summary.json``).
    epochs : int, optional
        Of the training; default 700.
    seed : int
        Of the training.
    overwrite : bool
        Replace an earlier demo in `output`.
    progress : bool
        Show progress bars and print the summary.

    Returns
    -------
    dict
        What ``summary.json`` holds.

    Raises
    ------
    InputError
        `output` exists, or the spectra are not installed.
    """
    epochs = epochs or EPOCHS
    refuse_existing(output, overwrite, folder=True)
    begin, folder = time.perf_counter(), Path(output)
    libraries = {"miles": miles(), "stelib": stelib()}
    both = concatenate(libraries.values())
    # labels and names do not go into the training
    blind = Series(both.x, both.flux, both.ivar, both.offsets, both.table.select(["object_id"]))
    say = print if progress else lambda text: None
    say(f"training on {len(both)} spectra, {epochs} epochs")
    model = pretrain(blind, folder / "run", epochs=epochs, seed=seed, overwrite=overwrite, progress=progress)
    trained = time.perf_counter() - begin
    say("embedding both libraries")
    for name, series in libraries.items():
        embed(model, series, folder / f"{name}.parquet", overwrite=overwrite)
        embed(model, series, folder / f"{name}_projection.parquet", layer="projection", overwrite=overwrite)
    observe = load(model).observe
    assert isinstance(observe, Observe)
    grid = observe.grid
    ways = _representations(folder, grid, libraries)
    classes = libraries["miles"].table["spectral_class"].to_pylist()
    say("retrieval and probes, beside the baselines")
    summary = {
        "objects": {name: len(series) for name, series in libraries.items()},
        "retrieval": _retrieval(grid, libraries, ways),
        "probes": _probes(libraries["miles"], ways),
        "spectral_class": {
            way: probe_classes(rows[0], classes, standardize=way not in LEARNED) for way, rows in ways.items()
        },
        "loss": load(model).notes["loss"],
        "training_seconds": round(trained, 1),
    }
    summary["seconds"] = round(time.perf_counter() - begin, 1)
    say("drawing the report")
    _page(folder, grid, libraries, ways, summary, _command(output, epochs, seed))
    if progress:
        _print(summary, folder)
    return summary


def _representations(
    folder: Path, grid: Grid, libraries: dict[str, Series]
) -> dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Return, for each way to represent a spectrum, features of MILES and of STELIB."""
    median = _pixels(median_pixels, grid, libraries)
    continuum = _pixels(continuum_pixels, grid, libraries)
    learned = [read_embeddings(folder / f"{name}.parquet")[0] for name in ("miles", "stelib")]
    projected = [read_embeddings(folder / f"{name}_projection.parquet")[0] for name in ("miles", "stelib")]
    components = pca(median[0], median[1], size=SIZE)
    return {
        PROJECTION: (unit(projected[0]), unit(projected[1])),
        EMBEDDING: (unit(learned[0]), unit(learned[1])),
        "continuum-normalized pixels": (continuum[0], continuum[1]),
        f"PCA ({SIZE}) of the pixels": (components[0], components[1]),
    }


def _pixels(make: Any, grid: Grid, libraries: dict[str, Series]) -> list[NDArray[np.float32]]:
    return [make(libraries[name], grid) for name in ("miles", "stelib")]


def _retrieval(grid: Grid, libraries: dict[str, Series], ways: dict[str, Any]) -> list[dict[str, Any]]:
    query, truth = matched(libraries["stelib"], libraries["miles"])
    rows = []
    pixels = {"median-normalized pixels": tuple(_pixels(median_pixels, grid, libraries))}
    for way, (gallery, queries) in (ways | pixels).items():
        rows.append({"features": way, **retrieve(queries[query], gallery, truth).summary()})
        about_mean = retrieve(centered(queries)[query], centered(gallery), truth)
        rows.append({"features": f"{way}, each library about its mean", **about_mean.summary()})
    gallery, queries = ways["continuum-normalized pixels"]
    shifted = shifted_retrieval(queries[query], gallery, truth, reach=4)
    rows.append({"features": "continuum-normalized pixels, common range, best of small shifts", **shifted.summary()})
    return rows


def _probes(library: Series, ways: dict[str, Any]) -> dict[str, dict[str, list[dict[str, float]]]]:
    probes = {}
    for label, column in TARGETS.items():
        values = np.array([np.nan if v is None else v for v in library.table[column].to_pylist()])
        values = np.log10(values) if column == "teff" else values
        probes[label] = {
            way: probe_values(rows[0], values, standardize=way not in LEARNED) for way, rows in ways.items()
        }
    return probes


def _page(
    folder: Path,
    grid: Grid,
    libraries: dict[str, Series],
    ways: dict[str, Any],
    summary: dict[str, Any],
    command: str,
) -> None:
    from ..report.figures import embedding_map, loss_figure, probe_figure
    from ..report.page import html_table, write_page

    both = concatenate(libraries.values())
    features = np.concatenate(ways[EMBEDDING])
    teff = np.array([np.nan if v is None else v for v in both.table["teff"].to_pylist()])
    colors = {
        "log Teff": np.log10(teff),
        "spectral class": [v or "unknown" for v in both.table["spectral_class"].to_pylist()],
    }
    names = [f"{n} {t or ''}" for n, t in zip(both.object_ids, both.table["spectral_type"].to_pylist(), strict=True)]
    parts = [
        ("The same star, found in the other library", html_table(summary["retrieval"])),
        ("Query stars and their five nearest neighbors", _sheet(grid, libraries, ways)),
        (
            "Embedding map: circles MILES, diamonds STELIB",
            embedding_map(umap_points(features), colors, names, both.table["survey"].to_pylist()),
        ),
        ("Stellar parameters from few labels", probe_figure(summary["probes"])),
        ("Probes in numbers (MILES, means over 10 splits)", html_table(_flat(summary))),
        ("Training", loss_figure(summary["loss"])),
    ]
    count = summary["objects"]
    lead = (
        f"<p>One network learned, without labels and without knowing which spectra belong to the same star, from "
        f"{count['miles']} MILES and {count['stelib']} STELIB spectra observed again and again by a physical "
        f"forward model. {summary['retrieval'][0]['queries']} stars are in both libraries. Whole run: "
        f"{summary['seconds'] / 60:.1f} minutes, of which training {summary['training_seconds'] / 60:.1f}.</p>"
    )
    write_page(
        folder / "report",
        "clrseries on real stars",
        parts,
        command=command,
        files={"summary.json": json_text(summary)},
        lead=lead,
    )


def _sheet(grid: Grid, libraries: dict[str, Series], ways: dict[str, Any]) -> Any:
    from ..report.figures import neighbor_sheet

    show = Observe([Resample(grid), Normalize("median")])
    query, truth = matched(libraries["stelib"], libraries["miles"])
    chosen = np.linspace(0, len(query) - 1, SHEET).astype(int)
    gallery, queries = ways[PROJECTION]
    nearest = np.argsort(-(queries[query[chosen]] @ gallery.T), axis=1)[:, :5]

    def names(series: Series) -> list[str]:
        kinds = series.table["spectral_type"].to_pylist()
        return [f"{n} {t or ''}" for n, t in zip(series.table["name"].to_pylist(), kinds, strict=True)]

    return neighbor_sheet(
        grid,
        show(libraries["stelib"]),
        show(libraries["miles"]),
        query[chosen].tolist(),
        nearest,
        names(libraries["stelib"]),
        names(libraries["miles"]),
        truth[chosen].tolist(),
    )


def _flat(summary: dict[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for target, ways in summary["probes"].items():
        for way, scores in ways.items():
            rows += [{"target": target, "features": way, **score} for score in scores]
    return rows


def _command(output: str | Path, epochs: int, seed: int) -> str:
    return f"clrseries demo --output {shlex.quote(str(output))} --epochs {epochs} --seed {seed}"


def _print(summary: dict[str, Any], folder: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table(title="The same star in the other library")
    for heading in ("features", "top-1", "top-5", "median rank"):
        table.add_column(heading, justify="left" if heading == "features" else "right")
    for row in summary["retrieval"]:
        table.add_row(row["features"], f"{row['top1']:.2f}", f"{row['top5']:.2f}", f"{row['median_rank']:g}")
    console.print(table)
    table = Table(title="R2 of a ridge probe on MILES, mean of 10 splits")
    for heading in ("target", "features", "20 labels", "100 labels", "all"):
        table.add_column(heading, justify="left" if heading in ("target", "features") else "right")
    for target, ways in summary["probes"].items():
        for way, scores in ways.items():
            table.add_row(target, way, *(f"{score['ridge_r2']:.2f}" for score in scores))
    console.print(table)
    console.print(f"{folder / 'report' / 'index.html'} and summary.json, in {summary['seconds'] / 60:.1f} minutes")
