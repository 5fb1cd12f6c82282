"""Steps for extinction by dust: at the source, in its rest frame, and in the Galaxy, in the observed frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ..augment.distributions import Value
from ..errors import InputError
from ..grids import Grid
from .extinction_curves import FIXED_RV, USUAL_RV, powers
from .step import Array, Params, SpectrumContext, SpectrumStep

MAGNITUDE = -0.4 * np.log(10.0)  # change of ln(flux) for an extinction of one magnitude
CurveName = Literal["CCM89", "O94", "F99", "SMC", "LMC", "Calzetti00"]


@dataclass(frozen=True, repr=False)
class HostExtinction(SpectrumStep):
    """Redden each spectrum by dust at the source.

    The rest frame of the source follows from the steps Redshift and Velocity.

    Parameters
    ----------
    ebv : float, distribution or column name
        E(B-V) [mag]; a negative value removes dust.
    rv : float, distribution or column name, optional
        R_V = A(V) / E(B-V), at least 1; default 3.1, for ``"Calzetti00"`` 4.05. ``"SMC"`` and ``"LMC"`` have fixed values, 2.74
        and 3.41.
    curve : {"CCM89", "O94", "F99", "SMC", "LMC", "Calzetti00"}
        The extinction law; references are in :mod:`clrseries.spectra.extinction_curves`.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        There is no such law, it does not take this R_V, or an argument has the wrong type.

    Examples
    --------
    >>> from clrseries import Uniform, spectra as sp
    >>> sp.HostExtinction(Uniform(0, 0.3), curve="SMC").curve
    'SMC'
    """

    draws: ClassVar[bool] = False
    ebv: Value
    rv: Value | None = None
    curve: CurveName = "F99"
    prefix: ClassVar[str] = "host_"

    def __post_init__(self) -> None:
        """Check the arguments."""
        super().__post_init__()
        if self.curve in FIXED_RV and self.rv not in (None, FIXED_RV[self.curve]):
            raise InputError(
                f"the {self.curve} curve is published for R_V = {FIXED_RV[self.curve]} alone: leave out rv"
            )

    def rest_curves(self) -> dict[str, Callable[[Array], Array]]:
        # one curve for each power of R_V, or a single curve if R_V is a number
        return {name: lambda wave, name=name: self._tables(wave)[name] for name in self._names()}  # type: ignore[misc]

    def sample(self, context: SpectrumContext) -> Params:
        ebv = context.value("ebv", 0)
        rv = self._rv()
        if isinstance(rv, int | float):
            return {self.prefix + "ebv": ebv}
        drawn = context.values_of("rv", rv, 1, low=1.0)
        return {name: ebv * drawn**p for p, name in self._named_powers().items()}

    def _rv(self) -> Value:
        return USUAL_RV.get(self.curve, 3.1) if self.rv is None else self.rv

    def _named_powers(self) -> dict[int, str]:
        names = {0: "ebv", 1: "av"}
        return {p: self.prefix + names.get(p, f"ebv_rv{p}") for p in sorted(powers(self.curve, np.array([5500.0])))}

    def _names(self) -> list[str]:
        return [self.prefix + "ebv"] if isinstance(self._rv(), int | float) else list(self._named_powers().values())

    def _tables(self, wavelength: Array) -> dict[str, Array]:
        """Return ln(flux factor) at `wavelength` for a coefficient of 1, by the name of the coefficient."""
        parts, rv = powers(self.curve, wavelength), self._rv()
        if isinstance(rv, int | float):
            total = np.sum([part * float(rv) ** p for p, part in parts.items()], axis=0)
            return {self.prefix + "ebv": MAGNITUDE * total}
        return {name: MAGNITUDE * parts[p] for p, name in self._named_powers().items()}


@dataclass(frozen=True, repr=False)
class Extinction(HostExtinction):
    """Redden each spectrum by dust in the Galaxy, in the observed frame.

    Parameters
    ----------
    ebv : float, distribution or column name
        E(B-V) [mag]; a negative value removes dust.
    rv : float, distribution or column name, optional
        R_V = A(V) / E(B-V), at least 1; default 3.1, for ``"Calzetti00"`` 4.05. ``"SMC"`` and ``"LMC"`` have fixed values, 2.74
        and 3.41.
    curve : {"CCM89", "O94", "F99", "SMC", "LMC", "Calzetti00"}
        The extinction law; references are in :mod:`clrseries.spectra.extinction_curves`.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        There is no such law, it does not take this R_V, or an argument has the wrong type.

    Examples
    --------
    >>> from clrseries import Uniform, spectra as sp
    >>> sp.Extinction(Uniform(0, 0.3), rv=3.1).curve
    'F99'
    """

    prefix: ClassVar[str] = ""

    def curves(self, grid: Grid) -> dict[str, Array]:
        return self._tables(grid.centers)

    def rest_curves(self) -> dict[str, Callable[[Array], Array]]:
        return {}  # this dust is in the observed frame
