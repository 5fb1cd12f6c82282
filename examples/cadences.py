"""One simulated Cepheid as ten surveys would have seen it.

    python examples/cadences.py [--output docs/cadences.png]

The source is dense and SIMULATED (a Fourier series with a period of 11 days, sampled twice an hour in every band); each panel is
one view under the preset of that name, in asinh magnitudes, with the days counted from the view's first point.
"""

import argparse

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from clrseries import Series
from clrseries.lightcurves import Normalize, Observe, Pack, survey

NAMES = ("LSST-WFD", "ZTF", "Gaia", "ASAS-SN", "Kepler", "TESS", "OGLE", "EROS1", "SDSS-S82", "Pan-STARRS")
COLORS = ("#1f77b4", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#ff7f0e")
DAYS, STEP, PERIOD = 720.0, 1.0 / 48.0, 11.0
MEAN = 16.0  # magnitude


def source(bands: tuple[str, ...]) -> Series:
    """The star in these bands."""
    time = np.repeat(np.arange(0.0, DAYS, STEP), len(bands))
    phase = 2 * np.pi * time / PERIOD
    magnitude = (
        MEAN
        + 0.5 * (np.sin(phase) + 0.4 * np.sin(2 * phase))
        + np.tile(0.15 * np.arange(len(bands)), len(time) // len(bands))
    )
    flux = 10 ** (-0.4 * (magnitude - 25.0))
    band = np.tile(np.array(bands, object), len(time) // len(bands))
    return Series.from_points([time + 53000.0], [flux], [1e-4 * flux], [band], bands=bands)


def main() -> None:
    """Draw the ten panels."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", default="cadences.png")
    given = parser.parse_args()
    figure, axes = plt.subplots(5, 2, figsize=(12, 11), layout="constrained")
    for axis, name in zip(axes.flat, NAMES, strict=True):
        preset = survey(name)
        steps = [*preset.cadence_steps(reach=STEP), Pack(6000), *preset.noise_steps(), Normalize("magnitude")]
        views = Observe(steps)(source(preset.bands), seed=3)
        time, magnitude, ivar, band = (array[0, 0] for array in views.inputs)
        for number, label in enumerate(views.bands):
            own = (ivar > 0) & (band == number)
            axis.errorbar(
                time[own], magnitude[own], ivar[own] ** -0.5, fmt=".", ms=2, lw=0.5, color=COLORS[number], label=label
            )
        axis.invert_yaxis()
        axis.set_title(f"{name}: {int((ivar > 0).sum())} points", fontsize=10)
        axis.legend(ncols=6, fontsize=7, loc="lower right", markerscale=3)
    figure.supxlabel("days")
    figure.supylabel("asinh magnitude")
    figure.suptitle("One simulated Cepheid (11 days, about 16 mag) as ten surveys see it")
    figure.savefig(given.output, dpi=90)


if __name__ == "__main__":
    main()
