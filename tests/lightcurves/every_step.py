"""Compositions that use every step of a light curve's forward model."""

import numpy as np

from clrseries import Choice, Normal, Series, Uniform
from clrseries.lightcurves import (
    Amplify,
    AroundDetections,
    Bin,
    Detect,
    DropBands,
    DropDays,
    DropPoints,
    Flares,
    Fold,
    Gaps,
    Jumps,
    Moon,
    Nights,
    Noise,
    Normalize,
    Outliers,
    Pack,
    RandomWalk,
    Redshift,
    ReverseTime,
    Saturate,
    Seasons,
    ShiftTime,
    StretchPeriod,
    Trend,
    Truncate,
    Visit,
    Weather,
    Window,
    ZeroPoint,
)


def compositions():
    """Name -> steps."""
    source = [
        Redshift(Uniform(0.05, 0.2)),
        StretchPeriod(Uniform(0.9, 1.1)),
        ReverseTime(probability=0.5),
        ShiftTime(Uniform(-9, 9)),
        Amplify(Uniform(0.8, 1.2), Uniform(0.5, 2)),
        Flares(0.01, 0.3, 5.0),
    ]
    seen = [
        Window(700.0),
        Truncate(650.0, "first"),
        AroundDetections(40.0, Uniform(400, 600)),
        Seasons(230.0),
        Nights(20.0),
        Weather(0.2),
        Moon(0.3, random_phase=True),
        Gaps(30.0, 2.0),
        DropDays(Choice((1, 2)), 10.0),
        DropBands(0.2),
        DropPoints(0.1),
    ]
    measured = [
        ZeroPoint(0.02),
        Jumps(0.02, 90.0),
        Trend(Normal(0, 0.05), Normal(0, 0.05)),
        RandomWalk(0.01, 30.0),
        Saturate(19.3),
        Noise(21.5, Normal(0, 0.1), scatter=0.1),
        Outliers(0.05),
        Detect(5.0, 0.5),
    ]
    times, bands = (0.0, 0.3, 1.1), ("g", "r", "g")
    return {
        "whole": [*source, *seen, Bin(3.0), Pack(48, "stratified"), *measured, Normalize("band")],
        "folded": [*source, Fold("period"), Pack(32, "random", "middle"), *measured, Normalize("object")],
        "crop": [Pack(24, "crop", "peak"), Normalize("color", "g")],
        "nearest": [
            Visit(times, bands, 2.0, 1.5),
            Pack(40, "stratified", "detection"),
            Normalize("magnitude", softening=3.0),
        ],
        "linear": [Visit(times, bands, 2.0, 30.0, "linear"), Pack(40)],
        "plain": [Pack(300)],
    }


def stars(count=4):
    """Ragged light curves in three bands, one of a single point, one without the band g."""
    rng = np.random.default_rng(8)
    sizes = [1, 60, 40, 90][:count]
    times = [np.sort(rng.uniform(51000, 51900, n)) for n in sizes]
    bands = [rng.choice(["g", "r", "i"] if i != 2 else ["r", "i"], n) for i, n in enumerate(sizes)]
    flux = [
        100 + 20 * np.sin(t / 3) + 30 * (b == "r") + rng.normal(0, 1, len(t)) for t, b in zip(times, bands, strict=True)
    ]
    error = [np.where(rng.random(n) < 0.05, np.nan, 1.0) if n > 1 else np.ones(n) for n in sizes]
    table = {"object_id": [f"v{i}" for i in range(count)], "z": [0.1] * count, "period": [18.85] * count}
    return Series.from_points(times, flux, error, bands, table, bands=("g", "r", "i"))
