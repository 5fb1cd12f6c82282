"""Device code is kept on disk: a second process does not compile it again."""

import os
import subprocess
import sys

import pytest

from .test_cuda_spectra import ROOT, missing

RUN = """
from types import SimpleNamespace

import numba.cuda.dispatcher as dispatcher
from numba.cuda import codegen

class Device:  # stands in for a GPU, as far as PTX
    compute_capability = (9, 0)

dispatcher.get_current_device = lambda: Device
codegen.devices.get_context = lambda: SimpleNamespace(device=Device)
codegen.JITCUDACodegen.magic_tuple = lambda self: ((13, 0), (9, 0))
dispatcher._Kernel.bind = lambda self: self._codelibrary.get_asm_str(cc=(9, 0, "a"))

from clrseries.kernels.cache import cache_directory
from clrseries.kernels.cuda import spectra
from clrseries.spectra import Observe
from tests.spectra import every_step

kernel = spectra.observe_in_shared
kernel.compile(spectra.signature(Observe(every_step.compositions()["plain"]).tables).args)
stats = kernel.stats
folder = str(cache_directory())
print(sum(stats.cache_hits.values()), sum(stats.cache_misses.values()), stats.cache_path.startswith(folder))
"""


@pytest.mark.slow
def test_a_second_process_loads_the_device_code(tmp_path):
    try:
        import numba.cuda.dispatcher  # noqa: F401
    except ImportError:
        missing("numba-cuda is not installed")
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}

    def run():
        done = subprocess.run([sys.executable, "-c", RUN], cwd=ROOT, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    assert run() == ["0", "1", "True"]
    assert run() == ["1", "0", "True"]


def test_a_kernel_with_a_step_of_the_user_s_own_is_not_kept():
    from numba.cuda.core.caching import NullCache

    from clrseries.kernels.cuda import spectra

    from ..spectra.every_step import vignette

    assert spectra.kernels_for() == (spectra.observe_in_global, spectra.observe_in_shared)
    made = spectra.kernels_for(vignette)
    assert all(isinstance(kernel._cache, NullCache) for kernel in made)
    assert spectra.kernels_for(vignette) is made  # compiled once in a process


@pytest.mark.parametrize("kind", ["spectra", "lightcurves"])
def test_the_kernels_of_both_kinds_of_data_are_kept_in_our_folder(kind):
    """That a second process loads one of them is shown above, for spectra alone: those of light curves take long to compile."""
    from clrseries.kernels import cuda
    from clrseries.kernels.cache import cache_directory

    for kernel in (getattr(cuda, kind).observe_in_shared, getattr(cuda, kind).observe_in_global):
        assert kernel.stats.cache_path.startswith(str(cache_directory()))
