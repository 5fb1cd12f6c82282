"""The wavelength grid that all views of a batch share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import InputError
from .units import SPEED_OF_LIGHT, angstrom


@dataclass(frozen=True, eq=False)
class Grid:
    """Contiguous pixels, given by their edges.

    Build one with :meth:`log`, :meth:`linear` or :meth:`from_edges`.

    Attributes
    ----------
    edges : float64 (P + 1,)
        Strictly ascending pixel edges [Angstrom, vacuum].
    kind : str
        ``"log"`` (constant velocity step), ``"linear"`` or ``"edges"``.
    """

    edges: NDArray[np.float64]
    kind: str = "edges"

    @classmethod
    def log(cls, start: Any, stop: Any, velocity: float) -> Grid:
        """Log-linear pixels from `start` to at most `stop`, `velocity` km/s wide.

        Parameters
        ----------
        start, stop : float [Angstrom] or Quantity
            Outer edges.
        velocity : float
            Pixel width c d(ln lambda) [km/s]; SDSS uses 69.
        """
        lo, hi = _range(start, stop)
        if not velocity > 0:
            raise InputError(f"velocity must be a positive pixel width in km/s, got {velocity!r}")
        step = velocity / SPEED_OF_LIGHT
        pixels = int(np.floor(np.log(hi / lo) / step + 1e-9))
        return cls(_checked(lo * np.exp(step * np.arange(pixels + 1))), "log")

    @classmethod
    def linear(cls, start: Any, stop: Any, step: Any) -> Grid:
        """Pixels of constant width `step` [Angstrom] from `start` to at most `stop`."""
        lo, hi = _range(start, stop)
        width = float(angstrom(step))
        if not width > 0:
            raise InputError(f"step must be a positive pixel width in Angstrom, got {step!r}")
        return cls(_checked(lo + width * np.arange(int(np.floor((hi - lo) / width + 1e-9)) + 1)), "linear")

    @classmethod
    def from_edges(cls, edges: ArrayLike) -> Grid:
        """Any contiguous pixels, from their P + 1 edges [Angstrom or Quantity]."""
        return cls(_checked(np.array(angstrom(edges), np.float64)), "edges")

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> Grid:
        """The grid that :meth:`to_dict` wrote."""
        if saved.get("kind") == "log":
            return cls.log(saved["start"], saved["stop"], saved["velocity"])
        if saved.get("kind") == "linear":
            return cls.linear(saved["start"], saved["stop"], saved["step"])
        return cls.from_edges(saved["edges"])

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers from which :meth:`from_dict` rebuilds the grid."""
        lo, hi = float(self.edges[0]), float(self.edges[-1])
        if self.kind == "log":
            return {"kind": "log", "start": lo, "stop": hi, "velocity": self.velocity}
        if self.kind == "linear":
            return {"kind": "linear", "start": lo, "stop": hi, "step": (hi - lo) / len(self)}
        return {"kind": "edges", "edges": self.edges.tolist()}

    def __len__(self) -> int:
        return len(self.edges) - 1

    @property
    def centers(self) -> NDArray[np.float64]:
        """Middle of each pixel, float64 (P,) [Angstrom]."""
        return 0.5 * (self.edges[:-1] + self.edges[1:])

    @property
    def velocity(self) -> float:
        """Pixel width of a log grid [km/s]; an :class:`InputError` for any other kind."""
        if self.kind != "log":
            raise InputError(
                f"a width in km/s is the same number of pixels only on a log-linear grid, "
                f"and this one is of kind {self.kind!r}: use Grid.log(...)"
            )
        return float(np.log(self.edges[-1] / self.edges[0]) / len(self) * SPEED_OF_LIGHT)

    def pixels(self, length: Any) -> float:
        """How many mean pixels a `length` [Angstrom] spans."""
        return float(angstrom(length)) * len(self) / float(self.edges[-1] - self.edges[0])


def _range(start: Any, stop: Any) -> tuple[float, float]:
    lo, hi = float(angstrom(start)), float(angstrom(stop))
    if not 0 < lo < hi < np.inf:
        raise InputError(f"a grid needs 0 < start < stop in Angstrom, got start={lo:g}, stop={hi:g}")
    return lo, hi


def _checked(edges: NDArray[Any]) -> NDArray[np.float64]:
    if edges.ndim != 1 or len(edges) < 2:
        raise InputError(f"a grid needs at least one pixel, that is two edges; got shape {edges.shape}")
    if not np.isfinite(edges).all() or not (np.diff(edges) > 0).all() or not edges[0] > 0:
        raise InputError("grid edges must be finite, positive and strictly ascending [Angstrom]")
    edges.setflags(write=False)
    return edges
