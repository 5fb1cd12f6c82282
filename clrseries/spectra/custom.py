"""The step that applies a function of the user."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from ..augment.distributions import Value
from ..errors import InputError
from ..grids import Grid
from .step import Params, SpectrumContext, SpectrumStep


class Withheld(str):
    """Name of a function that a configuration gives, and that nobody has allowed to be imported."""

    __slots__ = ()


@dataclass(frozen=True, repr=False)
class Custom(SpectrumStep):
    """Apply a function of your own to each spectrum, between calibration and noise.

    The function is compiled with Numba.

    Parameters
    ----------
    function : function, ``@njit`` function or str
        ``f(flux, ivar, wavelength, parameters, normal, lane, lanes)``, which changes flux and ivar in place; see
        :mod:`clrseries.kernels.spectra.custom`. In configurations it is written ``"module:name"``.
    parameters : mapping of str to float, distribution or column name
        Values that are drawn for every view and passed to the function, in this order.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        The function cannot be found, or an argument has the wrong type.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries import Uniform, spectra as sp
    >>> def dim(flux, ivar, wavelength, parameters, normal, lane, lanes):
    ...     factor = np.float32(parameters[0])
    ...     for j in range(lane, len(flux), lanes):
    ...         flux[j] *= factor
    ...         ivar[j] /= factor * factor
    >>> sp.Custom(dim, {"factor": Uniform(0.5, 1.0)}).parameters
    {'factor': Uniform(low=0.5, high=1.0)}
    """

    function: Callable[..., None] | str
    parameters: Mapping[str, Value] = field(default_factory=dict)

    def find(self) -> Callable[..., None]:
        """Return the function; if it is given by name, its module is imported now.

        Returns
        -------
        function

        Raises
        ------
        InputError
            There is no such function, or a configuration names it that is not trusted.
        """
        if not isinstance(self.function, str):
            return self.function
        if isinstance(self.function, Withheld):
            raise untrusted(self.function)
        module, _, name = self.function.partition(":")
        try:
            return getattr(import_module(module), name)
        except (ImportError, AttributeError, ValueError) as error:
            raise InputError(f"Custom: cannot find the function {self.function!r}: write 'module:name'") from error

    @property
    def path(self) -> str:
        """Name of the function as configurations write it, ``"module:name"``."""
        if isinstance(self.function, str):
            return self.function
        plain: Any = getattr(self.function, "py_func", self.function)
        return f"{plain.__module__}:{plain.__qualname__}"

    def tables(self, grid: Grid) -> dict[str, Any]:
        return {"parameters": tuple(self.parameters)}

    def sample(self, context: SpectrumContext) -> Params:
        drawn = {name: context.values_of(name, value, i) for i, (name, value) in enumerate(self.parameters.items())}
        return {"custom": context.constant(1.0), **drawn}


def untrusted(function: str, what: str = "Custom") -> InputError:
    """Return the error for a function that a configuration names, and that nobody has allowed to be imported.

    Parameters
    ----------
    function : str
        Its name, ``"module:name"``.
    what : str
        Where it is named.

    Returns
    -------
    InputError
        To be raised by the caller.
    """
    return InputError(
        f"{what}: runs the function {function!r} of somebody's code, which is imported only with your consent: if you trust it, "
        "give trust_code=True (--trust-code)"
    )
