"""A step of the user's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, ClassVar

import numpy as np

from ..errors import InputError
from .distributions import Value
from .step import Columns, Drawing, Step


@dataclass(frozen=True)
class Custom(Step):
    """One compiled function of the user's own, between calibration and noise.

    Parameters
    ----------
    function : ``@njit`` or plain function, or "module:name" of one
        ``f(flux, ivar, wavelength, parameters, normal, lane, lanes)``; see :mod:`clrseries.kernels.custom`.
    parameters : mapping of name to value
        Drawn for every view and passed in this order.

    Raises
    ------
    InputError
        The function cannot be found.
    """

    function: Callable[..., None] | str
    parameters: Mapping[str, Value] = field(default_factory=dict)
    order: ClassVar[int] = 14
    stream: ClassVar[int] = 40

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.function, str):
            module, _, name = self.function.partition(":")
            try:
                object.__setattr__(self, "function", getattr(import_module(module), name))
            except (ImportError, AttributeError, ValueError) as error:
                raise InputError(f"Custom: cannot find the function {self.function!r}: write 'module:name'") from error

    @property
    def path(self) -> str:
        """How a configuration names the function."""
        plain: Any = getattr(self.function, "py_func", self.function)
        return f"{plain.__module__}:{plain.__qualname__}"

    def tables(self, grid: Any) -> dict[str, Any]:
        """The names of the parameters."""
        return {"parameters": tuple(self.parameters)}

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step."""
        drawn = {name: at.drawn(name, value, i) for i, (name, value) in enumerate(self.parameters.items())}
        return {"custom": np.ones((len(at.series), at.views)), **drawn}
