"""Each load, store and barrier of a kernel first calls lanes.c, with a number that says where it stands in the source."""

import re
from dataclasses import dataclass

SIZES = {"i1": 1, "i8": 1, "i16": 2, "i32": 4, "float": 4, "i64": 8, "double": 8, "ptr": 8}
AS_INTEGER = {"float": ("bitcast", "i32"), "double": ("bitcast", "i64"), "ptr": ("ptrtoint", "i64")}
DEFINED = re.compile(r'define .*?@"?([\w.$]+)"?\(')
CALL = re.compile(r'call i32 @"(\w+)"\(')
BARRIER_CALL = re.compile(r'call i32 @"\w*[a-zA-Z_]7barrier(?:B\w*|E\w*)?"\(')
INTRINSIC = '@"llvm.nvvm.barrier0"'
LOAD = re.compile(r"\s+%\S+ = load (?:volatile )?(\S+), ptr (.+?)(?:, align \d+.*)?$")
STORE = re.compile(r"\s+store (?:volatile )?(\S+) (.+?), ptr (.+?)(?:, align \d+.*)?$")
DECLARED = """
declare void @lanes_barrier(i32) convergent noduplicate nounwind
declare void @lanes_load(ptr, i32, i32)
declare void @lanes_store(ptr, i32, i64, i32)
"""


@dataclass(frozen=True, order=True)
class Barrier:
    """A barrier in the source: the function it stands in, the calls before and after it, and which of such barriers it is."""

    function: str
    after: str
    before: str
    ordinal: int

    def __str__(self):
        return f"barrier {self.ordinal} in {self.function} between {self.after} and {self.before}"


def readable(symbol):
    """Return the name of a function, with its modules, from the mangled name that Numba gives it."""
    found = re.match(r"_ZN(?:08NumbaEnv)?", symbol)
    at, parts = found.end() if found else 0, []
    while at < len(symbol) and symbol[at].isdigit():
        end = at
        while symbol[end].isdigit():
            end += 1
        at, length = end, int(symbol[at:end])
        parts.append(symbol[at : at + length])
        at += length
    parts = [part for part in parts if part not in ("clrseries", "kernels", "12_3clocals_3e")]
    return ".".join(parts) or symbol[:40]


def numbered(text, barriers):
    """Return the IR of one module with a numbered call in the place of each barrier, and the function named at each access.

    Copies of a function for other types of its arguments share the numbers of its barriers.

    Parameters
    ----------
    text : str
        IR of numba-cuda.
    barriers : dict of Barrier to int
        Numbers given so far; changed in place.

    Returns
    -------
    str
    """
    first = max((int(n) for n in re.findall(r"^!(\d+) = ", text, flags=re.M)), default=-1) + 1
    lines: list[str] = []
    nodes: list[str] = []
    for part in re.split(r"^(?=define )", text, flags=re.M):
        body, end, rest = part.partition("\n}")
        if found := DEFINED.match(body):
            function = readable(found[1])
            nodes.append(f'!{first + len(nodes)} = !{{!"in {function}"}}')
            between = _barriers(body.split("\n"), function)
            for k, line in enumerate(body.split("\n")):
                if k in between:
                    number = barriers.setdefault(Barrier(function, *between[k]), len(barriers) + 1)
                    lines.append(f"  call void @lanes_barrier(i32 {number})")
                if INTRINSIC not in line:
                    access = re.match(r"\s+(%\S+ = load|store) ", line)
                    lines.append(f"{line}, !lanes !{first + len(nodes) - 1}" if access else line)
        else:
            lines.append(body)
        lines += (end + rest).strip("\n").split("\n")
    text = "\n".join(line for line in lines if not (line.startswith("declare") and INTRINSIC in line))
    return "\n".join([text, "declare void @lanes_barrier(i32) convergent noduplicate nounwind", *nodes])


def _barriers(lines, function):
    """Return, for the line of each barrier of a function, the calls before and after it, and which of such barriers it is.

    Numba names a block of the IR after the place of its bytecode, which is in the order of the source; the blocks are not.
    """
    at, calls = 0, []
    for k, line in enumerate(lines):
        if found := re.match(r"B(\d+)[\w.]*:", line):
            at = int(found[1])
        if _is_barrier(line, function):
            calls.append((at, k, ""))
        elif found := CALL.search(line):
            calls.append((at, k, readable(found[1]).rpartition(".")[2]))
    calls.sort()
    names = [name for _, _, name in calls]
    pairs: list[tuple[str, str]] = []
    between = {}
    for i, (_, k, name) in enumerate(calls):
        if not name:
            after = next((other for other in reversed(names[:i]) if other), "the beginning")
            pairs.append((after, next((other for other in names[i:] if other), "the end")))
            between[k] = (*pairs[-1], pairs.count(pairs[-1]))
    return between


def _is_barrier(line, function):
    """Say whether a line is a call of ``barrier()`` or ``syncthreads()``, but not the one inside of ``barrier()`` itself."""
    inner = INTRINSIC in line and "call" in line and not function.endswith(".barrier")
    return inner or bool(BARRIER_CALL.search(line))


def watched(text):
    """Return optimized IR in which each access calls lanes.c before, and where each access stands.

    Parameters
    ----------
    text : str
        IR of the whole program, with untyped pointers.

    Returns
    -------
    str, dict of int to str
    """
    names = dict(re.findall(r'^!(\d+) = !\{!"in ([^"]+)"\}', text, flags=re.M))
    lines: list[str] = []
    places: dict[int, str] = {}
    entry = False

    def place(line):
        mark = re.search(r"!lanes !(\d+)", line)
        places[len(places) + 1] = f"{names.get(mark[1], '?') if mark else '?'}: {line.strip().split(', !')[0]}"
        return len(places)

    for line in text.split("\n"):
        if line.startswith("define"):
            entry = "@lanes_entry" in line
        if line.startswith("declare void @lanes_barrier"):
            continue
        if not entry and (found := LOAD.match(line)):
            lines.append(f"  call void @lanes_load(ptr {found[2]}, i32 {SIZES[found[1]]}, i32 {place(line)})")
        elif not entry and (found := STORE.match(line)):
            lines += _store(found[1], found[2], found[3], place(line))
        elif "@llvm.mem" in line and " call " in line:
            raise NotImplementedError(f"an access that is not watched: {line.strip()}")
        lines.append(line)
    return "\n".join(lines) + DECLARED, places


def _store(kind, value, pointer, number):
    """Return the lines that tell lanes.c the value that will be stored."""
    lines = []
    if kind in AS_INTEGER:
        change, integer = AS_INTEGER[kind]
        lines.append(f"  %lanes.a{number} = {change} {kind} {value} to {integer}")
        kind, value = integer, f"%lanes.a{number}"
    if kind != "i64":
        lines.append(f"  %lanes.b{number} = zext {kind} {value} to i64")
        value = f"%lanes.b{number}"
    size = SIZES[kind]
    return [*lines, f"  call void @lanes_store(ptr {pointer}, i32 {size}, i64 {value}, i32 {number})"]
