"""What each trick of the CPU's kernels saves: the default chains with all of them, and with one taken out.

    python benchmarks/tricks.py [--spectra 1024] [--curves 4000] [--repeats 15]

A trick is taken out by another function, or number, in its place before Numba compiles, in a process and a cache of its own; the
product has no option for it. The processes take turns; medians of the time that one thread had the processor, also over a memcpy
of as many bytes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any, NamedTuple

import chain
import light_curves
import numpy as np

from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.kernels import factor
from clrseries.kernels.lanes import row, stage
from clrseries.kernels.lightcurves import normalize, observe, schedule
from clrseries.kernels.spectra import observe as observe_spectra
from clrseries.kernels.spectra import resample_blocks

PIXELS, LENGTH = 4000, 256
HALF = np.float32(0.5)


@stage
def fetch_nothing(array, first, number):
    """Give no hint."""


@stage
def multiply_twice(log_factor, flux, ivar, lane, lanes):
    """Take one exponential for each of two factors, as dust and an error of the calibration are."""
    for j in range(lane, len(log_factor), lanes):
        log_factor[j] *= HALF
    factor.multiply(log_factor, flux, ivar, lane, lanes)
    factor.multiply(log_factor, flux, ivar, lane, lanes)


@row
def keep_all(time, flux, ivar, band, index, counts, then, lane, lanes, barrier):
    """Keep also the points that are lost."""
    for j in range(lane, len(time), lanes):
        index[j] = np.int32(j)
        then.time[j] = time[j]
        then.flux[j] = flux[j]
        then.ivar[j] = ivar[j]
        then.band[j] = band[j]
    return len(time)


class Trick(NamedTuple):
    """Where a trick is, and what takes its place."""

    kind: str
    module: Any
    name: str
    instead: Any


TRICKS = {
    "prefetch of the input": Trick("spectra", resample_blocks, "fetch", fetch_nothing),
    "one exponential a pixel": Trick("spectra", observe_spectra, "multiply", multiply_twice),
    "prefetch of the output": Trick("light curves", observe, "fetch_to_write", fetch_nothing),
    "compressing the points that are left": Trick("light curves", schedule, "compress", keep_all),
    "medians of few keys by counting": Trick("light curves", normalize, "FEW_ALONE", 0),
}


def contenders(kind: str, objects: int) -> dict[str, Callable[[], object]]:
    """The default chain and a memcpy of as many bytes as it takes in and gives out."""
    made: Any
    if kind == "spectra":
        series, grid = chain.batch(objects, PIXELS)
        made = sp.Observe(chain.default_chain(grid))
    else:
        series, made = light_curves.batch(objects), lc.Observe(light_curves.default_chain(LENGTH))
    params = made.sample(series)
    out = made.apply(series, params)
    arrays = [series.x, series.flux, series.ivar, *([] if series.band is None else [series.band]), *out.inputs]
    source = np.ones(sum(array.nbytes for array in arrays), np.uint8)
    target = np.zeros_like(source)
    return {
        "chain": lambda: made.apply(series, params, threads=1, out=out),
        "memcpy": lambda: np.copyto(target, source),
    }


def begun(kind: str, without: str, objects: int, cache: str) -> subprocess.Popen[str]:
    """Begin a process without a trick or, if it is "", with all; it measures once for each line that it is given."""
    command = [sys.executable, __file__, "--turns", kind, "--without", without]
    command += ["--spectra" if kind == "spectra" else "--curves", str(objects)]
    environment = os.environ | {"NUMBA_CACHE_DIR": cache}
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def turn(process: subprocess.Popen[str]) -> dict[str, float]:
    """Let a process measure once, and return the microseconds an object of its contenders."""
    assert process.stdin is not None and process.stdout is not None
    print(file=process.stdin, flush=True)
    return json.loads(process.stdout.readline())


def tricks(objects: dict[str, int], repeats: int) -> None:
    """Print the table."""
    print("\n## The default chains without one trick, one thread, each in a process of its own\n")
    print("| chain | microseconds an object | over memcpy |\n| --- | --- | --- |")
    for kind, number in objects.items():
        names = ["", *(name for name, trick in TRICKS.items() if trick.kind == kind)]
        with contextlib.ExitStack() as stack:
            caches = [stack.enter_context(tempfile.TemporaryDirectory()) for _ in names]
            running = [
                stack.enter_context(begun(kind, name, number, cache)) for name, cache in zip(names, caches, strict=True)
            ]
            for process in running:
                turn(process)  # compiles
            turns = [[turn(process) for process in running] for _ in range(repeats)]
        for name, found in zip(names, zip(*turns, strict=True), strict=True):
            taken, copied = (statistics.median(one[what] for one in found) for what in ("chain", "memcpy"))
            what = f"{kind}, without {name}" if name else f"{kind}, with all"
            print(f"| {what} | {taken:.1f} | {taken / copied:.2f} |", flush=True)


def main() -> None:
    """Print the table, or the numbers of this process."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spectra", type=int, default=1024)
    parser.add_argument("--curves", type=int, default=4000)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--turns", choices=("spectra", "light curves"), help="measure for each line of the input")
    parser.add_argument("--without", default="", choices=("", *TRICKS))
    options = parser.parse_args()
    objects = {"spectra": options.spectra, "light curves": options.curves}
    if not options.turns:
        tricks(objects, options.repeats)
        return
    if options.without:
        out = TRICKS[options.without]
        assert hasattr(out.module, out.name)
        setattr(out.module, out.name, out.instead)
    number = objects[options.turns]
    calls = contenders(options.turns, number)
    for _ in sys.stdin:
        print(json.dumps(chain.measure(calls, number, 1)), flush=True)


if __name__ == "__main__":
    main()
