"""Stand in for a CUDA kernel: ``kernel[blocks, threads, stream, dynamic](*arguments)`` runs on this CPU."""

import ctypes
import inspect
from functools import cache

import numpy as np
from numba import types

from . import runtime
from .count import Counts
from .device_ir import device_ir
from .program import Program
from .runtime import INPUT, OUTPUT, SHARED, SPACE
from .watched import Barrier

KINDS = {"spaces": SPACE, "outputs": OUTPUT}  # arguments of the kernels by name; all others are inputs
POISON = {SPACE: 0xFF, OUTPUT: 0x7F}  # bytes that are there before the kernel: NaN, and no plausible integer


class EmulatedKernel:
    """Numba's CUDA kernel, run by lanes.c.

    Parameters
    ----------
    kernel : CUDA kernel
        From ``cuda.jit``; its arguments `spaces` and `outputs` are written, all others read.
    """

    def __init__(self, kernel):
        self.kernel = kernel
        self.removed: Barrier | None = None  # this barrier does nothing
        self.counting = False
        self.counts: Counts | None = None  # of the last run, with `counting`
        self.arrays: list[str] = []
        self.program: Program | None = None
        self.runs = 0

    def __getitem__(self, configuration):
        blocks, threads, _, dynamic = configuration
        return lambda *arguments: self._run(blocks, threads, dynamic, arguments)

    def _run(self, blocks, threads, dynamic, arguments):
        self.runs += 1
        kinds = tuple(self.kernel.typeof_pyval(value) for value in arguments)
        self.program = compiled(self.kernel.py_func, kinds, self.counting)
        runtime.library().forget_regions()
        self.arrays = []
        slots: list[int] = []
        for name, value, kind in zip(inspect.signature(self.kernel.py_func).parameters, arguments, kinds, strict=True):
            self._add(name, value, kind, KINDS.get(name, INPUT), slots)
        for name, (address, size, unit) in self.program.shared.items():
            self._watch(name, address, size, unit, SHARED)
        if dynamic:
            address, most = runtime.dynamic_memory()
            assert dynamic <= most
            self._watch("dynamic shared memory", address, dynamic, 4, SHARED)
        assert len(slots) == len(self.program.types)
        runtime.set_number("removed", self.program.numbers.get(self.removed, 0))
        self.counts = Counts(self.program.blocks) if self.counting else None
        packed = (ctypes.c_int64 * len(slots))(*slots)
        runtime.library().run(ctypes.c_void_p(self.program.entry), packed, threads, blocks, dynamic)

    def _add(self, name, value, kind, role, slots):
        """Add one argument to the list that the kernel takes, flat as Numba passes it, and have arrays watched."""
        if isinstance(kind, types.BaseTuple):
            names = getattr(kind, "fields", range(len(value)))
            for inner, one, its in zip(names, value, kind.types, strict=True):  # type: ignore[attr-defined]
                self._add(f"{name}.{inner}", one, its, role, slots)
        elif isinstance(kind, types.Array):
            assert value.flags.c_contiguous, name
            slots += [0, 0, value.size, value.itemsize, value.ctypes.data, *value.shape, *value.strides]
            if role in POISON:
                value.view(np.uint8)[...] = POISON[role]
            parts = value if role == SPACE else value[None]  # a part for each block that works
            for k, part in enumerate(parts):
                only = k if len(parts) > 1 else -1
                self._watch(name, part.ctypes.data, part.nbytes, part.itemsize, role, only)
        else:
            bits = np.array(value, str(kind)).view(f"u{np.dtype(str(kind)).itemsize}")
            slots.append(ctypes.c_int64(int(bits)).value)

    def _watch(self, name, address, size, unit, role, block=-1):
        if size:
            runtime.add_region(address, size, unit, role, block)
            self.arrays.append(name)

    def passed(self):
        """Return the barriers that the lanes have met in the runs since :func:`.runtime.forget`."""
        assert self.program is not None
        return {self.program.barriers[number] for number in runtime.passed()}

    def findings(self):
        """Return what went wrong in the runs since :func:`.runtime.forget`."""
        assert self.program is not None
        return runtime.findings(self.program.places, self.arrays, self.program.barriers)


@cache
def compiled(function, kinds, counting):
    """Return the program of a kernel for types of its arguments; it is made once in a session."""
    modules, name = device_ir(function, types.void(*kinds))
    return Program(modules, name, counting)
