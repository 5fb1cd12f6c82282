"""The emulator notices that a barrier is missing: here for some of them, with ``make mutate`` for all."""

from typing import Any

import pytest

from clrseries import lightcurves, spectra

from ...lightcurves import every_step as light_curve_steps
from ...spectra import every_step as spectrum_steps
from . import alone, mutate, runtime

SOME = [  # a composition, and the functions all of whose barriers it needs
    ("rotation and profile", ("spectra.record.rotated", "spectra.resample_pixels")),
    ("median", ("select",)),
    ("continuum", ("spectra.normalize",)),
    ("folding, zero point", ("lightcurves.pack.sort_by_time",)),
    ("band", ("lightcurves.normalize.scatters_of", "lightcurves.normalize.middle")),
]
pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("name", "functions"), SOME, ids=[name for name, _ in SOME])
def test_a_missing_barrier_is_noticed(name, functions):
    runtime.library()
    observe: Any
    if name in alone.spectra():
        observe, series = spectra.Observe(alone.spectra()[name], "cuda"), spectrum_steps.spectra()
    else:
        observe, series = lightcurves.Observe(alone.light_curves()[name], "cuda"), light_curve_steps.stars()
    one = mutate.trial(mutate.Case(name, observe, series))
    barriers = [barrier for barrier in one.barriers if barrier.function.startswith(functions)]
    assert barriers
    assert not [str(barrier) for barrier in barriers if not mutate.caught(barrier, [one])]
