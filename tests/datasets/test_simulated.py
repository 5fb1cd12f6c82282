"""Simulated light curves say that they are simulated, and have the periods that they state."""

import numpy as np
import pytest

from clrseries import InputError
from clrseries.datasets import simulated_light_curves
from clrseries.lightcurves import Fold, Normalize, Observe, Pack


@pytest.fixture(scope="module")
def stars():
    return simulated_light_curves(96, nights=40)


def test_simulated_curves_say_so_and_each_stands_for_itself(stars):
    assert all(stars.table["simulated"].to_pylist()) and all(name.startswith("simulated") for name in stars.object_ids)
    assert np.unique(stars.table["class"].to_pylist(), return_counts=True)[1].tolist() == [24] * 4
    assert np.array_equal(simulated_light_curves(5, nights=40).x, stars.take(np.arange(5)).x)
    assert not np.array_equal(simulated_light_curves(5, nights=40, seed=1).flux, stars.take(np.arange(5)).flux)
    (sn,) = simulated_light_curves(1, classes=["Supernova"]).table["period"].to_pylist()
    assert sn is None
    with pytest.raises(InputError, match="classes are some of RRLyrae, Cepheid.*; got Quasar"):
        simulated_light_curves(3, classes=["Quasar"])
    with pytest.raises(InputError, match="objects must be a whole number of at least 1"):
        simulated_light_curves(0)


def test_a_simulated_star_has_the_period_that_it_states():
    stars = simulated_light_curves(8, classes=["RRLyrae", "Cepheid"], nights=300)

    def roughness(factor):
        periods = [p * factor for p in stars.table["period"].to_pylist()]
        views = Observe([Fold("period"), Pack(2000), Normalize("band")])(stars.with_columns({"period": periods}))
        first = (views.ivar[:, 0] > 0) & (views.band[:, 0] == 0)
        return np.median([np.abs(np.diff(f[g])).mean() for f, g in zip(views.flux[:, 0], first, strict=True)])

    assert roughness(1.0) < 0.6 * roughness(1.03)


def test_pulsating_stars_brighten_fast_and_fade_slowly():
    stars = simulated_light_curves(12, classes=["Cepheid"], nights=400)
    views = Observe([Fold("period"), Pack(2000)])(stars)
    brightening = []
    for time, flux, ivar, band in zip(*(array[:, 0] for array in views.inputs), strict=True):
        red = (ivar > 0) & (band == 1)
        parts = np.array([flux[red & (time >= k / 10) & (time < (k + 1) / 10)].mean() for k in range(10)])
        brightening.append(np.mean(np.roll(parts, -1) > parts))
    assert np.mean(brightening) < 0.4
