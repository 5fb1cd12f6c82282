"""Time views on a GPU with CUDA events, beside a copy of the same bytes in its memory.

    python benchmarks/gpu.py [--objects 4096] [--repeats 15]
    python benchmarks/gpu.py --archive
    python benchmarks/gpu.py --look

Samples and outputs lie on the device; medians. `--look` prints what the device is, and fails with one line if there is none.
`--archive` embeds an archive on the GPU, beside the encoder alone, and preprocesses it.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import light_curves
import numpy as np
import torch
from chain import batch, default_chain

from clrseries import Series, read_spectra
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.augment.on_host import moved

PIXELS, LENGTH = 4000, 256


def missing() -> str:
    """Return why nothing can run on a GPU here, or an empty string."""
    try:
        from numba import cuda

        metadata.version("numba-cuda")
    except (ImportError, metadata.PackageNotFoundError):
        return "numba-cuda is not installed: pip install 'clrseries[gpu]'"
    if not cuda.is_available():
        return "there is no CUDA device, or its driver is not found"
    if not torch.cuda.is_available():
        return f"torch {torch.__version__} was installed without CUDA: see https://pytorch.org/get-started/locally"
    return ""


def describe() -> str:
    """Return one line about the device and the packages."""
    device = torch.cuda.get_device_properties(0)
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("numba-cuda", "numba", "torch"))
    return (
        f"{device.name}, sm_{device.major}{device.minor}, {device.total_memory / 2**30:.0f} GiB, "
        f"{device.multi_processor_count} multiprocessors; {versions}"
    )


def seconds(call: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Return the medians of the time on the device, by events, and of the time until the call returns."""
    on_device, until_return = [], []
    for _ in range(repeats):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        torch.cuda.synchronize()
        begin.record()
        start = time.perf_counter()
        call()
        until_return.append(time.perf_counter() - start)
        end.record()
        torch.cuda.synchronize()
        on_device.append(begin.elapsed_time(end) / 1e3)
    return statistics.median(on_device), statistics.median(until_return)


def cases(objects: int) -> dict[str, tuple[Series, Any]]:
    """Return, by name, data in the memory of the CPU and a composition."""
    series, grid = batch(objects, PIXELS)
    curves = light_curves.batch(objects)
    shift, to_grid = sp.Redshift(z=0.01), sp.Resample(grid)
    return {
        "resampling": (series, sp.Observe([shift, to_grid])),
        "resampling, LSF of R = 2000": (series, sp.Observe([shift, sp.LSF(resolution=2000.0), to_grid])),
        "resampling, mean": (series, sp.Observe([shift, to_grid, sp.Normalize("mean")])),
        "default chain": (series, sp.Observe(default_chain(grid))),
        "default chain of light curves": (curves, lc.Observe(light_curves.default_chain(LENGTH))),
    }


def embedded(objects: int, repeats: int) -> str:
    """Embed and preprocess an archive on the GPU, and return the rates, that of embedding beside the encoder on views that lie there."""
    from archive import GRID, spectrum_model, write_spectra

    from clrseries import embed, preprocess
    from clrseries.model.stages import encoded, prepared

    model = spectrum_model("convnext1d")
    with tempfile.TemporaryDirectory() as there:
        path = Path(there) / "spectra.parquet"
        write_spectra(path, objects)
        number = itertools.count()

        def best(command: Callable[..., Any], what: Any) -> float:
            taken = []
            for _ in range(1 + repeats):  # the first compiles
                start = time.perf_counter()
                command(what, path, f"{there}/{next(number)}/", device="cuda", progress=False)
                taken.append(time.perf_counter() - start)
            return min(taken[1:])

        taken, observed = best(embed, model), best(preprocess, model.observe)
        series = read_spectra(path)
    batch = series.between(0, min(1024, objects))
    observe = sp.Observe(model.observe.deterministic().steps, "cuda")
    views, encoder = prepared(observe, batch, model, stay=True), copy.deepcopy(model.encoder).cuda()
    encoded(encoder, torch.nn.Identity(), views)
    alone, _ = seconds(lambda: encoded(encoder, torch.nn.Identity(), views), repeats)
    rates = objects / taken, len(batch) / alone
    made = f"preprocess: {objects / observed:,.0f} spectra/s, to {len(GRID)} pixels"
    return (
        f"archive: {rates[0]:,.0f} spectra/s; encoder alone: {rates[1]:,.0f}; ratio {rates[0] / rates[1]:.2f}\n{made}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--objects", type=int, default=4096)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--look", action="store_true")
    parser.add_argument("--archive", action="store_true")
    arguments = parser.parse_args()
    if missing():
        sys.exit(f"make gpu needs a CUDA device: {missing()}")
    print(describe())
    if arguments.look:
        return
    if arguments.archive:
        print(embedded(arguments.objects, min(arguments.repeats, 3)))
        return
    print("\n| views of | first call, s | ns a view | call returns after, ms | over a copy of the same bytes |")
    print("| --- | --- | --- | --- | --- |")
    for name, (series, observe) in cases(arguments.objects).items():
        params = observe.sample(series)
        there = moved(series, lambda array: torch.from_numpy(np.array(array)).cuda())
        start = time.perf_counter()
        out = observe.apply(there, params)
        torch.cuda.synchronize()
        first = time.perf_counter() - start
        taken, returned = seconds(lambda: observe.apply(there, params, out=out), arguments.repeats)  # noqa: B023
        size = sum(a.nbytes for a in (there.x, there.flux, there.ivar)) + sum(a.nbytes for a in out.inputs)
        source, target = (torch.empty(size // 2, dtype=torch.uint8, device="cuda") for _ in range(2))
        copied, _ = seconds(lambda: target.copy_(source), arguments.repeats)  # noqa: B023
        print(
            f"| {name} | {first:.1f} | {taken / len(series) * 1e9:.0f} | {returned * 1e3:.2f} | {taken / copied:.2f} |"
        )


if __name__ == "__main__":
    main()
