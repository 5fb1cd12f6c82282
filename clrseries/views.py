"""The dense containers: what an encoder sees of spectra, and of light curves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .grids import Grid


class Drawn:
    """What was drawn for the views of N objects: ``draw`` (N, V, K) and the names of its columns."""

    draw: NDArray[np.float64]
    draw_names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.draw)

    def drawn(self, name: str) -> NDArray[np.float64]:
        """One column of the draw, float64 (N, V)."""
        return self.draw[..., self.draw_names.index(name)]


@dataclass(frozen=True, eq=False)
class Views(Drawn):
    """V views of each of N objects on one grid of P pixels.

    Attributes
    ----------
    flux, ivar : float32 (N, V, P)
        ``ivar == 0`` means "no information here"; flux is 0 there.
    grid : Grid
        The P pixels.
    draw : float64 (N, V, K)
        What was done to make each view.
    draw_names : tuple of str
        Names of the K columns of `draw`.
    backend : str
        Where they were made, ``"cpu"`` or ``"cuda"``; there `flux` and `ivar` are CuPy
        arrays, or torch tensors if the series' samples were.
    """

    flux: NDArray[np.float32]
    ivar: NDArray[np.float32]
    grid: Grid
    draw: NDArray[np.float64]
    draw_names: tuple[str, ...]
    backend: str = "cpu"

    @property
    def inputs(self) -> tuple[NDArray[Any], ...]:
        """What an encoder of spectra takes: flux and ivar."""
        return self.flux, self.ivar


@dataclass(frozen=True, eq=False)
class CurveViews(Drawn):
    """V views of each of N light curves, each a row of at most L points in order of time.

    Attributes
    ----------
    time : float32 (N, V, L)
        Days from the view's origin, or phase in [0, 1) of a folded view.
    flux, ivar : float32 (N, V, L)
        ``ivar == 0`` means "no point here": what is left of a row, and points that were
        lost; time, flux and band are 0 there.
    band : int8 (N, V, L)
        Index into `bands`.
    bands : tuple of str
    draw : float64 (N, V, K)
        What was done to make each view; days in it are counted from the object's first point.
    draw_names : tuple of str
        Names of the K columns of `draw`.
    backend : str
        As in :class:`Views`.
    """

    time: NDArray[np.float32]
    flux: NDArray[np.float32]
    ivar: NDArray[np.float32]
    band: NDArray[np.int8]
    bands: tuple[str, ...]
    draw: NDArray[np.float64]
    draw_names: tuple[str, ...]
    backend: str = "cpu"

    @property
    def inputs(self) -> tuple[NDArray[Any], ...]:
        """What an encoder of light curves takes: time, flux, ivar and band."""
        return self.time, self.flux, self.ivar, self.band

    def trimmed(self) -> CurveViews:
        """The same without the end of the rows that is empty in every view (one place always stays)."""
        used = np.flatnonzero((self.ivar > 0).any(axis=(0, 1)))
        length = int(used[-1]) + 1 if len(used) else 1
        time, flux, ivar, band = (np.ascontiguousarray(array[..., :length]) for array in self.inputs)
        return replace(self, time=time, flux=flux, ivar=ivar, band=band)
