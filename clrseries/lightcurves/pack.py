"""The step that puts the points of each light curve into a row of fixed length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..augment.distributions import Value
from ..errors import InputError
from ..kernels.lightcurves.origin import DETECTION, FIRST, MIDDLE, PEAK
from ..kernels.lightcurves.pack import CROP, RANDOM, STRATIFIED
from .step import LightCurveContext, LightCurveStep, Params

METHODS = {"crop": CROP, "random": RANDOM, "stratified": STRATIFIED}
ORIGINS = {"first": FIRST, "middle": MIDDLE, "detection": DETECTION, "peak": PEAK}


@dataclass(frozen=True, repr=False)
class Pack(LightCurveStep):
    """Put the points of each curve into a row of fixed length, in order of time.

    Points with ivar 0 are left out, and the unused end of the row has ivar 0. Every composition has this step exactly once.

    Parameters
    ----------
    length : int
        L, the number of points of a row, at least 1.
    method : {"crop", "random", "stratified"}
        Points that are taken from a longer curve: ``"crop"``, L consecutive points from a random position; ``"random"``, L random
        points; ``"stratified"``, L random points with equal numbers from the bands, as far as possible.
    origin : {"first", "middle", "detection", "peak"}
        Point at which time is 0: the first, the middle between first and last, the first with S/N above 5, or the brightest of
        those with S/N above 5. Only the points that the steps before Pack have left count: times do not tell what was cut off.
    jitter : float, distribution or column name
        Added to the time of the origin [day].
    probability : float
        Always 1, because every view needs a row.

    Raises
    ------
    InputError
        An argument is out of range or has the wrong type, or `probability` is not 1.

    Examples
    --------
    >>> from clrseries import lightcurves as lc
    >>> lc.Pack(128, "stratified").origin
    'first'
    """

    length: int
    method: Literal["crop", "random", "stratified"] = "crop"
    origin: Literal["first", "middle", "detection", "peak"] = "first"
    jitter: Value = 0.0

    def __post_init__(self) -> None:
        """Check the arguments."""
        super().__post_init__()
        if not self.length > 0:
            raise InputError(f"Pack needs a length of at least one point, got {self.length!r}")
        if self.probability != 1:
            raise InputError("Pack: every view needs a row, so that probability must be 1")

    def sample(self, context: LightCurveContext) -> Params:
        return {
            "pack": context.constant(METHODS[self.method]),
            "pack_position": context.deviates(1),
            "origin": context.constant(ORIGINS[self.origin]),
            "jitter": context.value("jitter", 0),
        }
