"""The default chain for light curves beside a memcpy of its bytes, a loop in numpy and pandas, padded torch and lightkurve.

    python benchmarks/light_curves.py [--curves 20000] [--length 256] [--repeats 7] [--no-training]

One process, contenders taking turns, medians; every figure also as a ratio. Curves have 50 to 1500 points in two to six bands.
Slow contenders run on a part of the curves. Then the share that views have in a training step of the `small` encoder.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
import warnings
from collections.abc import Callable
from typing import Any

os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # else torch's idle threads spin, and slow down whoever comes next

import numpy as np
import pandas as pd
import torch
from light_curve_peers import TorchCurves, pandas_view

from clrseries import Series
from clrseries.augment.keys import object_keys
from clrseries.lightcurves import (
    DropBands,
    DropPoints,
    Moon,
    Nights,
    Noise,
    Normalize,
    Observe,
    Outliers,
    Pack,
    Seasons,
    Weather,
    ZeroPoint,
)

BANDS = ("u", "g", "r", "i", "z", "y")
MOST = 1500
DEPTH = 22.0


def batch(curves: int) -> Series:
    """Curves of 50 to 1500 points, evenly in the logarithm, over four years."""
    rng = np.random.default_rng(0)
    sizes = np.exp(rng.uniform(np.log(50), np.log(MOST), curves)).astype(int)
    times = [np.sort(rng.uniform(0, 1500, n)) for n in sizes]
    number = rng.integers(2, 7, curves)
    bands = [np.array(BANDS, object)[rng.integers(0, k, n)] for k, n in zip(number, sizes, strict=True)]
    return Series.from_points(
        times, [100 + 10 * np.sin(t) for t in times], [np.full(n, 2.0) for n in sizes], bands, bands=BANDS
    )


def default_chain(length: int) -> list[Any]:
    """Season, night, weather, Moon, bands and points lost, packing; zero points, noise, outliers, scale."""
    return [
        Seasons(220.0), Nights(12.0), Weather(0.2), Moon(0.2, random_phase=True), DropBands(0.1), DropPoints(0.2), Pack(length, "stratified"),
        ZeroPoint(0.01), Noise(DEPTH, scatter=0.1), Outliers(0.01), Normalize("band"),
    ]  # fmt: skip


def measure(calls: dict[str, tuple[Callable[[], object], int]], repeats: int) -> dict[str, float]:
    """Median microseconds a curve, contenders taking turns; each comes with the number of curves it does."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for call, _ in calls.values():
        call()
    for _ in range(repeats):
        for name, (call, curves) in calls.items():
            time.sleep(0.02)
            begin = time.perf_counter()
            call()
            times[name].append((time.perf_counter() - begin) / curves * 1e6)
    return {name: statistics.median(values) for name, values in times.items()}


def contenders(series: Series, length: int, part: int) -> dict[str, tuple[Callable[[], object], int]]:
    """What is compared, by name."""
    count, again = len(series), Observe(default_chain(length))
    out = again(series)
    params = again.sample(series)
    assert series.band is not None
    arrays = [*out.inputs, series.x, series.flux, series.ivar, series.band]
    copies = [np.empty_like(a) for a in arrays]

    def memcpy() -> None:
        for source, target in zip(arrays, copies, strict=True):
            np.copyto(target, source)

    limit = np.full(len(BANDS), 10 ** (-0.4 * (DEPTH - 25.0)))
    some = series.take(np.arange(part))
    assert some.band is not None
    frames = [
        pd.DataFrame({"time": x, "flux": f, "error": v**-0.5, "band": some.band[a:b]})
        for (x, f, v), a, b in zip((some.row(i) for i in range(part)), some.offsets[:-1], some.offsets[1:], strict=True)
    ]
    rng = np.random.default_rng(1)
    many = min(count, 10 * part)
    padded = Observe([Pack(MOST)])(series.take(np.arange(many)))
    when, flux, ivar, band = (tensor[:, 0].contiguous() for tensor in padded.torch())
    chain, generator = TorchCurves(len(BANDS), length, limit), torch.Generator().manual_seed(0)
    return {
        "memcpy of the same bytes": (memcpy, count),
        "clrseries, 1 thread": (lambda: again(series, seed=1, threads=1, out=out), count),
        "of which the kernel alone": (lambda: kernel_alone(again, series, params, out), count),
        "of which drawing the parameters": (lambda: again.sample(series, seed=1), count),
        "clrseries, 2 threads": (lambda: again(series, seed=1, threads=2, out=out), count),
        "torch on padded arrays, 1 thread": (lambda: chain(when, flux, ivar, band, generator), many),
        "a loop in numpy and pandas": (lambda: [pandas_view(f, length, limit, rng) for f in frames], part),
        **lightkurve_loop(some),
    }


def kernel_alone(observe: Observe, series: Series, params: Any, out: Any) -> None:
    """The compiled loop on one thread, without what Python does before and after it."""
    call = observe._kernel_call(series, params)
    keys = object_keys(series, 1)
    call.cpu(call.samples, series.offsets, params, call.tables, keys, 0, *call.extra, 0, len(series), out.inputs)


def lightkurve_loop(series: Series) -> dict[str, tuple[Callable[[], object], int]]:
    """lightkurve's bin and normalize alone, for orientation: it has no more of the chain."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import lightkurve
        except ImportError:
            return {}
    number = min(len(series), 10)
    curves = [
        lightkurve.LightCurve(time=x, flux=f, flux_err=v**-0.5) for x, f, v in (series.row(i) for i in range(number))
    ]

    def run() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for curve in curves:
                curve.bin(time_bin_size=1.0).normalize()

    return {"lightkurve, bin and normalize alone": (run, number)}


def training(series: Series) -> None:
    """The share of the views in a training step of the `small` transformer, 64 objects in two views."""
    from clrseries.encoders import CurveTransformer
    from clrseries.methods import Batch, SimCLR

    torch.set_num_threads(2)
    torch.manual_seed(0)
    again, some = Observe(default_chain(96)), series.take(np.arange(64))
    method = SimCLR(CurveTransformer(len(BANDS), "small", embedding_dim=128))
    optimizer = torch.optim.AdamW(method.parameters(), 1e-3)
    views, steps = [], []
    for step in range(6):
        begin = time.perf_counter()
        made = again(some, 2, epoch=step)
        middle = time.perf_counter()
        loss, _ = method(Batch(made.torch()))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        views.append(middle - begin)
        steps.append(time.perf_counter() - begin)
    share = statistics.median(views[1:]) / statistics.median(steps[1:])
    print(
        f"\ntraining step of the small transformer: {1e3 * statistics.median(steps[1:]):.0f} ms, views {100 * share:.1f} % of it"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--curves", type=int, default=20000)
    parser.add_argument("--length", type=int, default=256)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--no-training", action="store_true")
    given = parser.parse_args()
    torch.set_num_threads(1)
    series = batch(given.curves)
    calls = contenders(series, given.length, min(given.curves, 100))
    medians = measure(calls, given.repeats)
    ours, base = medians["clrseries, 1 thread"], medians["memcpy of the same bytes"]
    print(
        f"{given.curves} curves, {len(series.x) / len(series):.0f} points on average, {len(BANDS)} bands, rows of {given.length}\n"
    )
    print(f"{'':40}{'us a curve':>12}{'over memcpy':>13}{'over ours':>11}")
    for name, value in medians.items():
        print(f"{name:40}{value:12.2f}{value / base:13.1f}{value / ours:11.2f}")
    if not given.no_training:
        training(series)


if __name__ == "__main__":
    main()
