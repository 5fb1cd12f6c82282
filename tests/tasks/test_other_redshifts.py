"""Transients at other redshifts, to learn from."""

from dataclasses import replace

import numpy as np
import pytest
from astropy.cosmology import Planck18

from clrseries import Series
from clrseries.tasks import plasticc
from clrseries.tasks.other_redshifts import FARTHEST, NEAREST, farther, nearer, with_photometric_redshifts

RNG = np.random.default_rng(5)
DAYS = np.sort(RNG.uniform(0, 80, (12, 60)), axis=1)
LIGHT = 4000.0 * np.exp(-0.5 * ((DAYS - 40) / 9) ** 2)
Z = np.concatenate([RNG.uniform(0.05, 0.5, 10), [0.0, 0.002]])  # the last two are not moved


@pytest.fixture
def transients():
    """Twelve flares of equal shape; two are too near to be moved."""
    flux = [own + RNG.normal(0, 20, 60) for own in LIGHT]
    names = [f"sn{k}" for k in range(12)]
    return Series.from_points(
        DAYS, flux, np.full(DAYS.shape, 20.0), [["g", "r"] * 30] * 12, {"object_id": names, "z": Z}
    )


def peaks(series):
    return np.maximum.reduceat(series.flux, series.offsets[:-1].astype(np.intp))


def test_nearer_transients_are_as_bright_as_their_distance_says(transients):
    there, rows = nearer(transients, seed=3)
    assert rows.tolist() == list(range(10)) and there.object_ids == [f"sn{k}" for k in range(10)]
    to = there.table["z"].to_numpy()
    assert np.all((to >= NEAREST) & (to <= Z[:10])) and there.table.column_names == transients.table.column_names
    spread = np.array([np.ptp(there.take([k]).x) for k in range(10)])
    np.testing.assert_allclose(spread, np.ptp(DAYS[:10], axis=1) * (1 + to) / (1 + Z[:10]), rtol=1e-4)
    distance = (Planck18.luminosity_distance(Z[:10]) / Planck18.luminosity_distance(to)).value
    expected = peaks(transients)[:10] * distance**2 * (1 + to) / (1 + Z[:10])
    np.testing.assert_allclose(peaks(there), expected, rtol=0.1)


def test_farther_transients_have_the_errors_of_the_survey_and_are_still_detected(transients):
    there, rows = farther(transients, seed=3)
    to = there.table["z"].to_numpy()
    assert 5 <= len(rows) <= 10 and np.all(to > Z[rows]) and np.all(to <= np.maximum(FARTHEST, 1.1 * Z[rows]))
    assert np.all(peaks(there) < peaks(transients)[rows])
    assert np.all(there.ivar <= transients.take(rows).ivar * 1.0001)
    bright = there.flux * np.sqrt(there.ivar) > 5.0
    assert np.all(np.add.reduceat(bright, there.offsets[:-1].astype(np.intp)) >= 2)
    dim = replace(transients, flux=transients.flux * np.float32(0.01))
    assert len(farther(dim, seed=3)[1]) == 0


def test_photometric_redshifts_err_as_those_of_other_objects():
    z = np.linspace(0.05, 1.0, 400)
    error = np.where(z < 0.5, 0.01, 0.2)
    sign = np.resize([1.0, -1.0], 400)
    flat = Series.from_points([np.arange(3.0)] * 400, np.ones((400, 3)), np.ones((400, 3)), [["g"] * 3] * 400, {"z": z})
    like = flat.with_columns({"photo": z + sign * error * (1 + z), "error": error})
    found = with_photometric_redshifts(flat, like, ("photo", "error"), seed=0)
    relative = (found.table["photo"].to_numpy() - z) / (1 + z)
    for part, wanted in ((z < 0.3, 0.01), (z > 0.75, 0.2)):
        np.testing.assert_allclose(np.abs(relative[part]), wanted, rtol=1e-6)
        assert np.all(found.table["error"].to_numpy()[part] == wanted)
        assert 0.3 < np.mean(relative[part] > 0) < 0.7
    assert np.all(found.table["z"].to_numpy() == z)


def test_moved_objects_do_not_change_how_often_a_class_is_drawn(transients):
    target = np.array(["Ia", "II", "II", "II", "Ia", "II", "II", "II", "II", "II", "AGN", "AGN"])
    catalog = {name: RNG.uniform(0.1, 0.4, 12) for name in plasticc.CATALOG} | {"hostgal_specz": Z}
    series, kinds, chance = plasticc._with_other_redshifts(transients.with_columns(catalog), target)
    assert len(series) == len(kinds) == len(chance) > 30 and len(set(series.object_ids)) == len(series)
    for kind, moved in (("Ia", True), ("II", True), ("AGN", False)):  # those of AGN are too near to be moved
        own = np.where(kinds == kind, chance, 0.0)
        assert own.sum() == pytest.approx(np.sum(target == kind) ** (1 - plasticc.BALANCE))
        assert own[12:].sum() / own[:12].sum() == pytest.approx(plasticc.MOVED if moved else 0.0)
