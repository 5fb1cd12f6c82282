"""Run the code that Numba makes for a GPU on this CPU, and watch every load, store and barrier of every lane.

numba-cuda compiles a kernel to LLVM's intermediate representation (IR) before NVIDIA's compiler takes over. Here a C compiler and
llvmlite turn that IR into machine code of the CPU:

    device_ir.py   the IR of a kernel, without a device
    pointers.py    typed pointers, which LLVM no longer reads, become untyped
    host_ir.py     thread indices, shared memory and the functions of NVIDIA's library become symbols of lanes.c
    watched.py     each load, store and barrier first calls lanes.c
    count.py       each basic block counts how often a lane enters it, where instructions are to be counted
    program.py     links, optimizes and compiles
    lanes.c        runs the lanes of a block in turn, each to its next barrier, and keeps a shadow of the memory
    runtime.py     builds lanes.c and reads what it found
    kernel.py      stands in for a CUDA kernel: ``kernel[blocks, threads, stream, dynamic](*arguments)``
    views.py       makes the views of a composition with it, through the launch of the package

Two lanes that use the same element between two barriers, one of them storing another value, are a race, whatever came out on
this run. A load of memory that nobody has written, an access outside of every array, a store to an input, and lanes that wait at
different barriers are errors too.
"""
