"""Redshifts of supernovae from observed-frame spectra: linear probe, fine-tuning, and cross-correlation with templates.

    python benchmarks/redshift.py [--epochs 200] [--seeds 3]

The encoder is trained as in ``examples/supernovae.yaml`` but for the first step: its views are not shifted, and so it keeps the
redshift. Each seed holds out three tenths of the supernovae, from the pretraining too. The templates are all spectra of the others,
in their rest frames: the probe learns from the same objects.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from sklearn.linear_model import RidgeCV
from sklearn.neighbors import KNeighborsRegressor

from clrseries import Series, load, pretrain
from clrseries.config import composition
from clrseries.datasets.supernovae import held_out_objects, supernova_spectra
from clrseries.evaluation import flattened, redshift_scores, redshifts_by_template
from clrseries.spectra import Observe, Redshift, Resample

RECIPE = yaml.safe_load((Path(__file__).parent.parent / "examples" / "supernovae.yaml").read_text())
HIGHEST = 0.4
OUTLIER = 0.03  # a tenth of the range of redshifts here
Rows = dict[str, list[dict[str, float]]]


def by_templates(series: Series, held_out: NDArray[np.bool_]) -> NDArray[np.float64]:
    grid = next(step.grid for step in composition(RECIPE["augment"]).steps if isinstance(step, Resample))
    observed, rest = (Observe([*first, Resample(grid)])(series) for first in ([], [Redshift(z="z")]))
    flat = [flattened(views.flux[:, 0], views.ivar[:, 0] > 0) for views in (observed, rest)]
    step = float(np.diff(np.log(grid.centers)).mean())
    return redshifts_by_template(flat[0][held_out], flat[1][~held_out], step, HIGHEST)


def by_probe(
    features: NDArray[Any], z: NDArray[np.float64], held_out: NDArray[np.bool_]
) -> dict[str, NDArray[np.float64]]:
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    known = np.log1p(z[~held_out])
    models = {
        "ridge probe": RidgeCV(np.logspace(-4, 3, 15)),
        "5 nearest neighbors": KNeighborsRegressor(5, weights="distance", metric="cosine"),
    }
    return {name: np.expm1(model.fit(unit[~held_out], known).predict(unit[held_out])) for name, model in models.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=RECIPE["epochs"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--output", type=Path)
    given = parser.parse_args()
    torch.set_num_threads(1)
    series = supernova_spectra()
    z = np.array(series.table["z"], float)
    keeps = RECIPE | {"augment": RECIPE["augment"][1:], "epochs": given.epochs, "progress": False}
    recipes = {
        "SimCLR, redshift kept": keeps,
        "Rank-N-Contrast on z": keeps | {"method": "rank_n_contrast", "label": "z"},
        "SimCLR, redshift varied": keeps | {"augment": RECIPE["augment"]},
    }
    rows: Rows = {}
    for seed in range(given.seeds):
        held_out = held_out_objects(series, seed)
        found = {"cross-correlation with templates": by_templates(series, held_out)}
        found["the mean of the others"] = np.full(int(held_out.sum()), z[~held_out].mean())
        for name, recipe in recipes.items():
            with tempfile.TemporaryDirectory() as folder:
                train = series.take(np.flatnonzero(~held_out))
                model = load(pretrain(train, Path(folder) / "run", seed=seed, **recipe))
            for way, values in by_probe(model.embed(series), z, held_out).items():
                found[f"{name}, {way}"] = values
        for name, values in found.items():
            rows.setdefault(name, []).append(redshift_scores(values, z[held_out], OUTLIER))
            print(seed, name, rows[name][-1], flush=True)
    lines = [f"| | sigma_NMAD | outliers (beyond {OUTLIER}) |", "| --- | --- | --- |"]
    for name, runs in rows.items():
        cells = []
        for key in ("sigma_nmad", "outlier_rate"):
            column = [run[key] for run in runs]
            spread = f" ± {statistics.stdev(column):.3f}" if len(column) > 1 else ""
            cells.append(f"{statistics.mean(column):.3f}{spread}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    text = "\n".join(lines) + "\n"
    print(text)
    if given.output:
        given.output.write_text(text)


if __name__ == "__main__":
    main()
