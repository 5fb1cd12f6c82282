"""What the default chain executes and moves for one spectrum on a GPU, and the time that this would take at best.

    python benchmarks/roofline.py [--pixels 4000] [--spectra 4] [--output docs/roofline.md]

The code that Numba makes for the GPU is run on this CPU, lane by lane (tests/kernels/emulator), and counts its instructions, loads
and stores; NVIDIA's assembler, where it is on PATH, gives the registers. Nothing here is timed on a GPU: the times follow from
these counts and the data sheets.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))  # for the tests, which are not installed

from chain import batch, default_chain

from clrseries.kernels.cuda import spectra as kernel
from clrseries.spectra import LSF, Observe
from tests.kernels.emulator import runtime
from tests.kernels.emulator.device_ir import stand_in
from tests.kernels.emulator.views import emulated_views

RESOLUTION = 2000.0
SLOW = "division or function"
PRICE = 10  # instructions of an exact division, square root or logarithm, one of them on the special-function unit
REGISTERS, THREADS = 65536, kernel.THREADS  # of a multiprocessor, of a block


@dataclass(frozen=True)
class Device:
    """What one multiprocessor does in a clock cycle, and the whole card."""

    name: str
    capability: tuple[int, int]
    bandwidth: float  # of memory [TB/s]
    processors: int
    clock: float  # [GHz]
    shared: int  # memory of a multiprocessor [KiB]
    float32: int  # instructions in a clock
    float64: int
    integer: int = 64
    access: int = 32  # loads and stores
    special: int = 16
    issue: int = 128
    shared_bytes: int = 128  # from shared memory


DEVICES = (
    Device("A100 80 GB", (8, 0), 2.0, 108, 1.41, 164, 64, 32),
    Device("H100 SXM", (9, 0), 3.35, 132, 1.83, 228, 128, 64),
    Device("H200", (9, 0), 4.8, 132, 1.83, 228, 128, 64),
)


@dataclass(frozen=True)
class Counted:
    """The default chain, for one pixel."""

    executed: dict[str, float]  # instructions of all lanes, by class
    issued: dict[str, float]  # the same, with the lanes that idle while others of their warp execute
    shared: float  # bytes loaded from and stored to shared memory
    everywhere: float  # bytes loaded from and stored to global memory, through the caches


def count(pixels: int, spectra: int) -> Counted:
    """Run the emulated kernel on the default chain at one resolving power."""
    series, grid = batch(spectra, pixels)
    steps = [LSF(resolution=RESOLUTION) if isinstance(step, LSF) else step for step in default_chain(grid)]
    _, ran = emulated_views(Observe(steps, "cuda"), series, views=1, counting=True)
    wrong = runtime.problems(ran.findings())
    if wrong:
        raise RuntimeError(f"the device code is wrong: {wrong[0]}")
    each = pixels * spectra
    return Counted(
        {name: number / each for name, number in ran.counts.executed().items()},
        {name: number / each for name, number in ran.counts.issued().items()},
        sum(runtime.bytes_moved({runtime.SHARED})) / each,
        sum(runtime.bytes_moved({runtime.INPUT, runtime.SPACE, runtime.OUTPUT})) / each,
    )


def registers(capability: tuple[int, int], pixels: int) -> int | None:
    """Registers of one lane as NVIDIA's assembler deals them out; None where it is not on PATH."""
    from numba import cuda

    assembler = shutil.which("ptxas")
    if assembler is None:
        return None
    tables = Observe(default_chain(batch(1, pixels)[1])).tables
    _, made = kernel.kernels_for()
    bounds = made.targetoptions["launch_bounds"]
    with stand_in(), tempfile.TemporaryDirectory() as folder:
        signature = kernel.signature(tables)
        options: dict[str, Any] = {"cc": capability, "device": False, "launch_bounds": bounds}
        text, _ = cuda.compile_ptx(made.py_func, signature, **options)
        source = Path(folder) / "kernel.ptx"
        source.write_text(text)
        target = f"-arch=sm_{capability[0]}{capability[1]}"
        command = [assembler, "-v", target, str(source), "-o", str(source.with_suffix(".cubin"))]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(re.findall(r"Used (\d+) registers", done.stderr)[0])


def times(counted: Counted, pixels: int, device: Device) -> dict[str, float]:
    """Nanoseconds of one spectrum if each resource alone were the limit."""
    issued = counted.issued
    slow = issued[SLOW]
    slots = {
        "instructions": (sum(issued.values()) + (PRICE - 1) * slow, device.issue),
        "float32": (issued["float32"] + (PRICE - 1) * slow, device.float32),
        "float64": (issued["float64"], device.float64),
        "integer": (issued["integer"], device.integer),
        "loads and stores": (issued["load"] + issued["store"], device.access),
        "special functions": (slow, device.special),
        "shared memory": (counted.shared, device.shared_bytes),
    }
    clocks = device.processors * device.clock
    found = {name: pixels * number / (rate * clocks) for name, (number, rate) in slots.items()}
    return found | {"global memory": 24 * pixels / device.bandwidth / 1e3}


def page(pixels: int, spectra: int) -> str:
    """The page, in Markdown."""
    counted = count(pixels, spectra)
    block = (4 * kernel.row_words(pixels, False) + kernel.STATIC_BYTES) / 1024
    total, issued = sum(counted.executed.values()), sum(counted.issued.values())
    lines = [
        "# Roofline of the CUDA kernel: a prediction, not a measurement",
        "",
        "`python benchmarks/roofline.py` writes this page. No GPU has been timed for it. The code that Numba makes for a GPU is",
        "run on a CPU, lane by lane ([tests/kernels/emulator](../tests/kernels/emulator/__init__.py)), and counts what it does;",
        "the times follow from these counts and the data sheets.",
        "",
        f"The default chain (redshift, dust, line-spread function at R = {RESOLUTION:.0f}, resampling, calibration error, noise, masks,",
        f"normalization), {pixels:,} pixels in, {pixels:,} out, one view. For each pixel:",
        "",
        "| instructions | executed | with idle lanes of a warp |",
        "| --- | --- | --- |",
        *(f"| {name} | {number:.1f} | {counted.issued[name]:.1f} |" for name, number in counted.executed.items()),
        f"| all | {total:.0f} | {issued:.0f} |",
        "",
        "Instructions are those of LLVM after its optimization, where a product and the sum it enters count once, and an integer of",
        "64 bits, such as an index, counts as two of 32. NVIDIA's compiler may make more or fewer of them. In the times below an",
        f"exact division, square root or logarithm counts as {PRICE} instructions.",
        "",
        f"* shared memory: {counted.shared:.0f} bytes a pixel loaded and stored; a block holds {block:.0f} KiB.",
        f"* global memory: {counted.everywhere:.0f} bytes a pixel pass through the caches. 24 of them cannot be avoided (x float64, flux and",
        "  ivar float32 in; flux and ivar out); the others are tables of the grid, which all views share, and neighbors.",
        "",
        "Predicted nanoseconds a spectrum if that resource alone were the limit, with all multiprocessors at work:",
        "",
    ]
    found = {device.name: times(counted, pixels, device) for device in DEVICES}
    names = list(found[DEVICES[0].name])
    lines += [f"| device | {' | '.join(names)} |", "| --- |" + " --- |" * len(names)]
    lines += [f"| {name} | {' | '.join(f'{one[key]:.0f}' for key in names)} |" for name, one in found.items()]
    lines += [
        "",
        "| device | registers of a lane | blocks a multiprocessor | at best [ns a spectrum] | at most [million spectra/s] |",
        "| --- | --- | --- | --- | --- |",
    ]
    for device in DEVICES:
        used = registers(device.capability, pixels)
        blocks = min(device.shared / block, REGISTERS / (THREADS * used) if used else float("inf"))
        best = max(found[device.name].values())
        lines.append(
            f"| {device.name} | {used or 'unknown (no ptxas)'} | {int(blocks)} | {best:.0f} | {1e3 / best:.1f} |"
        )
    limit = max(found["H100 SXM"], key=found["H100 SXM"].__getitem__)
    lines += [
        "",
        f"The resource that comes first on an H100 is: {limit}. These are bounds, not estimates. Latency, barriers (about",
        f"{counted.executed['barrier'] * pixels / THREADS:.0f} a view) and the few warps that two blocks of {THREADS} lanes make keep a real kernel below them.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pixels", type=int, default=4000)
    parser.add_argument("--spectra", type=int, default=4, help="spectra that are counted")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    text = page(options.pixels, options.spectra)
    print(text)
    if options.output:
        options.output.write_text(text)


if __name__ == "__main__":
    main()
