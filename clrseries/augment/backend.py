"""Choice between the CPU and a GPU for a batch."""

from __future__ import annotations

import logging
from functools import cache

from ..errors import InputError
from ..kernels.cache import cache_directory
from ..names import find_name
from ..series import Series

BACKENDS = ("auto", "cpu", "cuda")


def check_backend(backend: str) -> str:
    """Check the name of a backend, and return its usual form.

    Parameters
    ----------
    backend : str
        ``"auto"``, ``"cpu"`` or ``"cuda"``, whatever its case.

    Returns
    -------
    str

    Raises
    ------
    InputError
        There is no such backend.
    """
    found = find_name(backend, BACKENDS)
    if found is None:
        raise InputError(f"backend is one of {', '.join(BACKENDS)}; got {backend!r}")
    return found


def on_gpu(backend: str, series: Series) -> bool:
    """Return whether a batch is processed on a GPU.

    Parameters
    ----------
    backend : {"auto", "cpu", "cuda"}
        With ``"auto"``, the batch is processed where its samples lie.
    series : Series
        The batch.

    Returns
    -------
    bool
        True for the GPU, False for the CPU.
    """
    return hasattr(series.flux, "__cuda_array_interface__") if backend == "auto" else backend == "cuda"


@cache
def warn_if_compiling(kernel: str) -> None:
    """Log a warning that the first call is slow, if this machine has no compiled copy of a kernel yet.

    Parameters
    ----------
    kernel : str
        File and function of the kernel, as Numba's cache names it.
    """
    folder = cache_directory()
    if folder is None or not any(folder.glob(f"**/{kernel}*")):
        logging.getLogger("clrseries").warning("compiling the kernels, once on this machine: about half a minute")
