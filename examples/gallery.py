"""A picture of every step of the forward model, each on the same real spectrum.

    python examples/gallery.py [--output docs/gallery.png]

Gray is a star of MILES, resampled and normalized; color is the same star with one step added, drawn strong
enough to be seen. The title names the step and its arguments.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit

from clrseries import Grid, Series, datasets
from clrseries import spectra as sp

STAR = "HD102870"
GRID = Grid.log(4000, 7300, velocity=60)
CLOSE = (6480.0, 6640.0)  # a close look at H alpha, where a step moves or widens lines


@njit
def vignette(flux, ivar, wavelength, parameters, normal, lane, lanes):
    """Darken a spectrum toward both ends: a step of your own."""
    for j in range(lane, len(flux), lanes):
        u = (wavelength[j] - np.float32(5600.0)) / np.float32(1700.0)
        factor = np.float32(1.0) - np.float32(parameters[0]) * u * u
        flux[j] *= factor
        ivar[j] /= factor * factor


def panels() -> list[tuple[str, list[Any], tuple[float, float] | None]]:
    """Return titles, the steps added, and the range to look at (the whole grid if None)."""
    return [
        ("Redshift to 0.01", [sp.Redshift(to=0.01)], CLOSE),
        ("Velocity 400 km/s", [sp.Velocity(400.0)], CLOSE),
        ("RotationalBroadening, v sin i 250 km/s", [sp.RotationalBroadening(250.0)], CLOSE),
        ("VelocityDispersion, sigma 200 km/s", [sp.VelocityDispersion(200.0)], CLOSE),
        ("LSF to R = 700", [sp.LSF(resolution=700.0, native_fwhm=2.5)], CLOSE),
        ("WavelengthError 8 Angstrom", [sp.WavelengthError(8.0)], CLOSE),
        ("Tilt, slope 1", [sp.Tilt(1.0)], None),
        ("HostExtinction, SMC, E(B-V) 0.2", [sp.HostExtinction(0.2, curve="SMC")], None),
        ("Extinction, F99, E(B-V) 0.3", [sp.Extinction(0.3)], None),
        ("Telluric, airmass 1", [sp.Telluric(1.0)], None),
        ("FluxCalibrationError 0.1 rms, 300 Angstrom", [sp.FluxCalibrationError(0.1, 300.0)], None),
        ("Fringe 0.05 from 5500 Angstrom", [sp.Fringe(0.05, 40.0, 5500.0)], None),
        ("ArmJoin, step 0.15, dead region", [sp.ArmJoin(5900.0, 0.15, 60.0)], None),
        ("Custom: a vignette", [sp.Custom(vignette, {"depth": 0.4})], None),
        ("ScatteredLight 0.2", [sp.ScatteredLight(0.2)], None),
        ("SkyResidual 0.15", [sp.SkyResidual(0.15)], None),
        ("Noise, S/N 12", [sp.Noise(12.0)], None),
        ("Noise, S/N 12, all of the source", [sp.Noise(12.0, source=1.0)], None),
        ("CosmicRays, 5 in 1000 pixels", [sp.CosmicRays(5.0, 0.5)], None),
        ("Crop 400 and 500 Angstrom", [sp.Crop(400.0, 500.0)], None),
        ("DropArm", [sp.DropArm([(4000, 5900), (5900, 7300)])], None),
        ("MaskTelluric", [sp.MaskTelluric()], None),
        ("MaskRuns, 4 of 100 Angstrom", [sp.MaskRuns(4, 100.0)], None),
        ("MaskPixels, a tenth", [sp.MaskPixels(0.1)], None),
        ('Normalize "continuum"', [sp.Normalize("continuum", 300.0)], None),
        ('Normalize "percentile" 90', [sp.Normalize("percentile", 150.0, 90.0)], None),
        ("Normalize, asinh 0.5", [sp.Normalize(asinh=0.5)], None),
    ]


def view(star: Series, steps: list[Any]) -> np.ndarray:
    """Return the flux of one view, NaN where nothing is recorded."""
    steps = sorted([sp.Resample(GRID), *steps], key=lambda step: step.order)
    if not isinstance(steps[-1], sp.Normalize):
        steps.append(sp.Normalize("mean", between=(5450, 5550)))
    made = sp.Observe(steps)(star, seed=4)
    return np.where(made.ivar[0, 0] > 0, made.flux[0, 0], np.nan)


def main() -> None:
    """Draw and write the picture."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("docs/gallery.png"))
    output = parser.parse_args().output
    stars = datasets.miles()
    star = stars.take(np.array([stars.table["name"].to_pylist().index(STAR)]))
    plain = view(star, [])
    shown = panels()
    figure, axes = plt.subplots(9, 3, figsize=(14, 20), constrained_layout=True)
    for axis, (title, steps, span) in zip(axes.flat, shown, strict=True):
        lo, hi = span or (GRID.edges[0], GRID.edges[-1])
        inside = (GRID.centers >= lo) & (GRID.centers <= hi)
        x = GRID.centers[inside]
        axis.plot(x, plain[inside], color="0.7", lw=0.8)
        axis.plot(x, view(star, steps)[inside], color="C0", lw=0.8)
        axis.set_title(title, fontsize=10)
        axis.tick_params(labelsize=8)
        axis.set_xlim(lo, hi)
    figure.suptitle(
        f"One spectrum ({STAR}, MILES) and each step of the forward model; wavelength in Angstrom", fontsize=13
    )
    output.parent.mkdir(parents=True, exist_ok=True)
    part = output.with_name(f".{output.stem}.part.png")
    figure.savefig(part, dpi=65)
    part.replace(output)
    print(output)


if __name__ == "__main__":
    main()
