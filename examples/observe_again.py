"""Observe real stars again: three views of each, and what was done to make them.

    python examples/observe_again.py

prints, for three MILES stars, the draw behind each view (radial velocity factor, variance of the
line-spread function in km^2/s^2, amplitude of the flux-calibration error, signal-to-noise ratio), the
fraction of pixels lost, and the time the kernel took for all 984 stars.
"""

import time

from clrseries import (
    Broaden,
    Grid,
    LogUniform,
    MaskRuns,
    Noise,
    Normal,
    Normalize,
    Observe,
    Resample,
    Uniform,
    Velocity,
    WarpFlux,
    datasets,
)

SHOWN = ("stretch", "lsf_velocity2", "warp_amplitude", "snr")

if __name__ == "__main__":
    stars = datasets.miles()
    again = Observe(
        [
            Velocity(Normal(0, 40)),
            Broaden(Uniform(0, 120)),
            Resample(Grid.log(4000, 6800, velocity=60)),
            WarpFlux(Uniform(0, 0.1), length=500.0),
            Noise(LogUniform(10, 100)),
            MaskRuns(2, length=60.0),
            Normalize("mean"),
        ]
    )
    again(stars, views=3, seed=0)  # the first call compiles
    begin = time.perf_counter()
    views = again(stars, views=3, seed=0)
    seconds = time.perf_counter() - begin
    for star in range(3):
        print(stars.object_ids[star], stars.table["spectral_type"][star])
        for view in range(3):
            drawn = ", ".join(f"{name} {views.drawn(name)[star, view]:.5g}" for name in SHOWN)
            lost = (views.ivar[star, view] == 0).mean()
            print(f"  view {view}: {drawn}, lost {lost:.1%}")
    print(
        f"{views.flux.shape[0] * views.flux.shape[1]} views of {views.flux.shape[2]} pixels in {seconds * 1e3:.0f} ms"
    )
