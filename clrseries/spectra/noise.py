"""Steps for the detector: noise and cosmic rays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..augment.distributions import Value
from ..errors import InputError
from ..grids import Grid
from ..kernels.spectra.layout import MOST_HITS
from .curve import Curve
from .step import Array, Params, SpectrumContext, SpectrumStep


@dataclass(frozen=True, repr=False)
class Noise(SpectrumStep):
    """Add Gaussian noise, so that each spectrum has a given signal-to-noise ratio.

    The ratio is the mean flux over the standard deviation per pixel, over the grid. Only the missing noise is added, so that a
    spectrum whose noise is already larger does not change. Afterwards ivar describes the total noise.

    By default the noise is white. In general its variance is that of an exposure, ``source (f / mean f) / T + (1 - source)
    [(1 - read) S / T + read / T^2]``, with T the `throughput` and S the `sky`, and each part scaled to mean 1 over the grid. The
    part in brackets may also be copied from observed spectra.

    Parameters
    ----------
    snr : float, distribution or column name
        Signal-to-noise ratio per pixel, at least 1e-6.
    source : float, distribution or column name
        Fraction of the variance that is photon noise of the source, from 0 to 1.
    throughput : Curve, optional
        Relative efficiency, above 0 on the whole grid; default constant.
    sky : Curve, optional
        Brightness of the sky, at least 0, in any unit; default constant.
    read : float
        Fraction of the other variance that is read noise, from 0 to 1; the rest is noise of the sky.
    copied : sequence of Curve
        Variance curves, such as ``Curve.of_noise(series, row)``, which replace `sky` and `read`; each view takes one of them.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument is out of range or has the wrong type, or `copied` is given together with `sky` or `read`.

    Examples
    --------
    >>> from clrseries import LogUniform, spectra as sp
    >>> sp.Noise(LogUniform(10, 100), source=0.5).read
    0.0
    """

    snr: Value
    source: Value = 0.0
    throughput: Curve | None = None
    sky: Curve | None = None
    read: float = 0.0
    copied: Sequence[Curve] = ()

    def __post_init__(self) -> None:
        """Check the arguments."""
        super().__post_init__()
        object.__setattr__(self, "copied", tuple(self.copied))
        if not 0 <= self.read <= 1:
            raise InputError(f"Noise: read is a part, from 0 to 1, got {self.read!r}")
        if self.copied and (self.sky is not None or self.read):
            raise InputError("Noise: copied curves take the place of sky and read: leave those out")

    def tables(self, grid: Grid) -> dict[str, Any]:
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

    def sample(self, context: SpectrumContext) -> Params:
        return {
            "snr": context.value("snr", 0, low=1e-6),
            "noise_source": np.minimum(context.value("source", 1, low=0.0), 1.0),
            "noise_curve": np.floor(context.deviates(2) * max(len(self.copied), 1)),
        }


@dataclass(frozen=True, repr=False)
class CosmicRays(SpectrumStep):
    """Add hits by cosmic rays to each spectrum.

    The number of hits has a Poisson distribution and is at most 256. A hit affects one pixel and partly the next; its flux has an
    exponential distribution.

    Parameters
    ----------
    rate : float, distribution or column name
        Mean number of hits per 1000 pixels, at least 0.
    strength : float, distribution or column name
        Mean flux of a hit, in units of the mean flux of the spectrum, at least 0.
    flagged : float, distribution or column name
        Fraction of the hits that the pipeline detects, at least 0; their pixels get ivar 0. The others keep their ivar.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import spectra as sp
    >>> sp.CosmicRays(rate=1.0, flagged=0.8).strength
    3.0
    """

    rate: Value
    strength: Value = 3.0
    flagged: Value = 0.0

    def sample(self, context: SpectrumContext) -> Params:
        from scipy.stats import poisson

        mean = context.value("rate", 0, low=0.0) * len(context.grid) / 1000.0
        return {
            "cosmic_hits": np.minimum(poisson.ppf(context.deviates(3), mean), MOST_HITS),
            "cosmic_strength": context.value("strength", 1, low=0.0),
            "cosmic_flagged": context.value("flagged", 2, low=0.0),
        }


def _mean_one(curve: Array) -> Array:
    return curve / max(float(curve.mean()), 1e-300)
