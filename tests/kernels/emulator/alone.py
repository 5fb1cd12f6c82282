"""Compositions that need few barriers each, so that one that is missing is not made up for by the next."""

from typing import Any

import numpy as np

from clrseries import Grid, Series
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.augment import LogUniform, Uniform

from ...lightcurves import every_step as light_curve_steps
from ...spectra import every_step as spectrum_steps


def spectra() -> dict[str, Any]:
    """Return name -> steps."""
    grid = Grid.log(4100, 8000, 400)
    onto = sp.Resample(grid)
    after: dict[str, Any] = {
        "cosmic rays": [sp.CosmicRays(5.0, 3.0, 0.3)],
        "sky lines": [sp.SkyResidual(0.1, 8.0)],
        "scattered light": [sp.ScatteredLight(0.1)],
        "noise": [sp.Noise(20.0)],
        "runs": [sp.MaskRuns(2, 50.0)],
        "pixels": [sp.MaskPixels(0.1)],
        "runs and pixels": [sp.MaskRuns(2, 50.0), sp.MaskPixels(0.1)],
        "calibration": [sp.FluxCalibrationError(0.1, LogUniform(100, 1000))],
        "calibration and crop": [sp.FluxCalibrationError(0.1, LogUniform(100, 1000)), sp.Crop(0.0, 90.0)],
        "own step and crop": [
            sp.Custom(spectrum_steps.vignette, {"depth": Uniform(0, 0.3), "jitter": 0.01}), sp.Crop(0.0, 90.0),
        ],
        "scattered light and sky lines": [sp.ScatteredLight(0.1), sp.SkyResidual(0.1, 8.0)],
        "calibration and noise": [sp.FluxCalibrationError(0.1, LogUniform(100, 1000)), sp.Noise(20.0)],
        "median": [sp.Crop(0.0, 90.0), sp.Normalize("median")],
        "l2": [sp.Noise(20.0), sp.Crop(100.0), sp.Normalize("l2")],
        "mean": [sp.Normalize("mean")],
        "own step": [sp.Custom(spectrum_steps.vignette, {"depth": Uniform(0, 0.3), "jitter": 0.01})],
        "own step and noise": [
            sp.Custom(spectrum_steps.vignette, {"depth": Uniform(0, 0.3), "jitter": 0.01}), sp.Noise(20.0),
        ],
        "percentile": [sp.Normalize("percentile", 600.0, 80.0)],
        "continuum": [sp.Normalize("continuum", 600.0)],
    }  # fmt: skip
    before: dict[str, Any] = {
        "tilt": [sp.Tilt(0.1, 0.1)],
        "rotation": [sp.RotationalBroadening(300.0)],
        "profile": [sp.LSF(resolution=1000.0)],
        "rotation and profile": [sp.RotationalBroadening(300.0), sp.LSF(resolution=1000.0)],
    }
    whole = [
        sp.Redshift(to=Uniform(0, 0.01), z="z"), sp.Extinction(Uniform(0, 0.3)), sp.LSF(resolution=LogUniform(900, 3000)), onto,
        sp.FluxCalibrationError(0.1, LogUniform(100, 1000)), sp.Noise(LogUniform(10, 100)), sp.MaskRuns(2, 50.0),
        sp.MaskPixels(0.01), sp.Normalize("mean"),
    ]  # fmt: skip
    return (
        {"resampling": [onto], "interpolation and profile": [sp.LSF(resolution=1000.0), sp.Resample(grid, "linear")]}
        | {name: [onto, *steps] for name, steps in after.items()}
        | {name: [*steps, onto] for name, steps in before.items()}
        | {"default": whole}
        | spectrum_steps.compositions()
    )


def light_curves() -> dict[str, Any]:
    """Return name -> steps."""
    pack = lc.Pack(48, "stratified")
    after: dict[str, Any] = {
        "noise": [lc.Noise(21.5)],
        "outliers": [lc.Outliers(0.2)],
        "detection": [lc.Detect(5.0, 0.5)],
        "random walk": [lc.RandomWalk(0.1, 30.0)],
        "zero point": [lc.ZeroPoint(0.02)],
        "jumps": [lc.Jumps(0.02, 90.0)],
        "band": [lc.Normalize("band")],
        "object": [lc.Normalize("object")],
        "color": [lc.Normalize("color", "g")],
        "noise to detection": [lc.Noise(21.5), lc.Outliers(0.2), lc.Detect(5.0, 0.5)],
        "walk and jumps of zero points": [lc.ZeroPoint(0.02), lc.RandomWalk(0.1, 30.0)],
        "walk and noise": [lc.RandomWalk(0.1, 30.0), lc.Noise(21.5)],
    }
    before: dict[str, Any] = {
        "flares": [lc.Flares(0.1, 0.3, 5.0)],
        "amplification": [lc.Amplify(1.1, 0.7)],
        "reversal": [lc.ReverseTime()],
        "points": [lc.DropPoints(0.2)],
        "days": [lc.DropDays(2, 20.0)],
        "days and points": [lc.DropDays(2, 20.0), lc.DropPoints(0.2)],
        "weather": [lc.Weather(0.2)],
        "nights and weather": [lc.Nights(20.0), lc.Weather(0.2)],
        "bins": [lc.Bin(3.0)],
    }
    return (
        {"crop": [lc.Pack(24, "crop")], "few": [lc.Pack(20, "random"), lc.Normalize("object")], "packing": [pack]}
        | {"folding": [lc.Fold("period"), lc.Pack(300)]}
        | {"folding, zero point": [lc.Fold("period"), lc.Pack(300), lc.ZeroPoint(0.02)]}
        | {"weather and detection": [lc.Weather(0.2), pack, lc.Detect(5.0, 0.5)]}
        | {name: [pack, *steps] for name, steps in after.items()}
        | {name: [*steps, pack] for name, steps in before.items()}
        | light_curve_steps.compositions()
    )


def long_curves(points=600):
    """Return two light curves with more points than a block has lanes."""
    rng = np.random.default_rng(3)
    times, flux = np.sort(rng.uniform(0, 900, (2, points))), 100 + rng.normal(0, 10, (2, points))
    bands = rng.choice(["g", "r", "i"], (2, points))
    table = {"object_id": ["a", "b"], "z": [0.1] * 2, "period": [18.85] * 2}
    return Series.from_points(list(times), list(flux), [np.ones(points)] * 2, list(bands), table, bands=("g", "r", "i"))
