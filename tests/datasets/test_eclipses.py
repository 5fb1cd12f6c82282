"""Eclipses against geometry, integrals and published radii of Roche lobes."""

import numpy as np
import pytest
from scipy.integrate import quad

from clrseries.datasets.eclipses import Binary, common_area, eclipsing_binary, roche_radius


@pytest.mark.parametrize(("ratio", "published"), [(0.1, 0.2067), (1.0, 0.3799), (10.0, 0.5804)])
def test_roche_lobes_are_within_a_percent_of_integrated_ones(ratio, published):  # Eggleton 1983, of the volume
    assert roche_radius(ratio) == pytest.approx(published, rel=0.01)


@pytest.mark.parametrize(
    ("distance", "one", "other"), [(1.0, 1.0, 1.0), (0.9, 0.7, 0.4), (0.5, 0.7, 0.4), (0.2, 0.7, 0.4)]
)
def test_common_area_is_the_integral_over_both_discs(distance, one, other):
    def height(x):
        inside = min(one**2 - x**2, other**2 - (x - distance) ** 2)
        return 2.0 * np.sqrt(max(inside, 0.0))

    expected = quad(height, distance - other, one, limit=400)[0]
    assert common_area(np.array([distance]), one, other)[0] == pytest.approx(expected, rel=1e-5)


def test_the_depths_of_total_eclipses_are_those_of_the_light_that_is_lost():
    star = Binary((0.02, 0.01), surface=0.5, ratio=1.0, inclination=np.pi / 2)  # so far apart that tides do nothing
    first, second, outside = eclipsing_binary(np.array([0.0, 0.5, 0.2]), star)
    light, lost = 0.02**2 + 0.5 * 0.01**2, 0.01**2
    assert first == pytest.approx(-2.5 * np.log10(1.0 - lost / light), abs=1e-4)
    assert second == pytest.approx(-2.5 * np.log10(1.0 - 0.5 * lost / light), abs=1e-4)
    assert abs(outside) < 1e-4


def test_tides_brighten_the_sides_by_the_published_amplitude():
    star = Binary((0.2, 1e-4), surface=1e-9, ratio=0.8, inclination=np.radians(50.0))
    front, side = eclipsing_binary(np.array([0.0, 0.25]), star)
    # Morris & Naftilan 1993, equation 1: 0.15 (15 + u) (1 + g) / (3 - u) q (R / a)^3 sin(i)^2 times cos(2 theta)
    expected = 0.15 * 15.5 * 1.3 / 2.5 * 0.8 * 0.2**3 * np.sin(np.radians(50.0)) ** 2
    assert 10 ** (-0.4 * (front - side)) == pytest.approx((1 - expected) / (1 + expected), abs=1e-6)


def test_an_eclipse_begins_where_the_discs_touch():
    star = Binary((0.02, 0.01), surface=1.0, ratio=1.0, inclination=np.radians(89.0))
    touch = np.arcsin(np.sqrt((0.03**2 - np.cos(star.inclination) ** 2) / np.sin(star.inclination) ** 2)) / (2 * np.pi)
    before, after = eclipsing_binary(np.array([1.02, 0.98]) * touch, star)
    assert abs(before) < 1e-4 < 2e-4 < after


def test_on_an_eccentric_orbit_the_second_eclipse_is_displaced():
    star = Binary((0.02, 0.02), 1.0, 1.0, np.pi / 2, eccentricity=0.2, periastron=0.0)
    phase = np.linspace(0, 1, 20001)
    curve = eclipsing_binary(phase, star)
    deep = phase[curve > 0.9 * curve.max()]
    groups = np.split(deep, np.flatnonzero(np.diff(deep) > 0.1) + 1)
    apart = abs(groups[0].mean() - groups[-1].mean())
    # Hilditch 2001, equation 5.66: pi (apart - 1/2) = 2 e cos(periastron) to first order in e
    assert min(apart, 1 - apart) == pytest.approx(0.5 - 2 * 0.2 / np.pi, abs=0.005)
