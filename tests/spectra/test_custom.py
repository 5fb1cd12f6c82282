import numpy as np
import pytest
from numba import njit

from clrseries import Grid, InputError, Series, Uniform
from clrseries.config import composition, to_config
from clrseries.spectra import Custom, Noise, Observe, Resample

from .every_step import vignette

GRID = Grid.linear(4000, 6000, 2.0)


@pytest.fixture
def flat():
    return Series.from_arrays(np.linspace(3900, 6100, 2200), np.full((20, 2200), 2.0), np.full((20, 2200), 1e8))


@njit
def dim(flux, ivar, wavelength, parameters, normal, lane, lanes):
    factor = np.float32(parameters[0])
    for j in range(lane, len(flux), lanes):
        flux[j] *= factor
        ivar[j] /= factor * factor


def test_an_njit_function_is_a_step(flat):
    views = Observe([Resample(GRID), Custom(dim, {"dimmed_to": Uniform(0.2, 0.9)})])(flat)
    factor = views.param("dimmed_to")[:, 0]
    assert factor.std() > 0.05
    np.testing.assert_allclose(views.flux[:, 0], np.broadcast_to(2.0 * factor[:, None], (20, len(GRID))), rtol=1e-6)


def test_a_plain_function_gets_wavelengths_and_its_own_deviates(flat):
    again = Observe([Resample(GRID), Custom(vignette, {"depth": 0.2, "jitter": 0.05})])
    factor = again(flat).flux[:, 0] / 2.0
    smooth = 1 - 0.2 * 4000 / GRID.centers
    scatter = factor - smooth
    np.testing.assert_allclose(scatter.std(), 0.05, rtol=0.02)
    assert abs(np.corrcoef(scatter[0], scatter[1])[0, 1]) < 0.15
    np.testing.assert_array_equal(again(flat, seed=4, threads=1).flux, again(flat, seed=4, threads=3).flux)


def test_noise_comes_behind_it(flat):
    with pytest.raises(InputError, match="nature's order"):
        Observe([Resample(GRID), Noise(10.0), Custom(dim, {"a": 1.0})])


def test_it_survives_being_written_as_data(flat):
    again = Observe(
        [Resample(GRID), Custom("tests.spectra.test_custom:dim", {"dimmed_to": Uniform(0.2, 0.9)}, probability=0.5)]
    )
    config = to_config(again)
    assert config[1]["Custom"]["function"] == "tests.spectra.test_custom:dim"
    np.testing.assert_array_equal(composition(config, trust_code=True)(flat).flux, again(flat).flux)
    with pytest.raises(InputError, match="cannot find the function 'nowhere:f'"):
        composition([{"Resample": {"grid": GRID.to_dict()}}, {"Custom": {"function": "nowhere:f"}}], trust_code=True)
    with pytest.raises(InputError, match="cannot find the function 'nowhere:f'"):
        Observe([Resample(GRID), Custom("nowhere:f")])(flat)


def test_compiled_kernels_are_not_compiled_again_for_a_new_step(flat):
    from clrseries.kernels.spectra.observe import observe_spectra

    Observe([Resample(GRID)])(flat)
    before = len(observe_spectra.signatures)
    Observe([Resample(GRID), Custom(dim, {"a": 0.5})])(flat)
    assert len(observe_spectra.signatures) == before
