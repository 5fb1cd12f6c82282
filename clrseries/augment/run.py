"""Where and how a batch is run: which backend, and over how many threads."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..kernels.cache import cache_directory
from ..series import Series

BACKENDS = ("auto", "cpu", "cuda")


def check_backend(backend: str) -> None:
    """Raise an :class:`InputError` unless there is such a backend."""
    if backend not in BACKENDS:
        raise InputError(f"backend is one of {', '.join(BACKENDS)}; got {backend!r}")


def on_gpu(backend: str, series: Series) -> bool:
    """Whether a batch is run on a GPU: where it is asked for, or with ``"auto"`` where the samples are there."""
    return hasattr(series.flux, "__cuda_array_interface__") if backend == "auto" else backend == "cuda"


def in_threads(rows: Callable[[int, int], Any], offsets: NDArray[np.int64], threads: int | None) -> None:
    """Call ``rows(first, last)`` for parts of all objects with about as many samples each, one in each thread.

    Plain threads over a kernel that releases the GIL: Numba's own pool aborts the
    process when two Python threads enter it at once, as a prefetching loader does.
    """
    count = len(offsets) - 1
    workers = min(threads or available_cores(), max(count, 1))
    if workers == 1:
        rows(0, count)
        return
    work = np.asarray(offsets) + np.arange(count + 1)  # an object costs something even without samples
    cuts = np.searchsorted(work, np.linspace(0, work[-1], workers + 1)[1:-1]).tolist()
    list(_pool(workers).map(rows, [0, *cuts], [*cuts, count]))


def available_cores() -> int:
    """Cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def say_if_compiling(kernel: str) -> None:
    """Tell a person why the first call takes so long, where no compiled `kernel` is kept yet."""
    if not any(cache_directory().glob(f"**/{kernel}*")):
        logging.getLogger("clrseries").warning("compiling the kernels, once on this machine: about half a minute")


@lru_cache(maxsize=4)
def _pool(workers: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(workers, thread_name_prefix="clrseries-observe")
