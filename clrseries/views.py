"""The dense container: what an encoder sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .grids import Grid


@dataclass(frozen=True, eq=False)
class Views:
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

    def __len__(self) -> int:
        return len(self.flux)

    def drawn(self, name: str) -> NDArray[np.float64]:
        """One column of the draw, float64 (N, V)."""
        return self.draw[..., self.draw_names.index(name)]
