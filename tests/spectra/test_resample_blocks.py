"""Resampling on a CPU takes other ways for linear, logarithmic, shared and other grids; all are held against the overlap matrix."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numba.core.codegen import get_host_cpu_features

from clrseries import Grid, Series
from clrseries.kernels.spectra import layout
from clrseries.spectra import LSF, Observe, Resample

from . import reference

ROOT = Path(__file__).parents[2]
KINDS = ("linear", "logarithmic", "any", "shared")


def wavelengths(kind, samples, step, seed):
    """Ascending wavelengths about 5000 Angstrom with so many pixels of about this width."""
    if kind == "linear":
        return 5000 + step * np.arange(samples)
    if kind == "logarithmic":
        return 5000 * np.exp(step / 5000 * np.arange(samples))
    return 5000 + step * np.cumsum(np.random.default_rng(seed).uniform(0.6, 1.4, samples))


def observed(x, flux, ivar, grid, stretch, offset):
    series = Series.from_arrays(x, flux, ivar)
    again = Observe([Resample(grid)])
    params = again.sample(series)
    params[..., layout.STRETCH], params[..., layout.OFFSET] = stretch, offset
    return again.apply(series, params)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(KINDS), st.integers(2, 1600), st.floats(0.05, 20), st.floats(-200, 200), st.floats(0.1, 6),
    st.integers(1, 1500), st.floats(0.9, 1.1), st.sampled_from([0.0, 0.37]), st.integers(0, 2**31 - 1),
)  # fmt: skip
def test_flux_and_variance_match_the_overlap_matrix(kind, samples, step, start, ratio, pixels, stretch, offset, seed):
    rng = np.random.default_rng(seed)
    x = wavelengths(kind, samples, step, seed)
    assume(x[-1] < 1e6)  # what a spectrum in Angstrom may reach
    flux, ivar = rng.normal(1, 0.3, (2, samples)), rng.uniform(1, 100, (2, samples)).astype(np.float32)
    masked = rng.random((2, samples)) < 0.05
    ivar[masked], flux[masked] = 0, np.nan
    width = step * ratio
    edges = 5000 * stretch + start * step + width * np.arange(pixels + 1)
    edges = edges[edges > 1.0]
    if len(edges) < 2:
        return
    views = observed(x, flux, ivar, Grid.from_edges(edges), stretch, offset)
    for row in range(2):
        given_flux = flux[row].astype(np.float32).astype(float)
        wanted, wanted_ivar = reference.resample(x * stretch + offset, given_flux, ivar[row].astype(float), edges)
        covered = (reference.overlap_matrix(x * stretch + offset, edges) * (ivar[row] > 0)).sum(1)
        clear = np.abs(covered - 0.5 * np.diff(edges)) > 1e-4 * width
        ours, our_ivar = views.flux[row, 0], views.ivar[row, 0]
        np.testing.assert_array_equal((our_ivar > 0)[clear], (wanted_ivar > 0)[clear])
        both = (our_ivar > 0) & (wanted_ivar > 0)
        np.testing.assert_allclose(ours[both], wanted[both], rtol=4e-6, atol=4e-6)
        np.testing.assert_allclose(our_ivar[both], wanted_ivar[both], rtol=2e-5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("profile", [[], [LSF(resolution=1800.0)]])
def test_a_spectrum_does_not_depend_on_the_batch(kind, profile, rng):
    """What is kept of a grid from one spectrum to the next, in one thread or several, changes nothing."""
    grids = [wavelengths(kind, 2600 + 7 * (i // 3), 0.9, i // 3) for i in range(9)]
    fluxes = [rng.normal(1, 0.1, len(x)) for x in grids]
    series = Series.from_arrays(grids, fluxes, table={"object_id": [f"s{i}" for i in range(9)]})
    again = Observe([*profile, Resample(Grid.log(5100, 7000, 60))])
    whole, parted = again(series, 2, threads=1), again(series, 2, threads=4)
    np.testing.assert_array_equal(whole.flux, parted.flux)
    for i in range(9):
        alone = again(series.take([i]), 2)
        np.testing.assert_array_equal(alone.flux[0], whole.flux[i])
        np.testing.assert_array_equal(alone.ivar[0], whole.ivar[i])


@pytest.mark.parametrize("kind", KINDS)
def test_an_outlier_reaches_the_pixels_it_covers_alone(kind):
    x = wavelengths(kind, 3000, 1.0, 5)
    flux = 1 + 0.1 * np.sin(np.arange(3000.0))
    grid = Grid.log(5100, 7500, 55)
    before = observed(x, [flux], np.ones((1, 3000)), grid, 1.0, 0.0).flux
    flux[1700] = 1e10
    after = observed(x, [flux], np.ones((1, 3000)), grid, 1.0, 0.0).flux
    assert 1 <= (before != after).sum() <= 3


MAKE = """
import sys, numpy as np
from clrseries.kernels.spectra.overlap_blocks import SET
from tests.spectra.test_resample_blocks import many_views
np.savez(sys.argv[1], name=str(SET), **many_views())
"""


def many_views():
    """Flux and ivar of spectra on every kind of grid, resampled to finer, like and coarser pixels, with and without a profile."""
    rng = np.random.default_rng(8)
    flux, ivar = rng.normal(1, 0.1, (3, 1500)), rng.uniform(10, 100, (3, 1500))
    ivar[:, 600:640] = 0
    made = {}
    for kind in KINDS:
        series = Series.from_arrays(wavelengths(kind, 1500, 1.0, 3), flux, ivar)
        for name, velocity in (("finest", 8), ("finer", 30), ("like", 60), ("coarser", 100), ("coarsest", 300)):
            for profile in ([], [LSF(resolution=2000.0)]):
                views = Observe([*profile, Resample(Grid.log(4950, 6400, velocity))])(series)
                made[f"{kind} {name} {len(profile)}"] = np.stack([views.flux, views.ivar])
    return made


@pytest.mark.slow
@pytest.mark.parametrize("lacking", [("avx512",), ("avx512", "avx2", "avx", "fma")])
def test_processors_without_these_instructions_make_the_same_views(lacking, tmp_path):
    """Numba compiles as if the processor lacked them: AVX2 takes its own permutations, without it everything is merged."""
    features = get_host_cpu_features()
    if "+avx512f" not in features.split(","):
        pytest.skip("this processor has no AVX-512")
    left = ",".join(
        "-" + one[1:] if one[1:].startswith("avx512") or one[1:] in lacking else one for one in features.split(",")
    )
    environment = os.environ | {"NUMBA_CPU_FEATURES": left, "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", MAKE, str(tmp_path / "views.npz")]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = dict(np.load(tmp_path / "views.npz"))
    assert str(found.pop("name")) == ("AVX2" if lacking == ("avx512",) else "None")
    for name, views in many_views().items():
        np.testing.assert_array_equal(found[name][1] > 0, views[1] > 0, err_msg=name)
        np.testing.assert_allclose(found[name], views, rtol=3e-6, err_msg=name)
