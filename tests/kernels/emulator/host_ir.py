"""What exists on a GPU alone becomes a symbol of lanes.c or of the C library."""

import re

from .pointers import untyped

SPECIAL = {"tid.x": "lanes_lane", "ntid.x": "lanes_count", "ctaid.x": "lanes_block", "nctaid.x": "lanes_blocks"}
DYNAMIC_SIZE = 'call i32 asm sideeffect "mov.u32 $0, %dynamic_smem_size;", "=r"()'
SHARED = re.compile(r'^(@"_cudapy_smem_\d+") = addrspace\(3\) global \[(\d+) x (\w+)\]', flags=re.M)
GAP = 64  # elements behind each shared array that belong to no array


def host_ir(text, dynamic="lanes_dynamic"):
    """Return the IR of one module, for this CPU.

    Parameters
    ----------
    text : str
        IR of numba-cuda, its barriers labeled by :func:`.watched.numbered`.
    dynamic : str
        Symbol of the shared memory whose size the launch gives.

    Returns
    -------
    str
    """
    text = re.sub(r"^target (triple|datalayout) = .*\n", "", text, flags=re.M)
    for name in re.findall(r'^@"(_cudapy_smem_\d+)" = external', text, flags=re.M):
        text = text.replace(f'@"{name}"', f'@"{dynamic}"')
    seen = text.find(f'@"{dynamic}" = external')
    if seen >= 0:  # one declaration of what may have been several arrays
        after = text.find("\n", seen)
        text = text[:after] + re.sub(rf'^@"{dynamic}" = external.*\n', "", text[after:], flags=re.M)
    text = SHARED.sub(lambda m: f"{m[1]} = global [{int(m[2]) + GAP} x {m[3]}]", text)
    text = re.sub(r'(@"_cudapy_smem_\d+") to', r"\1 to", text)
    text = text.replace("addrspacecast", "bitcast")
    text = re.sub(r" ?addrspace\(\d+\)", "", text)
    if DYNAMIC_SIZE in text:
        text = text.replace(DYNAMIC_SIZE, "call i32 @lanes_dynamic_bytes()") + "\ndeclare i32 @lanes_dynamic_bytes()\n"
    for register, symbol in SPECIAL.items():
        text = text.replace(f'@"llvm.nvvm.read.ptx.sreg.{register}"', f"@{symbol}")
    # blocks have one dimension: the others have size 1 and index 0
    text = re.sub(r'@"llvm.nvvm.read.ptx.sreg.n\w+.[yz]"', "@lanes_one", text)
    text = re.sub(r'@"llvm.nvvm.read.ptx.sreg.\w+.[yz]"', "@lanes_zero", text)
    text = _declared_once(text)
    text = re.sub(r'^@"llvm.used".*\n', "", text, flags=re.M)
    text = re.sub(r"^!nvvm\S* = .*\n", "", text, flags=re.M)
    text = text.replace("linkonce_odr i32", "linkonce_odr hidden i32")
    return untyped(text)


def _declared_once(text):
    """Keep the first declaration of each symbol of lanes.c."""
    seen = set()
    lines = []
    for line in text.split("\n"):
        if line.startswith("declare") and "@lanes_" in line:
            name = line[line.index("@lanes_") :].partition("(")[0]
            if name in seen:
                continue
            seen.add(name)
        lines.append(line)
    return "\n".join(lines)
