"""Simulated variable stars: processes and shapes in closed form, and stars that a search for periods finds again."""

import numpy as np
import pytest

from clrseries import InputError, Series
from clrseries.datasets import simulated_variables
from clrseries.datasets.variability import KINDS, wander, wave
from clrseries.lightcurves import with_periods
from clrseries.lightcurves.harmonics import fit_harmonics


@pytest.fixture(scope="module")
def observed():
    rng = np.random.default_rng(1)
    times = [np.sort(rng.uniform(0, 1500, 300)) for _ in range(4)]
    fluxes = [np.full(300, level) for level in (100.0, 200.0, 400.0, 800.0)]
    return Series.from_points(times, fluxes, [0.01 * flux for flux in fluxes], [np.full(300, "V")] * 4)


def test_the_random_process_has_the_stated_covariance():
    time = np.arange(4000.0)
    x = np.mean(
        [
            [np.mean(z[: 4000 - lag].real * z[lag:].real) for lag in (0, 3, 10)]
            for z in (wander(np.random.default_rng(k), time, 12.0, 0.1) for k in range(30))
        ],
        axis=0,
    )
    expected = [np.exp(-lag / 12.0) * np.cos(2 * np.pi * 0.1 * lag) for lag in (0, 3, 10)]
    assert x == pytest.approx(expected, abs=0.04)


def test_a_wave_has_the_harmonics_that_it_is_made_of():
    phase = np.linspace(0, 1, 400, endpoint=False)
    shape = wave(phase, np.array([0.4, 0.2]), np.array([4.0, 2.0]))
    assert np.ptp(shape) == pytest.approx(1.0, abs=1e-3) and abs(shape.mean()) < 1e-9
    terms = fit_harmonics(phase, shape, np.ones(400), np.array([1.0]), 3).coefficients[0]
    found = terms[1::2] - 1j * terms[2::2]
    assert np.abs(found[1:] / found[0]) == pytest.approx([0.4, 0.2])
    assert np.angle(found[1:] / found[0] ** [2, 3] * [np.exp(-4j), np.exp(-2j)]) == pytest.approx(0.0, abs=1e-6)


def test_periods_are_found_again(observed):
    stars = with_periods(simulated_variables(observed, 40, kinds=["RRab", "RRc", "DCEP", "EB", "M"]))
    stated, found = (stars.table[name].to_numpy() for name in ("period", "period_1"))
    assert np.mean(np.abs(found / stated - 1.0) < 0.01) >= 0.9


def test_stars_keep_the_epochs_and_errors_of_those_that_were_observed(observed):
    stars = simulated_variables(observed, 2 * len(KINDS), seed=3)
    known = np.concatenate([observed.x[observed.offsets[i] : observed.offsets[i + 1]] for i in range(4)])
    assert np.isin(stars.x, known).all() and stars.bands == observed.bands
    assert stars.table["class"].to_pylist() == 2 * list(KINDS) and all(stars.table["simulated"].to_pylist())
    number = list(KINDS).index("RCB")
    assert stars.table["period"].null_count == 2 and stars.table["period"][number].as_py() is None
    quiet = stars.take([list(KINDS).index("ACV")])
    assert np.median(quiet.flux * quiet.ivar**0.5) == pytest.approx(1 / np.hypot(0.01, 0.005), rel=0.05)
    again = simulated_variables(observed, 3, seed=3)
    assert np.array_equal(again.flux, stars.take(np.arange(3)).flux)
    assert not np.array_equal(simulated_variables(observed, 3, seed=4).flux[:20], again.flux[:20])


def test_pulsations_are_smaller_in_the_red_and_eclipses_are_not():
    time = np.sort(np.random.default_rng(0).uniform(0, 300, 600))
    flux = np.full(600, 100.0)
    band = np.array(["B", "I"])[np.arange(600) % 2]
    like = Series.from_points([time], [flux], [0.001 * flux], [band])

    def ratio(kind):
        star = simulated_variables(like, 1, kinds=kind)
        spread = [np.std(2.5 * np.log10(star.flux[star.band == b])) for b in range(2)]
        return spread[0] / spread[1]

    assert ratio("DCEP") == pytest.approx((8000 / 4400) ** 1.2, rel=0.15)
    assert ratio("EW") == pytest.approx(1.0, rel=0.15)


def test_what_cannot_be_simulated_is_refused(observed):
    with pytest.raises(InputError, match="kinds are some of RRab, .*; got RRLyrae"):
        simulated_variables(observed, 3, kinds=["RRLyrae"])
    with pytest.raises(InputError, match="kinds are some of .*; got none"):
        simulated_variables(observed, 3, kinds=[])
    with pytest.raises(InputError, match="objects must be a whole number of at least 1"):
        simulated_variables(observed, 0)
    with pytest.raises(InputError, match="no light curve of `like` has 30 points"):
        simulated_variables(Series.from_points([[1.0, 2.0]], [[1.0, 1.0]], [[0.1, 0.1]]))
    spectra = Series.from_arrays([np.linspace(4000, 5000, 50)], [np.ones(50)], [np.ones(50)])
    with pytest.raises(InputError, match="holds spectra"):
        simulated_variables(spectra)
