"""Division of a kernel call among threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray


def in_threads(rows: Callable[[int, int], Any], offsets: NDArray[np.int64], threads: int | None) -> None:
    """Call ``rows(first, last)`` for parts of all objects, one part in each thread.

    All parts have about the same number of samples. These are threads of Python around a kernel that releases the GIL: the thread
    pool of Numba aborts the process if two Python threads use it at the same time, as a loader that prefetches does.

    Parameters
    ----------
    rows : function of two ints
        Processes the objects from ``first`` to ``last - 1``.
    offsets : int64 (N + 1,)
        Object i has the samples ``offsets[i]:offsets[i + 1]``.
    threads : int, optional
        Number of threads; default all cores that this process may use.
    """
    count = len(offsets) - 1
    workers = min(threads or available_cores(), max(count, 1))
    if workers == 1:
        rows(0, count)
        return
    work = np.asarray(offsets) + np.arange(
        count + 1
    )  # each object takes some time of its own, whatever its number of samples
    cuts = np.searchsorted(work, np.linspace(0, work[-1], workers + 1)[1:-1]).tolist()
    try:
        parts = _pool(workers).map(rows, [0, *cuts], [*cuts, count])
    except RuntimeError:  # the interpreter is shutting down and starts no threads any more
        rows(0, count)
        return
    list(parts)


def available_cores() -> int:
    """Return the number of cores that this process may use.

    Returns
    -------
    int
        At least 1.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(min(cores, *_limits), 1) if _limits else cores


@contextmanager
def limit_cores(count: int) -> Iterator[None]:
    """Let this process use fewer cores, since others share the machine with it.

    Parameters
    ----------
    count : int
        Number of cores, at most.

    Yields
    ------
    None

    Examples
    --------
    >>> from clrseries.augment.threads import available_cores, limit_cores
    >>> with limit_cores(1):
    ...     available_cores()
    1
    """
    _limits.append(count)
    try:
        yield
    finally:
        _limits.remove(count)


_limits: list[int] = []  # of the number of cores, for as long as someone asks for it
_pools: dict[int, ThreadPoolExecutor] = {}  # by number of threads; they belong to this process
_lock = Lock()


def _pool(workers: int) -> ThreadPoolExecutor:
    with _lock:
        if workers not in _pools:
            _pools[workers] = ThreadPoolExecutor(workers, thread_name_prefix="clrseries-observe")
        return _pools[workers]


def _forget_pools() -> None:
    """Start without pools in a forked child, which has the objects of its parent's pools but none of their threads."""
    global _lock
    _pools.clear()
    _lock = Lock()  # a thread of the parent may have held the old one


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pools)
