"""The demonstration on light curves: variable stars told apart from a handful of labels."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..datasets.variables import STRIPE82, data_folder, labelled_variables, stripe82_rr_lyrae
from ..encoders import build_encoder
from ..evaluation.curve_baselines import balanced_scores, folded_pca, hand_features, labelled
from ..io.parquet import refuse_existing
from ..model import Model, load
from ..series import Series
from ..training.pretrain import pretrain
from ..training.supervised import train_from_scratch
from ..views import CurveViews

HELD_OUT = 0.3
SEEDS = 5
LABELS = (5, 20, 100)
TRANSFER_LABELS = (5, 20, 45)
EMBEDDING = 64
OURS = "clrseries, linear probe"
FOREST = "random forest on hand-made features"
GOALS = (0.80, 0.87, 0.92)


def demo_curves(
    output: str | Path = "demo", *, epochs: int = 30, seed: int = 0, overwrite: bool = False, progress: bool = True
) -> dict[str, Any]:
    """Pretrain on variable stars without labels, probe with few, and compare with what needs no pretraining.

    The data are EROS-1 if they are at hand (see :mod:`clrseries.datasets.variables`), else simulated; the report says which.
    Three tenths of the objects are held out: the pretraining does not see them either. Which of the others are labelled is
    drawn five times.

    Parameters
    ----------
    output : path
        Folder for the run, ``summary.json`` and ``report/index.html``.
    epochs : int
        Of the pretraining.
    seed : int
        Of everything.
    overwrite : bool
        Replace an earlier demo in `output`.
    progress : bool
        Say what is being done.

    Returns
    -------
    dict
        What ``summary.json`` holds.
    """
    refuse_existing(output, overwrite)
    begin, folder = time.perf_counter(), Path(output)
    stars, source = labelled_variables()
    target = np.array(stars.table["class"].to_pylist())
    order = np.random.default_rng(seed).permutation(len(stars))
    held_out, pool = np.split(order, [round(HELD_OUT * len(stars))])
    blind = stars.take(np.sort(pool))
    blind = replace(blind, table=blind.table.select(["object_id"]))  # labels do not go into the training
    say: Callable[[str], Any] = print if progress else lambda text: None
    say(f"{source}; training without labels on {len(blind)} of them, {epochs} epochs")
    path = pretrain(
        blind, folder / "run", embedding=EMBEDDING, method={"simclr": {"projection": 64}}, epochs=epochs, learning_rate=1e-3, seed=seed,
        overwrite=overwrite, progress=progress,
    )  # fmt: skip
    trained = time.perf_counter() - begin
    model = load(path)
    say("embedding, probes and baselines")
    features = model.embed(stars)
    hand = hand_features(stars)
    scores = _scores(stars, features, hand, target, pool, held_out)
    say("the same encoder with labels alone")
    scores["the same encoder from scratch"] = _from_scratch(model, stars, target, pool, held_out)
    summary = {
        "data": source,
        "classes": {name: int((target == name).sum()) for name in np.unique(target)},
        "held_out": len(held_out),
        "pool": len(pool),
        "labels_per_class": list(LABELS),
        "balanced_accuracy": scores,
        "goal": list(GOALS),
        "forest_with_all_labels": _forest_with_all_labels(hand, target, pool, held_out),
        "transfer": _transfer(model),
        "loss": model.notes["loss"],
        "training_seconds": round(trained, 1),
    }
    summary["seconds"] = round(time.perf_counter() - begin, 1)
    command = f"clrseries demo --lightcurves --output {output} --epochs {epochs} --seed {seed}"
    _page(folder, stars, features, target, summary, model, command)
    if progress:
        _print(summary, folder)
    return summary


def classifiers() -> dict[str, Any]:
    """The linear probe and the forest, by name."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    logistic = LogisticRegression(C=0.1, class_weight="balanced", max_iter=2000)
    forest = RandomForestClassifier(300, class_weight="balanced", random_state=0, n_jobs=-1)
    return {"linear": make_pipeline(StandardScaler(), logistic), "forest": forest}


def _scores(
    stars: Series,
    features: NDArray[np.float32],
    hand: NDArray[np.float32],
    target: NDArray[np.str_],
    pool: NDArray[Any],
    held_out: NDArray[Any],
) -> dict[str, list[tuple[float, float]]]:
    models = classifiers()
    ways: dict[str, tuple[NDArray[Any], str]] = {
        OURS: (features, "linear"),
        "clrseries and hand-made features, linear probe": (np.concatenate([features, hand], axis=1), "linear"),
        FOREST: (hand, "forest"),
        "linear model on hand-made features": (hand, "linear"),
    }
    if "period" in stars.table.column_names:
        folded = folded_pca(stars, "period")
        ways["PCA of the curve folded on the period column, linear probe"] = (folded, "linear")
    return {
        way: [balanced_scores({kind: models[kind]}, rows, target, pool, held_out, n, SEEDS)[kind] for n in LABELS]
        for way, (rows, kind) in ways.items()
    }


def _forest_with_all_labels(
    hand: NDArray[np.float32], target: NDArray[np.str_], pool: NDArray[Any], held_out: NDArray[Any]
) -> float:
    """What the forest reaches with the label of every object that is not held out."""
    from sklearn.metrics import balanced_accuracy_score

    forest = classifiers()["forest"]
    forest.set_params(min_samples_leaf=3)  # else the many members of one class outvote the others
    return float(
        balanced_accuracy_score(target[held_out], forest.fit(hand[pool], target[pool]).predict(hand[held_out]))
    )


def _from_scratch(
    model: Model, stars: Series, target: NDArray[np.str_], pool: NDArray[Any], held_out: NDArray[Any]
) -> list[tuple[float, float]]:
    from sklearn.metrics import balanced_accuracy_score

    rows = []
    for count in LABELS:
        found = []
        for seed in range(SEEDS):
            own = labelled(target, pool, count, seed)
            encoder = build_encoder("auto", model.observe, stars.bands, 0, "tiny", EMBEDDING)
            predict = train_from_scratch(encoder, model.observe, stars.take(own), target[own], seed=seed)
            found.append(balanced_accuracy_score(target[held_out], predict(stars.take(held_out))))
        rows.append((float(np.mean(found)), float(np.std(found))))
    return rows


def _transfer(model: Model) -> dict[str, Any] | None:
    """The encoder, as it is, on RR Lyrae of Stripe 82: g and r stand for B and R."""
    if not (data_folder() / STRIPE82).is_file():
        return None
    stars = stripe82_rr_lyrae().with_bands(model.bands, {"g": "B", "r": "R"}, drop=True)
    target = np.array(stars.table["class"].to_pylist())
    order = np.random.default_rng(0).permutation(len(stars))
    held_out, pool = np.split(order, [round(HELD_OUT * len(stars))])
    models, rows = classifiers(), {}
    for way, kind, features in ((OURS, "linear", model.embed(stars)), (FOREST, "forest", hand_features(stars))):
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
    """Rows of a table: mean and scatter of the balanced accuracy for each number of labels."""
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
    from .curves import plot_curves
    from .figures import embedding_map, loss_figure
    from .page import html_table, write_page

    shown = stars.take([int(np.flatnonzero(target == name)[0]) for name in np.unique(target)])
    views = model.observe(shown, 2, 0)
    assert isinstance(views, CurveViews)
    parts: list[tuple[str, Any]] = [
        ("Balanced accuracy on held-out objects, from few labels", html_table(score_table(summary))),
        ("The embedding, by UMAP", embedding_map(features, {"class": target.tolist()}, stars.object_ids)),
        *((f"{target[stars.object_ids.index(name)]}: {name} and two views of it", plot_curves(shown, views, i)) for i, name in enumerate(shown.object_ids)),
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
    goals = " / ".join(f"{g:.2f}" for g in summary["goal"])
    lead = (
        f"<p>Data: <b>{summary['data']}</b>. No label and no period entered the pretraining, which took "
        f"{summary['training_seconds'] / 60:.1f} of {summary['seconds'] / 60:.1f} minutes. {summary['held_out']} objects are held out. "
        f"Mean and scatter of five draws of the labelled objects. The goal was {goals} for the linear probe. With the labels of all "
        f"{summary['pool']} others the forest reaches {summary['forest_with_all_labels']:.3f}.</p>"
    )
    write_page(
        folder / "report", "clrseries on variable stars", parts, command=command,
        files={"summary.json": json.dumps(summary, indent=2) + "\n"}, lead=lead,
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
