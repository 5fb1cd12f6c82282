"""What must hold for a composition: no error in any order of lanes and with rows in either memory, and the views of the CPU."""

import numpy as np

from . import runtime, views

MEMORY = {"shared": views.SHARED_LIMIT, "global": 0}


def prove(observe, steps, series, tolerance, orders=tuple(runtime.ORDERS), seed=3):
    """Raise an AssertionError where the device code of a composition is wrong.

    Parameters
    ----------
    observe : spectra.Observe or lightcurves.Observe
    steps : list of steps
    series : Series
    tolerance : float
        Relative to each value, plus relative to the largest of its array.
    orders : sequence of str
        Orders of the lanes, from ``runtime.ORDERS``.
    seed : int
    """
    expected = observe(steps, backend="cpu")(series, views=2, seed=seed)
    for memory, limit in MEMORY.items():
        for order in orders:
            options = {"order": order, "shared_limit": limit, "seed": seed}
            found, kernel = views.emulated_views(observe(steps, backend="cuda"), series, **options)
            assert runtime.accesses() > 0
            assert not runtime.problems(kernel.findings()), (memory, order)
            assert found.backend == "cuda"
            np.testing.assert_array_equal(found.ivar > 0, expected.ivar > 0)
            for one, other in zip(found.inputs, expected.inputs, strict=True):
                assert np.isfinite(one).all()
                np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance * np.abs(other).max())
