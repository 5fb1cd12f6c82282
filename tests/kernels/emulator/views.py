"""Make the views of a composition with the emulated kernel, through the package's own launch."""

import inspect
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from ...augment.host_arrays import HostArrays
from . import runtime
from .kernel import EmulatedKernel

SHARED_LIMIT = 227 * 1024  # bytes that a block of an H100 may ask for
KERNELS: dict = {}


@contextmanager
def emulated(blocks=2, shared_limit=SHARED_LIMIT, removed=None, counting=False):
    """Within it, ``backend="cuda"`` makes views on this CPU, as numpy arrays; yields the list of kernels that ran.

    Parameters
    ----------
    blocks : int
        Multiprocessors of the device that is stood in for; each runs one block.
    shared_limit : int
        Bytes of shared memory that a block may ask for; with 0 all rows lie in global memory.
    removed : Barrier, optional
        A barrier that does nothing.
    counting : bool
        Whether the kernels count the instructions that they execute.
    """
    from numba import cuda

    from clrseries.augment import device
    from clrseries.kernels.cuda import driver

    ran: list[EmulatedKernel] = []
    real = driver.launch

    def launch(plan, *arguments, **options):
        kernels = tuple(KERNELS.setdefault(kernel, EmulatedKernel(kernel)) for kernel in plan.kernels)
        for kernel in kernels:
            kernel.removed, kernel.counting = removed, counting
        before = [kernel.runs for kernel in kernels]
        given = inspect.signature(real).bind(plan._replace(kernels=kernels), *arguments, **options)
        given.arguments["blocks"] = blocks
        real(*given.args, **given.kwargs)
        ran.append(next(kernel for kernel, runs in zip(kernels, before, strict=True) if kernel.runs > runs))

    stand_in = SimpleNamespace(MULTIPROCESSOR_COUNT=blocks, MAX_SHARED_MEMORY_PER_BLOCK_OPTIN=shared_limit)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(driver, "launch", launch)
        patch.setattr(driver, "LEAST_BLOCKS", blocks + 1)  # the last has nothing to do
        patch.setattr(driver, "ask_for_shared", lambda *arguments: None)
        patch.setattr(device, "arrays_for", lambda samples: HostArrays())
        patch.setattr(cuda, "get_current_device", lambda: stand_in)
        yield ran


def emulated_views(composition, series, views=2, seed=3, order="forward", most_accesses=2**62, **options):
    """Return the views that ``backend="cuda"`` makes, and the kernel, which says what went wrong.

    Parameters
    ----------
    composition : Observe
        With ``backend="cuda"``.
    series : Series
    views, seed : int
    order : {"forward", "reversed", "shuffled", "odd first"}
        In which order the lanes run from one barrier to the next.
    most_accesses : int
        A run that loads and stores more often is stopped.
    **options
        Those of :func:`emulated`.

    Returns
    -------
    Views, EmulatedKernel
    """
    runtime.set_number("order", runtime.ORDERS[order])
    runtime.forget(most_accesses)
    with emulated(**options) as ran:
        made = composition(series, views, seed)
    return made, ran[-1]
