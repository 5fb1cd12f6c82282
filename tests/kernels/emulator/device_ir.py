"""The LLVM IR of a CUDA kernel, made where there is no device."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

CAPABILITY = (9, 0)


class Device:
    """Numba asks the device for its compute capability alone."""

    compute_capability = CAPABILITY


@contextmanager
def stand_in() -> Iterator[None]:
    """Give Numba a device to compile for."""
    import numba.cuda.dispatcher

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numba.cuda.dispatcher, "get_current_device", lambda: Device)
        yield


def device_ir(function, signature):
    """Return the IR of a kernel and of all that it calls, and the name of the kernel.

    Parameters
    ----------
    function : Python function
        The kernel, before ``cuda.jit``.
    signature : numba signature

    Returns
    -------
    list of str, str
    """
    from numba.cuda import compiler

    with stand_in():
        library, _ = compiler._compile_pyfunc_with_fixup(  # type: ignore[attr-defined]
            function, signature, device=False, cc=CAPABILITY, abi="numba"
        )
    return list(library.llvm_strs), library._entry_name
