"""A composition that uses every step of the forward model, and what the CUDA simulator makes of it.

Run as a script with ``NUMBA_ENABLE_CUDASIM=1`` it writes flux and ivar to the file it is given.
"""

import sys
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np

from clrseries import Grid, Series
from clrseries.augment import (
    LSF,
    ArmJoin,
    Broaden,
    Choice,
    CosmicRays,
    Crop,
    Curve,
    Custom,
    Extinction,
    Fringe,
    HostExtinction,
    LogUniform,
    LoseArm,
    MaskPixels,
    MaskRuns,
    MaskTelluric,
    Noise,
    Normal,
    Normalize,
    Observe,
    Redshift,
    Resample,
    Rotate,
    ScatteredLight,
    SkyResidual,
    Telluric,
    Tilt,
    Uniform,
    Velocity,
    WarpFlux,
    WavelengthError,
)  # fmt: skip


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
        Redshift(to=Uniform(0, 0.02), z="z"),
        Velocity(Normal(0, 50)),
        Rotate(Uniform(0, 900), probability=0.5),
        Broaden(Uniform(0, 500)),
        Tilt(Normal(0, 0.3), Normal(0, 0.3)),
        HostExtinction(Uniform(0, 0.3), curve="SMC"),
        Extinction(Uniform(0, 0.3), rv=Uniform(2.5, 4)),
        LSF(Curve([4000, 8000], [400, 600]), native_fwhm=2.0),
        WavelengthError(Normal(0, 1), Normal(0, 1e-4)),
        Resample(grid),
        Telluric(Uniform(-0.2, 1)),
        WarpFlux(0.1, LogUniform(100, 1000)),
        Fringe(0.02, 60.0, 6500.0),
        ArmJoin(5900.0, Normal(0, 0.05), 30.0),
        Custom(vignette, {"depth": Uniform(0, 0.3), "jitter": 0.01}),
        ScatteredLight(Normal(0, 0.05)),
        SkyResidual(0.1, 8.0),
        Noise(LogUniform(5, 50), source=0.5, read=0.2, throughput=Curve([4000, 6000, 8000], [0.5, 1, 0.6])),
        CosmicRays(5.0, 3.0, 0.3),
        Crop(Uniform(-100, 100), 50.0),
        LoseArm([(4000, 5900), (5900, 8000)], probability=0.3),
        MaskTelluric(probability=0.5),
        MaskRuns(Choice((0, 1, 2)), Uniform(20, 90)),
        MaskPixels(0.02),
    ]
    plain = [Resample(Grid.linear(4100, 6000, 7.0))]
    return {
        "whole, median": [*whole, Normalize("median", asinh=2.0)],
        "plain": plain,
        "linear, mean between": [Resample(grid, "linear"), Normalize("mean", between=(5000, 6000))],
        "lanczos, l2": [Resample(grid, "lanczos"), Normalize("l2")],
        "finer, narrow profile": [LSF(fwhm=1.2), Resample(Grid.linear(5000, 5600, 0.9)), Noise(20.0), Normalize()],
        "continuum": [Resample(grid), Normalize("continuum", 600.0)],
        "percentile": [Resample(grid), Normalize("percentile", 600.0, 80.0)],
    }


def spectra(count=3):
    """Ragged spectra with a line each and a gap."""
    rng = np.random.default_rng(5)
    waves = [np.linspace(3900 + 30 * i, 8200 - 40 * i, 700 + 90 * i) for i in range(count)]
    fluxes = [1 - 0.6 * np.exp(-0.5 * ((w - 5200) / 25) ** 2) + rng.normal(0, 0.02, len(w)) for w in waves]
    ivars = [np.where(np.abs(w - 6000) < 40, 0.0, 2500.0) for w in waves]
    return Series.from_arrays(waves, fluxes, ivars, {"object_id": [f"s{i}" for i in range(count)], "z": [0.01] * count})


def simulated(composition, series, views, seed):
    """The views that ``backend="cuda"`` gives in the simulator, with numpy in the place of CuPy."""
    from numba import cuda

    cupy = SimpleNamespace(empty=np.zeros, cuda=SimpleNamespace(get_current_stream=lambda: SimpleNamespace(ptr=0)))
    stand_ins = {
        "to_device": lambda array, stream=0: array,
        "as_cuda_array": lambda array: array,
        "external_stream": lambda pointer: pointer,
    }
    sys.modules["cupy"] = cupy  # this process does nothing else
    with patch.multiple(cuda, create=True, **stand_ins):
        return composition(series, views, seed)


if __name__ == "__main__":
    made = {name: simulated(Observe(steps, backend="cuda"), spectra(), 2, 3) for name, steps in compositions().items()}
    from clrseries.kernels import cuda as kernel

    with patch.object(kernel, "shared_limit", lambda: 0):  # rows too long for shared memory
        made["in global memory"] = simulated(Observe(compositions()["percentile"], "cuda"), spectra(), 2, 3)
    assert all(views.backend == "cuda" for views in made.values())
    np.savez(sys.argv[1], **{name: np.stack([views.flux, views.ivar]) for name, views in made.items()})
