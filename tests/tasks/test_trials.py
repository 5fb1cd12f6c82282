"""Questions without numbers of labels: a star in another library, and redshifts; their measures, page and entrants."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import median_abs_deviation

from clrseries import Series, benchmark
from clrseries.tasks import TASKS, Entrant, Quoted, Task, Trial, contest_scores
from clrseries.tasks import redshift as of_redshift
from clrseries.tasks import spectrographs as of_spectrographs
from clrseries.tasks import stelib as of_stelib
from clrseries.tasks.measures import MEASURES
from clrseries.tasks.redshift import nearest, redshift_trial, with_templates
from clrseries.tasks.spectrographs import Folded, spectrograph_trials
from clrseries.tasks.stelib import stelib_trials
from clrseries.tasks.supernova_spectra import GRID, STEP


def test_redshift_measures_are_those_of_scipy(rng):
    z = rng.uniform(0, 0.3, 200)
    found, times = z + rng.normal(0.002, 0.01, 200) + 0.2 * (np.arange(200) % 9 == 0), rng.integers(0, 3, 200)
    dz = np.repeat((found - z) / (1 + z), times)
    assert MEASURES["bias"].of(z, found, times) == pytest.approx(np.median(dz))
    assert MEASURES["sigma_nmad"].of(z, found, times) == pytest.approx(1.48 * median_abs_deviation(dz))
    assert MEASURES["outliers"].of(z, found, times) == pytest.approx((abs(dz) > 0.03).mean())


def test_a_counterpart_is_among_the_first():
    similarity = np.array([[0.9, 0.1, 0.2], [0.3, 0.2, 0.1], [0.5, 0.6, 0.6]])
    truth, once = np.array([0, 1, 2]), np.ones(3, int)
    assert MEASURES["top1"].of(truth, similarity, once) == pytest.approx(1 / 3)  # a tie counts against it
    assert MEASURES["top1"].of(truth, similarity, np.array([2, 1, 1])) == 0.5
    assert MEASURES["top5"].of(truth, similarity, once) == 1.0


def test_the_page_of_a_trial_has_a_column_for_each_measure(tmp_path, rng, monkeypatch):
    z = rng.uniform(0, 0.3, 80)
    entrants = (
        Entrant("too high", lambda seed: z + 0.02 * (1 + z)),
        Entrant("scattered", lambda seed: z + np.random.default_rng(seed).normal(0, 0.01, 80), ours=True),
    )
    quoted = (Quoted("paper", {"outliers": 0.2}, "A. Uthor 2020"),)
    names = np.repeat(np.arange(40), 2).astype(str)
    trial = Trial("Redshifts", "Drawn.", z, names, ("bias", "sigma_nmad", "outliers"), entrants, quoted)
    row = contest_scores(trial, 2)["rows"][0]
    assert row["scores"]["bias"]["mean"] == pytest.approx(0.02) and "budget" not in row
    assert row["scores"]["sigma_nmad"]["mean"] == pytest.approx(0, abs=1e-12)
    monkeypatch.setitem(TASKS, "drawn", Task("drawn", "redshifts", lambda: [trial]))
    benchmark("drawn", tmp_path / "board.md", seeds=2, progress=False)
    text = (tmp_path / "board.md").read_text()
    assert "|  | bias (median) | sigma_NMAD | outliers (beyond 0.03) |" in text
    assert "| too high | 0.0200 ± 0.0000 ± 0.0000 | **0.0000** ± 0.0000 ± 0.0000 | **0.000**" in text
    assert "| scattered | **" in text and "| paper (quoted) |  |  | 0.200 |" in text
    assert "Objects: 40 (80 rows) are scored; 2 seeds." in text and "Time of one run of each row, " in text


def lines(count, rng):
    """Spectra of one kind of object at random redshifts: three absorption lines on a slope, and their redshifts."""
    wave, z = np.linspace(3600, 9000, 1200), rng.uniform(0.0, 0.25, count)
    rest = wave / (1 + z[:, None])
    depth = sum(np.exp(-0.5 * ((rest - at) / 40) ** 2) for at in (4000, 4700, 6150))
    flux = (1.5 - wave / 9000) * (1 - 0.5 * depth) + rng.normal(0, 0.01, rest.shape)
    table = {"object_id": [f"o{k}" for k in range(count)], "class": ["Ia"] * count, "z": z}
    return Series.from_arrays(wave, flux, np.full(flux.shape, 1e4), table), z


def test_redshifts_are_found_by_templates_and_by_all_entrants(rng, monkeypatch):
    monkeypatch.setattr(of_redshift, "RECIPE", replace(of_redshift.RECIPE, epochs=1))
    spectra, z = lines(50, rng)
    trial = redshift_trial(spectra, np.arange(0, 50, 5))
    assert (trial.truth == z[::5]).all() and len(trial.entrants) == 5
    once = np.ones(10, int)
    for entrant in trial.entrants:
        answer = entrant.answer(0)
        assert answer.shape == (10,) and np.isfinite(answer).all()
        if "templates" in entrant.name:
            assert MEASURES["outliers"].of(trial.truth, answer, once) == 0, entrant.name
            assert MEASURES["sigma_nmad"].of(trial.truth, answer, once) < STEP, entrant.name


def test_templates_choose_among_what_neighbors_propose():
    """A single line may be either of two: the neighbors decide which, the template where exactly."""
    x = np.log(GRID.centers)
    line = lambda at: np.exp(-0.5 * ((x - np.log(at)) / (2 * STEP)) ** 2).astype(np.float32)  # noqa: E731
    template, observed = line(4000) + line(5000), line(5000 * 1.1)
    share = np.array([[0.5, 0.5]])
    low, high = (with_templates(share, np.full((1, 2), z), observed[None], template[None])[0] for z in (0.12, 0.36))
    assert low == pytest.approx(0.1, abs=STEP) and high == pytest.approx(0.375, abs=2 * STEP)


def test_neighbors_are_weighted_by_their_distance(rng):
    known = rng.normal(size=(30, 4))
    share, rows = nearest(known[:3] + 1e-6, known)
    assert rows[:, 0].tolist() == [0, 1, 2] and (share[:, 0] > 0.99).all() and share.sum(1) == pytest.approx(1)


def test_every_entrant_ranks_all_stars(stars, monkeypatch):
    monkeypatch.setattr(of_stelib, "EPOCHS", 1)
    (trial,) = stelib_trials()
    assert len(trial.truth) == len(set(trial.scored)) == 117
    once = np.ones(117, int)
    for entrant in trial.entrants:
        answer = entrant.answer(0)
        assert answer.shape == (117, 984) and MEASURES["top5"].of(trial.truth, answer, once) > 5 / 984


def test_what_is_less_revealed_is_better():
    truth, answer = np.array(["a", "a", "b", "b"]), np.array(["a", "b", "b", "b"])
    measure = MEASURES["revealed"]
    assert measure.of(truth, answer, np.ones(4, int)) == pytest.approx(0.75)
    assert measure.goodness(0.3) > measure.goodness(0.6)


def test_supernovae_are_together_in_a_fold_and_what_is_forgotten_is_found_without_them(rng, monkeypatch):
    objects = np.repeat(np.arange(60), 4).astype(str)
    instrument, kind = rng.choice(["Kast", "LRIS"], 240), np.repeat(rng.choice(["Ia", "II"], 60), 4)
    features = rng.normal(size=(240, 20))
    features[:, 0] += np.where(instrument == "Kast", 1.5, -1.5)
    features[7] = np.nan  # a spectrum without pixels in common
    rows = np.setdiff1d(np.arange(240), [7])
    fold, found = Folded(instrument, objects, instrument, kind, rows), []
    erase = of_spectrographs.erasure

    def watched(embeddings, column, given=None):
        found.append(len(embeddings))
        return erase(embeddings, column, given)

    monkeypatch.setattr(of_spectrographs, "erasure", watched)
    score = lambda way: np.mean(fold.answer(lambda seed: features, way)(0) == instrument[rows])  # noqa: E731
    told, forgotten = score(""), score("class")
    assert told > 0.85 and forgotten < 0.65
    assert len(found) == 5 and max(found) < 240 - 30  # without the objects of the fold, and without the empty one
    names = fold.answer(lambda seed: np.eye(60)[objects.astype(int)] + 1e-9 * rng.normal(size=(240, 60)), "")(0)
    assert np.mean(names == instrument[rows]) < 0.6  # what tells objects alone tells nothing of other objects


def test_every_row_answers_both_questions(shared_data, monkeypatch):
    monkeypatch.setattr(of_spectrographs, "EPOCHS", 1)
    library = of_spectrographs.template_library
    monkeypatch.setattr(of_spectrographs, "template_library", lambda: (library()[0].take(np.arange(100)),))
    monkeypatch.setenv("CLRSERIES_DATA", str(shared_data))
    which, kind = spectrograph_trials()
    assert len(np.unique(which.truth)) == 6 and set(kind.truth) == {"Ia", "II", "IIn"}
    assert [entrant.name for entrant in which.entrants][1:] == [entrant.name for entrant in kind.entrants]
    for trial, few in ((which, (0, 1, 3, 8, 9, 10, 11)), (kind, (0, 6))):
        for k in few:
            answer = trial.entrants[k].answer(0)
            assert answer.shape == trial.truth.shape and set(answer) <= set(trial.truth), trial.entrants[k].name
