"""Samples that stay on a device: they are looked at once, in the memory of the CPU, for gaps and for their unit of flux."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from ..series import Series
from ..series.samples import offsets_of
from .on_host import like, moved, on_host
from .unit_scale import NEAR_ONE, scaled, unit_exponents

Tidy = Callable[[Series], Series]
Exponents = NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Resident(Series):
    """Objects whose samples lie on a device as the kernel takes them, while those that were read stay on the host.

    Parameters
    ----------
    x, flux, ivar, offsets, table, band, bands, dropped, failed : arrays, tables, mappings
        As in :class:`clrseries.Series`; all but the samples lie in the memory of the CPU.
    host : Series, optional
        The series that the objects were taken from, with NumPy arrays.
    rows : int64 (N,), optional
        Rows of `host` that the objects are; default all.
    exponents : int64 (N,), optional
        Powers of two by which the flux of the objects was divided; None if all are 0.
    """

    host: Series | None = None
    rows: NDArray[np.int64] | None = None
    exponents: Exponents | None = None

    def take(self, rows: ArrayLike) -> Self:
        """Return some of the objects, without a copy from the device or a wait for it.

        Parameters
        ----------
        rows : int (M,) or bool (N,)
            Numbers of the objects, in the order wanted; or a mask.

        Returns
        -------
        Resident
            M objects on the same device.
        """
        index = np.asarray(rows)
        index = np.flatnonzero(index) if index.dtype == bool else index.astype(np.int64)
        lengths = np.diff(self.offsets)[index]
        offsets = offsets_of(lengths)
        samples = _places(self.flux, self.offsets[index] - offsets[:-1], lengths)
        exponents = None if self.exponents is None else self.exponents[index]
        return replace(
            moved(self, lambda array: array[samples]),
            offsets=offsets,
            table=self.table.take(pa.array(index)),
            rows=index if self.rows is None else self.rows[index],
            exponents=exponents if exponents is not None and exponents.any() else None,
        )

    def between(self, first: int, last: int) -> Self:
        """Return neighboring objects, without a copy on the device.

        Parameters
        ----------
        first, last : int
            Numbers of objects; `last` is not among them.

        Returns
        -------
        Resident
            Its arrays are parts of those of this series.
        """
        exponents = None if self.exponents is None else self.exponents[first:last]
        return replace(
            super().between(first, last),
            rows=np.arange(first, last) if self.rows is None else self.rows[first:last],
            exponents=exponents if exponents is not None and exponents.any() else None,
        )

    @cached_property
    def read(self) -> Series:
        """The same objects as they were read, with NumPy arrays."""
        if self.host is None:
            return on_host(self)
        return self.host if self.rows is None else self.host.take(self.rows)


_read: WeakKeyDictionary[Series, Series] = WeakKeyDictionary()
_conditioned: WeakKeyDictionary[Series, Resident] = WeakKeyDictionary()


def host_series(series: Series) -> Series:
    """Return a series with NumPy arrays, which is copied from a device once.

    Parameters
    ----------
    series : Series

    Returns
    -------
    Series
        The series itself if its arrays are NumPy's.
    """
    if isinstance(series.flux, np.ndarray):
        return series
    if isinstance(series, Resident):
        return series.read
    if series not in _read:
        _read[series] = on_host(series)
    return _read[series]


def conditioned(series: Series, tidy: Tidy) -> tuple[Series, Exponents | None]:
    """Return a series as the kernel takes it: without wide pixels and near the unit 1.

    Parameters
    ----------
    series : Series
        Of samples on a device, later calls return what the first has found.
    tidy : function
        Closes gaps in a series with NumPy arrays, or returns the series itself.

    Returns
    -------
    Series, int64 (N,) or None
        The powers of two by which the flux of the objects was divided; None if all are 0.
    """
    if isinstance(series.flux, np.ndarray):
        return near_one(tidy(series))
    if isinstance(series, Resident):
        return series, series.exponents
    if series not in _conditioned:
        copy = _read[series] if series in _read else on_host(series)
        here, exponents = near_one(tidy(copy))
        there = replace(series, offsets=here.offsets) if here is copy else moved(here, like(series.flux))
        _conditioned[series] = Resident(**vars_of(there), exponents=exponents)
    return _conditioned[series], _conditioned[series].exponents


def upload(series: Series, tidy: Tidy, move: Callable[[Any], Any]) -> Resident:
    """Return a series whose samples lie on a device, from where batches are taken.

    Parameters
    ----------
    series : Series
        With NumPy arrays.
    tidy : function
        As for :func:`conditioned`.
    move : function
        Copies a NumPy array to the device.

    Returns
    -------
    Resident
    """
    here, exponents = near_one(tidy(series))
    return Resident(**vars_of(moved(here, move)), host=series, exponents=exponents)


def vars_of(series: Series) -> dict[str, Any]:
    """Return the fields of a series by name.

    Parameters
    ----------
    series : Series

    Returns
    -------
    dict
    """
    return {name: getattr(series, name) for name in Series.__dataclass_fields__}


def near_one(series: Series, near: tuple[int, int] = NEAR_ONE) -> tuple[Series, Exponents | None]:
    """Return a series whose flux is near the unit 1.

    Parameters
    ----------
    series : Series
        With NumPy arrays.
    near : (int, int)
        Exponents of two of the mean size of flux that is near enough.

    Returns
    -------
    Series, int64 (N,) or None
        The powers of two by which the flux of the objects was divided; None if all are 0.
    """
    exponents = unit_exponents(series, near)
    return (series, None) if exponents is None else (scaled(series, exponents), exponents)


def _places(model: Any, shifts: NDArray[np.int64], lengths: NDArray[np.int64]) -> Any:
    """Return the places of the samples of objects, as an index on the device of an array."""
    total = int(lengths.sum())
    if not hasattr(model, "cpu"):  # CuPy
        return like(model)(np.arange(total) + np.repeat(shifts, lengths))
    import torch

    shift, length = (torch.from_numpy(a).to(model.device, non_blocking=True) for a in (shifts, lengths))
    return torch.arange(total, device=model.device) + torch.repeat_interleave(shift, length, output_size=total)
