"""Slabs of an archive on a device: prepared on the host, copied in a stream of their own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ..augment.resident import Resident, near_one, vars_of
from ..augment.unit_scale import NEAR_ONE
from ..series import Series
from .device_operations import Operations
from .half_precision import NEAR_ONE as NEAR_ONE_IN_HALF
from .half_precision import fits_half
from .pinned_slabs import SIZE, SLABS, PinnedSlabs, Wanted

logger = logging.getLogger("clrseries")
Array = NDArray[Any]


@dataclass(frozen=True, eq=False, repr=False)
class Loaded(Resident):
    """Objects whose samples are being copied to a device.

    Parameters
    ----------
    x, flux, ivar, offsets, table, band, bands, dropped, failed, host, rows, exponents : arrays, tables, mappings
        As in :class:`clrseries.augment.resident.Resident`.
    ready : event, optional
        When it is done, the samples are there.
    """

    ready: Any = None

    @property
    def samples(self) -> list[Tensor]:
        """The tensors on the device."""
        found: list[Any] = [self.x, self.flux, self.ivar, self.band]
        return [tensor for tensor in found if tensor is not None]


class _Wavelengths(NamedTuple):
    """Wavelengths that stay on the device: those of one object on the host, and those of many on the device."""

    one: NDArray[np.float64]
    many: Tensor


class Loader:
    """Copies slabs to a device.

    Parameters
    ----------
    operations : Operations
        Of the device.
    tidy : function
        Closes gaps in a series.
    half : bool
        Whether flux and ivar are sent with 16 bits, where they keep their meaning.
    slabs, size : int
        Number and bytes of the slabs of page-locked memory.
    """

    def __init__(
        self,
        operations: Operations,
        tidy: Callable[[Series], Series],
        half: bool = False,
        slabs: int = SLABS,
        size: int = SIZE,
    ) -> None:
        self.operations = operations
        self.tidy = tidy
        self.half = half
        self.copies = operations.stream()
        self.pinned = PinnedSlabs(operations, slabs, size)
        self.wavelengths: _Wavelengths | None = None
        self.told = False

    def load(self, series: Series) -> Loaded:
        """Queue the copy of a slab.

        Parameters
        ----------
        series : Series
            In the memory of the host.

        Returns
        -------
        Loaded
        """
        here, exponents = near_one(self.tidy(series), NEAR_ONE_IN_HALF if self.half else NEAR_ONE)
        one = _wavelengths_of_all(here)
        kind = np.float16 if self._in_half(here) else np.float32
        wanted = [Wanted(here.flux, kind), Wanted(here.ivar, kind)]
        if here.band is not None:
            wanted.append(Wanted(here.band, np.int8))
        if one is None:
            wanted.append(Wanted(here.x, np.float64))
        flux, ivar, *rest = self.pinned.send(wanted, self.copies)
        if kind == np.float16:
            flux, ivar = self.operations.launch(self.copies, lambda: (flux.float(), ivar.float()))
        x = rest[-1] if one is None else self._resident(one, len(here))
        band = None if here.band is None else rest[0]
        there: dict[str, Any] = {"x": x, "flux": flux, "ivar": ivar, "band": band}
        ready = self.operations.record(self.copies)
        return Loaded(**vars_of(here) | there, host=series, exponents=exponents, ready=ready)

    def _in_half(self, series: Series) -> bool:
        if not self.half or fits_half(series.flux, series.ivar):
            return self.half
        if not self.told:
            self.told = True
            logger.warning(
                "flux or ivar of some objects are beyond the numbers of 16 bits: their slabs are sent with 32 (the first holds %r)",
                series.object_ids[0],
            )
        return False

    def _resident(self, one: NDArray[np.float64], count: int) -> Tensor:
        """Return the wavelengths of many objects that share them, which are on the device from the second slab on."""
        kept = self.wavelengths
        if kept is None or len(kept.many) < count * len(one) or not np.array_equal(kept.one, one):
            (there,) = self.pinned.send([Wanted(one, np.float64)], self.copies)
            kept = _Wavelengths(one.copy(), self.operations.launch(self.copies, lambda: there.repeat(count)))
            self.wavelengths = kept
        return kept.many[: count * len(one)]


def _wavelengths_of_all(series: Series) -> NDArray[np.float64] | None:
    """Return the wavelengths of every spectrum, if all have the same."""
    count, pixels = len(series), int(series.offsets[1]) if len(series) else 0
    if series.band is not None or not pixels or (np.diff(series.offsets) != pixels).any():
        return None
    rows = series.x.reshape(count, pixels)
    same = np.array_equal(rows[0], rows[-1]) and all(np.array_equal(rows[0], row) for row in rows)
    return rows[0] if same else None
