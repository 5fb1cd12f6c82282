"""Steps of the detector: noise and cosmic rays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..errors import InputError
from ..grids import Grid
from ..kernels.layout import MOST_HITS
from .curve import Curve
from .distributions import Value
from .step import Columns, Drawing, Step


@dataclass(frozen=True)
class Noise(Step):
    """Gaussian noise down to a signal-to-noise ratio `snr` per pixel (mean flux over sigma, over the grid).

    Only what is missing is added: a spectrum that is noisier already stays as it
    is. Afterwards ivar states the whole noise. By default it is white; as in an exposure it has the variance

        source (f / mean f) / T + (1 - source) [(1 - read) S / T + read / T^2],

    each part scaled to mean 1 over the grid, with T the throughput and S the sky; or it is copied
    from real spectra.

    Parameters
    ----------
    snr : value
    source : value
        Part of the variance that is the source's own photon noise, 0 to 1.
    throughput, sky : Curve, optional
        Relative efficiency, and brightness of the sky in the units of the source's flux.
    read : float
        Part of the rest that is read noise; what remains is the sky's.
    copied : sequence of Curve
        Variance curves, such as ``Curve.of_noise(series, row)``; each view takes one of them
        in place of sky and read noise.
    """

    snr: Value
    source: Value = 0.0
    throughput: Curve | None = None
    sky: Curve | None = None
    read: float = 0.0
    copied: Sequence[Curve] = ()
    order: ClassVar[int] = 17
    stream: ClassVar[int] = 21

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "copied", tuple(self.copied))
        if not 0 <= self.read <= 1:
            raise InputError(f"Noise: read is a part, from 0 to 1, got {self.read!r}")
        if self.copied and (self.sky is not None or self.read):
            raise InputError("Noise: copied curves take the place of sky and read: leave those out")

    def tables(self, grid: Grid) -> dict[str, Any]:
        """Variance curves of the source's photons and of everything else."""
        x = grid.centers
        throughput = np.ones(len(grid)) if self.throughput is None else self.throughput.at(x)
        sky = np.ones(len(grid)) if self.sky is None else self.sky.at(x)
        if not (throughput > 0).all() or not (sky >= 0).all():
            raise InputError("Noise: throughput must be positive and sky not negative on the whole grid")
        sky, read = _mean_one(sky / throughput), _mean_one(throughput**-2.0)
        rest = [(1.0 - self.read) * sky + self.read * read]
        return {
            "photon": _mean_one(1.0 / throughput),
            "background": [_mean_one(curve.at(x)) for curve in self.copied] or rest,
        }

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step."""
        return {
            "snr": at.value("snr", 0, low=1e-6),
            "noise_source": np.minimum(at.value("source", 1, low=0.0), 1.0),
            "noise_curve": np.floor(at.deviates(2) * max(len(self.copied), 1)),
        }


@dataclass(frozen=True)
class CosmicRays(Step):
    """Hits by cosmic rays.

    Parameters
    ----------
    rate : value
        Mean number of hits in 1000 pixels.
    strength : value
        Mean excess of a hit, exponentially distributed, in units of the mean flux.
    flagged : value
        Fraction of hits that the pipeline finds; those pixels have ivar 0.
    """

    rate: Value
    strength: Value = 3.0
    flagged: Value = 0.0
    order: ClassVar[int] = 18
    stream: ClassVar[int] = 38

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step; the number of hits is Poisson distributed, at most 256."""
        from scipy.stats import poisson

        mean = at.value("rate", 0, low=0.0) * len(at.grid) / 1000.0
        return {
            "cosmic_hits": np.minimum(poisson.ppf(at.deviates(3), mean), MOST_HITS),
            "cosmic_strength": at.value("strength", 1, low=0.0),
            "cosmic_flagged": at.value("flagged", 2, low=0.0),
        }


def _mean_one(curve: np.ndarray) -> np.ndarray:
    return curve / max(float(curve.mean()), 1e-300)
