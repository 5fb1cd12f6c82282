"""When a light curve is seen: each step against its rule in plain numpy."""

import numpy as np
import pytest

from clrseries import InputError, Series, Uniform
from clrseries.lightcurves import (
    AroundDetections,
    Bin,
    DropBands,
    DropDays,
    DropPoints,
    Fold,
    Gaps,
    Moon,
    Nights,
    Normalize,
    Observe,
    Pack,
    Redshift,
    ReverseTime,
    Seasons,
    ShiftTime,
    StretchPeriod,
    Truncate,
    Visit,
    Weather,
    Window,
    survey,
)

POINTS = 400


@pytest.fixture(scope="module")
def stars():
    """Fifty curves of 400 points over three years, in two bands; flux is the point's own number."""
    rng = np.random.default_rng(1)
    time = np.sort(rng.uniform(53000, 54000, (50, POINTS)), axis=1)
    flux = np.tile(np.arange(1.0, POINTS + 1), (50, 1))
    band = rng.choice(["g", "r"], (50, POINTS))
    table = {"object_id": [f"s{i}" for i in range(50)], "z": [0.1] * 50, "period": [3.3] * 50, "ra": [150.0] * 50}
    return Series.from_points(time, flux, np.ones_like(flux), band, table)


def seen(views):
    """Numbers of the points that each view shows, one set each."""
    return [set(f[v > 0].round().astype(int)) for f, v in zip(views.flux[:, 0], views.ivar[:, 0], strict=True)]


def expected(stars, keep):
    """The same from a rule: keep(object, days since the first point) -> bool."""
    rows = [stars.row(i)[0] for i in range(len(stars))]
    return [set(np.flatnonzero(keep(i, x - x[0])) + 1) for i, x in enumerate(rows)]


def run(stars, *steps, pack=POINTS, seed=5):
    return Observe([*steps, Pack(pack)])(stars, seed=seed)


def drawn(views, name):
    return views.param(name)[:, 0]


def test_nothing_done_gives_the_curve_and_an_empty_rest(stars):
    views = run(stars, pack=POINTS + 30)
    x, flux, ivar = stars.row(7)
    np.testing.assert_array_equal(views.flux[7, 0, :POINTS], flux)
    np.testing.assert_array_equal(views.ivar[7, 0, :POINTS], ivar)
    np.testing.assert_allclose(views.time[7, 0, :POINTS], x - x[0], atol=1e-4)
    np.testing.assert_array_equal(views.band[7, 0, :POINTS], stars.band[7 * POINTS : 8 * POINTS])
    for array in views.inputs:
        assert (array[..., POINTS:] == 0).all()


def cyclic(days, period, center):
    return np.abs((days - center + period / 2) % period - period / 2)


@pytest.mark.parametrize(
    ("step", "rule"),
    [
        (Window(Uniform(100, 500)), lambda d, t: (t >= d("window_start")) & (t <= d("window_stop"))),
        (Truncate(30.0, "first"), lambda d, t: t <= 30.0),
        (Seasons(180.0), lambda d, t: cyclic(t, 365.2422, d("season_center")) <= 90),
        (Nights(10.0), lambda d, t: cyclic(t, 1.0, d("night_center")) <= 10 / 48),
        (Gaps(31.0, 6.0), lambda d, t: cyclic(t, 31.0, d("gap_center")) > 3.0),
    ],
)
def test_what_is_seen_follows_the_rule(stars, step, rule):
    views = run(stars, step)
    wanted = expected(stars, lambda i, t: rule(lambda name: drawn(views, name)[i], t))
    found = seen(views)
    wrong = sum(len(a ^ b) for a, b in zip(found, wanted, strict=True))  # float32 may decide otherwise at an edge
    assert wrong <= 3 and sum(map(len, found)) < 50 * POINTS * 0.98


def test_a_season_is_centered_on_opposition_and_a_night_where_it_is_said(stars):
    from astropy.coordinates import get_sun
    from astropy.time import Time

    views = run(stars, Seasons(60.0, ra="ra"))
    middle = stars.x[0] + drawn(views, "season_center")[0]
    sun = get_sun(Time(middle, format="mjd")).ra.deg
    assert abs((sun - 150.0) % 360 - 180) < 4  # the Sun does not move evenly
    views = run(stars, Nights(6.0, middle=0.3))
    times = np.concatenate(
        [stars.x[stars.offsets[i] + np.array(sorted(s), int) - 1] for i, s in enumerate(seen(views))]
    )
    assert (cyclic(times, 1.0, 0.3) < 0.125 + 1e-3).all() and len(times) > 3000


def test_truncation_counts_from_the_first_detection_or_the_peak(stars):
    for after in ("detection", "peak"):
        found = seen(run(stars, Truncate(20.0, after)))
        start = 5 if after == "detection" else POINTS - 1  # flux 6 is the first above five sigma
        wanted = expected(stars, lambda i, t: t <= t[start] + 20.0)  # noqa: B023
        assert found == wanted


@pytest.mark.parametrize("steps", [[], [ReverseTime()], [ShiftTime(500.0)], [StretchPeriod(2.0)]])
def test_what_is_around_the_detections_is_kept(steps):
    days = np.arange(0.0, 1000.0, 10.0)
    flux = np.zeros((6, 100))
    flux[0, [40, 50]] = 9.0, 6.0  # from day 400 to 500
    flux[1, [20, 50]] = -9.0, 6.0  # fainter than the background
    flux[2, [30, 60]] = 4.0, -4.5  # no detection: the most significant point, on day 600
    flux[3, [70, 90]] = 8.0, 99.0
    flux[4, [10, 40, 43, 44, 45]] = -70.0, 9.0, 6.0, 8.0, 6.0  # of five, the bad subtraction is alone
    flux[5, [10, 40, 43, 95]] = 7.0, 9.0, 6.0, 60.0  # two of four are alone: a source that is seldom seen
    ivar = np.ones_like(flux)
    ivar[3, 90] = 0.0  # not measured
    curves = Series.from_points(np.tile(days, (6, 1)), flux, ivar)
    views = Observe([*steps, AroundDetections(before=20.0, after=50.0), Pack(100)])(curves, seed=0)
    factor = 2.0 if steps and isinstance(steps[0], StretchPeriod) else 1.0
    before, after = (50.0, 20.0) if steps and isinstance(steps[0], ReverseTime) else (20.0, 50.0)
    for k, (first, last) in enumerate(
        [(400.0, 500.0), (200.0, 500.0), (600.0, 600.0), (700.0, 700.0), (400.0, 450.0), (100.0, 950.0)]
    ):
        kept = (days >= first - before / factor) & (days <= last + after / factor) & (ivar[k] > 0)
        assert (views.ivar[k, 0] > 0).sum() == kept.sum()


def test_quiet_months_do_not_change_what_is_around_the_detections():
    rng = np.random.default_rng(0)
    days = np.arange(0.0, 900.0, 5.0)
    flux = rng.uniform(-2, 2, (1, 180)) + 50 * np.exp(-(((days - 500.0) / 30) ** 2))
    long = Series.from_points(days[None], flux, np.ones_like(flux), table={"object_id": ["a"]})
    event = slice(80, 130)
    short = Series.from_points(days[None, event], flux[:, event], np.ones((1, 50)), table={"object_id": ["a"]})
    observe = Observe([AroundDetections(), Pack(64, origin="peak"), Normalize("object")])
    for whole, part in zip(observe(long, seed=0).inputs, observe(short, seed=0).inputs, strict=True):
        np.testing.assert_array_equal(whole, part)


def test_weather_takes_whole_nights_in_spells_and_the_fraction_it_says(stars):
    views = run(stars, Weather(0.3, spell=5.0))
    assert np.mean([len(s) for s in seen(views)]) == pytest.approx(0.7 * POINTS, rel=0.05)
    dense = Series.from_points(np.arange(0, 1000, 0.25)[None], np.ones((1, 4000)), np.ones((1, 4000)))
    good = run(dense, Weather(0.3, spell=5.0), pack=4000)
    nights = np.floor(good.time[0, 0][good.ivar[0, 0] > 0] + 0.5)
    kept, counts = np.unique(nights, return_counts=True)
    assert (counts[1:-1] == 4).all()
    lost = np.setdiff1d(np.arange(1000), kept)
    assert len(np.split(lost, np.flatnonzero(np.diff(lost) > 1) + 1)) < 0.5 * len(lost)  # spells of two nights and more


def test_the_moon_takes_bright_nights(stars):
    views = run(stars, Moon(0.8))
    found = np.concatenate(
        [stars.x[stars.offsets[i] + np.array(sorted(s), int) - 1] for i, s in enumerate(seen(views))]
    )
    from astropy.coordinates import get_body, get_sun
    from astropy.time import Time

    def lit(times):
        time = Time(times, format="mjd")
        moon, sun = (body.cartesian.xyz.value for body in (get_body("moon", time), get_sun(time)))
        cosine = (moon * sun).sum(0) / np.linalg.norm(moon, axis=0) / np.linalg.norm(sun, axis=0)
        return (1 - cosine) / 2

    all_lit, kept_lit = lit(stars.x[::40]), lit(found[::20])
    assert np.mean(kept_lit) < np.mean(all_lit) - 0.1
    assert len(found) / len(stars.x) == pytest.approx(1 - 0.8 * 0.5, abs=0.03)


def test_runs_of_days_are_lost(stars):
    views = run(stars, DropDays(3, 20.0))
    for i, found in enumerate(seen(views)):
        t = stars.row(i)[0] - stars.row(i)[0][0]
        gone = np.array(sorted(set(range(1, POINTS + 1)) - found), int) - 1
        assert len(gone) > 0
        runs = np.split(gone, np.flatnonzero(np.diff(gone) > 1) + 1)
        assert len(runs) <= 3 and all(np.ptp(t[r]) <= 60.01 for r in runs)


def test_points_and_bands_are_lost_at_random_but_never_the_last_band(stars):
    assert np.mean([len(s) for s in seen(run(stars, DropPoints(0.25)))]) == pytest.approx(0.75 * POINTS, rel=0.02)
    views = Observe([DropBands(0.6), Pack(POINTS)])(stars, views=40, seed=2)
    kinds = [
        np.unique(b[v > 0]) for b, v in zip(views.band.reshape(-1, POINTS), views.ivar.reshape(-1, POINTS), strict=True)
    ]
    assert all(len(k) >= 1 for k in kinds)
    both = np.mean([len(k) == 2 for k in kinds])
    assert both == pytest.approx(0.16, abs=0.03)
    one = stars.with_bands(("g", "r", "never seen"))
    assert all((run(one, DropBands(1.0)).ivar > 0).any(-1))  # the band that stays is one that the object has


@pytest.mark.parametrize("method", ["nearest", "linear"])
def test_visits_are_the_nearest_measurement_or_the_line_between_two(stars, method):
    step = Visit((0.0, 0.7), ("g", "r"), 4.0, 3.0, method)
    views = run(stars, step, pack=600)
    for i in (0, 31):
        x, flux, _ = stars.row(i)
        band = stars.band[i * POINTS : (i + 1) * POINTS]
        t = x - x[0]
        epochs = [
            (4.0 * (c - drawn(views, "visit_phase")[i]) + d, b) for c in range(400) for d, b in ((0.0, 0), (0.7, 1))
        ]
        epochs = [(e, b) for e, b in epochs if e <= t[-1] + 8]
        rows = []
        for when, b in epochs:
            own = np.flatnonzero(band == b)
            left, right = own[t[own] < when][-1:], own[t[own] >= when][:1]
            if method == "nearest":
                near = own[np.argmin(np.abs(t[own] - when))]
                others = np.array([abs(e - t[near]) for e, c in epochs if c == b])
                if abs(t[near] - when) <= 3.0 and others.min() >= abs(t[near] - when):
                    rows.append((when, flux[near], 1.0, b))
            elif len(left) and len(right) and when - t[left[0]] <= 3.0 and t[right[0]] - when <= 3.0:
                w = (when - t[left[0]]) / (t[right[0]] - t[left[0]])
                rows.append((when, (1 - w) * flux[left[0]] + w * flux[right[0]], 1 / ((1 - w) ** 2 + w**2), b))
        wanted = np.array(rows).T
        good = views.ivar[i, 0] > 0
        assert good.sum() == wanted.shape[1] > 20
        for found, column in zip(views.inputs, wanted, strict=True):
            offset = (
                found[i, 0][good][0] - column[0] if found is views.time else 0.0
            )  # time counts from the first point
            np.testing.assert_allclose(found[i, 0][good] - offset, column, rtol=2e-4, atol=2e-3)


def test_no_measurement_stands_for_two_visits(stars):
    views = run(stars, Visit((0.0,), ("g",), 0.5, 5.0), pack=3000)
    for flux, ivar in zip(views.flux[:, 0], views.ivar[:, 0], strict=True):
        used = flux[ivar > 0]
        assert len(used) == len(set(used)) > 100


def test_visit_says_what_is_wrong(stars):
    with pytest.raises(InputError, match="none of the bands J is in the series, which has g, r"):
        run(stars, Visit((0.0,), ("J",), 1.0))
    with pytest.raises(InputError, match="within one cycle"):
        Visit((0.0, 2.0), ("g", "g"), 1.0)
    with pytest.raises(InputError, match="object 's.*': Visit would give it .* epochs"):
        run(stars, Visit((0.0,), ("g",), 1e-4))
    assert seen(run(stars, Visit((0.0,), ("J",), 1.0, counterparts={"J": "g"})))[0]


def test_binning_keeps_every_bit_of_information(stars):
    views = run(stars, Bin(7.0))
    whole = run(stars)
    mean, own = (np.average(v.time, axis=-1, weights=v.ivar)[..., None] for v in (whole, views))
    time = views.time - own + mean  # from the first point of the curve, not from the first bin
    for b in (0, 1):
        for before, after in ((1.0, 1.0), (whole.flux, views.flux), (whole.time, time)):
            sums = [(v.ivar * (v.band == b) * values).sum(-1) for v, values in ((whole, before), (views, after))]
            np.testing.assert_allclose(sums[1], sums[0], rtol=1e-4)
    cells = np.floor(time / 7.0 + views.param("bin_phase")[..., None])
    for i in range(50):
        good = views.ivar[i, 0] > 0
        pairs = list(zip(cells[i, 0][good], views.band[i, 0][good], strict=True))
        assert len(pairs) - len(set(pairs)) <= 1  # float32 may round a mean time across an edge


def test_time_is_dilated_stretched_reversed_and_shifted(stars):
    plain, span = run(stars), np.array([np.ptp(stars.row(i)[0]) for i in range(50)])
    views = run(stars, Redshift(to=0.65, z="z"))
    np.testing.assert_allclose(np.diff(views.time[:, 0]), 1.5 * np.diff(plain.time[:, 0]), rtol=1e-3, atol=1e-3)
    from astropy.cosmology import Planck18

    ratio = 1.5 * (Planck18.luminosity_distance(0.1) / Planck18.luminosity_distance(0.65)).value ** 2
    np.testing.assert_allclose(views.flux, ratio * plain.flux, rtol=1e-4)
    np.testing.assert_allclose(views.ivar, plain.ivar / ratio**2, rtol=1e-3)
    views = run(stars, ReverseTime())
    assert (views.flux != plain.flux[..., ::-1]).mean() < 1e-3  # float32 cannot tell every pair of times apart
    np.testing.assert_allclose(views.time[:, 0], (span[:, None] - plain.time[:, 0])[:, ::-1], atol=1e-3)
    both = run(stars, StretchPeriod(1.1), ShiftTime(12.0))
    np.testing.assert_allclose(np.ptp(both.time, axis=-1)[:, 0], 1.1 * span, rtol=1e-5)
    assert (np.abs(both.time[..., 0]) < 1e-9).all()  # time counts from the view's own first point


def test_folding_gives_phases_in_order_of_the_stretched_period(stars):
    views = run(stars, StretchPeriod(1.25), Fold("period", phase=0.2))
    assert (np.diff(views.time[:, 0]) >= 0).all() and (views.time >= 0).all() and (views.time < 1).all()
    x, flux, _ = stars.row(3)
    phase = (1.25 * (x - x[0]) / (3.3 * 1.25) + 0.2) % 1.0
    np.testing.assert_allclose(views.time[3, 0], np.sort(phase), atol=1e-5)
    np.testing.assert_array_equal(views.flux[3, 0], flux[np.argsort(phase)])


@pytest.mark.parametrize(
    "name", ["LSST-WFD", "ZTF", "Gaia", "ASAS-SN", "Kepler", "TESS", "OGLE", "EROS1", "SDSS-S82", "Pan-STARRS"]
)
def test_a_preset_looks_as_often_as_it_says(name):
    preset = survey(name)
    assert preset.source and set(preset.five_sigma) == set(preset.saturation) == set(preset.bands)
    step, span = (0.0005, 400) if name == "ASAS-SN" else (0.01, 20 if preset.cycle < 0.1 else 730)
    time, bands = np.arange(0, span, step), preset.bands
    grid = np.repeat(time, len(bands))
    source = Series.from_points(
        grid[None], np.full((1, len(grid)), 100.0), np.full((1, len(grid)), 0.01), [np.tile(bands, len(time))]
    )
    views = Observe([*preset.cadence_steps(reach=step), Pack(3000), *preset.noise_steps()])(source, views=30)
    number = (views.ivar > 0).sum(-1).mean()
    per_day = len(preset.epochs) / preset.cycle * np.ptp(time)
    share = (preset.season or 365.25) / 365.25 * (1 - preset.weather) * (1 - 0.5 * preset.moon)
    share *= 1 - (preset.gaps[1] / preset.gaps[0] if preset.gaps[0] else 0)
    assert number == pytest.approx(min(per_day * share, 3000), rel=0.35)


def test_there_is_no_such_survey():
    with pytest.raises(InputError, match="no survey preset 'HST'; there are LSST-WFD"):
        survey("HST")
