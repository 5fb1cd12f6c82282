"""What a light curve measures: systematics, noise, scale; each step against its rule in plain numpy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clrseries import InputError, Normal, Series, Uniform
from clrseries.lightcurves import (
    Amplify,
    Detect,
    Flares,
    Jumps,
    Noise,
    Normalize,
    Observe,
    Outliers,
    Pack,
    RandomWalk,
    Saturate,
    Trend,
    ZeroPoint,
)

POINTS = 300


@pytest.fixture(scope="module")
def flat():
    """A hundred constant sources with tiny errors, in three bands."""
    rng = np.random.default_rng(2)
    time = np.sort(rng.uniform(0, 900, (100, POINTS)), axis=1)
    band = rng.choice(["g", "i", "r"], (100, POINTS))
    flux = np.where(band == "g", 50.0, np.where(band == "r", 100.0, 200.0))
    return Series.from_points(time, flux, np.full_like(flux, 1e-3), band)


def run(series, *steps, views=1, seed=4, length=POINTS):
    return Observe(sorted([*steps, Pack(length)], key=lambda step: step.order))(series, views, seed)


def logs(views, series):
    """ln(flux / source flux), (N, L)."""
    return np.log(views.flux[:, 0] / series.flux.reshape(-1, POINTS))


def test_zero_points_belong_to_bands(flat):
    views = run(flat, ZeroPoint(0.1))
    offset, band = logs(views, flat), views.band[:, 0]
    means = np.array([[o[b == k].mean() for k in range(3)] for o, b in zip(offset, band, strict=True)])
    np.testing.assert_allclose(offset, np.take_along_axis(means, band.astype(int), 1), atol=1e-5)
    assert means.std() == pytest.approx(0.1 * np.log(10) / 2.5, rel=0.15)
    assert abs(np.corrcoef(means.T)[0, 1]) < 0.3
    np.testing.assert_allclose(
        views.ivar[:, 0] * views.flux[:, 0] ** 2, (flat.ivar * flat.flux**2).reshape(-1, POINTS), rtol=1e-4
    )


def test_jumps_are_steps(flat):
    views = run(flat, Jumps(0.1, 200.0))
    part = np.floor((views.time[:, 0] - views.param("jump_center")) / 200 + 0.5)
    offset = logs(views, flat)
    values = []
    for o, p in zip(offset, part, strict=True):
        for k in np.unique(p):
            assert np.ptp(o[p == k]) < 2e-5
            values.append(o[p == k][0])
    assert np.std(values) == pytest.approx(0.0921, rel=0.12)


def test_a_trend_is_a_parabola_and_a_walk_a_walk(flat):
    views = run(flat, Trend(Normal(0, 0.1), Normal(0, 0.1)))
    t = views.time[:, 0]
    u = 2 * t / t[:, -1:] - 1
    slope, curvature = views.param("slope"), views.param("curvature")
    np.testing.assert_allclose(logs(views, flat), slope * u + curvature * (u**2 - 1 / 3), atol=2e-5)
    views = run(flat, RandomWalk(0.01, 30.0))
    offset = logs(views, flat)
    at = np.arange(0, 870, 30.0)
    steps = np.diff([np.interp(at, t, o) for t, o in zip(views.time[:, 0], offset, strict=True)], axis=1)
    assert steps.std() == pytest.approx(0.01 * np.log(10) / 2.5, rel=0.15)
    assert offset[:, -1].std() == pytest.approx(0.00921 * np.sqrt(30), rel=0.25)


def test_flares_rise_at_once_and_decay(flat):
    views = run(flat, Flares(Uniform(0.002, 0.01), 2.0, 15.0))
    number = views.param("flares")[:, 0]
    assert number.mean() == pytest.approx(0.006 * 900, rel=0.25)
    excess = views.flux[:, 0] - flat.flux.reshape(-1, POINTS)
    assert (excess > -1e-3).all() and (excess[number == 0] < 1e-3).all()
    row = int(np.flatnonzero(number == number[number > 0].min())[0])
    e, t = excess[row], views.time[row, 0]
    last = int(np.flatnonzero(np.diff(e) > 0.01)[-1]) + 1  # nothing rises behind the last flare
    np.testing.assert_allclose(e[last:], e[last] * np.exp(-(t[last:] - t[last]) / 15.0), rtol=1e-3, atol=1e-2)


def test_outliers_are_as_many_and_as_far_as_it_says_and_ivar_does_not_know(flat):
    views = run(flat, Outliers(0.05, 8.0))
    off = (views.flux[:, 0] - flat.flux.reshape(-1, POINTS)) * 1e3
    hit = np.abs(off) > 0.1
    assert hit.mean() == pytest.approx(0.05, rel=0.1)
    assert np.abs(off[hit]).mean() == pytest.approx(8.0, rel=0.1) and abs((off[hit] > 0).mean() - 0.5) < 0.05
    np.testing.assert_array_equal(views.ivar[:, 0], flat.ivar.reshape(-1, POINTS))


def test_depth_gives_the_variance_it_states_and_never_less_than_there_was(flat):
    step = Noise({"g": 22.0, "r": 21.0}, Uniform(-0.5, 0.5), sky=0.9, floor=0.01)
    views = run(flat, step)
    f5 = np.array([10**1.2, 0.0, 10**1.6])[views.band[:, 0]] * views.param("noise_scale")
    flux = flat.flux.reshape(-1, POINTS).astype(float)
    wanted = f5**2 / 25 * (0.9 + 0.1 * flux / np.where(f5 > 0, f5, 1)) + (0.01 * flux) ** 2
    variance = np.maximum(wanted, 1e-6)
    np.testing.assert_allclose(1 / views.ivar[:, 0], variance, rtol=1e-4)
    chi = (views.flux[:, 0] - flux) / np.sqrt(variance)
    assert (chi**2).mean() == pytest.approx(1.0, abs=0.03) and abs(chi.mean()) < 0.02
    again = run(flat, Noise(40.0, floor=0.0))
    np.testing.assert_allclose(again.ivar[:, 0], flat.ivar.reshape(-1, POINTS), rtol=1e-3)


def test_depth_varies_from_night_to_night_but_not_within(flat):
    views = run(flat, Noise(21.0, floor=0.0, sky=1.0, scatter=0.3))
    night, error = np.floor(views.time[:, 0] + 0.5), -0.5 * np.log(views.ivar[:, 0])
    assert error.std() == pytest.approx(0.3 * np.log(10) / 2.5, rel=0.05)
    same = np.diff(night) == 0
    assert same.sum() > 1000 and np.abs(np.diff(error)[same]).max() < 1e-3


def test_saturated_and_undetected_points_are_lost(flat):
    views = run(flat, Saturate({"i": 19.5, "r": 19.9}))  # flux 158 and 110
    np.testing.assert_array_equal(views.ivar[:, 0] > 0, flat.flux.reshape(-1, POINTS) < 150)
    faint = Series.from_points(np.arange(3000.0)[None], np.full((1, 3000), 4.0), np.ones((1, 3000)))
    assert not (run(faint, Detect(5.0), length=3000).ivar > 0).any()
    kept = run(faint, Detect(5.0, kept=0.3), length=3000)
    assert (kept.ivar > 0).mean() == pytest.approx(0.3, abs=0.03)
    assert set(kept.flux[kept.ivar > 0]) == {4.0}
    assert (run(faint, Detect(3.0), length=3000).ivar > 0).all()


def test_amplify_changes_what_varies_and_the_whole():
    rng = np.random.default_rng(3)
    time, flux = np.arange(200.0)[None], 100 + rng.normal(0, 5, (1, 200))
    band = np.array([["a", "b"] * 100])
    series = Series.from_points(time, flux + 40 * (band == "a"), np.ones((1, 200)), band)
    views = run(series, Amplify(1.5, 2.0), length=200)
    for k in (0, 1):
        before, after = series.flux[series.band == k] * 2, views.flux[0, 0][views.band[0, 0] == k]
        np.testing.assert_allclose(after, np.median(before) + 1.5 * (before - np.median(before)), rtol=1e-4)
    np.testing.assert_allclose(views.ivar, 1 / 9.0, rtol=1e-5)


def mad(values):
    return 1.4826022 * np.median(np.abs(values - np.median(values)))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 70), st.integers(0, 2**31))
def test_levels_are_those_of_numpy(number, seed):
    rng = np.random.default_rng(seed)
    flux, error = rng.lognormal(2, 1, number), rng.uniform(0.1, 1, number)
    band = rng.choice(["a", "b"], number)
    series = Series.from_points([np.arange(float(number))], [flux], [error], [band], bands=("a", "b"))
    flux = series.flux.astype(float)

    def by(*arguments):
        views = run(series, Normalize(*arguments), length=80)
        assert (views.flux[0, 0, number:] == 0).all()
        return views.flux[0, 0, :number], views.ivar[0, 0, :number]

    def wanted(group):
        values = flux[group]
        scale = mad(values) or np.median(error[group])
        return (values - np.median(values)) / scale, scale

    everything = np.ones(number, bool)
    ours, ivar = by("object")
    theirs, scale = wanted(everything)
    np.testing.assert_allclose(ours, theirs, rtol=2e-4, atol=2e-4)
    np.testing.assert_allclose(ivar, scale**2 * series.ivar, rtol=1e-3)
    ours, ivar = by("band")
    for name in set(band):
        group = band == name
        theirs, scale = wanted(group)
        np.testing.assert_allclose(ours[group], theirs, rtol=2e-4, atol=2e-4)
        np.testing.assert_allclose(ivar[group], scale**2 * series.ivar[group], rtol=1e-3)
    ours, ivar = by("color", "a")
    middle = np.median(flux[band == "a"]) if (band == "a").any() else np.inf
    np.testing.assert_allclose(ours, flux / middle, rtol=1e-5)
    ours, ivar = by("magnitude", None, 3.0, 24.0)
    pogson = 2.5 / np.log(10)
    np.testing.assert_allclose(ours, 24.0 - pogson * (np.arcsinh(flux / 6.0) + np.log(3.0)), rtol=1e-5)
    np.testing.assert_allclose(1 / np.sqrt(ivar), pogson * error / np.sqrt(flux**2 + 36.0), rtol=1e-3)


def test_magnitudes_of_bright_points_are_magnitudes():
    series = Series.from_points([[0.0]], [[1000.0]], [[1.0]])
    assert run(series, Normalize("magnitude"), length=1).flux[0, 0, 0] == pytest.approx(25 - 7.5, abs=1e-5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Normalize("color"), "name the band"),
        (lambda: Normalize("best"), "by must be one of"),  # type: ignore[arg-type]
        (lambda: Normalize("magnitude", softening=0.0), "softening must be above 0"),
        (lambda: Pack(0), "at least one point"),
        (lambda: Pack(8, "first"), "method must be one of"),  # type: ignore[arg-type]
        (lambda: Pack(8, origin="moon"), "origin must be one of"),  # type: ignore[arg-type]
        (lambda: Pack(8, probability=0.5), "probability must be 1"),
        (lambda: Observe([]), "exactly one Pack"),
        (lambda: Observe([Normalize(), Pack(8)]), "nature's order"),
        (lambda: Observe([Pack(8)], "gpu"), "backend is one of"),
    ],
)
def test_a_wrong_composition_says_what_is_wrong(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_a_band_that_is_not_there_is_named(flat):
    with pytest.raises(InputError, match="Normalize: there is no band 'u'; the series has g, i, r"):
        run(flat, Normalize("color", "u"))
