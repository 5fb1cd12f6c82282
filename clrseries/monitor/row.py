"""The steps that make a row: which points it takes, where its time begins, and on what scale its flux is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..augment.distributions import Value
from ..errors import InputError
from ..kernels import level
from ..kernels.pack import CROP, RANDOM, STRATIFIED
from .step import Columns, CurveDrawing, CurveStep, band_numbers

ORIGINS = ("first", "middle", "detection", "peak")


@dataclass(frozen=True)
class Pack(CurveStep):
    """Put each view into a row of `length` points, in order of time; what is left of the row has ivar 0.

    Parameters
    ----------
    length : int
        L. Points without information take no room.
    method : str
        Which points of a longer curve are taken: ``"crop"``, L neighbours, beginning anywhere; ``"random"``, any L;
        ``"stratified"``, any L, as evenly from the bands as these allow.
    origin : str
        Where time is 0: the curve's ``"first"`` point, its ``"middle"``, its first ``"detection"`` or its ``"peak"``.
    jitter : value
        Added to the origin [day].
    """

    length: int
    method: str = "crop"
    origin: str = "first"
    jitter: Value = 0.0
    order: ClassVar[int] = 19
    stream: ClassVar[int] = 77
    methods: ClassVar[dict[str, int]] = {"crop": CROP, "random": RANDOM, "stratified": STRATIFIED}

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (isinstance(self.length, int) and self.length > 0):
            raise InputError(f"Pack needs a length of at least one point, got {self.length!r}")
        if self.method not in self.methods:
            raise InputError(f"Pack: method is one of {', '.join(self.methods)}; got {self.method!r}")
        if self.origin not in ORIGINS:
            raise InputError(f"Pack: origin is one of {', '.join(ORIGINS)}; got {self.origin!r}")
        if self.probability != 1:
            raise InputError("Pack: every view needs a row, so that probability must be 1")

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        start, stop = at.ends
        if self.origin in ("first", "middle"):
            origin = start if self.origin == "first" else 0.5 * (start + stop)
        else:
            origin = at.moved(at.moments.peak if self.origin == "peak" else at.moments.detection)
        method = np.full(start.shape, float(self.methods[self.method]))
        return {"pack": method, "pack_position": at.deviates(1), "origin": origin + at.value("jitter", 0)}


@dataclass(frozen=True)
class Level(CurveStep):
    """Bring every view to one scale; ivar follows.

    Parameters
    ----------
    by : str
        ``"object"``: less the median, over the scatter (1.48 MAD) of all points. ``"band"``: the same in each
        band. ``"colour"``: over the median of one `band`, so that colours stay; a view without it is blank.
        ``"magnitude"``: asinh magnitudes (Lupton et al. 1999), so that brightness stays.
        Where all points are alike, the scatter is their median error.
    band : str, optional
        For ``"colour"``.
    softening : float
        For ``"magnitude"``: flux at which they become linear.
    zero_point : float
        For ``"magnitude"``: that of flux 1.
    """

    by: str = "object"
    band: str | None = None
    softening: float = 1.0
    zero_point: float = 25.0
    order: ClassVar[int] = 28
    stream: ClassVar[int] = 78
    kinds: ClassVar[dict[str, int]] = {
        "object": level.OBJECT,
        "band": level.BAND,
        "colour": level.COLOUR,
        "magnitude": level.MAGNITUDE,
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.by not in self.kinds:
            raise InputError(f"Level: by is one of {', '.join(self.kinds)}; got {self.by!r}")
        if (self.by == "colour") != (self.band is not None):
            raise InputError("Level: name the band whose median is 1 for by='colour', and only there")
        if not self.softening > 0:
            raise InputError(f"Level: softening must be above 0, got {self.softening!r}")

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        numbers = {
            "normalize": self.kinds[self.by],
            "normalize_band": band_numbers([self.band], at.series.bands, "Level")[0] if self.band else 0,
            "softening": self.softening,
            "zero_magnitude": self.zero_point,
        }
        return {name: np.full((len(at.series), at.views), float(number)) for name, number in numbers.items()}
