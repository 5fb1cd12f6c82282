"""The CUDA form of the kernel for spectra: as far as the assembler, and on a device where there is one."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clrseries import InputError
from clrseries.spectra import Observe

from ..spectra import every_step
from .light_curve_stages import TIMES, light_curve_stages

COUNTS = {
    "count_at_most",
    "count_good",
    "count_taken",
    "largest_at_most",
    "smallest_above",
}  # stages that return something
ROOT = Path(__file__).parents[2]
APPROXIMATE = re.compile(r"\b(?:div|rcp|sqrt|rsqrt|sin|cos|lg2|ex2)\.(?:approx|full)[a-z.]*f32|\.ftz\.f32")
ARITHMETIC = re.compile(r"\b(add|sub|mul|fma|div|rcp|sqrt|min|max)\.?[a-z.]*\.f64\b")


def missing(what):
    pytest.fail(what) if os.environ.get("CI") else pytest.skip(what, allow_module_level=True)


@pytest.fixture(scope="module")
def cuda_compiler():
    """numba.cuda with a stand-in for the device, which is only asked for its compute capability."""
    try:
        import numba.cuda.dispatcher
        from numba import cuda
    except ImportError:
        missing("numba-cuda is not installed")

    class Device:
        compute_capability = (9, 0)

    patch = pytest.MonkeyPatch()
    patch.setattr(numba.cuda.dispatcher, "get_current_device", lambda: Device)
    yield cuda, Device
    patch.undo()


def ptx_of(cuda_compiler, function, signature, capability, device=False, bounds=None):
    cuda, stand_in = cuda_compiler
    stand_in.compute_capability = capability
    return cuda.compile_ptx(function, signature, cc=capability, device=device, launch_bounds=bounds)[0]


@pytest.mark.slow
@pytest.mark.parametrize("capability", [(8, 0), (9, 0)])
@pytest.mark.parametrize("own", ["no step of one's own", "a step of one's own"])
def test_the_kernel_assembles_without_spills(cuda_compiler, tmp_path, capability, own):
    from clrseries.kernels.cuda import spectra as kernel

    assembler = shutil.which("ptxas") or missing("ptxas is not on PATH")
    tables = Observe(every_step.compositions()["plain"]).tables
    _, made = kernel.kernels_for.__wrapped__(every_step.vignette if own.startswith("a ") else None)
    bounds = made.targetoptions["launch_bounds"]
    text = ptx_of(cuda_compiler, made.py_func, kernel.signature(tables), capability, bounds=bounds)
    assert not APPROXIMATE.findall(text)
    (tmp_path / "kernel.ptx").write_text(text)
    command = [
        assembler,
        "-v",
        f"-arch=sm_{capability[0]}{capability[1]}",
        tmp_path / "kernel.ptx",
        "-o",
        tmp_path / "kernel.cubin",
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "0 bytes spill stores, 0 bytes spill loads" in done.stderr
    registers = int(re.findall(r"Used (\d+) registers", done.stderr)[0])
    shared = int(re.findall(r"(\d+) bytes smem", done.stderr)[0])
    assert 2 * registers * kernel.THREADS <= 65536  # two blocks a multiprocessor
    assert shared <= kernel.STATIC_BYTES + 64


def stages():
    """Every stage in the loop over samples -> types of its arguments before lane and lanes."""
    from numba import types

    from clrseries.kernels import factor, philox, scale, select, sums
    from clrseries.kernels.spectra import (
        broaden,
        broaden_pixels,
        masks,
        noise,
        normalize,
        response,
        rotate,
        sums_to_flux,
    )
    from clrseries.kernels.spectra.resample import Sums

    f, i, n = types.float32, types.int64, types.int32
    row, keys, grid = types.float32[::1], types.int32[::1], types.float32[:, ::1]
    three, padded = types.UniTuple(row, 3), types.NamedTuple((row, row, row), Sums)
    address = (row, i, types.uint64, i, i, i)
    return [
        (philox.fill_normal, address), (philox.fill_uniform, address),
        (broaden.strip_taps, (i, i, grid, f, f, f, types.boolean, three)),
        (broaden.copy, (row, row)), (broaden.add_taps, (row,) * 5), (broaden.add_squared_taps, (row,) * 5), (broaden.next_taps, (row,) * 3),
        (broaden.end_strip, (row, row, f, row, row, row, row, row, row)),
        (sums_to_flux.flux_from_sums, (row, row, row, f, row)), (sums_to_flux.ivar_from_sums, (row, row, row, f, row)),
        (rotate.rotate_sums, (padded, row, f, f, f, f, padded)),
        (factor.clear, (row,)), (response.add_curve, (row, f, row)), (response.add_rest_curve, (row, f, row, f, f, row, f)),
        (response.add_calibration_error, (row, f, f, f, row)), (response.add_fringe, (row, f, f, f, row, row)),
        (factor.multiply, (row, row, row)),
        (noise.add_constant, (row, row, f)), (noise.add_line, (row, row, f, f, f)),
        (noise.add_noise, (row, row, f, f, f, row, row, row)),
        (noise.add_cosmic_rays, (row, row, i, f, f, row)),
        (masks.mask_range, (row, row, i, i)), (masks.mask_runs, (row, row, i, i, row)), (masks.mask_pixels, (row, row, f, row)),
        (broaden_pixels.broaden_pixels, (padded, grid, f, f, f, f, f, row, row, row)),
        (sums.partial_moments, (row, row, i, i, grid)), (sums.own_moments, (row, row, i, i, grid)), (sums.halve, (grid, i)),
        (select.order_keys, (row, row, keys)), (select.count_at_most, (keys, n)),
        (scale.divide, (row, row, f)), (normalize.compress, (row, row, f)),
        (normalize.bin_sums, (row, row, i, i, row, row)), (normalize.smooth_bins, (row, row, row)),
        (normalize.gaussian_taps, (f, row)), (normalize.divide_bins, (row, row)),
        (normalize.node_percentiles, (keys, i, i, i, f, row)),
        (normalize.divide_by_nodes, (row, row, row, i, i, f)),
        *light_curve_stages(),
    ]  # fmt: skip


def kernel_modules():
    from clrseries import kernels
    from clrseries.kernels import lightcurves, spectra

    return [getattr(room, name) for room in (kernels, spectra, lightcurves) for name in room.__all__]


def test_every_stage_is_in_that_list_but_those_that_handle_wavelengths_and_times():
    wavelengths = {
        "chunk_edges",
        "chunk_products",
        "add_overlaps",
        "add_pixels",
        "chunk_correlations",
        "interpolate_sums",
    }
    others = {
        "broaden_row",
        "drop_by_time",
        "divide_sums",
        "clear_sums",
        "nothing",
    }  # lists of stages, one that only writes zeros, and no step at all
    found = {
        name
        for module in kernel_modules()
        for name, value in vars(module).items()
        if "lane" in _arguments(value) and "barrier" not in _arguments(value)
    }
    assert found - others == {stage.__name__ for stage, _ in stages()} | wavelengths | TIMES


def _arguments(function):
    code = getattr(getattr(function, "py_func", None), "__code__", None)
    return code.co_varnames[: code.co_argcount] if code else ()


@pytest.mark.slow
@pytest.mark.parametrize(("stage", "arguments"), [pytest.param(s, a, id=s.__name__) for s, a in stages()])
def test_no_loop_over_samples_computes_in_double_precision(cuda_compiler, stage, arguments):
    from numba import types

    lanes = (types.int64,) * (2 if "lanes" in _arguments(stage) else 1)
    returns = types.int32 if stage.__name__ in COUNTS else types.void
    text = ptx_of(cuda_compiler, stage.py_func, returns(*arguments, *lanes), (9, 0), device=True)
    assert ".visible .func" in text
    assert not ARITHMETIC.findall(text) and not APPROXIMATE.findall(text)


def test_divisions_are_exact_on_a_device(cuda_compiler):
    """With any fast-math flag, numba-cuda divides by approximations that are 0 for a divisor above 2^126."""
    from numba import types

    from clrseries.kernels import scale

    row = types.float32[::1]
    signature = types.void(row, row, types.float32, types.int64, types.int64)
    text = ptx_of(cuda_compiler, scale.multiply.py_func, signature, (9, 0), device=True)
    assert "div.rn.f32" in text or "rcp.rn.f32" in text
    assert not APPROXIMATE.findall(text)
    fast = cuda_compiler[0].compile_ptx(scale.multiply.py_func, signature, cc=(9, 0), device=True, fastmath=True)[0]
    assert APPROXIMATE.findall(fast)


def test_the_cpu_keeps_its_flags():
    from clrseries.kernels import scale

    row = np.ones(8, np.float32)
    scale.multiply(row, row.copy(), np.float32(3), 0, 1)
    compiled = scale.multiply.inspect_llvm().values()  # one for each types of arguments that this process has used
    assert compiled and all(re.search(r"fmul nsz arcp contract float", text) for text in compiled)


def test_the_pattern_finds_double_precision(cuda_compiler):
    from numba import types

    def scale(row, lane, lanes):
        for j in range(lane, len(row), lanes):
            row[j] = row[j] * 2.0 + 1.5

    text = ptx_of(cuda_compiler, scale, types.void(types.float32[::1], types.int64, types.int64), (9, 0), device=True)
    assert ARITHMETIC.findall(text)


def test_there_is_no_silent_fallback():
    from numba import cuda

    if cuda.is_available():
        pytest.skip("there is a device")
    with pytest.raises(InputError, match="needs a CUDA device"):
        Observe(every_step.compositions()["plain"], backend="cuda")(every_step.spectra())
    assert Observe(every_step.compositions()["plain"])(every_step.spectra()).backend == "cpu"


@pytest.mark.gpu
@pytest.mark.parametrize("name", every_step.compositions())
def test_a_device_makes_the_views_of_the_cpu(name):
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    from dataclasses import replace

    series, steps = every_step.spectra(40), every_step.compositions()[name]
    on_device = replace(series, **{k: torch.from_numpy(getattr(series, k)).cuda() for k in ("x", "flux", "ivar")})
    expected = Observe(steps, backend="cpu")(series, views=3, seed=1)
    views: Any = Observe(steps)(on_device, views=3, seed=1)  # tensors on the device
    assert views.backend == "cuda" and views.flux.is_cuda
    np.testing.assert_array_equal(views.ivar.cpu().numpy() > 0, expected.ivar > 0)
    np.testing.assert_allclose(views.flux.cpu().numpy(), expected.flux, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(views.ivar.cpu().numpy(), expected.ivar, rtol=2e-5)


def test_a_long_row_asks_for_the_shared_memory_it_needs(cuda_compiler):
    """With a stand-in for the loaded function: what is asked of the driver, and that Numba has what is used."""
    from types import SimpleNamespace

    from numba.cuda.cudadrv import driver as numba_driver

    from clrseries.kernels.cuda import driver
    from clrseries.kernels.cuda import spectra as kernel

    asked = []
    function = SimpleNamespace(handle="handle", device=SimpleNamespace(id=3))
    made = kernel.observe_in_shared
    assert callable(made.typeof_pyval) and callable(made.compile)

    def compiled(types):
        def get_cufunc():
            asked.append(types)
            return function

        return SimpleNamespace(_codelibrary=SimpleNamespace(get_cufunc=get_cufunc))

    loaded = SimpleNamespace(typeof_pyval=made.typeof_pyval, compile=compiled)
    tables = Observe(every_step.compositions()["plain"]).tables
    tables = tables._replace(edges=tables.edges.copy())  # on a device nothing is read-only
    row = np.zeros(3, np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numba_driver, "driver", SimpleNamespace(cuKernelSetAttribute=lambda *a: asked.append(a)))
        driver.ask_for_shared(loaded, ((row, row), tables, np.int64(0), True), 90000)
    (types, (attribute, size, handle, device)) = asked
    assert attribute.name == "CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES"
    assert (size, handle, device) == (90000, "handle", 3)
    assert types[1] == kernel.signature(tables).args[1]  # the tables have the type that the other tests compile


def test_long_rows_are_kept_in_global_memory():
    from clrseries.kernels.cuda import spectra as kernel

    assert 4 * kernel.row_words(4000, True) + kernel.STATIC_BYTES < 163 * 1024  # an A100's shared memory
    assert 4 * kernel.row_words(23200, False) + kernel.STATIC_BYTES > 227 * 1024  # 4MOST does not fit an H100's
