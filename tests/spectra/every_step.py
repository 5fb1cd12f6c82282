"""A composition that uses every step of the forward model."""

import numpy as np

from clrseries import Grid, Series
from clrseries import spectra as sp
from clrseries.augment import Choice, LogUniform, Normal, Uniform


def vignette(flux, ivar, wavelength, parameters, normal, lane, lanes):
    """A user's own step: darker to the blue, and a little jitter."""
    for j in range(lane, len(flux), lanes):
        factor = np.float32(1.0) - np.float32(parameters[0]) * np.float32(4000.0) / wavelength[j]
        factor += np.float32(parameters[1]) * normal[j]
        flux[j] *= factor
        ivar[j] /= factor * factor


def compositions():
    """Name -> steps."""
    grid = Grid.log(4100, 8000, 400)
    whole = [
        sp.Redshift(to=Uniform(0, 0.02), z="z"),
        sp.Velocity(Normal(0, 50)),
        sp.RotationalBroadening(Uniform(0, 900), probability=0.5),
        sp.VelocityDispersion(Uniform(0, 500)),
        sp.Tilt(Normal(0, 0.3), Normal(0, 0.3)),
        sp.HostExtinction(Uniform(0, 0.3), curve="SMC"),
        sp.Extinction(Uniform(0, 0.3), rv=Uniform(2.5, 4)),
        sp.LSF(sp.Curve([4000, 8000], [400, 600]), native_fwhm=2.0),
        sp.WavelengthError(Normal(0, 1), Normal(0, 1e-4)),
        sp.Resample(grid),
        sp.Telluric(Uniform(-0.2, 1)),
        sp.FluxCalibrationError(0.1, LogUniform(100, 1000)),
        sp.Fringe(0.02, 60.0, 6500.0),
        sp.ArmJoin(5900.0, Normal(0, 0.05), 30.0),
        sp.Custom(vignette, {"depth": Uniform(0, 0.3), "jitter": 0.01}),
        sp.ScatteredLight(Normal(0, 0.05)),
        sp.SkyResidual(0.1, 8.0),
        sp.Noise(LogUniform(5, 50), source=0.5, read=0.2, throughput=sp.Curve([4000, 6000, 8000], [0.5, 1, 0.6])),
        sp.CosmicRays(5.0, 3.0, 0.3),
        sp.Crop(Uniform(-100, 100), 50.0),
        sp.DropArm([(4000, 5900), (5900, 8000)], probability=0.3),
        sp.MaskTelluric(probability=0.5),
        sp.MaskRuns(Choice((0, 1, 2)), Uniform(20, 90)),
        sp.MaskPixels(0.02),
    ]
    plain = [sp.Resample(Grid.linear(4100, 6000, 7.0))]
    return {
        "whole, median": [*whole, sp.Normalize("median", asinh=2.0)],
        "plain": plain,
        "linear, mean between": [sp.Resample(grid, "linear"), sp.Normalize("mean", between=(5000, 6000))],
        "lanczos, l2": [sp.Resample(grid, "lanczos"), sp.Normalize("l2")],
        "finer, narrow profile": [
            sp.LSF(fwhm=1.2),
            sp.Resample(Grid.linear(5000, 5600, 0.9)),
            sp.Noise(20.0),
            sp.Normalize(),
        ],
        "continuum": [sp.Resample(grid), sp.Normalize("continuum", 600.0)],
        "percentile": [sp.Resample(grid), sp.Normalize("percentile", 600.0, 80.0)],
    }


def spectra(count=3):
    """Ragged spectra with a line each and a gap."""
    rng = np.random.default_rng(5)
    waves = [np.linspace(3900 + 30 * i, 8200 - 40 * i, 700 + 90 * i) for i in range(count)]
    fluxes = [1 - 0.6 * np.exp(-0.5 * ((w - 5200) / 25) ** 2) + rng.normal(0, 0.02, len(w)) for w in waves]
    ivars = [np.where(np.abs(w - 6000) < 40, 0.0, 2500.0) for w in waves]
    return Series.from_arrays(waves, fluxes, ivars, {"object_id": [f"s{i}" for i in range(count)], "z": [0.01] * count})
