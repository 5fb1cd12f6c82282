"""Checks of all samples of a series, made once when it is built, so that the kernels need no checks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import InputError, located


def check_samples(
    x: NDArray[np.float64],
    flux: NDArray[np.float32],
    ivar: NDArray[np.float32],
    offsets: NDArray[np.int64],
    object_ids: pa.ChunkedArray,
    *,
    light_curves: bool,
    source: str = "",
) -> None:
    """Check that all samples can be used.

    The flux must be finite where ivar is positive. Ivar must be finite and not negative. x must be finite and strictly ascending
    within an object, except that two points of a light curve may have the same time. Every object must have at least one sample.

    Parameters
    ----------
    x : float64 (S,)
        Wavelength [Angstrom] or time [day].
    flux, ivar : float32 (S,)
        Flux and its inverse variance.
    offsets : int64 (N + 1,)
        Object i has the samples ``offsets[i]:offsets[i + 1]``.
    object_ids : pyarrow.ChunkedArray of str (N,)
        Names of the objects, for the error.
    light_curves : bool
        Whether x is a time.
    source : str
        File or table, for the error.

    Raises
    ------
    InputError
        A sample cannot be used, or the arrays have different lengths. The message names the first such sample.
    """
    lengths = np.diff(offsets)
    if lengths.sum() != len(x) or not len(x) == len(flux) == len(ivar):
        raise InputError(
            f"{source or 'series'}: x, flux and ivar hold {len(x)}, {len(flux)} and {len(ivar)} samples, offsets "
            f"{int(lengths.sum())}: they must agree"
        )

    def refuse(bad: NDArray[np.bool_], column: str, problem: str) -> None:
        if bad.any():
            sample = int(np.argmax(bad))
            row = int(np.searchsorted(offsets, sample, side="right")) - 1
            where = f" (sample {sample - int(offsets[row])})"
            raise located(problem + where, source=source, object_id=object_ids[row].as_py(), column=column)

    if (lengths == 0).any():
        row = int(np.argmax(lengths == 0))
        raise located(
            "has no samples: drop the object", source=source, object_id=object_ids[row].as_py(), column="flux"
        )
    for bad, column, problem in sample_faults(x, flux, ivar, offsets, light_curves=light_curves):
        refuse(bad, column, problem)


def sample_faults(
    x: NDArray[np.float64],
    flux: NDArray[np.float32],
    ivar: NDArray[np.float32],
    offsets: NDArray[np.int64],
    *,
    light_curves: bool,
) -> Iterator[tuple[NDArray[np.bool_], str, str]]:
    """Find the samples that cannot be used, one kind of fault after the other.

    Parameters
    ----------
    x, flux, ivar, offsets, light_curves : object
        As :func:`check_samples` takes them.

    Yields
    ------
    bool (S,), str, str
        Which samples have the fault, the column, and what is wrong and what to do, separated by a colon.
    """
    name = "time" if light_curves else "wavelength"
    yield ~np.isfinite(x), name, "is NaN or infinite: remove the sample"
    yield ~np.isfinite(ivar), "ivar", "is NaN or infinite: use 0 for a sample without information"
    yield ivar < 0, "ivar", "is negative: use 0 for a sample without information"
    yield ~np.isfinite(flux) & (ivar > 0), "flux", "is NaN or infinite where ivar is positive: set ivar to 0 there"
    step = np.diff(x)
    inner = np.ones(len(step), bool)
    ends = offsets[1:-1] - 1
    inner[ends[(ends >= 0) & (ends < len(step))]] = False  # not the step from one object to the next
    padded = np.zeros(len(x), bool)
    padded[1:] = inner & (step < 0)
    yield padded, name, "is not sorted: sort the samples of each object in ascending order"
    again = np.zeros(len(x), bool)
    again[1:] = inner & (step == 0) & (not light_curves)
    yield again, name, "has the same value twice: merge or drop duplicates"
