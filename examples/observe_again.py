"""Observe real stars again: three views of each, and what was done to make them.

    python examples/observe_again.py

Prints, for three MILES stars, the parameters of each view (factor on the wavelength, variance of the
line-spread function in km^2/s^2, amplitude of the flux-calibration error, signal-to-noise ratio), the
fraction of pixels lost, and the time the kernel took for all 984 stars.
"""

import time

from clrseries import Grid, LogUniform, Normal, Uniform, datasets
from clrseries.spectra import (
    FluxCalibrationError,
    MaskRuns,
    Noise,
    Normalize,
    Observe,
    Resample,
    Velocity,
    VelocityDispersion,
)

SHOWN = ("stretch", "lsf_velocity2", "calibration_amplitude", "snr")

if __name__ == "__main__":
    stars = datasets.miles()
    observe = Observe(
        [
            Velocity(Normal(0, 40)),
            VelocityDispersion(Uniform(0, 120)),
            Resample(Grid.log(4000, 6800, velocity=60)),
            FluxCalibrationError(Uniform(0, 0.1), length=500.0),
            Noise(LogUniform(10, 100)),
            MaskRuns(2, length=60.0),
            Normalize("mean"),
        ]
    )
    observe(stars, views=3, seed=0)  # the first call compiles
    begin = time.perf_counter()
    views = observe(stars, views=3, seed=0)
    seconds = time.perf_counter() - begin
    for star in range(3):
        print(stars.object_ids[star], stars.table["spectral_type"][star])
        for view in range(3):
            drawn = ", ".join(f"{name} {views.param(name)[star, view]:.5g}" for name in SHOWN)
            lost = (views.ivar[star, view] == 0).mean()
            print(f"  view {view}: {drawn}, lost {lost:.1%}")
    print(
        f"{views.flux.shape[0] * views.flux.shape[1]} views of {views.flux.shape[2]} pixels in {seconds * 1e3:.0f} ms"
    )
