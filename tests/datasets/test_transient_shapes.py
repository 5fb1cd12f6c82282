"""Shapes of simulated transients, compared with published brightness, duration and color."""

import numpy as np
import pytest

from clrseries.datasets.glow import blackbody, diffused, tinted
from clrseries.datasets.transient_shapes import KINDS

OBJECTS = 300


def light(kind, time, wavelength, seed=0):
    """Return the changing light of the same objects whatever the wavelength."""
    time = np.tile(time, (OBJECTS, 1))
    return KINDS[kind](np.random.default_rng(seed), time, np.full_like(time, wavelength))[0]


def magnitude(flux):
    return 25.0 - 2.5 * np.log10(np.maximum(flux, 1e-30))


def test_the_sun_is_a_black_body_of_its_magnitude():
    sun = blackbody(np.array(3.828e33), np.array(5772.0), np.array([4400.0, 5500.0]))
    assert magnitude(sun) == pytest.approx([5.3, 4.8], abs=0.15)
    assert tinted(np.array(-19.0), 5500.0, np.array(6000.0), np.array(5500.0)) == pytest.approx(10 ** (0.4 * 44))


def test_an_explosion_that_is_heated_follows_the_rule_of_arnett():
    delay, kept = np.array([[10.0], [20.0]]), np.full((2, 1), np.inf)
    peak, luminosity = diffused(lambda t: 1e43 * np.exp(-t / 111.3), delay, kept)
    own = luminosity(peak)
    # Arnett's rule: at maximum what comes in goes out
    assert own == pytest.approx(1e43 * np.exp(-peak / 111.3), rel=0.03)
    assert np.all(peak[1] > peak[0]) and np.all(luminosity(np.array([[-1.0], [-1.0]])) == 0.0)
    edge = luminosity(delay * np.array([[4.999, 5.001]]))
    assert edge[:, 0] == pytest.approx(edge[:, 1], rel=0.1)


# Absolute magnitude (AB) at maximum, its scatter, and days for which the flux is above half of that: Hamuy et al. 1996 (SNIa), Taubenberger et al. 2008
# (SNIa-91bg), Foley et al. 2013 (SNIax), Anderson et al. 2014 (SNII), Drout et al. 2011 (SNIbc), De Cia et al. 2018 (SLSN-I),
# van Velzen et al. 2021 (TDE), Villar et al. 2017 (KN).
PUBLISHED = [
    ("SNIa", 4400.0, -19.35, (0.1, 0.3), (17, 22)),
    ("SNIa", 5500.0, -19.2, (0.1, 0.3), (21, 28)),
    ("SNIa-91bg", 4400.0, -17.2, (0.2, 0.6), (10, 15)),
    ("SNIax", 5500.0, -16.7, (0.5, 1.3), (15, 30)),
    ("SNII", 5500.0, -16.75, (0.6, 1.1), (30, 100)),
    ("SNIbc", 6200.0, -17.8, (0.4, 0.9), (20, 42)),
    ("SLSN-I", 4000.0, -21.3, (0.4, 0.9), (40, 70)),
    ("TDE", 4800.0, -19.0, (0.6, 1.3), (20, 60)),
    ("KN", 4800.0, -15.6, (0.1, 0.7), (0.8, 3)),
]


@pytest.mark.parametrize(("kind", "wavelength", "peak", "scatter", "days"), PUBLISHED)
def test_brightness_and_duration_are_as_published(kind, wavelength, peak, scatter, days):
    time = np.linspace(-60, 250, 1551) if kind != "KN" else np.linspace(0, 20, 1001)
    flux = light(kind, time, wavelength)
    brightest = magnitude(flux.max(1))
    assert np.median(brightest) == pytest.approx(peak, abs=0.4)
    assert scatter[0] < np.std(brightest) < scatter[1]
    bright = (flux > 0.5 * flux.max(1, keepdims=True)).sum(1) * (time[1] - time[0])
    assert days[0] < np.median(bright) < days[1]


def test_ia_decline_in_fifteen_days_follows_brightness():
    rows = magnitude(light("SNIa", np.array([0.0, 15.0]), 4400.0))
    decline = rows[:, 1] - rows[:, 0]
    assert 0.7 < decline.min() and decline.max() < 1.9 and np.median(decline) == pytest.approx(1.1, abs=0.1)
    slope = np.polyfit(decline, rows[:, 0], 1)[0]
    assert slope == pytest.approx(0.78, abs=0.35)  # Hamuy et al. 1996, AJ 112, 2391
    bg = magnitude(light("SNIa-91bg", np.array([0.0, 15.0]), 4400.0))
    assert np.median(bg[:, 1] - bg[:, 0]) == pytest.approx(1.8, abs=0.2)


def test_ia_have_a_second_maximum_in_the_red_alone_and_those_like_1991bg_none():
    time = np.arange(0.0, 40.0)

    def maxima(kind, wavelength):
        flux = np.median(light(kind, time, wavelength), axis=0)
        return 5 + np.flatnonzero((flux[6:-1] > flux[5:-2]) & (flux[6:-1] >= flux[7:]))

    assert len(maxima("SNIa", 4400.0)) == 0 and len(maxima("SNIa-91bg", 7600.0)) == 0
    assert maxima("SNIa", 7700.0) == pytest.approx([25], abs=4)


def test_plateaus_last_a_hundred_days_and_cool():
    time = np.array([5.0, 30.0, 70.0, 140.0, 240.0])
    blue, visual, red = (magnitude(light("SNII", time, wave)) for wave in (4800.0, 5500.0, 6200.0))
    assert np.median(visual[:, 2] - visual[:, 1]) == pytest.approx(0.48, abs=0.3)  # 1.2 mag / 100 d
    assert np.median(visual[:, 3] - visual[:, 2]) > 1.7
    assert np.median(visual[:, 4] - visual[:, 3]) == pytest.approx(1.1, abs=0.3)  # cobalt-56
    color = np.median(blue - red, axis=0)
    assert color[0] < 0.1 and 0.6 < color[2] < 1.2


def test_tidal_disruptions_stay_hot_and_follow_the_fallback():
    time = np.array([0.0, 2000.0, 16000.0])
    blue, red = (light("TDE", time, wave) for wave in (3600.0, 7600.0))
    assert np.ptp(blue / red, axis=1) == pytest.approx(0.0, abs=1e-9)
    assert np.log(blue[:, 2] / blue[:, 1]) / np.log(8.0) == pytest.approx(-5 / 3, abs=0.12)
    assert np.median(magnitude(blue[:, 0]) - magnitude(red[:, 0])) < -0.6


def test_kilonovae_are_gone_in_days_and_turn_red():
    time = np.array([1.0, 4.0, 8.0])
    blue, red = (magnitude(light("KN", time, wave)) for wave in (4800.0, 7600.0))
    assert np.all(blue[:, 1] - blue[:, 0] > 1.5) and np.all(blue[:, 2] - blue[:, 0] > 3.0)
    assert np.median(blue[:, 1] - red[:, 1]) > 1.0 > np.median(blue[:, 0] - red[:, 0])


def test_a_lens_magnifies_all_colors_alike():
    time = np.linspace(-100, 100, 401)
    blue, red = light("uLens-Single", time, 4400.0), light("uLens-Single", time, 8000.0)
    assert blue / blue.max(1, keepdims=True) == pytest.approx(red / red.max(1, keepdims=True))
    assert blue == pytest.approx(blue[:, ::-1]) and np.all(blue > 0)
    grid = np.tile(time, (OBJECTS, 1))
    change, star = KINDS["uLens-Single"](np.random.default_rng(0), grid, np.full_like(grid, 5500.0))
    unblended = (change / star).max(1)
    assert np.mean(unblended > 0.34) > 0.7  # the magnification is 1.34 for u = 1


def test_flares_rise_at_once_and_decay_in_hours():
    time = np.linspace(-0.2, 2.0, 4001)
    flux = light("M-dwarf", time, 3600.0)
    assert np.all(flux[:, time < -0.15] <= flux.max(1, keepdims=True)) and np.all(flux.max(1) > 0)
    color = magnitude(flux.max(1)) - magnitude(light("M-dwarf", time, 7600.0).max(1))
    assert np.median(color) == pytest.approx(0.1, abs=0.15) and np.ptp(color) < 1.0  # 9500 K


def test_quasars_vary_as_a_damped_random_walk_and_more_in_the_blue():
    time = np.arange(0.0, 20000.0, 20.0)
    blue, red = (light("AGN", time, wave) for wave in (4000.0, 8000.0))
    grid = np.tile(time, (OBJECTS, 1))
    steady = KINDS["AGN"](np.random.default_rng(0), grid, np.full_like(grid, 4000.0))[1]
    change = -2.5 * np.log10(1.0 + blue / steady)
    assert 0.1 < np.median(change.std(1)) < 0.3  # MacLeod et al. 2010
    near, far = ((change[:, lag:] - change[:, : -lag or None]).std(1) for lag in (2, 100))
    assert np.median(far / near) > 2.0
    assert np.median(np.abs(blue).mean(1) / np.abs(red).mean(1)) > 1.0


def test_nothing_shines_before_it_explodes():
    for kind in ("SNIa", "SNIa-91bg", "SNIax", "SNII", "SNIbc", "SLSN-I", "KN"):
        assert not light(kind, np.array([-400.0, -300.0]), 5000.0).any(), kind
