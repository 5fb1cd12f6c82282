"""Arrays of CuPy, with a stand-in for it: views are CuPy arrays on the device of the samples."""

import numpy as np
import pytest

from clrseries import Grid, Normal
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.augment.on_host import moved
from clrseries.augment.resident import upload

from ..lightcurves.every_step import stars
from ..spectra.every_step import spectra
from .fake_cupy import fake_cupy
from .test_device import in_erg

pytest.importorskip("numba.cuda.dispatcher")
GRID = Grid.log(4100, 7900, 300)
CASES = {
    "spectra": (sp.Observe, [sp.Resample(GRID), sp.Noise(20.0), sp.Normalize()], spectra()),
    "spectra in erg, not normalized": (sp.Observe, [sp.Resample(GRID)], in_erg(spectra())),
    "spectra without a redshift": (
        sp.Observe,
        [sp.Redshift(to=Normal(0.1, 0.01), z="z"), sp.Resample(GRID)],
        in_erg(spectra()).with_columns({"z": [0.1] + [None] * (len(spectra()) - 1)}),
    ),
    "light curves": (lc.Observe, [lc.Pack(40, "stratified"), lc.Noise(21.5), lc.Normalize("object")], stars()),
    "light curves in erg": (lc.Observe, [lc.Pack(40)], in_erg(stars(), 1e-9)),
}
every_case = pytest.mark.parametrize(("observe", "steps", "series"), CASES.values(), ids=CASES)


@every_case
@pytest.mark.parametrize("device", [0, 1])
def test_views_are_cupy_arrays_on_the_device_of_the_samples(observe, steps, series, device):
    expected = observe(steps, "cpu")(series, 2, 3)
    with fake_cupy() as cupy:
        with cupy.cuda.Device(device):
            there = moved(series, cupy.asarray)
        for _ in range(2):  # the second call finds tables on the device, and what was seen of the samples
            found = observe(steps)(there, 2, 3)
            assert found.backend == "cuda"
            for one, other in zip(found.inputs, expected.inputs, strict=True):
                assert isinstance(one, cupy.ndarray) and one.device.id == device
                np.testing.assert_array_equal(one.get(), other)


@every_case
def test_objects_are_taken_from_samples_that_stay(observe, steps, series):
    composition, rows = observe(steps, "cuda"), np.array([2, 0, 2])
    expected = observe(steps, "cpu")(series.take(rows), 2, 3)
    with fake_cupy() as cupy, cupy.cuda.Device(1):
        found = composition(upload(series, composition._tidy, cupy.asarray).take(rows), 2, 3)
        for one, other in zip(found.inputs, expected.inputs, strict=True):
            assert isinstance(one, cupy.ndarray) and one.device.id == 1
            np.testing.assert_array_equal(one.get(), other)
