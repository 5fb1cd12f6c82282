"""The demonstration on light curves: variable stars told apart from a handful of labels."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..commands.pretrain import pretrain
from ..datasets.folder import has_file
from ..datasets.simulated import simulated_light_curves
from ..datasets.variable_stars import EROS, STRIPE82, eros_variables, stripe82_rr_lyrae
from ..encoders import build_encoder
from ..evaluation import balanced_scores, feature_classifiers, labeled_rows, light_curve_features, umap_points
from ..files import refuse_existing
from ..finetuning import train_from_scratch
from ..model import Model, load
from ..plain_data import json_text
from ..series import Series
from ..training.settings import Optimizer
from ..views import LightCurveViews

HELD_OUT = 0.3
SEEDS = 5
LABELS = (5, 20, 100)
TRANSFER_LABELS = (5, 20, 45)
EMBEDDING_DIM = 64
EPOCHS = 30
OURS = "clrseries, linear probe"
FOREST = "random forest on light-curve features and periods"


def demo_variable_stars(
    output: str | Path = "demo",
    *,
    epochs: int | None = None,
    seed: int = 0,
    overwrite: bool = False,
    progress: bool = True,
) -> dict[str, Any]:
    """Pretrain on variable stars without labels, probe with few, and compare with what needs no pretraining.

    The data are EROS-1 where ``$CLRSERIES_DATA`` holds it, else simulated; the report says which. Three tenths of the objects are held
    out: the pretraining does not see them either. Which of the others are labeled is drawn five times.

    Parameters
    ----------
    output : path
        Folder for the run, ``summary.json`` and ``report/index.html``.
    epochs : int, optional
        Of the pretraining; default 30.
    seed : int
        Of the training, and of what is held out.
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
        `output` exists.
    """
    epochs = epochs or EPOCHS
    refuse_existing(output, overwrite, folder=True)
    begin, folder = time.perf_counter(), Path(output)
    stars, source = labeled_variables()
    target = np.array(stars.table["class"].to_pylist())
    order = np.random.default_rng(seed).permutation(len(stars))
    held_out, pool = np.split(order, [round(HELD_OUT * len(stars))])
    blind = stars.take(np.sort(pool))
    blind = replace(blind, table=blind.table.select(["object_id"]))  # labels do not go into the training
    say: Callable[[str], Any] = print if progress else lambda text: None
    say(f"{source}; training without labels on {len(blind)} of them, {epochs} epochs")
    path = pretrain(
        blind, folder / "run", encoder={"auto": {"embedding_dim": EMBEDDING_DIM}}, method={"simclr": {"projection_dim": 64}},
        epochs=epochs, optimizer=Optimizer(learning_rate=1e-3), seed=seed, overwrite=overwrite, progress=progress,
    )  # fmt: skip
    trained = time.perf_counter() - begin
    model = load(path)
    say("embedding, probes and baselines")
    features = model.embed(stars)
    plain = light_curve_features(stars)
    scores = _scores(features, plain, target, pool, held_out)
    say("the same encoder with labels alone")
    scores["the same encoder from scratch"] = _from_scratch(model, stars, target, pool, held_out)
    summary = {
        "data": source,
        "classes": {name: int((target == name).sum()) for name in np.unique(target)},
        "held_out": len(held_out),
        "pool": len(pool),
        "labels_per_class": list(LABELS),
        "balanced_accuracy": scores,
        "forest_with_all_labels": _forest_with_all_labels(plain, target, pool, held_out),
        "transfer": _transfer(model),
        "loss": model.notes["loss"],
        "training_seconds": round(trained, 1),
    }
    summary["seconds"] = round(time.perf_counter() - begin, 1)
    command = f"clrseries demo --lightcurves --output {shlex.quote(str(output))} --epochs {epochs} --seed {seed}"
    _page(folder, stars, features, target, summary, model, command)
    if progress:
        _print(summary, folder)
    return summary


def labeled_variables() -> tuple[Series, str]:
    """Return labeled variable stars, and which they are.

    Returns
    -------
    Series, str
        EROS-1 where ``$CLRSERIES_DATA`` holds it, else 1,000 simulated stars; and which of them, in words.
    """
    if has_file(EROS):
        series = eros_variables()
        return series, f"EROS-1, {len(series)} real variable stars"
    return simulated_light_curves(1000), "1000 SIMULATED variable stars (EROS-1 is not in $CLRSERIES_DATA)"


def _scores(
    features: NDArray[np.float32],
    plain: NDArray[np.float32],
    target: NDArray[np.str_],
    pool: NDArray[Any],
    held_out: NDArray[Any],
) -> dict[str, list[tuple[float, float]]]:
    models = feature_classifiers()
    both = np.concatenate([features, plain], axis=1)
    ways: dict[str, tuple[NDArray[Any], str]] = {
        OURS: (features, "linear"),
        "clrseries and these features, random forest": (both, "forest"),
        FOREST: (plain, "forest"),
        "linear model on these features": (plain, "linear"),
    }
    return {
        way: [balanced_scores({kind: models[kind]}, rows, target, pool, held_out, n, SEEDS)[kind] for n in LABELS]
        for way, (rows, kind) in ways.items()
    }


def _forest_with_all_labels(
    plain: NDArray[np.float32], target: NDArray[np.str_], pool: NDArray[Any], held_out: NDArray[Any]
) -> float:
    """Return the score of the forest with the labels of all objects that are not held out."""
    from sklearn.metrics import balanced_accuracy_score

    forest = feature_classifiers()["forest"].fit(plain[pool], target[pool])
    return float(balanced_accuracy_score(target[held_out], forest.predict(plain[held_out])))


def _from_scratch(
    model: Model, stars: Series, target: NDArray[np.str_], pool: NDArray[Any], held_out: NDArray[Any]
) -> list[tuple[float, float]]:
    from sklearn.metrics import balanced_accuracy_score

    rows = []
    for count in LABELS:
        found = []
        for seed in range(SEEDS):
            own = labeled_rows(target, pool, count, seed)
            encoder = build_encoder({"auto": {"embedding_dim": EMBEDDING_DIM}}, model.observe, stars.bands)
            predict = train_from_scratch(encoder, model.observe, stars.take(own), target[own], seed=seed)
            found.append(balanced_accuracy_score(target[held_out], predict(stars.take(held_out))))
        rows.append((float(np.mean(found)), float(np.std(found))))
    return rows


def _transfer(model: Model) -> dict[str, Any] | None:
    """Probe the encoder, not trained any further, on RR Lyrae of Stripe 82, where g and r stand for B and R."""
    if not has_file(STRIPE82):
        return None
    stars = stripe82_rr_lyrae().with_bands(model.bands, {"g": "B", "r": "R"}, drop=True)
    target = np.array(stars.table["class"].to_pylist())
    order = np.random.default_rng(0).permutation(len(stars))
    held_out, pool = np.split(order, [round(HELD_OUT * len(stars))])
    models, rows = feature_classifiers(), {}
    for way, kind, features in ((OURS, "linear", model.embed(stars)), (FOREST, "forest", light_curve_features(stars))):
        rows[way] = [
            balanced_scores({kind: models[kind]}, features, target, pool, held_out, n, SEEDS)[kind]
            for n in TRANSFER_LABELS
        ]
    return {
        "data": f"{len(stars)} RR Lyrae of SDSS Stripe 82, RRab and RRc, {len(held_out)} held out",
        "labels_per_class": list(TRANSFER_LABELS),
        "balanced_accuracy": rows,
    }


def score_table(summary: dict[str, Any]) -> list[dict[str, str]]:
    """Return the rows of a table of scores.

    Parameters
    ----------
    summary : dict
        With ``labels_per_class`` and ``balanced_accuracy``.

    Returns
    -------
    list of dict
        For each way, mean and scatter of the balanced accuracy with each number of labels.
    """
    return [
        {"": way}
        | {
            f"{n} labels a class": f"{m:.3f} +- {s:.3f}"
            for n, (m, s) in zip(summary["labels_per_class"], row, strict=True)
        }
        for way, row in summary["balanced_accuracy"].items()
    ]


def _page(
    folder: Path, stars: Series, features: NDArray[Any], target: NDArray[Any], summary: dict[str, Any], model: Model, command: str
) -> None:  # fmt: skip
    from ..report.figures import embedding_map, loss_figure
    from ..report.light_curve_views import plot_light_curve
    from ..report.page import html_table, write_page

    shown = stars.take([int(np.flatnonzero(target == name)[0]) for name in np.unique(target)])
    views = model.observe(shown, 2, 0)
    assert isinstance(views, LightCurveViews)
    parts: list[tuple[str, Any]] = [
        ("Balanced accuracy on held-out objects, from few labels", html_table(score_table(summary))),
        ("The embedding, by UMAP", embedding_map(umap_points(features), {"class": target.tolist()}, stars.object_ids)),
        *((f"{target[stars.object_ids.index(name)]}: {name} and two views of it", plot_light_curve(shown, views, i)) for i, name in enumerate(shown.object_ids)),
        ("Training loss", loss_figure(summary["loss"])),
    ]  # fmt: skip
    if summary["transfer"]:
        parts.insert(
            1,
            (
                "The same encoder on another survey",
                f"<p>{summary['transfer']['data']}</p>" + html_table(score_table(summary["transfer"])),
            ),
        )
    lead = (
        f"<p>Data: <b>{summary['data']}</b>. No label and no period entered the pretraining, which took "
        f"{summary['training_seconds'] / 60:.1f} of {summary['seconds'] / 60:.1f} minutes. {summary['held_out']} objects are held out. "
        f"Mean and scatter of five draws of the labeled objects. With the labels of all "
        f"{summary['pool']} others the forest reaches {summary['forest_with_all_labels']:.3f}.</p>"
    )
    write_page(
        folder / "report", "clrseries on variable stars", parts, command=command,
        files={"summary.json": json_text(summary)}, lead=lead,
    )  # fmt: skip


def _print(summary: dict[str, Any], folder: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    for title, part in ((summary["data"], summary), ("Transfer", summary["transfer"])):
        if part is None:
            continue
        rows = score_table(part)
        table = Table(title=f"Balanced accuracy, {title}")
        for heading in rows[0]:
            table.add_column(heading, justify="right" if heading else "left")
        for row in rows:
            table.add_row(*row.values())
        console.print(table)
    console.print(f"{folder / 'report' / 'index.html'} and summary.json, in {summary['seconds'] / 60:.1f} minutes")
