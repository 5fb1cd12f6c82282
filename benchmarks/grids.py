"""Resampling and variance on every kind of input grid, with line-spread functions, and on processors with fewer instructions.

    python benchmarks/grids.py [--spectra 1024] [--pixels 4000] [--repeats 9]

One thread, contenders taking turns, medians of the time that the thread had the processor; ratios to a memcpy of as many bytes as
the kernel takes in and gives out, and to spectres_numba for the same pixels. Rows for other processors come from processes of
their own, in which Numba compiles as if the processor lacked these instructions. A series is looked at once, in its first call,
to recognize its grid; the row for that is beside the others, and they do not contain it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numba.core.codegen import get_host_cpu_features

from clrseries import Grid, Series
from clrseries.kernels.input_grid import recognize
from clrseries.kernels.spectra.overlap_blocks import SET
from clrseries.spectra import LSF, Observe, Redshift, Resample

REDSHIFT = 0.01
LACKING = {"AVX-512": ("avx512",), "AVX-512 and AVX2": ("avx512", "avx2")}
Calls = dict[str, tuple[Callable[[], object], int]]


def wavelengths(kind: str, spectra: int, pixels: int) -> Any:
    """One grid (P,) for all spectra, or one for each (N, P)."""
    rng = np.random.default_rng(2)
    if kind == "linear":
        return np.linspace(3600.0, 9800.0, pixels)
    if kind == "logarithmic":
        return np.geomspace(3600.0, 9800.0, pixels)
    if kind == "logarithmic, of each spectrum":
        return np.geomspace(3600.0, 9800.0, pixels) * (1 + 1e-5 * np.arange(spectra)[:, None])
    if kind == "float32 logarithm, of each spectrum":  # as SDSS stores wavelengths
        first = np.log10(3600.0) + 1e-5 * np.arange(spectra)[:, None]
        return 10.0 ** (first + np.log10(9800 / 3600) / pixels * np.arange(pixels)).astype(np.float32).astype(float)
    steps = rng.uniform(0.8, 1.2, (1 if kind == "uneven" else spectra, pixels))
    grids = 3600.0 + np.cumsum(steps, axis=1) * (6200.0 / pixels)
    return grids[0] if kind == "uneven" else grids


KINDS = (
    "linear", "logarithmic", "uneven", "logarithmic, of each spectrum", "float32 logarithm, of each spectrum", "uneven, of each spectrum",
)  # fmt: skip


def batch(kind: str, spectra: int, pixels: int) -> tuple[Series, Grid]:
    """Spectra on such grids, and an output grid with as many pixels."""
    rng = np.random.default_rng(0)
    grid = Grid.log(3700.0, 9600.0, 299792.458 * np.log(9600 / 3700) / pixels * (1 - 1e-12))
    flux = rng.normal(1, 0.1, (spectra, pixels)).astype(np.float32)
    ivar = rng.uniform(50, 150, (spectra, pixels)).astype(np.float32)
    return Series.from_arrays(wavelengths(kind, spectra, pixels), flux, ivar), grid


def made(series: Series, grid: Grid, *profile: LSF) -> Callable[[], object]:
    """A call that makes one view of each spectrum, over those of the call before."""
    again = Observe([Redshift(z=REDSHIFT), *profile, Resample(grid)])
    params = again.sample(series)
    out = again.apply(series, params)
    return lambda: again.apply(series, params, threads=1, out=out)


def peer(series: Series, grid: Grid, pixels: int) -> Callable[[], object]:
    """The numba form of spectres, for eight spectra."""
    from spectres.spectral_resampling_numba import spectres_numba

    x, flux, ivar = (a[:pixels].astype(float) for a in (series.x, series.flux, series.ivar))
    rest, error = x / (1 + REDSHIFT), 1 / np.sqrt(ivar)
    return lambda: [spectres_numba(grid.centers, rest, flux, error) for _ in range(8)]


def contenders(spectra: int, pixels: int) -> Calls:
    """Name -> (call, spectra in a call)."""
    source = np.ones(spectra * pixels * 24, np.uint8)
    target = np.zeros_like(source)
    calls: Calls = {"memcpy": (lambda: np.copyto(target, source), spectra)}
    for kind in KINDS:
        series, grid = batch(kind, spectra, pixels)
        calls[kind] = (made(series, grid), spectra)
        if kind == "linear":
            calls["spectres_numba"] = (peer(series, grid, pixels), 8)
            calls["linear, R = 900"] = (made(series, grid, LSF(resolution=900.0)), spectra)
            calls["linear, R = 1800"] = (made(series, grid, LSF(resolution=1800.0)), spectra)
            # in a linear grid the profile of constant R changes from pixel to pixel
            even = Grid.linear(3700.0, 9600.0, 5900.0 / pixels)
            calls["linear to linear, R = 1800"] = (made(series, even, LSF(resolution=1800.0)), spectra)
    calls["recognizing uneven grids, once"] = (lambda: recognize(series.x, series.offsets), spectra)
    return calls


def measure(spectra: int, pixels: int, repeats: int) -> dict[str, float]:
    """Median microseconds per spectrum, contenders taking turns; all of them work in the calling thread."""
    calls = contenders(spectra, pixels)
    times: dict[str, list[float]] = {name: [] for name in calls}
    for call, _ in calls.values():
        call()
    for _ in range(repeats):
        for name, (call, number) in calls.items():
            begin = time.thread_time()
            call()
            times[name].append((time.thread_time() - begin) / number * 1e6)
    return {name: statistics.median(values) for name, values in times.items()}


def elsewhere(lacking: tuple[str, ...], spectra: int, pixels: int, repeats: int) -> dict[str, Any]:
    """What :func:`measure` gives in a process where the processor seems to lack instructions, and those that were used."""
    features = ["-" + one[1:] if one[1:].startswith(lacking) else one for one in get_host_cpu_features().split(",")]
    command = [sys.executable, __file__, "--json", f"--spectra={spectra}", f"--pixels={pixels}", f"--repeats={repeats}"]
    environment = os.environ | {"NUMBA_CPU_FEATURES": ",".join(features)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def print_rows(results: dict[str, float], pixels: int, note: str) -> None:
    """Print the rows of one process."""
    for name, value in results.items():
        if name not in ("memcpy", "spectres_numba"):
            ratio = "" if "recogn" in name or "R = " in name else f"{results['spectres_numba'] / value:.1f}"
            print(f"| {name} | {pixels} | {note} | {value:.1f} | {value / results['memcpy']:.2f} | {ratio} |")


def grids(spectra: int, pixels: int, repeats: int) -> None:
    """Print the table."""
    print(f"\n## Resampling and variance by input grid, one thread, {spectra} spectra\n")
    print("| input grid | pixels | instructions | microseconds a spectrum | over memcpy | spectres_numba over it |")
    print("| --- | --- | --- | --- | --- | --- |")
    for number in (pixels, 1000, 8000):
        print_rows(measure(spectra * pixels // number, number, repeats), number, str(SET))
    for lacking in LACKING.values():
        found = elsewhere(lacking, spectra, pixels, repeats)
        print_rows(found["microseconds"], pixels, "none: a merge" if found["set"] is None else found["set"])


def main() -> None:
    """Print the table, or the numbers of this process."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spectra", type=int, default=1024)
    parser.add_argument("--pixels", type=int, default=4000)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--json", action="store_true", help="print the numbers of this process alone")
    options = parser.parse_args()
    if options.json:
        print(json.dumps({"set": SET, "microseconds": measure(options.spectra, options.pixels, options.repeats)}))
    else:
        grids(options.spectra, options.pixels, options.repeats)


if __name__ == "__main__":
    main()
