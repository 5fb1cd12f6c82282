"""What the default chain must move and compute for one spectrum, and what that predicts for a GPU.

    python benchmarks/roofline.py [--pixels 4000] [--output docs/roofline.md]

Bytes follow from the layout of the kernel's arguments; operations are counted by hand from the source of each
stage (an addition, multiplication, comparison or selection is one operation, a division or square root eight). Nothing
here is measured: no GPU has run the kernel yet.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from clrseries.kernels.cuda import spectra as kernel

RADIUS = 8  # pixels: a profile of sigma 1.45 pixels
# stage: operations a pixel, words of shared memory read or written a pixel
STAGES = {
    "edges, products and overlaps": (60, 30),
    "line-spread function, both sides": (RADIUS * 11 + 60, RADIUS * 15 + 30),
    "dust and calibration error": (50, 12),
    "normal deviates (Philox4x32-10, Box-Muller)": (70, 1),
    "noise": (30, 8),
    "uniform deviates and masks": (35, 6),
    "mean twice, and division": (14, 12),
}
# name, memory bandwidth [TB/s], float32 [Tflop/s], multiprocessors, clock [GHz], shared memory of a multiprocessor [KiB]
DEVICES = (
    ("A100 80 GB", 2.0, 19.5, 108, 1.41, 164),
    ("H100 SXM", 3.35, 66.9, 132, 1.83, 228),
    ("H200", 4.8, 66.9, 132, 1.83, 228),
)
SHARED_BYTES_A_CLOCK = 128  # of a multiprocessor


def table(pixels: int) -> str:
    """The page, in Markdown."""
    moved = 16 * pixels + 8 * pixels
    operations = sum(ops for ops, _ in STAGES.values()) * pixels
    words = sum(w for _, w in STAGES.values()) * pixels
    block = (4 * kernel.row_words(pixels, False) + kernel.STATIC_BYTES) / 1024
    lines = [
        "# Roofline of the CUDA kernel: a prediction, not a measurement",
        "",
        "`python benchmarks/roofline.py` writes this page. No GPU has run the kernel yet; it has been compared with the CPU in",
        "Numba's CUDA simulator and assembled for sm_80 and sm_90 (`tests/kernels/test_cuda_spectra.py`).",
        "",
        f"The default chain (redshift, dust, line-spread function of radius {RADIUS} pixels, resampling, calibration error, noise,",
        f"masks, normalization), {pixels} pixels in, {pixels} out, one view:",
        "",
        f"* global memory: {moved / 1e3:.0f} kB (x float64, flux and ivar float32 in; flux and ivar out). Tables of the grid",
        "  are shared by all views and stay in the second-level cache.",
        f"* operations: {operations / 1e6:.2f} million, {operations / moved:.1f} for each byte.",
        f"* shared memory: {words * 4 / 1e6:.2f} MB read or written; a block holds {block:.0f} KiB.",
        "",
        "| stage | operations a pixel | shared memory, words a pixel |",
        "| --- | --- | --- |",
        *(f"| {name} | {ops} | {w} |" for name, (ops, w) in STAGES.items()),
        "",
        "Predicted nanoseconds a spectrum if that resource alone were the limit, and spectra a second for the slowest of them:",
        "",
        "| device | global memory | float32 | shared memory | blocks a multiprocessor | at most, million spectra/s |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, bandwidth, flops, processors, clock, size in DEVICES:
        times = (
            moved / bandwidth / 1e3,
            operations / flops / 1e3,
            words * 4 / (SHARED_BYTES_A_CLOCK * processors * clock),
        )
        by_registers = 65536 // (232 * kernel.THREADS)
        blocks = min(by_registers, int(size / block))
        shown = " | ".join(f"{t:.0f}" for t in times)
        lines.append(f"| {name} ({bandwidth} TB/s) | {shown} | {blocks} | {1e3 / max(times):.0f} |")
    lines += [
        "",
        "The kernel is not bound by global memory on these cards: shared memory comes first, since the line-spread function keeps",
        "its running taps there, as the CPU keeps them in the first-level cache. One block of 256 threads fits a multiprocessor",
        "(about 230 registers a thread), so that latency is hidden by the work of eight warps alone: expect less than the last",
        "column. Keeping the taps of a pixel in registers is the first thing to try on a device.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pixels", type=int, default=4000)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    text = table(options.pixels)
    print(text)
    if options.output:
        options.output.write_text(text)


if __name__ == "__main__":
    main()
