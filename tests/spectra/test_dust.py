import numpy as np
import pytest
from astropy import units as u
from dust_extinction import averages, parameter_averages

from clrseries import Grid, InputError, Series, Uniform
from clrseries.spectra import Extinction, HostExtinction, Observe, Redshift, Resample, Tilt, Velocity, extinction_curves

MODELS = {
    "CCM89": parameter_averages.CCM89,
    "O94": parameter_averages.O94,
    "F99": parameter_averages.F99,
    "SMC": averages.G03_SMCBar,
    "LMC": averages.G03_LMCAvg,
}


@pytest.fixture
def flat():
    x = np.linspace(3000, 11000, 4001)
    return Series.from_arrays(x, np.ones((5, 4001)), np.full((5, 4001), 4.0))


@pytest.mark.parametrize("curve", MODELS)
@pytest.mark.parametrize("rv", [2.2, 3.1, 5.5])
def test_curves_match_dust_extinction(curve, rv):
    wave = np.geomspace(1010, 30000, 3000)
    rv = extinction_curves.FIXED_RV.get(curve, rv)
    model = MODELS[curve]() if curve in extinction_curves.FIXED_RV else MODELS[curve](Rv=rv)
    ours = sum(part * rv**p for p, part in extinction_curves.powers(curve, wave).items()) / rv
    np.testing.assert_allclose(ours, model(wave * u.AA), atol=1e-4, rtol=1e-4)


def test_calzetti_at_its_published_points():
    """Calzetti et al. (2000), eq. 4: k(V) = R_V at 0.55 micron to 1 %, and the two forms meet at 0.63."""
    parts = extinction_curves.powers("Calzetti00", np.array([5500.0, 6300.0 - 1e-6, 6300.0 + 1e-6, 22000.0]))
    k = parts[0] + 4.05 * parts[1]
    assert k[0] == pytest.approx(4.05, rel=0.01)
    assert k[1] == pytest.approx(k[2], rel=0.02)
    assert k[3] == pytest.approx(2.659 * (-1.857 + 1.040 / 2.2) + 4.05)


@pytest.mark.parametrize("curve", MODELS)
def test_a_view_is_dimmed_as_the_curve_says(flat, curve):
    grid = Grid.linear(3500, 10000, 5.0)
    views = Observe([Extinction(0.4, curve=curve), Resample(grid)])(flat)
    rv = extinction_curves.FIXED_RV.get(curve, 3.1)
    model = MODELS[curve]() if curve in extinction_curves.FIXED_RV else MODELS[curve](Rv=rv)
    wanted = model.extinguish(grid.centers * u.AA, Av=0.4 * rv)
    np.testing.assert_allclose(views.flux[0, 0], wanted, rtol=1e-4)
    plain = Observe([Resample(grid)])(flat)
    np.testing.assert_allclose(views.ivar[0, 0] * wanted**2, plain.ivar[0, 0], rtol=3e-4)


def test_host_dust_moves_with_the_source(flat):
    grid = Grid.log(4500, 9000, 100)
    steps = [Redshift(to=0.3, z=0.1), Velocity(3000.0), HostExtinction(0.5, curve="O94"), Resample(grid)]
    views = Observe(steps)(flat)
    beta = 3000.0 / 299792.458
    rest = grid.centers / 1.3 / np.sqrt((1 + beta) / (1 - beta))
    wanted = MODELS["O94"](Rv=3.1).extinguish(rest * u.AA, Ebv=0.5)
    plain = Observe([steps[0], steps[1], steps[3]])(flat)
    np.testing.assert_allclose(views.flux[0, 0] / plain.flux[0, 0], wanted, rtol=1e-4)


@pytest.mark.parametrize("kind", [Extinction, HostExtinction])
def test_a_drawn_rv_is_the_curve_of_that_rv(flat, kind):
    grid = Grid.linear(3500, 10000, 10.0)
    again = Observe([kind(0.3, rv=Uniform(2.2, 5.0)), Resample(grid)])
    views = again(flat, seed=1)
    prefix = kind.prefix
    rv = views.param(prefix + "av")[:, 0] / views.param(prefix + "ebv")[:, 0]
    assert rv.std() > 0.3
    for i in range(5):
        wanted = MODELS["F99"](Rv=rv[i]).extinguish(grid.centers * u.AA, Ebv=0.3)
        np.testing.assert_allclose(views.flux[i, 0], wanted, rtol=1e-4)


def test_tilt_is_a_power_law(flat):
    grid = Grid.linear(3500, 10000, 10.0)
    views = Observe([Tilt(-1.5, 0.4), Resample(grid)])(flat)
    log = np.log(grid.centers / 5500)
    np.testing.assert_allclose(views.flux[0, 0], np.exp(-1.5 * log + 0.4 * log**2), rtol=2e-5)


def test_arguments_that_make_no_sense():
    with pytest.raises(InputError, match="curve must be one of 'CCM89'"):
        Extinction(0.1, curve="CCM")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"R_V = 2\.74 alone"):
        HostExtinction(0.1, rv=3.1, curve="SMC")
    with pytest.raises(InputError, match="probability"):
        Extinction(0.1, probability=1.5)
