"""How many instructions of which class each lane executes: each basic block of the program counts how often a lane enters it."""

import ctypes
import re

import numpy as np

from . import runtime

WARP = 32  # lanes that a GPU runs in step
LANES = 256  # rows of the table of counts
CLASSES = ("float32", "float64", "integer", "load", "store", "branch", "division or function", "barrier")
FREE = {"phi", "bitcast", "ptrtoint", "inttoptr", "alloca", "ret", "unreachable", "freeze", "addrspacecast"}
INSTRUCTION = re.compile(r"\s+(?:%\S+ = )?(?:tail |musttail |notail )?(\w+)(.*)")
LABEL = re.compile(r"[\w.$\"-]+:")
DECLARED = "declare void @lanes_enter(i32)\n"


def counted(text):
    """Return optimized IR in which each basic block first calls lanes.c, and the instructions of each block by class.

    A product that is used once, in a sum, is one instruction together with it, as in NVIDIA's compiler; an offset that is constant
    is part of the access. A GPU has 32-bit integers: one of 64 bits takes two instructions, and three for a product whose
    factors are not known to be of 32 bits.

    Parameters
    ----------
    text : str
        IR of the whole program.

    Returns
    -------
    str, int array (blocks, len(CLASSES))
    """
    lines: list[str] = []
    blocks: list[list[int]] = []
    for part in re.split(r"^(?=define )", text, flags=re.M):
        if not part.startswith("define") or "@lanes_entry" in part.partition("\n")[0]:
            lines.append(part.rstrip("\n"))
            continue
        uses = _uses(part)
        begins = True
        for line in part.split("\n"):
            if LABEL.match(line) or line.startswith("define"):
                begins = True
            elif begins and line.strip() and not re.match(r"\s+%\S+ = phi ", line) and not line.startswith("}"):
                lines.append(f"  call void @lanes_enter(i32 {len(blocks)})")
                blocks.append([0] * len(CLASSES))
                begins = False
            if not begins and (kind := _class(line, uses)) is not None:
                blocks[-1][CLASSES.index(kind)] += _instructions(line) if kind == "integer" else 1
            lines.append(line)
    return "\n".join(lines) + "\n" + DECLARED, np.array(blocks)


def _uses(function):
    """Return how often each value of a function is used, with the line of its last use."""
    uses: dict[str, tuple[int, str]] = {}
    for line in function.split("\n"):
        for name in re.findall(r"%[\w.$\"-]+", line.partition(" = ")[2] or line):
            uses[name] = (uses.get(name, (0, ""))[0] + 1, line)
    return uses


def _class(line, uses):
    """Return the class of an instruction, or None if it costs nothing."""
    found = INSTRUCTION.match(line)
    if found is None or found[1] in FREE:
        return None
    name, rest = found[1], found[2]
    number, user = uses.get(line.partition(" = ")[0].strip(), (0, ""))
    if name == "call":
        if "@lanes_barrier" in rest:
            return "barrier"
        if re.search(r"@llvm\.(lifetime|assume|dbg|experimental)|@lanes_", rest):
            return None
        if re.search(r"@llvm\.(fabs|minnum|maxnum|fma|fmuladd)|@__nv_f(abs|min|max)", rest):
            return "float64" if "double" in rest else "float32"
        return (
            "integer"
            if re.search(r"@llvm\.(s|u)(min|max)|@llvm\.(ctlz|cttz|ctpop|fshl|fshr|abs)", rest)
            else CLASSES[6]
        )
    if name in ("load", "store"):
        return name
    if name in ("br", "switch"):
        return "branch" if "i1 " in rest or name == "switch" else None
    if name == "fdiv":
        return CLASSES[6]
    if name == "fmul" and number == 1 and re.search(r"= f(add|sub) ", user):
        return None
    if name == "trunc" or (name == "getelementptr" and not re.search(r"i\d+ %", rest)):
        return None
    if name.startswith("f") or name.endswith("tofp"):
        return "float64" if "double" in rest else "float32"
    return "integer"


def _instructions(line):
    """Return how many instructions on 32-bit integers an integer instruction is."""
    found = INSTRUCTION.match(line)
    if found is None or found[1] in ("getelementptr", "zext", "sext") or "i64" not in found[2]:
        return 1
    if found[1] == "mul":
        return 1 if "nuw nsw" in found[2] else 3
    return 2


class Counts:
    """The table of how often each lane has entered each basic block.

    Parameters
    ----------
    blocks : int array (blocks, len(CLASSES))
        From :func:`counted`.
    """

    def __init__(self, blocks):
        self.blocks = blocks
        self.entered = np.zeros((LANES, len(blocks)), np.int64)
        library = runtime.library()
        ctypes.c_void_p.in_dll(library, "entered").value = self.entered.ctypes.data
        ctypes.c_int64.in_dll(library, "n_blocks").value = len(blocks)

    def executed(self):
        """Return the instructions that all lanes have executed, by class."""
        return dict(zip(CLASSES, (self.entered.sum(0) @ self.blocks).tolist(), strict=True))

    def issued(self):
        """Return lane slots that the instructions have taken, by class: a warp issues what any of its lanes executes."""
        warps = self.entered.reshape(-1, WARP, len(self.blocks)).max(1).sum(0) * WARP
        return dict(zip(CLASSES, (warps @ self.blocks).tolist(), strict=True))
