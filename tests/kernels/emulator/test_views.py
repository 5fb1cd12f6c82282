"""The device code of every step makes the views of the CPU, in any order of the lanes, without a race."""

from dataclasses import replace

import numpy as np
import pytest

from clrseries import InputError, lightcurves, spectra
from clrseries.augment.unit_scale import unit_exponents

from ...lightcurves import every_step as light_curve_steps
from ...spectra import every_step as spectrum_steps
from ..test_cuda_spectra import missing
from . import runtime, shapes
from .proof import prove

SPECTRA, CURVES = spectrum_steps.compositions(), light_curve_steps.compositions()
ORDERS = ("forward", "reversed", "shuffled")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def emulator():
    try:
        import numba.cuda.dispatcher  # noqa: F401
    except ImportError:
        missing("numba-cuda is not installed")
    runtime.library()


@pytest.mark.parametrize("name", SPECTRA)
def test_every_step_of_a_spectrum(name):
    prove(spectra.Observe, SPECTRA[name], spectrum_steps.spectra(), 3e-6, ORDERS)


@pytest.mark.parametrize("name", CURVES)
def test_every_step_of_a_light_curve(name):
    prove(lightcurves.Observe, CURVES[name], light_curve_steps.stars(), 3e-6, ORDERS)


# a step of the user's own sees the unit of the series, in which the variance of good spectra below 1e-17 is 0 in float32
@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("whole, median", 1e-17),
        *((name, unit) for name in ("plain", "finer, narrow profile") for unit in (1e-17, 1e-18, 1e-19)),
    ],
)
def test_flux_in_erg_per_second_square_centimeter_and_angstrom(name, unit):
    """In float32 the ivar of such a flux comes close to the largest number there is."""
    series = spectrum_steps.spectra()
    ivar = np.where(series.ivar > 0, min(2500.0 / unit**2, 1e36), 0).astype(np.float32)
    raw = replace(series, flux=(series.flux * unit).astype(np.float32), ivar=ivar)
    prove(spectra.Observe, SPECTRA[name], raw, 3e-6, ["forward"])


@pytest.mark.parametrize("name", ["whole", "folded", "plain"])
def test_light_curves_in_erg_per_second_square_centimeter_and_angstrom(name):
    unit, stars = 1e-17, light_curve_steps.stars()
    ivar = (stars.ivar / np.float64(unit) ** 2).astype(np.float32)
    raw = replace(stars, flux=(stars.flux * unit).astype(np.float32), ivar=ivar)
    assert unit_exponents(raw) is not None
    shift = 2.5 * np.log10(unit)  # limits in magnitudes stay at the same source
    steps = [replace(s, zero_point=s.zero_point + shift) if hasattr(s, "zero_point") else s for s in CURVES[name]]
    prove(lightcurves.Observe, steps, raw, 3e-6, ["forward"])


@pytest.mark.parametrize("kind", ["spectra", "light_curves"])
def test_odd_shapes(kind):
    observe = {"spectra": spectra.Observe, "light_curves": lightcurves.Observe}[kind]
    tried = 0
    for number, steps, series in shapes.cases(getattr(shapes, kind), 0, 16):
        try:
            observe(steps, backend="cpu")(series, views=2, seed=number)
        except InputError:  # such as a profile wider than the kernel allows
            continue
        prove(observe, steps, series, 1e-5, [ORDERS[number % 3]], seed=number)
        tried += 1
    assert tried >= 8
