"""Train, test and store the weights ``stars``: the same star in another archive, its spectral class and parameters.

Needs the wheel sdss-mangadap, and ``$CLRSERIES_DATA`` with ``osc_spectra`` for what is not a star.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from shipping import (
    Row,
    balanced_row,
    calibrate_sets,
    config_of,
    mean_row,
    one_thread,
    ranked_above,
    row,
    set_rows,
    ship,
)
from supernova_spectra import spoiled
from torch import Tensor, nn

from clrseries import Model, datasets, load, pretrain
from clrseries.datasets.stars import matched
from clrseries.datasets.supernovae import held_out_objects
from clrseries.encoders.joint_head import JointHead
from clrseries.evaluation import continuum_pixels, retrieve
from clrseries.finetuning import fit_temperature
from clrseries.series import Series, concatenate

NAME = "stars"
VALUES = ("log_teff", "logg", "feh")


def labels(series: Series, classes: list[str]) -> tuple[Tensor, Tensor]:
    """Return the number of the spectral class (N,), -1 if unknown, and the three values (N, 3), NaN if unknown."""
    kinds = series.table["spectral_class"].to_pylist()
    number = torch.tensor([classes.index(kind) if kind in classes else -1 for kind in kinds])
    columns = [np.array(series.table[name].to_pylist(), float) for name in ("teff", "logg", "feh")]
    columns[0] = np.log10(columns[0])
    return number, torch.from_numpy(np.stack(columns, 1)).float()


@torch.no_grad()
def embedded(model: Model, series: Series, seed: int | None = None, step: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Return embeddings, flux and ivar of new views, or of the spectra as they are."""
    observe = model.observe.deterministic() if seed is None else model.observe
    flux, ivar = (array[:, 0] for array in observe(series, 1, seed or 0, epoch=step, threads=1).torch())
    return model.encoder(flux, ivar), flux, ivar


def train_head(model: Model, learn: Series, aliens: Series, config: dict[str, Any]) -> JointHead:
    """Train the head on embeddings of new views; the encoder stays as it is."""
    torch.manual_seed(config["seed"])
    rng, seed = np.random.default_rng(config["seed"]), config["seed"] + 1
    head = JointHead(model.encoder.embedding_dim, config["classes"], list(VALUES), components=2, others=True)
    number, values = labels(learn, config["classes"])
    for k, mixture in enumerate(head.mixtures):
        known = values[:, k][torch.isfinite(values[:, k])]
        mixture.standardize(known)  # type: ignore[operator]
    assert head.other is not None
    optimizer = torch.optim.AdamW(head.parameters(), lr=config["learning_rate"], weight_decay=config["weight_decay"])
    steps = config["steps"]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, config["learning_rate"], total_steps=steps)
    for step in range(steps):
        rows = np.unique(rng.integers(0, len(learn), 128))
        embedding, flux, ivar = embedded(model, learn.take(rows), seed, step)
        with torch.no_grad():
            strange = model.encoder(*spoiled(flux[::2], ivar[::2], rng))
        alien = embedded(model, aliens.take(np.unique(rng.integers(0, len(aliens), 64))), seed, step)[0]
        told = number[rows] >= 0
        loss = nn.functional.nll_loss(head.kind(embedding)[told], number[rows][told])
        for k, mixture in enumerate(head.mixtures):
            good = torch.isfinite(values[rows, k])
            loss = loss + mixture.loss(mixture(embedding[good]), values[rows, k][good]).clamp(max=10).mean()  # type: ignore[operator]
        every = torch.cat([embedding, strange, alien])
        other = (torch.arange(len(every)) >= len(embedding)).float()
        loss = loss + nn.functional.binary_cross_entropy_with_logits(head.other(every).squeeze(-1), other)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return head.eval()


def calibrate(model: Model, head: JointHead, learn: Series, held: Series, config: dict[str, Any]) -> None:
    """Set temperatures, the sets of classes and how unlike known stars are, on stars that the head has not learned from."""
    embedding, (number, values) = embedded(model, held)[0], labels(held, config["classes"])
    told = number >= 0
    fit_temperature(head.kind, embedding[told], number[told], torch.ones(int(told.sum())))
    calibrate_sets(head, embedding[told], nn.functional.one_hot(number[told], len(config["classes"])).bool())
    for k, mixture in enumerate(head.mixtures):
        good = torch.isfinite(values[:, k])
        fit_temperature(mixture, embedding[good], values[good, k], torch.ones(int(good.sum())))
    known = labels(learn, config["classes"])[0]
    head.fit_known(embedded(model, learn)[0][known >= 0], known[known >= 0], embedding)


def test(
    model: Model,
    stars: Series,
    again: Series,
    gallery: Series,
    truth: NDArray[np.int64],
    aliens: Series,
    config: dict[str, Any],
) -> list[Row]:
    """Return the scores on the stars of MILES that are in STELIB too: `stars` and, by the other spectrograph, `again`."""
    names = stars.table["name"].to_pylist()
    everyone = np.arange(len(gallery))
    ranks = retrieve(model.embed(again, "projection"), model.embed(gallery, "projection"), truth).ranks
    grid = model.observe.grid  # type: ignore[union-attr]
    plain = retrieve(continuum_pixels(again, grid), continuum_pixels(gallery, grid), truth).ranks
    scores = [
        row(f"same star among {len(everyone)} of MILES from its STELIB spectrum, first", lambda r: float((ranks[r] == 1).mean()), names),
        row("the same, among the first five", lambda r: float((ranks[r] <= 5).mean()), names),
        row("the same by continuum-normalized pixels, first", lambda r: float((plain[r] == 1).mean()), names),
    ]  # fmt: skip
    number, values = labels(stars, config["classes"])
    for survey, series in (("MILES", stars), ("STELIB", again)):
        found = model.predict(series)
        told = np.flatnonzero(number.numpy() >= 0)
        true, guess = np.array(config["classes"])[number[told]], found["predicted"][told]
        own = [names[k] for k in told]
        scores.append(balanced_row(f"spectral class, balanced accuracy, {survey}", true, guess, own))
        scores += set_rows(f"spectral class, {survey}", found["set_90"][told], true[:, None] == config["classes"], own)
        for k, name in enumerate(VALUES):
            miss = np.abs(found[name] - values[:, k].numpy())
            good = np.flatnonzero(np.isfinite(miss))
            scores.append(mean_row(f"{name}, mean error [dex], {survey}", miss[good], [names[k] for k in good]))
    alien, here = model.predict(aliens)["unlike"], model.predict(again)["unlike"]
    what = "unlike, supernovae told from stars of STELIB (ROC area)"
    return [*scores, row(what, lambda r: ranked_above(alien, here[r]), names)]


def main() -> None:
    """Pretrain without the stars that are in both libraries; train the head; find those stars again."""
    one_thread()
    config, begin = config_of(NAME), time.process_time()
    miles, stelib = datasets.miles(), datasets.stelib()
    query, truth = matched(stelib, miles)
    learn = concatenate(
        [
            miles.take(np.setdiff1d(np.arange(len(miles)), truth)),
            stelib.take(np.setdiff1d(np.arange(len(stelib)), query)),
        ]
    )
    blind = replace(learn, table=learn.table.select(["object_id"]))
    with tempfile.TemporaryDirectory() as folder:
        model = load(pretrain(blind, f"{folder}/run", progress=False, **config["pretrain"]))
    supernovae = datasets.supernova_spectra()
    test_objects = held_out_objects(supernovae, 0)
    held = np.random.default_rng(config["seed"]).permutation(len(learn))[: round(config["held_out"] * len(learn))]
    kept = learn.take(np.setdiff1d(np.arange(len(learn)), held))
    head = train_head(model, kept, supernovae.take(np.flatnonzero(~test_objects)), config)
    calibrate(model, head, kept, learn.take(np.sort(held)), config)
    model.head, model.target = head, "spectral_class"
    keys = ("method", "epochs", "batch_size", "seed")
    model.notes = (
        {key: model.notes[key] for key in keys if key in model.notes} | config["notes"] | {"objects": len(learn)}
    )
    aliens = supernovae.take(np.flatnonzero(test_objects))
    scores = test(model, miles.take(truth), stelib.take(query), miles, truth, aliens, config)
    ship(model, NAME, scores, {"stars": len(truth), "cpu_minutes": round((time.process_time() - begin) / 60, 1)})


if __name__ == "__main__":
    main()
