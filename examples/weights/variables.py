"""Train, test and store the weights ``variables``: classes of variable stars from light curves in any bands of any survey.

Needs ``$CLRSERIES_DATA``, and the wheel snmachine for the stars of PLAsTiCC.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from shipping import Row, balanced, calibrate_sets, config_of, one_thread, optimize, ranked_above, row, set_rows, ship
from sklearn.ensemble import RandomForestClassifier
from torch import Tensor, nn
from variables_data import SPLIT, Stars, known_stars, simulated_stars, split, surveys

from clrseries import Model, read_light_curves
from clrseries.config import Observe, composition
from clrseries.datasets.folder import data_file
from clrseries.encoders.joint_head import JointHead
from clrseries.encoders.standardize import fitted_encoder
from clrseries.encoders.with_columns import column_values
from clrseries.evaluation.scores import calibration_error
from clrseries.finetuning import fit_temperature
from clrseries.methods import Projector
from clrseries.series import Series, concatenate

NAME = "variables"
UNSEEN = "PLAsTiCC"  # a survey that nothing is learned from
TIMES = {"EROS-1": 2, "ASAS": 6, "Stripe 82": 4, UNSEEN: 0}  # sparser curves of each star


def joined(parts: list[Stars]) -> Stars:
    """Return the stars of several surveys."""
    arrays = [np.concatenate([vars(part)[name] for part in parts]) for name in ("allowed", "star", "survey", "again")]
    return Stars(concatenate([part.series for part in parts]), *arrays)


def inputs(observe: Observe, series: Series, columns: tuple[str, ...], seed: int = 0, step: int = 0) -> list[Tensor]:
    """Return what the encoder takes of one view of each curve."""
    views = observe(series, 1, seed, epoch=step, threads=1).trimmed()  # type: ignore[union-attr]
    return [*(array[:, 0].contiguous() for array in views.torch()), torch.from_numpy(column_values(series, columns))]


def train(stars: Stars, observe: Observe, config: dict[str, Any]) -> tuple[Any, JointHead]:
    """Train encoder and head: the classes that a label may stand for count together."""
    rng, seed = np.random.default_rng(config["seed"]), config["seed"]
    torch.manual_seed(seed)
    encoder = fitted_encoder(config["encoder"], observe, stars.series, seed)
    head = JointHead(encoder.embedding_dim, config["classes"], [])
    _, which = np.unique(np.column_stack([stars.allowed, stars.survey]).astype(str), axis=0, return_inverse=True)
    chance = np.bincount(which)[which] ** -float(config["balance"])
    drop, weights = nn.Dropout(config["dropout"]), [*encoder.parameters(), *head.parameters()]
    ruled_out = torch.from_numpy(~stars.allowed)

    def loss_of(step: int) -> Tensor:
        rows = np.unique(rng.choice(len(chance), config["batch"], p=chance / chance.sum()))
        logs = head.kind(drop(encoder(*inputs(observe, stars.series.take(rows), encoder.columns, seed, step))))
        return -logs.masked_fill(ruled_out[rows], -torch.inf).logsumexp(1).mean()

    optimize(weights, config, loss_of)
    return encoder.eval(), head.eval()


def finish(model: Model, learned: Stars, held: Stars) -> None:
    """Set the temperature, the distances of known objects and the sets of classes, on curves that the training has not seen."""
    learned, held = with_period(learned), with_period(held)
    single = held.take(np.flatnonzero(held.allowed.sum(1) == 1))
    target = torch.from_numpy(single.allowed.argmax(1))
    weight = torch.from_numpy(1.0 / np.bincount(target)[target])
    fit_temperature(model.head.kind, embedded(model, single), target, weight)
    known = embedded(model, learned)
    with torch.no_grad():
        kinds = model.head.kind(known).masked_fill(torch.from_numpy(~learned.allowed), -torch.inf).argmax(1)
    held_embeddings = embedded(model, held)
    model.head.fit_known(known, kinds, held_embeddings)
    calibrate_sets(model.head, held_embeddings, torch.from_numpy(held.allowed))


def with_period(stars: Stars) -> Stars:
    """Return the stars of which a period is found; of others there is no folded curve."""
    return stars.take(np.flatnonzero(stars.series.table["period_1"].is_valid().to_numpy()))


def embedded(model: Model, stars: Stars) -> Tensor:
    """Return the embeddings."""
    return torch.from_numpy(model.embed(stars.series, on_error="stop"))


def label_of(stars: Stars, classes: list[str], probability: NDArray[np.floating]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return true and predicted labels in the terms of one survey, such as any of three kinds of eclipsing binaries."""
    names = ["/".join(np.array(classes)[row]) for row in stars.allowed]
    kinds, first = np.unique(names, return_index=True)
    each = probability @ stars.allowed[first].T.astype(float)
    return np.array(names), kinds[each.argmax(1)]


def scores(model: Model, stars: Stars, forest: Any) -> list[Row]:
    """Return the scores of each survey, for curves as they are and sparser ones, beside those of a forest on the same features."""
    stars = with_period(stars)
    answers = model.predict(stars.series)
    classes, found = model.head.classes, answers["probability"]
    beside = np.zeros_like(found)
    beside[:, forest.classes_] = forest.predict_proba(features(stars, model.encoder.columns))
    rows: list[Row] = []
    for survey in TIMES:
        for again in (False, True):
            own = np.flatnonzero((stars.survey == survey) & (stars.again == again))
            if not len(own):
                continue
            told = f"balanced accuracy, {survey}{', sparser curves' if again else ''}"
            for name, chances in (("", found), (", random forest on the same features", beside)):
                true, said = label_of(stars.take(own), classes, chances[own])
                rows.append(row(told + name, lambda r, t=true, s=said: balanced(t[r], s[r]), stars.star[own]))  # type: ignore[misc]
    if stars.survey[0] == UNSEEN:
        return rows + set_rows(f"class, {UNSEEN}", answers["set_90"], stars.allowed, stars.star)
    rows += set_rows("class, surveys of the training", answers["set_90"], stars.allowed, stars.star)
    single = np.flatnonzero((stars.allowed.sum(1) == 1) & ~stars.again)
    logs, number = np.log(np.maximum(found[single], 1e-12)), stars.allowed[single].argmax(1)
    rows.append(row("calibration error", lambda r: calibration_error(logs[r], number[r]), stars.star[single]))
    return rows


def features(stars: Stars, columns: tuple[str, ...]) -> NDArray[np.float64]:
    """Return the columns as a matrix; a missing value is the median of those that the training has."""
    rows = column_values(stars.series, columns).astype(float)
    return np.where(np.isfinite(rows), rows, np.nanmedian(rows, axis=0))


def forest_on(stars: Stars, columns: tuple[str, ...]) -> Any:
    """Return a random forest that has learned from the same curves; a label that stands for several classes counts in part for each."""
    rows, kinds = np.nonzero(stars.allowed)
    share = 1.0 / stars.allowed.sum(1)[rows]
    forest = RandomForestClassifier(300, random_state=0)
    return forest.fit(features(stars, columns)[rows], kinds, share / np.bincount(kinds, share)[kinds])


def unlike_supernovae(model: Model, known: Stars) -> Row:
    """Return how well supernovae of ZTF, which are no variable stars, are told from stars of the test."""
    alien = model.predict(read_light_curves(data_file("ztf_snia/lightcurves.parquet")))["unlike"]
    here = model.predict(with_period(known.take(np.flatnonzero(~known.again))).series)["unlike"]
    alien = alien[np.isfinite(alien)]
    what = "unlike, supernovae of ZTF told from variable stars (ROC area)"
    return row(what, lambda r: ranked_above(alien, here[r]), np.arange(len(here)))


def main() -> None:
    """Train, calibrate, test and store the weights."""
    one_thread()
    config, begin = config_of(NAME), time.process_time()
    every = surveys()
    parts = {name: known_stars(series, name, config, TIMES[name]) for name, series in every.items()}
    unseen = parts.pop(UNSEEN)
    stars = joined(list(parts.values()))
    rest, test = split(stars, config["test"], SPLIT)
    rest_stars = stars.take(rest)
    learn, held = split(rest_stars, config["held_out"], SPLIT + 1)
    observed, held_stars, observe = rest_stars.take(learn), rest_stars.take(held), composition(config["augment"])
    simulated = [with_period(simulated_stars(every[name], name, config, observed)) for name in parts]
    learned = joined([observed, *simulated])
    encoder, head = train(learned, observe, config)
    notes = config["notes"] | {"objects": len(np.unique(observed.star))}
    model = Model(
        encoder, Projector(encoder.embedding_dim, 8).eval(), observe, notes, stars.series.bands, head, "class"
    )
    finish(model, observed, held_stars)
    forest = forest_on(learned, encoder.columns)
    for one in scores(model, held_stars, forest):  # settings are chosen with these
        print("held out:", one, flush=True)
    if "validate" in sys.argv:
        return
    tested = stars.take(test)
    told = scores(model, tested, forest) + scores(model, unseen, forest) + [unlike_supernovae(model, tested)]
    details = {"objects": len(np.unique(tested.star)), "cpu_minutes": round((time.process_time() - begin) / 60, 1)}
    ship(model, NAME, told, details)


if __name__ == "__main__":
    main()
