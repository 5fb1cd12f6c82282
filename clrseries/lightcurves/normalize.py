"""The step that normalizes each light curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from ..errors import InputError
from ..kernels.lightcurves import normalize
from .step import LightCurveContext, LightCurveStep, Params, band_numbers

KINDS = {
    "object": normalize.OBJECT,
    "band": normalize.BAND,
    "color": normalize.COLOR,
    "magnitude": normalize.MAGNITUDE,
}


@dataclass(frozen=True, repr=False)
class Normalize(LightCurveStep):
    """Scale the flux of each light curve, and ivar with it.

    Parameters
    ----------
    by : {"object", "band", "color", "magnitude"}
        ``"object"``: the median of all points is subtracted, and the result is divided by their scatter (1.48 MAD). ``"band"``:
        the same in each band. ``"color"``: the flux is divided by the median of one `band`, which preserves colors; a view
        without that band becomes empty. ``"magnitude"``: asinh magnitudes, which preserve the brightness. If the scatter is 0,
        the median error is used instead.
    band : str, optional
        The band for ``"color"``; not given otherwise.
    softening : float
        For ``"magnitude"``: flux below which the magnitudes are linear in the flux, above 0.
    zero_point : float
        For ``"magnitude"``: magnitude of flux 1.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument is out of range or has the wrong type, or `band` is missing or not needed.

    References
    ----------
    Lupton et al. 1999, AJ 118, 1406 (asinh magnitudes).

    Examples
    --------
    >>> from clrseries import lightcurves as lc
    >>> lc.Normalize("color", band="r").band
    'r'
    """

    draws: ClassVar[bool] = False
    by: Literal["object", "band", "color", "magnitude"] = "object"
    band: str | None = None
    softening: float = 1.0
    zero_point: float = 25.0

    def __post_init__(self) -> None:
        """Check the arguments."""
        super().__post_init__()
        if (self.by == "color") != (self.band is not None):
            raise InputError("Normalize: name the band whose median is 1 for by='color', and only there")
        if not self.softening > 0:
            raise InputError(f"Normalize: softening must be above 0, got {self.softening!r}")

    def sample(self, context: LightCurveContext) -> Params:
        numbers = {
            "normalize": KINDS[self.by],
            "normalize_band": band_numbers([self.band], context.series.bands, "Normalize")[0] if self.band else 0,
            "softening": self.softening,
            "zero_magnitude": self.zero_point,
        }
        return {name: context.constant(number) for name, number in numbers.items()}
