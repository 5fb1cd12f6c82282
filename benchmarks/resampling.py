"""Resampling beside its peers and beside a memcpy of the same bytes: one process, interleaved, medians.

    python benchmarks/resampling.py [--spectra 4096] [--pixels 4000] [--repeats 9]

Redshift + flux-conserving resampling + variance, P pixels to P pixels, one core.
Peers: ``spectres_numba``, the public ``spectres`` function, and specutils'
``FluxConservingResampler``; the slow ones see few spectra. The memcpy copies as
many bytes as the kernel takes in (x, flux, ivar) and gives out (flux, ivar), in buffers as
large as the whole batch, so that neither finds its data in the cache.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
import warnings
from collections.abc import Callable
from importlib import metadata

os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # else torch's idle threads spin, and slow down whoever comes next

import numpy as np
from numba import njit

from clrseries import Grid, Series
from clrseries.kernels import philox
from clrseries.spectra import Observe, Redshift, Resample

REDSHIFT = 0.01


@njit(nogil=True)
def fill(out, key):
    philox.fill_normal(out, len(out), key, 1, 0, 0, 0, 1)


def contenders(spectra: int, pixels: int) -> dict[str, tuple[Callable[[], object], int]]:
    """Name -> (call, spectra in a call)."""
    import torch
    from astropy import units as u
    from astropy.nddata import InverseVariance
    from spectres import spectres
    from spectres.spectral_resampling_numba import spectres_numba
    from specutils import Spectrum
    from specutils.manipulation import FluxConservingResampler

    rng = np.random.default_rng(0)
    wave = np.linspace(3600.0, 9800.0, pixels)
    grid = Grid.log(3700.0, 9600.0, 299792.458 * np.log(9600 / 3700) / pixels * (1 - 1e-12))
    flux = rng.normal(1, 0.1, (spectra, pixels)).astype(np.float32)
    ivar = rng.uniform(50, 150, (spectra, pixels)).astype(np.float32)
    series = Series.from_arrays(wave, flux, ivar)
    again = Observe([Redshift(z=REDSHIFT), Resample(grid)])
    params = again.sample(series)
    out = again.apply(series, params)  # written over, as memcpy writes over its target
    source = np.ones(spectra * pixels * 24, np.uint8)
    target = np.zeros_like(source)
    wide, error = flux[0].astype(float), 1 / np.sqrt(ivar[0].astype(float))
    rest = wave / (1 + REDSHIFT)
    spectrum = Spectrum(spectral_axis=rest * u.AA, flux=wide * u.Jy, uncertainty=InverseVariance(ivar[0].astype(float)))
    deviates = np.empty(spectra * 4096, np.float32)
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(0)
    normal = torch.empty(deviates.size)
    return {
        "clrseries": (lambda: again.apply(series, params, threads=1, out=out), spectra),
        "memcpy": (lambda: np.copyto(target, source), spectra),
        "spectres_numba": (lambda: [spectres_numba(grid.centers, rest, wide, error) for _ in range(8)], 8),
        "spectres": (lambda: spectres(grid.centers, rest, wide, error, verbose=False), 1),
        "specutils": (lambda: FluxConservingResampler()(spectrum, grid.centers * u.AA), 1),
        "4096 normal deviates, clrseries": (lambda: fill(deviates, np.uint64(1)), spectra),
        "4096 normal deviates, torch": (lambda: normal.normal_(generator=generator), spectra),
        "4096 normal deviates, numpy": (lambda: rng.standard_normal(out=deviates, dtype=np.float32), spectra),
    }


def measure(calls: dict[str, tuple[Callable[[], object], int]], repeats: int) -> dict[str, list[float]]:
    """Microseconds per spectrum of every repeat, contenders taking turns."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for call, _ in calls.values():
        call()  # compile, warm up
    for _ in range(repeats):
        for name, (call, spectra) in calls.items():
            begin = time.perf_counter()
            call()
            times[name].append((time.perf_counter() - begin) / spectra * 1e6)
    return times


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spectra", type=int, default=4096)
    parser.add_argument("--pixels", type=int, default=4000)
    parser.add_argument("--repeats", type=int, default=9)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    times = measure(contenders(options.spectra, options.pixels), options.repeats)
    ours = statistics.median(times["clrseries"])
    print(f"{platform.processor() or platform.machine()}, one core, {options.pixels} pixels, {options.spectra} spectra")
    packages = ("clrseries", "numpy", "numba", "spectres", "specutils", "torch")
    print(", ".join(f"{p} {metadata.version(p)}" for p in packages))
    print(f"{'microseconds a spectrum':32s}{'median':>12s}{'min':>12s}{'max':>12s}{'over ours':>12s}")
    for name, values in times.items():
        middle = statistics.median(values)
        print(f"{name:32s}{middle:12.1f}{min(values):12.1f}{max(values):12.1f}{middle / ours:12.2f}")


if __name__ == "__main__":
    main()
