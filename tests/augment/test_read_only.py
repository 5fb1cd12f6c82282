"""A kernel is compiled once for a kind of data, wherever the arrays come from."""

import numpy as np
import pyarrow as pa
import pytest

from clrseries import Grid, Series, read_light_curves, read_spectra
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.kernels.lightcurves.observe import observe_light_curves
from clrseries.kernels.spectra.observe import observe_spectra


def spectra(rng):
    wavelength, flux = np.linspace(4000, 7000, 300), rng.normal(1, 0.1, (4, 300)).astype(np.float32)
    ivar = np.full((4, 300), 100, np.float32)
    own = Series.from_arrays(wavelength, flux, ivar)
    lists = {"wavelength": [wavelength] * 4, "flux": list(flux), "ivar": list(ivar)}
    observe = sp.Observe([sp.Resample(Grid.log(4100, 6900, 300)), sp.Noise(20.0), sp.Normalize()])
    return observe, observe_spectra, own, read_spectra(pa.table(lists))


def curves(rng):
    time, flux = np.sort(rng.uniform(0, 99, (4, 50)), axis=1), rng.normal(9, 1, (4, 50)).astype(np.float32)
    own = Series.from_points(time, flux, np.ones((4, 50), np.float32))
    lists = {"time": list(time), "flux": list(flux), "flux_err": list(np.ones((4, 50), np.float32))}
    observe = lc.Observe([lc.DropBands(0.1), lc.Pack(50), lc.Normalize()])
    return observe, observe_light_curves, own, read_light_curves(pa.table(lists), band=None)


@pytest.mark.parametrize("kind", [spectra, curves])
def test_arrays_of_arrow_need_no_kernel_of_their_own(kind, rng):
    observe, kernel, own, arrow = kind(rng)
    assert own.flux.flags.writeable and not arrow.flux.flags.writeable
    one = observe(own)
    compiled = len(kernel.signatures)
    other = observe(arrow)
    assert len(kernel.signatures) == compiled
    np.testing.assert_array_equal(one.flux, other.flux)
    own.flux[0] = 3.0  # what was given stays writable
