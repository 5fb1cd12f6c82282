"""The CUDA form of the kernel for light curves: as far as the assembler, and on a device where there is one."""

import re
import shutil
import subprocess
from typing import Any

import numpy as np
import pytest

from clrseries.lightcurves import Observe

from ..lightcurves import every_step
from .test_cuda_spectra import APPROXIMATE, ROOT, cuda_compiler, missing, ptx_of  # noqa: F401


def assert_alike(found, views, name):
    time, flux, ivar, band = found
    np.testing.assert_array_equal(ivar > 0, views.ivar > 0, err_msg=name)
    np.testing.assert_array_equal(band, views.band, err_msg=name)
    np.testing.assert_allclose(time, views.time, rtol=1e-6, atol=1e-6, err_msg=name)
    np.testing.assert_allclose(flux, views.flux, rtol=2e-5, atol=2e-5, err_msg=name)
    np.testing.assert_allclose(ivar, views.ivar, rtol=2e-5, err_msg=name)


@pytest.mark.slow
@pytest.mark.parametrize("capability", [(8, 0), (9, 0)])
def test_the_kernel_assembles_and_hardly_spills(cuda_compiler, tmp_path, capability):  # noqa: F811
    from clrseries.kernels.cuda import lightcurves as kernel

    assembler = shutil.which("ptxas") or missing("ptxas is not on PATH")
    tables = Observe(every_step.compositions()["plain"]).tables(("g",))
    made = kernel.observe_in_shared
    text = ptx_of(cuda_compiler, made.py_func, kernel.signature(tables), capability)
    assert not APPROXIMATE.findall(text)
    (tmp_path / "kernel.ptx").write_text(text)
    target = f"-arch=sm_{capability[0]}{capability[1]}"
    command = [assembler, "-v", target, tmp_path / "kernel.ptx", "-o", tmp_path / "kernel.cubin"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    spilled = [int(bytes_) for bytes_ in re.findall(r"(\d+) bytes spill", done.stderr)]
    assert len(spilled) == 2 and max(spilled) <= 320  # addresses: all 255 registers are used
    registers = int(re.findall(r"Used (\d+) registers", done.stderr)[0])
    shared = int(re.findall(r"(\d+) bytes smem", done.stderr)[0])
    assert registers * kernel.THREADS <= 65536
    assert shared <= kernel.STATIC_BYTES + 64


@pytest.mark.gpu
@pytest.mark.parametrize("name", list(every_step.compositions()))
def test_a_device_makes_the_views_of_the_cpu(name):
    from numba import cuda

    if not cuda.is_available():
        pytest.skip("no CUDA device")
    steps = every_step.compositions()[name]
    here = Observe(steps, "cpu")(every_step.stars(), views=2, seed=3)
    there: Any = Observe(steps, "cuda")(every_step.stars(), views=2, seed=3)
    assert there.backend == "cuda"
    assert_alike([a.cpu().numpy() for a in there.inputs], here, name)
