"""Link the modules of a kernel, optimize them, and compile them for this CPU."""

import ctypes
import ctypes.util
import re

import llvmlite.binding as llvm

from . import runtime
from .count import counted
from .host_ir import GAP, host_ir
from .watched import SIZES, Barrier, numbered, watched

OWN = (
    *("lanes_lane", "lanes_count", "lanes_block", "lanes_blocks", "lanes_dynamic_bytes", "lanes_zero", "lanes_one"),
    *("lanes_barrier", "lanes_enter", "lanes_load", "lanes_store", "lanes_dynamic"),
)


class Program:
    """A kernel as machine code of this CPU.

    Parameters
    ----------
    modules : list of str
        IR of numba-cuda.
    name : str
        Symbol of the kernel.
    counting : bool
        Whether to count the instructions that each lane executes; then `blocks` says how many each basic block has.
    """

    def __init__(self, modules, name, counting=False):
        self.numbers: dict[Barrier | None, int] = {}
        texts = [host_ir(numbered(text, self.numbers)) for text in modules]
        self.barriers = {number: barrier for barrier, number in self.numbers.items()}
        module, self.types = _linked(texts, name)
        machine = _machine()
        _optimize(module, machine)
        text = str(module)
        if counting:
            text, self.blocks = counted(text)
        text, self.places = watched(text)
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(text), machine)
        _give_symbols(text)
        self._engine.finalize_object()
        self.entry = self._engine.get_function_address("lanes_entry")
        #: name -> address, bytes, bytes of an element
        self.shared = {
            name: (self._engine.get_global_value_address(name), (int(number) - GAP) * SIZES[kind], SIZES[kind])
            for name, number, kind in re.findall(r"^@(_cudapy_smem_\d+) = .*global \[(\d+) x (\w+)\]", text, flags=re.M)
        }


def _linked(texts, name):
    """Return one module with a function ``lanes_entry`` that takes the arguments from an array, and their types."""
    modules = [llvm.parse_assembly(text) for text in texts]
    module = modules[0]
    for other in modules[1:]:
        module.link_in(other)
    types = [str(argument.type) for argument in module.get_function(name).arguments]
    loads = [
        f"  %p{k} = getelementptr i64, ptr %slots, i64 {k}\n  %v{k} = load {kind}, ptr %p{k}"
        for k, kind in enumerate(types)
    ]
    values = ", ".join(f"{kind} %v{k}" for k, kind in enumerate(types))
    module.link_in(
        llvm.parse_assembly(
            "\n".join(
                [
                    "define void @lanes_entry(ptr %slots) {",
                    *loads,
                    f'  call void @"{name}"({values})',
                    "  ret void\n}",
                    f'declare void @"{name}"({", ".join(types)})',
                ]
            )
        )
    )
    for function in module.functions:
        if not function.is_declaration and function.name != "lanes_entry":
            function.linkage = "internal"
    module.get_function(name).add_function_attribute("noinline")  # accesses in lanes_entry are not watched
    module.verify()
    return module, types


def _machine():
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=1,
        reloc="pic",
        codemodel="large",
        jit=True,
    )


def _optimize(module, machine):
    """Inline and simplify as NVIDIA's compiler does; a lane has no vectors."""
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = options.slp_vectorization = options.loop_unrolling = False
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)


def _give_symbols(text):
    """Tell LLVM where the functions outside of the program are."""
    own, maths = runtime.library(), ctypes.CDLL(ctypes.util.find_library("m"))

    def give(name, library, there):
        llvm.add_symbol(name, ctypes.cast(getattr(library, there), ctypes.c_void_p).value)

    for name in OWN:
        give(name, own, name)
    for name in set(re.findall(r"@(__nv_\w+)", text)):
        give(name, maths, name.removeprefix("__nv_"))
