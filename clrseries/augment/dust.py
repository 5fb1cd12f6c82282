"""Extinction by dust: around the source, in its rest frame, and in the Galaxy, in ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..errors import InputError
from ..grids import Grid
from .distributions import Value
from .extinction import FIXED_RV, USUAL_RV, powers
from .step import Array, Columns, Drawing, Step

MAGNITUDE = -0.4 * np.log(10.0)  # ln(flux factor) of one magnitude


@dataclass(frozen=True)
class HostExtinction(Step):
    """Dust at the source, whose rest frame is given by the steps Redshift and Velocity.

    Parameters
    ----------
    ebv : value
        E(B-V) [mag]; negative takes dust away.
    rv : value, optional
        R_V = A(V) / E(B-V), at least 1. Default 3.1, Calzetti00 4.05; fixed for SMC (2.74) and LMC (3.41).
    curve : str
        ``"CCM89"``, ``"O94"``, ``"F99"``, ``"SMC"``, ``"LMC"`` or ``"Calzetti00"``.

    See Also
    --------
    clrseries.augment.extinction : The curves and their references.
    """

    ebv: Value
    rv: Value | None = None
    curve: str = "F99"
    order: ClassVar[int] = 5
    stream: ClassVar[int] = 28
    prefix: ClassVar[str] = "host_"

    def __post_init__(self) -> None:
        super().__post_init__()
        powers(self.curve, np.array([5500.0]))
        if self.curve in FIXED_RV and self.rv not in (None, FIXED_RV[self.curve]):
            raise InputError(
                f"the {self.curve} curve is published for R_V = {FIXED_RV[self.curve]} alone: leave out rv"
            )

    def rest_curves(self) -> dict[str, Callable[[Array], Array]]:
        """One curve for each power of R_V, or a single one where R_V is a number."""
        return {name: lambda wave, name=name: self._tables(wave)[name] for name in self._names()}  # type: ignore[misc]

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step: E(B-V) R_V^p for every power p; E(B-V) alone where R_V is a number."""
        ebv = at.value("ebv", 0)
        rv = self._rv()
        if not isinstance(rv, int | float):
            drawn = at.value("rv", 1, low=1.0)
            return {name: ebv * drawn**p for p, name in self._named_powers().items()}
        return {self.prefix + "ebv": ebv}

    def _rv(self) -> Value:
        return USUAL_RV.get(self.curve, 3.1) if self.rv is None else self.rv

    def _named_powers(self) -> dict[int, str]:
        names = {0: "ebv", 1: "av"}
        return {p: self.prefix + names.get(p, f"ebv_rv{p}") for p in sorted(powers(self.curve, np.array([5500.0])))}

    def _names(self) -> list[str]:
        return [self.prefix + "ebv"] if isinstance(self._rv(), int | float) else list(self._named_powers().values())

    def _tables(self, wavelength: Array) -> dict[str, Array]:
        """ln(flux factor) at `wavelength` for a coefficient of 1."""
        parts, rv = powers(self.curve, wavelength), self._rv()
        if isinstance(rv, int | float):
            return {
                self.prefix + "ebv": MAGNITUDE * np.sum([part * float(rv) ** p for p, part in parts.items()], axis=0)
            }
        return {name: MAGNITUDE * parts[p] for p, name in self._named_powers().items()}


@dataclass(frozen=True)
class Extinction(HostExtinction):
    """Dust in the Galaxy, in the observed frame; arguments as for :class:`HostExtinction`."""

    order: ClassVar[int] = 6
    stream: ClassVar[int] = 29
    prefix: ClassVar[str] = ""

    def curves(self, grid: Grid) -> dict[str, Array]:
        """The curves on the grid."""
        return self._tables(grid.centers)

    def rest_curves(self) -> dict[str, Callable[[Array], Array]]:
        """None: this dust is in our own frame."""
        return {}
