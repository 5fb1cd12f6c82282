"""Simulated transients at the epochs of a survey: distances, time dilation, noise and losses."""

from dataclasses import replace

import numpy as np
import pytest
from astropy.cosmology import Planck18

from clrseries import InputError, Series
from clrseries.datasets import simulated_transients
from clrseries.datasets.transient_shapes import KINDS

SKY, GAIN = 0.3, 0.05


def survey(bands, *, sky=SKY, curves=4, length=300.0, step=3.0, bright=True):
    """Return curves whose noise has a part from the sky and one that grows with the flux."""
    rng = np.random.default_rng(5)
    rows = []
    for _ in range(curves):
        time = np.sort(np.concatenate([np.arange(0, length, step) + 0.01 * k for k in range(len(bands))]))
        band = np.array(bands)[np.arange(len(time)) % len(bands)]
        true = 10.0 ** rng.uniform(1.0, 5.0) * np.exp(-(((time - length / 2) / 30) ** 2)) if bright else 0.0 * time
        error = np.sqrt(sky**2 + GAIN * true)
        rows.append((time, true + error * rng.normal(size=len(time)), error, band))
    return Series.from_points(*(list(column) for column in zip(*rows, strict=True)), bands=tuple(bands))


@pytest.fixture(scope="module")
def observed():
    return survey(["g", "r", "i"])


def test_objects_take_the_epochs_of_those_that_were_observed(observed):
    made = simulated_transients(observed, 2 * len(KINDS), seed=3)
    assert made.table["class"].to_pylist() == 2 * list(KINDS) and all(made.table["simulated"].to_pylist())
    assert np.isin(made.x, observed.x).all() and made.bands == observed.bands
    stars = np.isin(made.table["class"].to_pylist(), ["uLens-Single", "M-dwarf"])
    assert np.array_equal(made.table["redshift"].to_numpy() == 0.0, stars)
    assert made.table["peak_time"].null_count == 2 and made.table["peak_time"][list(KINDS).index("AGN")].as_py() is None


def test_curves_without_errors_are_passed_over(observed):
    ivar = observed.ivar.copy()
    ivar[int(observed.offsets[1]) :] = 0.0
    made = simulated_transients(replace(observed, ivar=ivar), 12)
    assert np.isin(made.x, observed.x[ivar > 0]).all()


def test_an_object_depends_on_seed_and_number_alone(observed):
    made, fewer = simulated_transients(observed, 12, seed=3), simulated_transients(observed, 4, seed=3)
    assert np.array_equal(fewer.flux, made.take(np.arange(4)).flux)
    assert not np.array_equal(simulated_transients(observed, 4, seed=4).flux[:20], fewer.flux[:20])


def test_noise_is_that_of_the_sky_and_of_the_own_light_not_of_the_old_source(observed):
    made = simulated_transients(observed, 60, kinds=["SNIa", "SNII"])
    variance = 1.0 / made.ivar.astype(np.float64)
    flux = made.flux.astype(np.float64)
    assert np.median(variance[np.abs(flux) < 1.0]) == pytest.approx(SKY**2, rel=0.05)
    assert variance.min() > 0.7 * SKY**2
    bright = flux > 10.0
    assert bright.sum() > 50
    assert np.median((variance / (SKY**2 + GAIN * flux + (0.005 * flux) ** 2))[bright]) == pytest.approx(1.0, abs=0.15)


def test_fluxes_scatter_about_zero_as_the_errors_say_when_nothing_shines(observed):
    made = simulated_transients(observed, 200, kinds=["SNIbc", "KN"], seed=1)
    peak, z = (np.repeat(made.table[name].to_numpy(), np.diff(made.offsets)) for name in ("peak_time", "redshift"))
    quiet = (made.flux * np.sqrt(made.ivar))[made.x < peak - 60 * (1 + z)]
    assert len(quiet) > 2000
    assert quiet.mean() == pytest.approx(0.0, abs=0.08) and quiet.std() == pytest.approx(1.0, abs=0.05)


def test_every_object_is_detected_and_some_are_seen_in_part(observed):
    made = simulated_transients(observed, 80, kinds=["SNIa", "SNII", "TDE", "SLSN-I"])
    ratio = made.flux * np.sqrt(made.ivar)
    detected = np.add.reduceat(ratio > 4.0, made.offsets[:-1].astype(int))
    assert np.all(detected >= 2)
    peak = made.table["peak_time"].to_numpy()
    outside = np.mean((peak < 0) | (peak > 300))
    assert 0.05 < outside < 0.5


def test_times_are_dilated_and_distances_those_of_the_cosmology():
    like = survey(["r", "i", "z", "y", "J"], sky=0.1, curves=1, length=400, step=2, bright=False)
    made = simulated_transients(like, 150, kinds="SNIa")
    z, peak = (made.table[name].to_numpy() for name in ("redshift", "peak_time"))
    width, magnitude = [], []
    wavelength = {"r": 6200.0, "i": 7600.0, "z": 8900.0, "y": 9700.0, "J": 12500.0}
    assert made.band is not None
    for k in np.flatnonzero((peak > 60) & (peak < 300)):
        rest = np.array([wavelength[name] for name in made.bands]) / (1 + z[k])
        b = int(np.abs(rest / 4400 - 1).argmin())
        own = np.arange(made.offsets[k], made.offsets[k + 1])
        own = own[made.band[own] == b]
        flux, time = made.flux[own], made.x[own]
        if abs(rest[b] / 4400 - 1) > 0.05 or flux.max() < 8 * 0.1:
            continue
        top = flux[np.abs(time - peak[k]) < 3 * (1 + z[k])].mean()
        width.append(2.0 * (flux > 0.5 * top).sum() / (1 + z[k]))
        magnitude.append(25 - 2.5 * np.log10(top / (1 + z[k])) - Planck18.distmod(z[k]).value)
    assert len(width) > 10 and np.mean(z > 0.8) > 0.5
    assert np.median(width) == pytest.approx(19.5, abs=2.5)
    assert np.median(magnitude) == pytest.approx(
        -19.0, abs=0.35
    )  # M_B of -19.35, less dust and the width of the maximum


def test_deeper_surveys_see_farther_and_luminous_kinds_are_seen_farther():
    deep, shallow = survey(["g", "r"], sky=0.1), survey(["g", "r"], sky=3.0)
    far, near = (np.median(simulated_transients(like, 60, kinds="SNIa").table["redshift"]) for like in (deep, shallow))
    assert far > 2 * near
    faint = np.median(simulated_transients(deep, 60, kinds="SNIax").table["redshift"])
    bright = np.median(simulated_transients(deep, 60, kinds="SLSN-I").table["redshift"])
    assert faint < far < bright


def test_a_survey_that_records_detections_alone_records_detections_alone():
    full = survey(["g", "r"])
    ratio = full.flux * np.sqrt(full.ivar)
    owner = np.repeat(np.arange(len(full)), np.diff(full.offsets))
    kept = ratio > 4
    assert full.band is not None
    names = np.array(full.bands, object)[full.band[kept]]
    like = Series.from_rows(owner[kept], full.x[kept], full.flux[kept], full.ivar[kept] ** -0.5, names, full.table)
    made = simulated_transients(like, 50, kinds="SNIa")
    assert np.quantile(made.flux * np.sqrt(made.ivar), 0.02) > 3.9
    assert (simulated_transients(full, 50, kinds="SNIa").flux < 0).any()


def test_what_cannot_be_simulated_is_refused(observed):
    with pytest.raises(InputError, match="simulated_transients: kinds are some of SNIa, .*; got SNIb"):
        simulated_transients(observed, 3, kinds=["SNIb"])
    with pytest.raises(InputError, match="kinds are some of .*; got none"):
        simulated_transients(observed, 3, kinds=[])
    with pytest.raises(InputError, match="objects must be a whole number of at least 1"):
        simulated_transients(observed, 0)
    with pytest.raises(InputError, match="seed must be a whole number"):
        simulated_transients(observed, 1, seed=-1)
    with pytest.raises(InputError, match="the wavelength of band W1 is not known; .*with_bands"):
        simulated_transients(survey(["g", "W1"]), 1)
    with pytest.raises(InputError, match="no light curve of `like` has 10 points"):
        simulated_transients(Series.from_points([[1.0, 2.0]], [[1.0, 1.0]], [[0.1, 0.1]], [["g", "g"]]))
    spectra = Series.from_arrays([np.linspace(4000, 5000, 50)], [np.ones(50)], [np.ones(50)])
    with pytest.raises(InputError, match="holds spectra"):
        simulated_transients(spectra)
