"""Random compositions on random grids, for series of odd lengths: about one block, one chunk, one point."""

from typing import Any

import numpy as np

from clrseries import Choice, Grid, InputError, LogUniform, Normal, Series, Uniform
from clrseries import lightcurves as lc
from clrseries import spectra as sp

PIXELS = (2, 3, 4, 5, 7, 16, 31, 63, 64, 65, 127, 255, 256, 257, 300, 511, 513)
SAMPLES = (1, 2, 3, 4, 31, 32, 33, 256, 511, 512, 513, 514, 1023, 1024, 1025, 1500)
POINTS = (1, 2, 3, 31, 32, 33, 100, 255, 256, 257, 600)


def spectra(number):
    """Return steps and four spectra of the random case with this number."""
    rng = np.random.default_rng(number)
    pixels, low, step = int(rng.choice(PIXELS)), float(rng.uniform(3600, 7000)), float(rng.uniform(0.3, 8))
    span = step * pixels
    waves = []
    for n in rng.choice(SAMPLES, 4):
        begin, end = low - rng.uniform(-0.3, 0.3) * span, low + span * rng.uniform(0.7, 1.3)
        wave = np.linspace(begin, max(end, begin + 1e-3 * n), n)
        jitter = rng.uniform(-0.3, 0.3, n) * (wave[-1] - wave[0]) / max(n, 2) if rng.random() < 0.5 else 0.0
        waves.append(np.sort(wave + jitter))
    flux = [rng.normal(1, 0.3, len(w)) for w in waves]
    ivar = [np.where(rng.random(len(w)) < 0.2, 0, rng.uniform(1, 100, len(w))) for w in waves]
    last: sp.Normalize
    if number % 5 < 3:
        last = sp.Normalize(("mean", "median", "l2")[number % 5], asinh=1.0 if number % 2 else 0.0)
    else:
        last = sp.Normalize(("continuum", "percentile")[number % 2], max(0.3 * span, 1.0))
    method: Any = ("conserve", "linear", "lanczos")[number // 5 % 3] if number % 5 == 4 else "conserve"
    return [
        sp.Redshift(to=Uniform(0, 0.02), z=0.01), sp.Velocity(Normal(0, 50)),
        sp.RotationalBroadening(Uniform(0, 200), probability=0.5), sp.Tilt(0.1, 0.1), sp.Extinction(Uniform(0, 0.3)),
        sp.LSF(resolution=LogUniform(900, 9000)), sp.Resample(Grid.linear(low, low + span, step), method),
        sp.FluxCalibrationError(0.1, LogUniform(5, 1000)), sp.ScatteredLight(0.1), sp.SkyResidual(0.1, 3.0),
        sp.Noise(LogUniform(5, 50)), sp.CosmicRays(5.0, 3.0, 0.3), sp.Crop(Uniform(-3, 3), 2.0),
        sp.MaskRuns(Choice((0, 1, 2)), Uniform(1, 20)), sp.MaskPixels(0.02), last,
    ], Series.from_arrays(waves, flux, ivar)  # fmt: skip


def light_curves(number):
    """Return steps and four light curves of the random case with this number."""
    rng = np.random.default_rng(number)
    sizes = rng.choice(POINTS, 4)
    times = [np.sort(rng.uniform(51000, 51900, n)) for n in sizes]
    bands = [rng.choice(["g", "r", "i"], n) for n in sizes]
    flux = [100 + 20 * np.sin(t / 3) + rng.normal(0, 1, len(t)) for t in times]
    table = {"object_id": list("abcd"), "z": [0.1] * 4, "period": [18.85] * 4}
    series = Series.from_points(times, flux, [np.ones(n) for n in sizes], bands, table, bands=("g", "r", "i"))
    length = int(rng.choice(POINTS))
    method: Any = ("crop", "random", "stratified")[number % 3]
    last = lc.Normalize(("object", "band", "magnitude")[number // 3 % 3])
    return [
        lc.Redshift(Uniform(0.05, 0.2)), lc.ReverseTime(probability=0.5), lc.Flares(0.01, 0.3, 5.0), lc.Nights(20.0), lc.Weather(0.2),
        lc.Moon(0.3, random_phase=True), lc.DropDays(Choice((0, 1, 2)), 10.0), lc.DropPoints(0.1),
        *([lc.Bin(3.0)] if number % 2 else []), *([lc.Fold("period", phase=0.37)] if number % 5 == 0 else []),
        lc.Pack(max(length, 2), method), lc.ZeroPoint(0.02), lc.Jumps(0.02, 90.0), lc.RandomWalk(0.01, 30.0),
        lc.Noise(21.5, Normal(0, 0.1), scatter=0.1), lc.Outliers(0.05), lc.Detect(5.0, 0.5), last,
    ], series  # fmt: skip


def cases(make, first, last):
    """Yield number, steps and series of the random cases that are valid input."""
    for number in range(first, last):
        try:
            yield number, *make(number)
        except InputError:  # such as a grid of two pixels that the first spectrum misses
            continue
