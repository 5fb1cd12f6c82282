"""The wavelength grid of the views of spectra."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .argument_types import fits, in_words
from .errors import InputError
from .names import find_name
from .units import SPEED_OF_LIGHT, angstrom

KINDS = {
    "log": ("start", "stop", "velocity"),
    "linear": ("start", "stop", "step"),
    "edges": ("edges",),
}  # as plain data


@dataclass(frozen=True, eq=False, repr=False)
class Grid:
    """Wavelength grid of contiguous pixels.

    Build one with :meth:`log`, :meth:`linear` or :meth:`from_edges`.

    Parameters
    ----------
    edges : float64 (P + 1,)
        Edges of the pixels [Angstrom, in vacuum], strictly ascending.
    kind : {"log", "linear", "edges"}
        Spacing of the edges: constant in velocity, constant in wavelength, or any other.

    Examples
    --------
    >>> from clrseries import Grid
    >>> grid = Grid.log(4000, 6800, velocity=60)
    >>> len(grid), grid.centers[:2].round(1).tolist()
    (2651, [4000.4, 4001.2])
    """

    edges: NDArray[np.float64]
    kind: str = "edges"

    @classmethod
    def log(cls, start: Any, stop: Any, velocity: float) -> Grid:
        """Build a log-linear grid, whose pixels have a constant width in velocity.

        Parameters
        ----------
        start, stop : float or Quantity
            Outer edges [Angstrom]; the last pixel ends at or before `stop`.
        velocity : float
            Pixel width c d(ln lambda) [km/s]; SDSS uses 69.

        Returns
        -------
        Grid
            Of kind ``"log"``.

        Raises
        ------
        InputError
            A number is out of range.
        """
        lo, hi = _range(start, stop)
        if not velocity > 0:
            raise InputError(f"velocity must be a positive pixel width in km/s, got {velocity!r}")
        step = velocity / SPEED_OF_LIGHT
        pixels = int(np.floor(np.log(hi / lo) / step + 1e-9))
        return cls(_checked(lo * np.exp(step * np.arange(pixels + 1))), "log")

    @classmethod
    def linear(cls, start: Any, stop: Any, step: Any) -> Grid:
        """Build a linear grid, whose pixels have a constant width in wavelength.

        Parameters
        ----------
        start, stop : float or Quantity
            Outer edges [Angstrom]; the last pixel ends at or before `stop`.
        step : float or Quantity
            Pixel width [Angstrom].

        Returns
        -------
        Grid
            Of kind ``"linear"``.

        Raises
        ------
        InputError
            A number is out of range.

        Examples
        --------
        >>> from clrseries import Grid
        >>> Grid.linear(4000, 4004, 2.0).edges.tolist()
        [4000.0, 4002.0, 4004.0]
        """
        lo, hi = _range(start, stop)
        width = float(angstrom(step))
        if not width > 0:
            raise InputError(f"step must be a positive pixel width in Angstrom, got {step!r}")
        return cls(_checked(lo + width * np.arange(int(np.floor((hi - lo) / width + 1e-9)) + 1)), "linear")

    @classmethod
    def from_edges(cls, edges: ArrayLike) -> Grid:
        """Build a grid from the edges of its pixels.

        Parameters
        ----------
        edges : float (P + 1,) or Quantity
            Positive and strictly ascending [Angstrom].

        Returns
        -------
        Grid
            Of kind ``"edges"``.

        Raises
        ------
        InputError
            There are fewer than two edges, or they are not finite, positive and ascending.

        Examples
        --------
        >>> from clrseries import Grid
        >>> Grid.from_edges([4000, 4001, 4003]).centers.tolist()
        [4000.5, 4002.0]
        """
        return cls(_checked(np.array(angstrom(edges), np.float64)), "edges")

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> Grid:
        """Build a grid from plain data.

        Parameters
        ----------
        saved : dict
            As :meth:`to_dict` returns it.

        Returns
        -------
        Grid

        Raises
        ------
        InputError
            It describes no grid, or a number is out of range.
        """
        makers: dict[str, Any] = {"log": cls.log, "linear": cls.linear, "edges": cls.from_edges}
        kind = saved.get("kind") if isinstance(saved, Mapping) else None
        kind = find_name(kind, KINDS)
        if kind is None or set(saved) != {"kind", *KINDS[kind]}:
            forms = "; ".join(
                f"kind: {name}, {', '.join(f'{key}: ...' for key in keys)}" for name, keys in KINDS.items()
            )
            raise InputError(f"a grid is written as one of {{{forms}}}, got {saved!r}")
        for key in KINDS[kind]:
            hint = Sequence[float] if key == "edges" else float
            if not fits(saved[key], hint):
                raise InputError(f"a grid's {key} must be {in_words(hint)}, got {saved[key]!r}")
        return makers[kind](*(saved[key] for key in KINDS[kind]))

    def to_dict(self) -> dict[str, Any]:
        """Return the grid as plain data, from which :meth:`from_dict` builds it again.

        Returns
        -------
        dict
            The key ``kind``; and ``start``, ``stop`` and ``velocity`` or ``step``, or ``edges``.

        Examples
        --------
        >>> from clrseries import Grid
        >>> Grid.linear(4000, 4004, 2.0).to_dict()
        {'kind': 'linear', 'start': 4000.0, 'stop': 4004.0, 'step': 2.0}
        """
        lo, hi = float(self.edges[0]), float(self.edges[-1])
        if self.kind == "log":
            return {"kind": "log", "start": lo, "stop": hi, "velocity": self.velocity}
        if self.kind == "linear":
            return {"kind": "linear", "start": lo, "stop": hi, "step": (hi - lo) / len(self)}
        return {"kind": "edges", "edges": self.edges.tolist()}

    def __repr__(self) -> str:
        """Return the call that makes the grid, with its edges rounded."""
        lo, hi = f"{self.edges[0]:.6g}", f"{self.edges[-1]:.6g}"
        if self.kind == "log":
            return f"Grid.log({lo}, {hi}, velocity={self.velocity:.4g})"
        if self.kind == "linear":
            return f"Grid.linear({lo}, {hi}, step={(self.edges[-1] - self.edges[0]) / len(self):.4g})"
        return f"Grid.from_edges({len(self) + 1} edges from {lo} to {hi})"

    def __len__(self) -> int:
        return len(self.edges) - 1

    @property
    def centers(self) -> NDArray[np.float64]:
        """Centers of the pixels, float64 (P,) [Angstrom]."""
        return 0.5 * (self.edges[:-1] + self.edges[1:])

    @property
    def velocity(self) -> float:
        """Pixel width of a log-linear grid [km/s]; an :class:`InputError` for any other kind."""
        if self.kind != "log":
            raise InputError(
                f"a width in km/s is the same number of pixels only on a log-linear grid, "
                f"and this one is of kind {self.kind!r}: use Grid.log(...)"
            )
        return float(np.log(self.edges[-1] / self.edges[0]) / len(self) * SPEED_OF_LIGHT)

    def pixels(self, length: Any) -> float:
        """Return a length in pixels of mean width.

        Parameters
        ----------
        length : float or Quantity
            Length [Angstrom].

        Returns
        -------
        float

        Examples
        --------
        >>> from clrseries import Grid
        >>> Grid.linear(4000, 5000, 2.0).pixels(100.0)
        50.0
        """
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
