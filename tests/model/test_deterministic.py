"""What prepares data for embedding is what every view has gone through."""

import numpy as np
import pytest

from clrseries import Grid, Normal, Series, Uniform
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.config import composition, default_steps
from clrseries.datasets import simulated_light_curves
from clrseries.kernels import streams

GRID = Grid.log(4100, 6800, 150)


@pytest.fixture
def moved():
    """One line at rest wavelength 5000, in three objects at different redshifts."""
    wave, z = np.linspace(3900, 8000, 3000), np.array([0.0, 0.1, 0.2])
    flux = 1 - 0.7 * np.exp(-0.5 * ((wave - 5000 * (1 + z[:, None])) / 15) ** 2)
    return Series.from_arrays(wave, flux, np.full_like(flux, 1e6), {"z": z})


def test_a_fixed_redshift_prepares_data_too(moved):
    observe = sp.Observe(
        [sp.Redshift(z="z"), sp.Velocity(Normal(0, 30)), sp.Resample(GRID), sp.Noise(50.0), sp.Normalize()]
    )
    prepare = observe.deterministic()
    assert [type(step).__name__ for step in prepare.steps] == ["Redshift", "Resample", "Normalize"]
    views = prepare(moved)
    flux = np.where(views.ivar[:, 0] > 0, views.flux[:, 0], 9.0)
    assert np.abs(GRID.centers[flux.argmin(1)] - 5000).max() < 5


def test_every_step_that_is_kept_does_the_same_to_every_view(moved):
    fixed = [
        sp.Redshift(to=0.01), sp.Velocity(50.0), sp.RotationalBroadening(100.0), sp.VelocityDispersion(100.0), sp.Tilt(0.1),
        sp.HostExtinction(0.1), sp.Extinction(0.1), sp.LSF(resolution=900.0, native_fwhm=2.0), sp.WavelengthError(1.0), sp.Resample(GRID),
        sp.Telluric(0.5), sp.ArmJoin(5900.0, 0.1), sp.ScatteredLight(0.05), sp.Crop(50.0, 50.0), sp.MaskTelluric(), sp.Normalize(probability=0.5),
    ]  # fmt: skip
    prepare = sp.Observe(fixed).deterministic()
    assert [type(step) for step in prepare.steps] == [type(step) for step in fixed]
    views = prepare(moved, views=3, seed=5)
    for array in views.inputs:
        assert (array == array[:, :1]).all()
    kept = {type(step).__name__ for step in fixed}
    assert {name for name in streams.SPECTRA if getattr(sp, name).draws} == set(streams.SPECTRA) - kept


def test_light_curves_keep_what_is_the_same_and_leave_out_what_is_drawn():
    stars = simulated_light_curves(12, nights=60)
    steps = [
        lc.StretchPeriod(1.5), lc.ReverseTime(), lc.Amplify(2.0), lc.Truncate(300.0, "first"),
        lc.AroundDetections(30.0), lc.DropPoints(0.3), lc.Fold("period", Uniform(0, 1)), lc.Pack(96), lc.Saturate(10.0), lc.Noise(21.0), lc.Detect(3.0), lc.Normalize("band"),
    ]  # fmt: skip
    prepare = lc.Observe(steps).deterministic()
    names = [
        "StretchPeriod",
        "ReverseTime",
        "Amplify",
        "Truncate",
        "AroundDetections",
        "Fold",
        "Pack",
        "Saturate",
        "Detect",
        "Normalize",
    ]
    assert [type(step).__name__ for step in prepare.steps] == names
    views = prepare(stars.take(np.arange(0, 12, 4)), views=3, seed=5)
    for array in views.inputs:
        assert (array == array[:, :1]).all()
    assert lc.Detect(3.0, kept=0.2).is_random and lc.ReverseTime(probability=0.5).is_random


def test_the_defaults_prepare_as_they_did():
    stars = composition(default_steps("spectra")).deterministic()
    curves = composition(default_steps("lightcurves")).deterministic()
    assert [type(step).__name__ for step in stars.steps] == ["Resample", "Normalize"]
    assert [type(step).__name__ for step in curves.steps] == ["Pack", "Normalize"]
