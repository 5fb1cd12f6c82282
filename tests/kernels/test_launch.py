"""How many blocks a launch asks for, and how much work space, with a recorder in the place of the kernels."""

import warnings
from math import prod
from types import SimpleNamespace

import numpy as np
import pytest

from .test_cuda_spectra import missing

try:
    import numba.cuda.dispatcher  # noqa: F401  tells whether numba-cuda is there
    from numba import cuda
    from numba.cuda.core.errors import NumbaPerformanceWarning
except ImportError:
    missing("numba-cuda is not installed")

from clrseries.kernels.cuda import driver, lightcurves, spectra

H100 = {"MULTIPROCESSOR_COUNT": 132, "MAX_SHARED_MEMORY_PER_BLOCK_OPTIN": 227 * 1024}
LONG = 23_200  # pixels, too many for shared memory


@pytest.fixture
def launched(monkeypatch):
    """Return a function that launches a kernel for views of a length, and what it asked for: blocks, workers and bytes."""
    asked = SimpleNamespace(shapes=[])

    class Kernel:
        def __getitem__(self, configuration):
            asked.blocks, asked.threads, _, asked.dynamic = configuration
            return lambda *arguments: None

    kernels = (Kernel(), Kernel())
    monkeypatch.setattr(spectra, "kernels_for", lambda custom: kernels)
    monkeypatch.setattr(lightcurves, "observe_in_global", kernels[0])
    monkeypatch.setattr(lightcurves, "observe_in_shared", kernels[1])
    monkeypatch.setattr(driver, "ask_for_shared", lambda *arguments: None)

    def run(kind, objects, length, extra, multiprocessors=132):
        device = SimpleNamespace(**H100 | {"MULTIPROCESSOR_COUNT": multiprocessors})
        monkeypatch.setattr(cuda, "get_current_device", lambda: device)
        asked.shapes.clear()
        params = SimpleNamespace(shape=(objects, 2, 9))
        outputs = (SimpleNamespace(shape=(objects, 2, length)),)
        kind.launch((), None, params, None, None, 0, *extra, outputs, empty=lambda *what: asked.shapes.append(what))
        asked.workers = asked.shapes[0][0][0]
        asked.bytes = sum(prod(shape) * np.dtype(kind).itemsize for shape, kind in asked.shapes)
        return asked

    return run


CASES = [(spectra, 4000, (False, None)), (spectra, LONG, (True, None)), (lightcurves, 256, (3, 900))]


@pytest.mark.parametrize(("kind", "length", "extra"), CASES)
@pytest.mark.parametrize("objects", [1, 3, 63, 64, 5000])
def test_a_launch_asks_for_as_many_blocks_as_numba_wants(launched, kind, length, extra, objects):
    asked = launched(kind, objects, length, extra)
    assert asked.blocks >= 128 and asked.blocks >= asked.workers
    assert asked.workers <= 2 * objects and asked.threads == driver.THREADS


def test_numba_does_not_warn_of_that_many_blocks():
    def warned(blocks):
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            assert spectra.observe_in_shared[blocks, driver.THREADS, 0, 0] is not None
        return [one.category for one in found]

    assert warned(driver.LEAST_BLOCKS) == []
    assert warned(driver.LEAST_BLOCKS - 1) == [NumbaPerformanceWarning]  # or the test above shows nothing


@pytest.mark.parametrize("multiprocessors", [132, 2000])
@pytest.mark.parametrize(
    ("kind", "extra"),
    [(spectra, (False, None)), (spectra, (True, None)), (lightcurves, (3, 900)), (lightcurves, (3, 10**6))],
)
def test_work_space_is_bounded_for_long_rows(launched, kind, extra, multiprocessors):
    asked = launched(kind, 5000, LONG, extra, multiprocessors)
    assert asked.dynamic == 0  # all rows lie in global memory
    assert 0 < asked.bytes <= driver.MOST_SPACE
    each = asked.bytes // asked.workers
    wanted = multiprocessors * (spectra.BLOCKS if kind is spectra else lightcurves.BLOCKS)
    assert asked.workers == min(wanted, 10_000, driver.MOST_SPACE // each)


def test_one_block_works_even_if_its_space_is_larger_than_that(launched):
    asked = launched(lightcurves, 5000, 256, (3, 10**8))
    assert asked.workers == 1 and asked.bytes > driver.MOST_SPACE
