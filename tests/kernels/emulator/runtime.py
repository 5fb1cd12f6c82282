"""Build lanes.c with the C compiler of this machine, and read what it found."""

import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("lanes.c")
INPUT, SHARED, SPACE, OUTPUT = range(4)  # kinds of arrays
ORDERS = {"forward": 0, "reversed": 1, "shuffled": 2, "odd first": 3}
WHAT = (
    "race",
    "two lanes store the same value",
    "two lanes store different values that nobody reads",
    "outside of every array",
    "read before written",
    "lanes at different barriers",
    "of another block",
    "smaller than an element",
    "does not end",
)
HARMLESS = WHAT[1:3]
MOST_FINDINGS, MOST_BARRIERS = 1024, 1024  # as in lanes.c


class _Finding(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_int32) for name in ("what", "place", "region", "lane", "other")),
        *((name, ctypes.c_int64) for name in ("offset", "count")),
    ]


@dataclass(frozen=True)
class Finding:
    """One thing that went wrong at one place of the code."""

    what: str
    place: str  # function, and the instruction
    array: str  # or "" where it was in none
    lanes: tuple[int, int]  # that did it, and the other one of a race
    offset: int  # bytes from the beginning of the array
    count: int  # how often

    def __str__(self):
        return f"{self.what}: {self.place} [{self.array} + {self.offset}, lanes {self.lanes}, {self.count} times]"


def compiler():
    """Return the path of the C compiler; without one a test is skipped, but fails in CI."""
    found = shutil.which(os.environ.get("CC", "cc"))
    if found is None:
        message = "the emulator of the device code needs a C compiler (cc)"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return found


@cache
def library():
    """Return lanes.c, compiled and loaded."""
    folder = tempfile.mkdtemp(prefix="lanes-")
    target = Path(folder) / "lanes.so"
    subprocess.run([compiler(), "-O2", "-shared", "-fPIC", SOURCE, "-o", target, "-lm"], check=True)
    loaded = ctypes.CDLL(str(target))
    shutil.rmtree(folder)  # the system keeps the file that is open
    loaded.region_bytes.restype = ctypes.c_int64
    return loaded


def set_number(name, value):
    """Set one of the integers that lanes.c reads: order or removed."""
    ctypes.c_int.in_dll(library(), name).value = value


def dynamic_memory():
    """Return address and size of the shared memory whose size a launch gives."""
    memory = (ctypes.c_char * (256 * 1024)).in_dll(library(), "lanes_dynamic")
    return ctypes.addressof(memory), len(memory)


def add_region(address, size, unit, kind, block=-1):
    """Have an array watched.

    Parameters
    ----------
    address, size : int
        First byte, and number of bytes.
    unit : int
        Bytes of its smallest element.
    kind : int
        ``INPUT``, ``SHARED``, ``SPACE`` or ``OUTPUT``.
    block : int
        The only block that may use it; -1 for all.
    """
    number = library().add_region(
        ctypes.c_void_p(address), ctypes.c_int64(size), ctypes.c_int(unit), ctypes.c_int(kind), ctypes.c_int(block)
    )
    assert number >= 0, "more arrays than lanes.c has room for"


def forget(most_accesses=2**62):
    """Forget all findings, and how often each barrier was passed; a run that makes more accesses is stopped."""
    ctypes.c_int.in_dll(library(), "n_findings").value = 0
    ctypes.memset((ctypes.c_int64 * MOST_BARRIERS).in_dll(library(), "passed"), 0, 8 * MOST_BARRIERS)
    for name, value in (("intervals", 0), ("accesses", 0), ("most_accesses", most_accesses)):
        ctypes.c_int64.in_dll(library(), name).value = value


def problems(found):
    """Return those findings that are errors, as strings."""
    return [str(one) for one in found if one.what not in HARMLESS]


def findings(places: Mapping[int, str], arrays, barriers):
    """Return what went wrong since :func:`forget`.

    Parameters
    ----------
    places : dict of int to str
        Where each access stands.
    arrays : list of str
        Names of the arrays, in the order in which they were added.
    barriers : dict of int to Barrier
        Where each barrier stands.

    Returns
    -------
    list of Finding
    """
    number = ctypes.c_int.in_dll(library(), "n_findings").value
    found = (_Finding * MOST_FINDINGS).in_dll(library(), "findings")[:number]
    return [
        Finding(
            WHAT[f.what],
            str(barriers.get(f.place, "the end")) if WHAT[f.what].startswith("lanes at") else places[f.place],
            arrays[f.region] if f.region >= 0 else "",
            (f.lane, f.other),
            f.offset,
            f.count,
        )
        for f in found
    ]


def accesses():
    """Return the number of loads and stores since :func:`forget`."""
    return ctypes.c_int64.in_dll(library(), "accesses").value


def bytes_moved(kinds):
    """Return the bytes that the last run loaded from, and stored to, arrays of these kinds (set of int)."""
    moved = [0, 0]
    for number in range(ctypes.c_int.in_dll(library(), "n_regions").value):
        if library().region_kind(number) in kinds:
            moved = [moved[k] + library().region_bytes(number, k) for k in (0, 1)]
    return tuple(moved)


def passed():
    """Return the numbers of the barriers that lane 0 has passed since :func:`forget`."""
    counts = (ctypes.c_int64 * MOST_BARRIERS).in_dll(library(), "passed")
    return [number for number, count in enumerate(counts) if count]
