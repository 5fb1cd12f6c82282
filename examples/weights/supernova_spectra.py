"""Train, test and store the weights ``supernova-spectra``: type, redshift and phase from a spectrum of any spectrograph.

Needs ``$CLRSERIES_DATA`` with ``sn_templates`` and ``osc_spectra``, and for the last score the wheel sdss-mangadap.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from shipping import Row, balanced, calibrate_sets, config_of, macro_f1, one_thread, ranked_above, row, set_rows, ship
from supernova_data import Supernovae
from supernova_redshifts import calibrate_templates, refining
from torch import Tensor, nn

from clrseries import Model, datasets, load, read_spectra
from clrseries.config import Observe
from clrseries.datasets.folder import data_file
from clrseries.datasets.stars import matched
from clrseries.datasets.supernovae import CLASSES
from clrseries.encoders import build_encoder
from clrseries.encoders.heads import median
from clrseries.encoders.joint_head import JointHead
from clrseries.evaluation.scores import calibration_error
from clrseries.finetuning import fit_temperature
from clrseries.methods import Projector
from clrseries.model import zoo
from clrseries.series import Series

NAME = "supernova-spectra"
FAR = -1e9
PART = 24  # pixels of a part of a spoiled spectrum
GALAXIES = (
    "desi/coadd-5-169-thru20210419.fits",
    "aat/emlLinearVacuumNoHelio.fits",
    "aat/quasarLinearSkyAirNoHelio.fits",
    "aat/emlLogVacuumHelioMultiple.fits",
)
VIEWS = 3  # of each spectrum held out, that set the scale of `unlike`
TOO_FAR = 0.05  # in dz / (1 + z): an outlier


def train(data: Supernovae, seed: int) -> tuple[Any, JointHead]:
    """Train one member of the ensemble and its head on batches that hold views of both sources."""
    config, rng = data.config, np.random.default_rng(seed)
    torch.manual_seed(seed)
    own = {key: value for key, value in config["encoder"]["resnet_ensemble"].items() if key != "members"}
    encoder = build_encoder({"resnet1d": own}, data.parts[0].observe)
    head = new_head(encoder.embedding_dim, config)
    first = [part.draw(rng, seed, 10**6 + k) for part in data.parts for k in range(8)]
    encoder.standardize.fit(*(torch.cat([batch[k] for batch in first]) for k in (0, 1)))
    drop = nn.Dropout(config["dropout"])
    weights = [*encoder.parameters(), *head.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=config["learning_rate"], weight_decay=config["weight_decay"])
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, config["learning_rate"], total_steps=config["steps"])
    for step in range(config["steps"]):
        batch = [torch.cat(one) for one in zip(*(part.draw(rng, seed, step) for part in data.parts), strict=True)]
        flux, ivar, allowed, z, phase = batch
        embedding = drop(encoder(flux, ivar))
        loss = -head.kind(embedding).masked_fill(~allowed, FAR).logsumexp(1).mean()
        loss = loss + of_values(head, embedding, z, phase, config)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 500 == 499:
            print(f"step {step + 1}: loss {float(loss.detach()):.3f}", flush=True)
    return encoder.eval(), head.eval()


def new_head(size: int, config: dict[str, Any], members: int = 1) -> JointHead:
    """Return a head for embeddings of a size, with five Gaussians for each member."""
    head = JointHead(size, config["classes"], ["redshift", "phase_days"], components=5 * members, others=True)
    for mixture, span in zip(head.mixtures, ((0.0, 0.2), (-10.0, 60.0)), strict=True):
        mixture.standardize(torch.tensor(span))  # type: ignore[operator]
    return head


def of_values(head: JointHead, embedding: Tensor, z: Tensor, phase: Tensor, config: dict[str, Any]) -> Tensor:
    """Return the terms of the loss for the redshift and, where it is known, the phase."""
    low, high = config["phases"]
    told = torch.isfinite(phase) & (phase > low) & (phase < high)
    of_z, of_phase = head.mixtures[0](embedding), head.mixtures[1](embedding[told])
    miss = head.mixtures[0].loss(of_z, z).clamp(max=5).mean()  # type: ignore[operator]
    days = head.mixtures[1].loss(of_phase, phase[told]).clamp(max=20).mean()  # type: ignore[operator]
    return config["weight_redshift"] * miss + config["weight_phase"] * days


def joined(data: Supernovae, members: list[tuple[Any, JointHead]]) -> tuple[Any, JointHead]:
    """Return members that were trained one by one as one encoder, and a head whose logits are the mean of theirs."""
    config, count = data.config, len(members)
    name, settings = next(iter(config["encoder"].items()))
    encoder = build_encoder({name: settings | {"members": count}}, data.parts[0].observe)
    encoder.members = nn.ModuleList(member for member, _ in members)
    head = new_head(encoder.embedding_dim, config, count)
    with torch.no_grad():
        for k, mixture in enumerate(head.mixtures):  # begins as the mixture of all that the members say
            own: list[Any] = [member.mixtures[k].linear for _, member in members]
            rows = [torch.block_diag(*(one.weight.chunk(3)[part] for one in own)) for part in range(3)]
            mixture.linear.weight.copy_(torch.cat(rows))  # type: ignore[union-attr, operator]
            mixture.linear.bias.copy_(torch.cat([one.bias.chunk(3)[part] for part in range(3) for one in own]))  # type: ignore[union-attr, operator]
        head.kind.linear.weight.copy_(torch.cat([own.kind.linear.weight for _, own in members], 1) / count)
        head.kind.linear.bias.copy_(torch.stack([own.kind.linear.bias for _, own in members]).mean(0))
    return encoder.eval(), head


def train_rest(data: Supernovae, encoder: Any, head: JointHead) -> None:
    """Train the layers for the values, and those that tell supernovae from others, on the encoder as it is.

    The others are stars at any redshift, as galaxies are made of, and spoiled supernovae.
    """
    config, rng, seed = data.config, np.random.default_rng(data.config["seed"]), data.config["seed"] + 1
    stars, observe = datasets.miles(), data.observe(config["of_others"])
    assert head.other is not None
    steps, rate, drop = config["steps_rest"], 3e-3, nn.Dropout(config["dropout"])
    groups = [{"params": head.other.parameters()}, {"params": head.mixtures.parameters()}]
    optimizer = torch.optim.AdamW(groups, lr=rate, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, [rate, rate / 10], total_steps=steps)
    for step in range(steps):
        with torch.no_grad():
            batch = [torch.cat(one) for one in zip(*(part.draw(rng, seed, step) for part in data.parts), strict=True)]
            flux, ivar, _, z, phase = batch
            views = observe(stars.take(np.unique(rng.integers(0, len(stars), 32))), 1, seed, epoch=step, threads=1)
            pairs = [(flux, ivar), tuple(array[:, 0] for array in views.torch()), spoiled(flux[::2], ivar[::2], rng)]
            embeddings = [encoder(one, other) for one, other in pairs]
        other = torch.cat([torch.full((len(one),), float(k > 0)) for k, one in enumerate(embeddings)])
        logits = head.other(torch.cat(embeddings)).squeeze(-1)
        loss = nn.functional.binary_cross_entropy_with_logits(logits, other)
        loss = loss + of_values(head, drop(embeddings[0]), z, phase, config)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()


def spoiled(flux: Tensor, ivar: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Return spectra (B, P) that no supernova has: upside down, backward, cut into shuffled parts, or halves of two joined."""
    way = torch.from_numpy(rng.integers(0, 4, len(flux)))
    pixels = flux.shape[1]
    blocks = torch.arange(pixels - pixels % PART).reshape(-1, PART)[torch.from_numpy(rng.permutation(pixels // PART))]
    places = torch.cat([blocks.flatten(), torch.arange(pixels - pixels % PART, pixels)])
    half = torch.arange(pixels) < int(rng.integers(pixels // 3, 2 * pixels // 3))
    good = ivar > 0
    made = [
        (torch.where(good, 2.0 - flux, 0.0), ivar),
        (flux.flip(1), ivar.flip(1)),
        (flux[:, places], ivar[:, places]),
        (torch.where(half, flux, flux.roll(1, 0)), torch.where(half, ivar, ivar.roll(1, 0))),
    ]
    fluxes, ivars = (torch.stack(one) for one in zip(*made, strict=True))
    rows = torch.arange(len(flux))
    return fluxes[way, rows], ivars[way, rows]


@torch.no_grad()
def embedded(encoder: Any, observe: Observe, series: Series) -> Tensor:
    """Return the embeddings of spectra without any random change."""
    views = observe.deterministic()(series)
    return encoder(*(array[:, 0] for array in views.torch()))


@torch.no_grad()
def held_out_scores(data: Supernovae, encoder: Any, head: JointHead) -> dict[str, float]:
    """Return scores on the objects held out for the temperature: settings are chosen with these."""
    series, true = data.catalog.take(data.calibrate), data.kinds[data.calibrate]
    embedding = embedded(encoder, data.parts[0].observe, series)
    logs, z = head.kind(embedding).numpy(), np.array(series.table["z"].to_pylist())
    dz = 1.48 * np.median(np.abs(median(head.mixtures[0](embedding)).numpy() - z) / (1.0 + z))
    classes, groups = np.array(data.config["classes"]), data.config["catalog_classes"]
    sums = np.stack([np.exp(logs)[:, np.isin(classes, groups[kind])].sum(1) for kind in CLASSES], 1)
    found = np.array(CLASSES)[sums.argmax(1)]
    rows = np.arange(len(true)), [CLASSES.index(kind) for kind in true]
    scores = macro_f1(true, found, CLASSES), float((true == found).mean()), float(-np.log(sums[rows]).mean())
    return dict(zip(("macro_f1", "accuracy", "log_loss", "dz"), (*scores, float(dz)), strict=True))


@torch.no_grad()
def calibrate(data: Supernovae, encoder: Any, head: JointHead) -> None:
    """Set temperatures, and the distances of known objects, on objects that are neither in the training nor in the test."""
    config, observe, rows = data.config, data.parts[0].observe, data.calibrate
    held = embedded(encoder, observe, data.catalog.take(rows))
    groups = [data.config["catalog_classes"][kind] for kind in data.kinds[rows]]
    allowed = torch.tensor([[kind in some for kind in config["classes"]] for some in groups])
    even = torch.ones(len(rows))
    fit_temperature(_Coarse(head, allowed), held, torch.zeros(len(rows), dtype=torch.long), even)
    calibrate_sets(head, held, allowed)
    table = data.catalog.take(rows).table
    z, phase = (torch.tensor(np.array(table[name].to_pylist(), np.float32)) for name in ("z", "phase_days"))
    low, high = config["phases"]
    told = torch.isfinite(phase) & (phase > low) & (phase < high)
    fit_temperature(head.mixtures[0], held, z, even)
    fit_temperature(head.mixtures[1], held[told], phase[told], even[told])
    if head.templates is not None:
        views = [array[:, 0] for array in observe.deterministic()(data.catalog.take(rows)).torch()]
        calibrate_templates(head.templates, head.mixtures[0](held), views, z)
    known = torch.cat([embedded(encoder, part.observe, part.series) for part in data.parts])
    allowed = torch.from_numpy(np.concatenate([part.allowed for part in data.parts]))
    # noisy spectra of known objects, far away and in galaxies, are known too
    again = data.parts[-1].observe(data.catalog.take(rows), VIEWS).torch()
    seen = torch.cat([encoder(*(array[:, k] for array in again)) for k in range(VIEWS)])
    head.fit_known(known, head.kind(known).masked_fill(~allowed, FAR).argmax(1), seen)


class _Coarse(nn.Module):
    """The head of the types, scored by the probability of all that are allowed."""

    def __init__(self, head: JointHead, allowed: Tensor) -> None:
        super().__init__()
        self.head, self.allowed, self.temperature = head, allowed, head.kind.temperature

    def forward(self, embeddings: Tensor) -> Tensor:
        return self.head.kind(embeddings)

    def loss(self, outputs: Tensor, target: Tensor) -> Tensor:
        return -outputs.masked_fill(~self.allowed, FAR).logsumexp(1)


def test(data: Supernovae, model: Model) -> tuple[list[Row], dict[str, Any]]:
    """Return the scores on the test objects, as the card shows them, and details."""
    series = data.catalog.take(data.test)
    found, true, ids = model.predict(series), data.kinds[data.test], data.ids[data.test]
    classes = data.config["classes"]
    sums = np.stack(
        [found["probability"][:, np.isin(classes, data.config["catalog_classes"][kind])].sum(1) for kind in CLASSES], 1
    )
    kinds, number = np.array(CLASSES)[sums.argmax(1)], np.array([CLASSES.index(kind) for kind in true])
    logs = np.log(np.maximum(sums, 1e-12))
    z, phase = (np.array(series.table[name].to_pylist(), float) for name in ("z", "phase_days"))
    dz = (found["redshift"] - z) / (1.0 + z)
    told = np.flatnonzero(np.isfinite(phase) & (phase > -20) & (phase < 60))
    days, inside = np.abs(found["phase_days"] - phase), np.abs(found["redshift"] - z) < found["redshift_sigma"]
    own = np.array([np.isin(classes, data.config["catalog_classes"][kind]) for kind in true])
    alien, galaxies = others(model)
    f1 = {kind: round(macro_f1(true, kinds, [kind]), 3) for kind in CLASSES}
    scores = [
        row("type, macro-F1 over 9 classes", lambda r: macro_f1(true[r], kinds[r], CLASSES), ids),
        row("type, accuracy", lambda r: float((true == kinds)[r].mean()), ids),
        row("type, balanced accuracy", lambda r: balanced(true[r], kinds[r]), ids),
        row("type, log loss [nat]", lambda r: float(-logs[r, number[r]].mean()), ids),
        row("type, calibration error", lambda r: calibration_error(logs[r], number[r]), ids),
        *set_rows("type", found["set_90"], own, ids),
        row("redshift, 1.48 median of the error / (1 + z)", lambda r: float(1.48 * np.median(np.abs(dz[r]))), ids),
        row(f"redshift, fraction with an error / (1 + z) above {TOO_FAR}", lambda r: float((np.abs(dz[r]) > TOO_FAR).mean()), ids),
        row("redshift, fraction within one sigma", lambda r: float(inside[r].mean()), ids),
        row("phase, median error [day], -20 to 60 days", lambda r: float(np.median(days[told][r])), ids[told]),
        row("unlike, stars of STELIB told from supernovae (ROC area)", lambda r: ranked_above(alien, found["unlike"][r]), ids),
        row(f"unlike, {len(galaxies)} galaxies and quasars of DESI and AAT told from supernovae (ROC area)", lambda r: ranked_above(galaxies, found["unlike"][r]), ids),
    ]  # fmt: skip
    return scores, {"f1": f1, "objects": len(set(ids)), "spectra": len(ids)}


def others(model: Model) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return how unlike a supernova the stars of STELIB are that are not in MILES too, and some galaxies and quasars."""
    stelib = datasets.stelib()
    also, _ = matched(stelib, datasets.miles())
    stars = stelib.take(np.setdiff1d(np.arange(len(stelib)), also))
    galaxies = [read_spectra(data_file(f"originals/{name}")) for name in GALAXIES]
    found = np.concatenate([model.predict(one)["unlike"] for one in galaxies])
    return model.predict(stars)["unlike"], found[np.isfinite(found)]  # some fibers hold nothing


def made(config: dict[str, Any], only_templates: bool) -> tuple[Supernovae, Model]:
    """Return the data and the trained and calibrated model."""
    data = Supernovae(config, only_templates)
    members = 1 if only_templates else config["encoder"]["resnet_ensemble"]["members"]
    trained = [train(data, config["seed"] + k) for k in range(members)]
    for k, one in enumerate(trained):
        print(f"member {k}, held-out objects: {held_out_scores(data, *one)}", flush=True)
    encoder, head = joined(data, trained)
    print(f"joined, held-out objects: {held_out_scores(data, encoder, head.eval())}", flush=True)
    train_rest(data, encoder, head.train())
    print(f"all, held-out objects: {held_out_scores(data, encoder, head.eval())}", flush=True)
    head = refining(data, head)
    calibrate(data, encoder, head)
    projector = Projector(encoder.embedding_dim, 8)
    observe = data.parts[0].observe
    return data, Model(encoder, projector.eval(), observe, config["notes"], (), head, "type")


def main() -> None:
    """Train on both sources; test; and tell what templates alone give, for spectrographs that were never seen."""
    one_thread()
    config, begin = config_of(NAME), time.process_time()
    if "--test" in sys.argv:  # the stored networks again: temperatures and scores
        model = load(str(zoo.FOLDER / NAME))
        data, stored = Supernovae(config), model.notes["scores"][-1:]
        settings = {k: v for k, v in model.head.settings.items() if k not in ("templates", "pixels", "lags")}
        bare = JointHead(**settings)
        bare.load_state_dict(model.head.state_dict(), strict=False)
        model.head = refining(data, bare)
        calibrate(data, model.encoder, model.head)
        scores, details = test(data, model)
        ship(model, NAME, scores + stored, details)
        return
    data, model = made(config, only_templates=False)
    scores, details = test(data, model)
    details["cpu_minutes"] = round((time.process_time() - begin) / 60, 1)
    print(f"{details['cpu_minutes']} minutes of one core", flush=True)
    alone, _ = test(data, made(config, only_templates=True)[1])
    scores.append(
        alone[0]
        | {"what": alone[0]["what"] + ", one network trained on templates alone: no spectrograph of the test seen"}
    )
    model.notes["objects"] = sum(len(set(part.series.object_ids)) for part in data.parts)
    ship(model, NAME, scores, details)


if __name__ == "__main__":
    main()
