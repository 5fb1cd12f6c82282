"""What an archive of 10^7 spectra or 10^9 light curves takes: costs measured here, and what follows from them for GPUs.

    python benchmarks/scale.py [--spectra 384] [--curves 6000] [--repeats 3] [--output docs/scale.md]

Read, views, encoder, copies to slabs and write are timed one after the other, on noise; a GPU is not timed but computed, from counted
operations and data sheets.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from importlib import metadata
from pathlib import Path

import numpy as np
import torch
from chain import batch, default_chain
from scale_costs import DIM, Kind, matrix_rate, measured, timed

from clrseries import spectra as sp
from clrseries.archive.parts import PART_BYTES, PART_ROWS
from clrseries.augment.threads import available_cores

GPUS = (1, 8, 64)
LAPTOP = 8  # cores
# of one H100 SXM: NVIDIA, "H100 Tensor Core GPU" data sheet; 32-bit without tensor cores, as torch computes by default outside convolutions
BANDWIDTH, FLOPS, PCIE = 3.35e12, 67e12, 64e9  # bytes/s, 1/s, bytes/s in one direction (PCIe Gen5: 128 GB/s in both)
CORES = 112 / 8  # of the host for each GPU: NVIDIA, "DGX H100" data sheet


def on_gpu(kinds: list[Kind]) -> float:
    """Set the time of the views on a GPU, by the roofline of the default chain; return that for one of its spectra [ns]."""
    page = (Path(__file__).parent.parent / "docs/roofline.md").read_text()
    best = float(re.findall(r"\| H100 SXM \| \d+ \| \d+ \| (\d+) \| [\d.]+ \|\n", page)[0])
    pixels = int(re.findall(r"normalization\), ([\d,]+) pixels in", page)[0].replace(",", ""))
    series, grid = batch(256, pixels)
    observe = sp.Observe(default_chain(grid))
    default = timed(lambda: observe(series, threads=1), len(series), 3)
    for kind in kinds:
        kind.views_on_gpu = best * 1e-9 * kind.costs["views"] / default
    return best


def duration(seconds: float, objects: float) -> str:
    value = seconds * objects
    for unit, one in (("h", 3600), ("min", 60)):
        if value >= one:
            return f"{value / one:,.1f} {unit}"
    return f"{value:.1f} s"


def in_words(size: float) -> str:
    for unit, one in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= one:
            return f"{size / one:,.1f} {unit}"
    return f"{size:.0f} bytes"


def stages_on_gpu(kind: Kind, size: str, share: float) -> dict[str, float]:
    """Seconds of one object in each stage, for one GPU and one process that feeds it."""
    cost = kind.costs
    sent = list(kind.sent.values())[-2] * kind.samples  # without the option of 16 bits
    return {
        "read": cost["read"],
        "fill slabs": cost["fill slabs"],
        "write": cost["write"],
        "PCIe": sent / PCIE,
        "views": kind.views_on_gpu,
        "encoder": max(kind.flops[size] / (FLOPS * share), kind.moved[size] / BANDWIDTH),
    }


def share_of(kind: Kind, size: str, rate: float) -> float:
    """Part of the rate of a product of matrices that an encoder reaches here."""
    return kind.flops[size] / kind.costs[f"encoder, {size}"] / rate


def on_host(kind: Kind) -> float:
    """Seconds of one object, if all cores of a GPU's host read, fill slabs and write."""
    return sum(kind.costs[name] for name in ("read", "fill slabs", "write")) / CORES


def of_kind(kind: Kind, rate: float) -> list[str]:
    """The tables of one kind of data."""
    cost, n = kind.costs, kind.objects
    shape = "pixels" if kind.name == "spectra" else "points"
    sizes = list(kind.flops)
    lines = [
        f"## 10^{int(np.log10(n))} {kind.name} of {kind.samples:,} {shape}",
        "",
        "Measured here, one stage after the other, on noise (best of several repetitions):",
        "",
        "| stage | core-microseconds an object |",
        "| --- | ---: |",
        *(f"| {name} | {one * 1e6:,.1f} |" for name, one in cost.items()),
        "",
        f"Bytes of one object: {in_words(kind.stored)} in Parquet (zstd; noise hardly shrinks, shared wavelengths do), "
        f"{in_words(kind.sample_bytes * kind.samples)} in memory, {in_words(kind.written)} of output with {DIM} numbers. "
        f"Of the survey: {in_words(kind.stored * n)} to read, {in_words(kind.written * n)} to write.",
        "",
        "**On CPUs. Prediction:** core-seconds of read, views, encoder and write, times the objects, over the cores.",
        "",
        f"| time | {' | '.join(f'encoder {size}' for size in sizes)} |",
        "| --- |" + " ---: |" * len(sizes),
    ]
    total = [sum(cost[name] for name in ("read", "views", f"encoder, {size}", "write")) for size in sizes]
    for name, cores in (
        (f"{available_cores()} cores, as of this machine", available_cores()),
        (f"a laptop with {LAPTOP} such cores", LAPTOP),
    ):
        lines.append(f"| {name} | {' | '.join(duration(one / cores, n) for one in total)} |")
    counts = "; ".join(
        f"{size} {kind.flops[size] / 1e6:,.1f} million operations, {in_words(kind.moved[size])} read and written by its layers, "
        f"and {share_of(kind, size, rate):.0%} of this CPU's rate of matrix products reached"
        for size in sizes
    )
    lines += [
        "",
        "**On H100s. Prediction:** one process feeds each GPU, with one core for each stage of the host; the stages overlap, so that the slowest",
        "sets the pace.",
        "",
        f"* bytes a {shape[:-1]} over PCIe: "
        + ", ".join(f"{value} ({name})" for name, value in kind.sent.items())
        + "; 16 bits are an option, which is not used below",
        f"* encoder, one object: {counts}",
        "",
        "| stage | microseconds an object | " + " | ".join(f"on {count}" for count in GPUS) + " |",
        "| --- | ---: |" + " ---: |" * len(GPUS),
    ]
    rows = {f"{name} (host, measured)": value for name, value in list(stages_on_gpu(kind, "tiny", 1.0).items())[:3]}
    rows |= {f"{name} (computed)": stages_on_gpu(kind, "tiny", 1.0)[name] for name in ("PCIe", "views")}
    for size in sizes:
        rows[f"encoder {size}, at best (computed)"] = stages_on_gpu(kind, size, 1.0)["encoder"]
        rows[f"encoder {size}, at this CPU's share (computed)"] = stages_on_gpu(kind, size, share_of(kind, size, rate))[
            "encoder"
        ]
    slowest = {}
    for size in sizes:
        found = stages_on_gpu(kind, size, share_of(kind, size, rate))
        slowest[size] = max(found, key=lambda name: found[name])
        rows[f"**the slowest with {size}: {slowest[size]}**"] = found[slowest[size]]
    rows[f"host, if all its {CORES:.0f} cores a GPU read, fill and write"] = on_host(kind)
    for name, value in rows.items():
        lines.append(f"| {name} | {value * 1e6:,.2f} | {' | '.join(duration(value / count, n) for count in GPUS)} |")
    return [*lines, "", *conclusions(kind, rate, slowest), ""]


def conclusions(kind: Kind, rate: float, slowest: dict[str, str]) -> list[str]:
    """What drives the cost, and what breaks first."""
    stages = stages_on_gpu(kind, "tiny", share_of(kind, "tiny", rate))
    pace = max(stages.values())
    card = max(stages[name] for name in ("PCIe", "views", "encoder"))
    bound = max(card, on_host(kind))
    parts = kind.objects / min(PART_ROWS, PART_BYTES / (kind.sample_bytes * kind.samples))
    *_, full, half = kind.sent.values()
    saved = (full - half) * kind.samples / PCIE
    more = kind.costs["fill slabs, 16 bits"] - kind.costs["fill slabs"]
    return [
        "Predictions, from the table:",
        "",
        f"* Copies with 16 bits (`--half-precision`) save {saved * 1e6:,.2f} microseconds of PCIe and cost {more * 1e6:,.1f} core-microseconds of the host: "
        f"{'they pay only where the way to the card is much slower than this' if more > saved else 'they pay'}.",
        f"* What drives the cost: {', '.join(f'with {size} {stage}' for size, stage in slowest.items())}. With tiny, the card (the slowest of copies, "
        f"views and encoder) is busy for {card / pace:.0%} of the time.",
        f"* With all cores of the host at work (more reading processes, `--scheduler`), tiny takes {bound * 1e6:,.2f} microseconds an object, "
        f"{pace / bound:,.1f} times less: {duration(bound / GPUS[-1], kind.objects)} for all on {GPUS[-1]} GPUs.",
        f"* What breaks first on {GPUS[-1]} GPUs: the storage. It has to deliver {in_words(kind.stored / pace * GPUS[-1])}/s at the pace of the table, "
        f"and {in_words(kind.stored / bound * GPUS[-1])}/s with all cores. Its rate was not measured: the files lay in the memory of this machine.",
        f"* The output has {parts:,.0f} parts, of at most {PART_BYTES >> 30} GiB of columns and {PART_ROWS:,} objects.",
    ]


def page(kinds: list[Kind], best: float, rate: float) -> str:
    """The page, in Markdown."""
    system = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        "",
    )
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("numpy", "pyarrow", "torch"))
    lines = [
        "# From one object to a survey",
        "",
        f"`python benchmarks/scale.py --output docs/scale.md` writes this page ({system}, {available_cores()} cores; {versions}).",
        "**No GPU was timed for it.** What is measured is measured on this CPU; what concerns GPUs, other machines or whole surveys is computed",
        "by the formulas below and marked as a prediction. A prediction for a GPU is a bound: a real run is slower.",
        "",
        "| input | value | from |",
        "| --- | --- | --- |",
        f"| memory of an H100 SXM | {BANDWIDTH / 1e12} TB/s | NVIDIA, H100 data sheet |",
        f"| its 32-bit arithmetic, no tensor cores | {FLOPS / 1e12:.0f} Tflop/s | NVIDIA, H100 data sheet |",
        f"| PCIe Gen5, one direction | {PCIE / 1e9:.0f} GB/s | NVIDIA, H100 data sheet: 128 GB/s both ways |",
        f"| cores of the host for each GPU | {CORES:.0f} | NVIDIA, DGX H100 data sheet: 112 for 8 GPUs; taken to be as fast as these here |",
        f"| views of the default chain on an H100 | {best:.0f} ns for 4,000 pixels | [roofline](roofline.md), computed |",
        f"| product of matrices on one core of this CPU | {rate / 1e9:.0f} Gflop/s | measured |",
        "",
        "* PCIe: bytes a pixel times pixels over the rate. Wavelengths that all spectra of a slab share stay on the card; 16 bits are an option.",
        "* Views: the roofline's time, times what these views cost on this CPU over what the default chain does.",
        "* Encoder, at best: the larger of its operations (counted by torch) over the card's arithmetic, and of the bytes that its layers read and",
        "  write over the memory's rate. At this CPU's share: as if it reached no larger part of the card's arithmetic than of this CPU's.",
        "* Time: seconds of one object in the slowest stage, times objects, over GPUs. Nothing is added for communication: parts are independent.",
        "",
    ]
    for kind in kinds:
        lines += of_kind(kind, rate)
    return "\n".join([*lines, *decision(kinds)]) + "\n"


def decision(kinds: list[Kind]) -> list[str]:
    """Whether Parquet should be read on the GPU."""
    told, gains = [], []
    for kind in kinds:
        stages = stages_on_gpu(kind, "tiny", 1.0)
        card = max(stages[name] for name in ("PCIe", "views", "encoder"))
        gains.append(max(on_host(kind) / max(card, kind.stored / PCIE), 1))
        told.append(
            f"for {kind.name} {on_host(kind) * 1e6:,.2f} microseconds an object on all cores of the host, {card * 1e6:,.2f} at best on the card, and "
            f"{kind.stored / PCIE * 1e6:,.2f} for the compressed bytes over PCIe"
        )
    return [
        "## Should the GPU read Parquet itself?",
        "",
        "pylibcudf's chunked reader (`pylibcudf.io.parquet.ChunkedParquetReader`) would send compressed bytes and unpack them on the card. "
        f"On paper: {'; '.join(told)}. So it would gain at most {' and '.join(f'{one:.1f} times' for one in gains)}, with the smallest encoder, and only "
        "where the storage delivers more than the host can unpack.",
        "",
        "It is left out for now. The cores of the host come first, without a second reader that would have to name damaged row groups and objects as the "
        "first does. It earns its place when a run on a device shows all cores of the host busy and the card waiting.",
    ]


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spectra", type=int, default=384)
    parser.add_argument("--curves", type=int, default=6000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)  # costs are those of one core
    with tempfile.TemporaryDirectory() as there:
        kinds = [
            measured(Path(there), options.spectra, options.repeats, curves=False),
            measured(Path(there), options.curves, options.repeats, curves=True),
        ]
    text = page(kinds, on_gpu(kinds), matrix_rate())
    print(text)
    if options.output:
        options.output.write_text(text)


if __name__ == "__main__":
    main()
