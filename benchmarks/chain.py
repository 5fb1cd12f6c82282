"""The whole chain of a view beside a memcpy of its bytes and beside torch, the price of each step, and how it scales.

    python benchmarks/chain.py [--spectra 4096] [--pixels 4000] [--repeats 9]

One process, contenders taking turns, medians; every figure also as a ratio to a memcpy, on one core, of as many bytes as
the chain takes in (x, flux, ivar) and gives out (flux, ivar).
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # else torch's idle threads spin, and slow down whoever comes next

import numpy as np
import torch
from grids import grids
from torch_chain import TorchChain, draws

from clrseries import Grid, LogUniform, Normal, Series, Uniform
from clrseries.spectra import (
    LSF,
    ArmJoin,
    CosmicRays,
    Crop,
    Extinction,
    FluxCalibrationError,
    Fringe,
    HostExtinction,
    MaskPixels,
    MaskRuns,
    MaskTelluric,
    Noise,
    Normalize,
    Observe,
    Redshift,
    Resample,
    RotationalBroadening,
    ScatteredLight,
    SkyResidual,
    Telluric,
    Tilt,
    Velocity,
    VelocityDispersion,
    WavelengthError,
)
from clrseries.spectra.extinction_curves import powers

Calls = dict[str, Callable[[], object]]


def batch(spectra: int, pixels: int) -> tuple[Series, Grid]:
    """Spectra of the given size and a grid with as many pixels."""
    rng = np.random.default_rng(0)
    wave = np.linspace(3600.0, 9800.0, pixels)
    grid = Grid.log(3700.0, 9600.0, 299792.458 * np.log(9600 / 3700) / pixels * (1 - 1e-12))
    flux = rng.normal(1, 0.1, (spectra, pixels)).astype(np.float32)
    return Series.from_arrays(wave, flux, rng.uniform(50, 150, (spectra, pixels)).astype(np.float32)), grid


def default_chain(grid: Grid) -> list[Any]:
    """Redshift, dust, line-spread function, resampling, calibration error, noise, masks, normalization."""
    return [
        Redshift(to=Uniform(0, 0.01)),
        Extinction(Uniform(0, 0.3)),
        LSF(resolution=LogUniform(900, 9000)),
        Resample(grid),
        FluxCalibrationError(0.1, LogUniform(100, 1000)),
        Noise(LogUniform(10, 100)),
        MaskRuns(2, 50.0),
        MaskPixels(0.01),
        Normalize("mean"),
    ]


def memcpy(spectra: int, pixels: int) -> Callable[[], object]:
    """Copies the bytes of a batch, in buffers as large, so that neither is found in the cache."""
    source = np.ones(spectra * pixels * 24, np.uint8)
    target = np.zeros_like(source)
    return lambda: np.copyto(target, source)


def measure(
    calls: Calls, spectra: int, repeats: int, clock: Callable[[], float] = time.thread_time
) -> dict[str, float]:
    """Median microseconds per spectrum, contenders taking turns; by default of the time that this thread had the processor."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    for _ in range(repeats):
        for name, call in calls.items():
            time.sleep(0.02)
            begin = clock()
            call()
            times[name].append((clock() - begin) / spectra * 1e6)
    return {name: statistics.median(values) for name, values in times.items()}


def whole(spectra: int, pixels: int, repeats: int) -> None:
    """(b) The default chain against memcpy and torch, on one thread and on two."""
    series, grid = batch(spectra, pixels)
    again = Observe(default_chain(grid))
    out = again(series)  # written over, as memcpy writes over its target
    generator = torch.Generator().manual_seed(0)
    part = min(spectra, 256)  # torch is slow, and keeps less in the cache of more
    wave = series.x[:pixels]
    chain = TorchChain(wave, grid.edges, powers("F99", grid.centers)[1] * 3.1, 11)
    flux, ivar = (torch.from_numpy(a[: part * pixels].reshape(part, pixels)) for a in (series.flux, series.ivar))
    params = draws(part, len(grid), generator)

    def with_torch(threads: int) -> None:
        torch.set_num_threads(threads)
        for _ in range(spectra // part):
            chain(flux, ivar, params, generator)

    results = measure(
        {
            "memcpy of the same bytes": memcpy(spectra, pixels),
            "clrseries, 1 thread": lambda: again(series, threads=1, out=out),
            "clrseries, 2 threads": lambda: again(series, threads=2, out=out),
            "torch, 1 thread": lambda: with_torch(1),
            "torch, 2 threads": lambda: with_torch(2),
        },
        spectra,
        repeats,
        time.perf_counter,
    )
    print(f"\n## The default chain, {spectra} spectra, {pixels} to {len(grid)} pixels\n")
    print("| | microseconds a spectrum | over memcpy |\n| --- | --- | --- |")
    for name, value in results.items():
        print(f"| {name} | {value:.1f} | {value / results['memcpy of the same bytes']:.2f} |")
    for threads in ("1 thread", "2 threads"):
        ratio = results[f"torch, {threads}"] / results[f"clrseries, {threads}"]
        print(f"\ntorch over clrseries, {threads}: {ratio:.1f}")
    print(f"\none thread over two: {results['clrseries, 1 thread'] / results['clrseries, 2 threads']:.2f}")


def steps(spectra: int, pixels: int, repeats: int) -> None:
    """(c) What each step adds to resampling alone."""
    series, grid = batch(spectra, pixels)
    added = [
        Redshift(to=0.01), Velocity(Normal(0, 50)), RotationalBroadening(150.0), VelocityDispersion(100.0), Tilt(0.1), HostExtinction(0.1),
        Extinction(0.1), LSF(resolution=1800.0), WavelengthError(0.1), Telluric(0.1), FluxCalibrationError(0.1), Fringe(0.02),
        ArmJoin(6000.0, 0.1), ScatteredLight(0.1), SkyResidual(0.1), Noise(20.0), CosmicRays(1.0), Crop(100.0),
        MaskTelluric(), MaskRuns(2), MaskPixels(0.01), Normalize("mean"), Normalize("median"), Normalize("continuum", 250.0),
        Normalize("percentile", 250.0), Normalize("mean", asinh=1.0),
    ]  # fmt: skip
    calls: Calls = {"Resample": _apply([Resample(grid)], series), "memcpy": memcpy(spectra, pixels)}
    for method in ("linear", "lanczos"):
        calls[f'Resample, "{method}"'] = _apply([Resample(grid, method)], series)
    for step in added:
        name = type(step).__name__ + (f', "{step.by}"' if isinstance(step, Normalize) else "")
        name += ", asinh" if getattr(step, "asinh", 0.0) else ""
        calls[name] = _apply(sorted([step, Resample(grid)], key=lambda s: s.order), series)
    results = measure(calls, spectra, repeats)
    print(f"\n## Each step on top of resampling, one thread, {spectra} spectra of {pixels} pixels\n")
    print("| step | microseconds a spectrum | over memcpy |\n| --- | --- | --- |")
    for name, value in results.items():
        alone = name.startswith("Resample") or name == "memcpy"
        cost = value if alone else value - results["Resample"]
        print(f"| {name} | {cost:.1f} | {cost / results['memcpy']:.2f} |")


def _apply(chain: list[Any], series: Series) -> Callable[[], object]:
    again = Observe(chain)
    params = again.sample(series)
    out = again.apply(series, params)
    return lambda: again.apply(series, params, threads=1, out=out)


def scaling(repeats: int) -> None:
    """(d) Time against the number of spectra and of pixels, and the memory that a second batch adds."""
    print("\n## Scaling, one thread\n")
    print("| spectra | pixels | nanoseconds a pixel | memory that repeating it adds |\n| --- | --- | --- | --- |")
    for spectra, pixels in ((256, 4000), (1024, 4000), (4096, 4000), (1024, 1000), (1024, 2000), (1024, 8000)):
        series, grid = batch(spectra, pixels)
        again = Observe(default_chain(grid))
        out = again(series)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        value = measure({"chain": lambda s=series, a=again, o=out: a(s, threads=1, out=o)}, spectra, repeats)["chain"]  # type: ignore[misc]
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        print(f"| {spectra} | {pixels} | {value * 1e3 / pixels:.1f} | {grown:.0f} MiB |")


def processor() -> str:
    """What the machine calls its processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spectra", type=int, default=4096)
    parser.add_argument("--pixels", type=int, default=4000)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--no-scaling", action="store_true", help="leave out the last table")
    options = parser.parse_args()
    versions = ", ".join(f"{p} {metadata.version(p)}" for p in ("clrseries", "numpy", "numba", "torch"))
    print(
        "# What a view costs\n\n`python benchmarks/chain.py > docs/speed.md` on one machine, in one process, contenders taking turns, medians"
    )
    print(f"(of elapsed time in the first table, of the time of the thread in the others): {processor()}, {versions}.")
    whole(options.spectra, options.pixels, options.repeats)
    steps(min(options.spectra, 512), options.pixels, options.repeats)
    grids(min(options.spectra, 1024), options.pixels, options.repeats)
    if not options.no_scaling:
        scaling(options.repeats)


if __name__ == "__main__":
    main()
