"""What a composition gives to a compiled kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class KernelCall:
    """One call of a compiled kernel, on the CPU or on a GPU.

    Parameters
    ----------
    name : str
        File and function of the CPU kernel, as Numba's cache names it.
    cpu : function
        The CPU kernel.
    cuda : function
        Imports and returns the function that launches the CUDA kernel.
    samples : tuple of arrays (S,)
        Sample arrays of the series, in the order of the kernel.
    tables : namedtuple of arrays
        Tables that all views share.
    extra : tuple
        Further arguments of the CPU kernel.
    cuda_extra : tuple
        Further arguments of the CUDA kernel.
    """

    name: str
    cpu: Callable[..., None]
    cuda: Callable[[], Callable[..., None]]
    samples: tuple[Any, ...]
    tables: Any
    extra: tuple[Any, ...]
    cuda_extra: tuple[Any, ...]
