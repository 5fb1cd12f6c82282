"""What every sample must satisfy, checked once at the border so that no kernel has to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .errors import InputError, located

if TYPE_CHECKING:
    from .series import Series


def check_samples(series: Series, source: str = "") -> None:
    """Raise an :class:`InputError` naming source, object and column of the first sample that cannot be used.

    Flux must be finite wherever ivar is positive, ivar finite and not negative, x
    finite and strictly ascending within an object (light curves: ascending, since
    two bands may share a time). An object without samples is refused.
    """
    lengths = np.diff(series.offsets)
    if lengths.sum() != len(series.x) or not len(series.x) == len(series.flux) == len(series.ivar):
        raise InputError(
            f"{source or 'series'}: x, flux and ivar hold {len(series.x)}, {len(series.flux)} and "
            f"{len(series.ivar)} samples, offsets {int(lengths.sum())}: they must agree"
        )

    def refuse(bad: NDArray[np.bool_], column: str, problem: str) -> None:
        if bad.any():
            sample = int(np.argmax(bad))
            row = int(np.searchsorted(series.offsets, sample, side="right")) - 1
            where = f" (sample {sample - int(series.offsets[row])})"
            raise located(problem + where, source=source, object_id=series.object_ids[row], column=column)

    if (lengths == 0).any():
        row = int(np.argmax(lengths == 0))
        raise located("has no samples: drop the object", source=source, object_id=series.object_ids[row], column="flux")
    curve = series.band is not None
    name = "time" if curve else "wavelength"
    refuse(~np.isfinite(series.x), name, "is NaN or infinite: remove the sample")
    refuse(~(np.isfinite(series.ivar)), "ivar", "is NaN or infinite: use 0 for a sample without information")
    refuse(series.ivar < 0, "ivar", "is negative: use 0 for a sample without information")
    refuse(
        ~np.isfinite(series.flux) & (series.ivar > 0),
        "flux",
        "is NaN or infinite where ivar is positive: set ivar to 0 there",
    )
    step = np.diff(series.x)
    inner = np.ones(len(step), bool)
    inner[series.offsets[1:-1] - 1] = False  # between two objects
    padded = np.zeros(len(series.x), bool)
    padded[1:] = inner & (step < 0)
    refuse(padded, name, "is not sorted: sort the samples of each object in ascending order")
    padded[1:] = inner & (step == 0) & (not curve)
    refuse(padded, name, "has the same value twice: merge or drop duplicates")
