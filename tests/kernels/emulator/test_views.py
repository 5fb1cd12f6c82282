"""The device code of every step makes the views of the CPU, in any order of the lanes, without a race."""

import numpy as np
import pytest

from clrseries import lightcurves, spectra

from ...lightcurves import every_step as light_curve_steps
from ...spectra import every_step as spectrum_steps
from ..test_cuda_spectra import missing
from . import runtime, views

SPECTRA, CURVES = spectrum_steps.compositions(), light_curve_steps.compositions()
MEMORY = {"shared": views.SHARED_LIMIT, "global": 0}


@pytest.fixture(scope="module", autouse=True)
def emulator():
    try:
        import numba.cuda.dispatcher  # noqa: F401
    except ImportError:
        missing("numba-cuda is not installed")
    runtime.library()


def assert_alike(found, expected, tolerance):
    np.testing.assert_array_equal(found.ivar > 0, expected.ivar > 0)
    for one, other in zip(found.inputs, expected.inputs, strict=True):
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance * np.abs(other).max())


def assert_proven(observe, steps, series, tolerance, orders=tuple(runtime.ORDERS)):
    """In every order of lanes and with rows in either memory."""
    expected = observe(steps, backend="cpu")(series, views=2, seed=3)
    for memory, limit in MEMORY.items():
        for order in orders:
            found, kernel = views.emulated_views(
                observe(steps, backend="cuda"), series, order=order, shared_limit=limit
            )
            assert not runtime.problems(kernel.findings()), (memory, order)
            assert found.backend == "cuda"
            assert_alike(found, expected, tolerance)


@pytest.mark.slow
@pytest.mark.parametrize("name", SPECTRA)
def test_every_step_of_a_spectrum(name):
    assert_proven(spectra.Observe, SPECTRA[name], spectrum_steps.spectra(), 5e-6)


@pytest.mark.slow
@pytest.mark.parametrize("name", CURVES)
def test_every_step_of_a_light_curve(name):
    assert_proven(lightcurves.Observe, CURVES[name], light_curve_steps.stars(), 5e-6)
